from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.errors import ReferenceImageError, StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.students.enrolment.folders import expression_of, pictures_in

KNOWN = (*BASIC, "very-confused", "mood", "mood2", "m\u00fcde")


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_folders_and_beginnings_of_names_give_the_expression(tmp_path: Path) -> None:
    fill(tmp_path, "happy/a.jpg", "happy/b.PNG", "Sad/x.jpg", ".hidden/x.jpg", "notes.txt")
    fill(tmp_path, "fear_1.jpg", "Surprise 2.jpeg", "neutral.png", "angry3.jpg", "happy/.c.jpg")
    found = {picture.source: picture.expression for picture in pictures_in(tmp_path, BASIC)}
    assert found == {
        "happy/a.jpg": "happy",
        "happy/b.PNG": "happy",
        "Sad/x.jpg": "sad",
        "fear_1.jpg": "fear",
        "Surprise 2.jpeg": "surprise",
        "neutral.png": "neutral",
        "angry3.jpg": "angry",
    }


def test_the_longest_name_wins(tmp_path: Path) -> None:
    fill(tmp_path, "sad-ish-1.jpg")
    assert pictures_in(tmp_path, ("sad", "sad-ish"))[0].expression == "sad-ish"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hapy/a.jpg", "Did you mean 'happy'"),
        ("IMG_1.jpg", "does not begin with an expression"),
        ("sadly.jpg", "does not begin with an expression"),
        ("notes.txt", "no pictures in this folder"),
    ],
)
def test_what_cannot_be_told_is_said(tmp_path: Path, name: str, said: str) -> None:
    fill(tmp_path, name)
    with pytest.raises((ReferenceImageError, StudentError), match=said):
        pictures_in(tmp_path, BASIC)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ReferenceImageError, match="no such folder"):
        pictures_in(tmp_path / "missing", BASIC)


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("happy-1.jpg", "happy"),
        ("Happy 2.JPG", "happy"),
        ("sad1.png", "sad"),
        ("fear(3).png", "fear"),
        ("surprise/IMG_2041.jpg", "surprise"),
        ("pictures\\angry\\a.jpg", "angry"),
        ("very confused 2.jpg", "very-confused"),
        ("IMG_2041.jpg", None),
        ("sadness.jpg", None),
        ("anna happy.jpg", None),
        ("2024.jpg", None),
        ("mood2-1.jpg", "mood2"),
        ("mu\u0308de 1.jpg", "m\u00fcde"),
    ],
)
def test_files_and_folders_say_what_is_shown(name: str, expression: str | None) -> None:
    assert expression_of(name, KNOWN) == expression
