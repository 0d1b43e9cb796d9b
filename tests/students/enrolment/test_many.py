"""A class enrolled at once: lists good and bad, zips good and bad, questions asked once."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.expressions import BASIC
from fewshot_fer.reasons import Code
from fewshot_fer.students.enrolment import bundles
from fewshot_fer.students.enrolment.bundles import File, opened
from fewshot_fer.students.enrolment.class_list import Sorted, sort_out
from fewshot_fer.students.enrolment.many import ClassTray, enrol_all, settle
from fewshot_fer.students.store.library import Library
from tests.students.people import AGREED
from tests.students.recogniser import enrolment_at, shown


def png(image: Bytes) -> bytes:
    return cv2.imencode(".png", image[..., ::-1])[1].tobytes()


def files(*names: str, **lists: bytes) -> list[File]:
    told = {f"{name}.csv": data for name, data in lists.items()} | dict.fromkeys(names, b"")
    return [File(name, partial(bytes, data)) for name, data in told.items()]


def whose(found: Sorted) -> list[tuple[str, str | None, str]]:
    return [(one.name, one.expression, one.file.name) for one in found.brought]


def zipped(path: Path, **contents: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


# ------------------------------------------------------------------ whose is which


def test_names_of_files_and_folders_say_whose_they_are() -> None:
    given = files(
        "7b/Anna_Meyer.jpg", "7b/Anna-Lena-happy 2.jpg", "7b/Zoë.HEIC", "7b/Ben/sad-1.jpg",
        "7b/Ben/IMG_2031.jpg", "7b/Cem/happy/a.png",
    )  # fmt: skip
    assert whose(sort_out(given, BASIC)) == [
        ("Anna Meyer", None, "7b/Anna_Meyer.jpg"),
        ("Anna-Lena", "happy", "7b/Anna-Lena-happy 2.jpg"),
        ("Zoë", None, "7b/Zoë.HEIC"),
        ("Ben", "sad", "7b/Ben/sad-1.jpg"),
        ("Ben", None, "7b/Ben/IMG_2031.jpg"),
        ("Cem", "happy", "7b/Cem/happy/a.png"),
    ]


def test_a_folder_of_one_student_is_not_taken_for_a_class() -> None:
    assert whose(sort_out(files("Anna/happy.jpg", "Anna/sad.jpg"), BASIC)) == [
        ("Anna", "happy", "Anna/happy.jpg"),
        ("Anna", "sad", "Anna/sad.jpg"),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_says_whose_they_are(mark: str, encoding: str) -> None:
    rows = ["Photo,Name,Expression", "A1.JPG,Zoë,", "sub\\b.jpg,Ben,Happy", "", "c.jpg,Cem,"]
    listed = "\r\n".join(rows).replace(",", mark).encode(encoding)
    found = sort_out(files("a1.jpg", "sub/b.jpg", "in/c.jpg", class_=listed), BASIC)
    assert whose(found) == [
        ("Zoë", None, "a1.jpg"), ("Ben", "happy", "sub/b.jpg"), ("Cem", None, "in/c.jpg")
    ]  # fmt: skip
    assert found.left_out == []


def test_what_a_list_gets_wrong_is_said_row_by_row_and_the_others_come_in() -> None:
    listed = b"name,photo,expression\nAnna,a.jpg,\nBen,gone.jpg,\n,b.jpg,\nCem,,\nDora,b.jpg,hapy\n"
    found = sort_out(files("a.jpg", "b.jpg", "x.jpg", class_=listed), BASIC)
    assert whose(found) == [("Anna", None, "a.jpg")]
    said = "\n".join(found.left_out)
    for part in ("Row 3 (Ben): There is no gone.jpg", "Row 4 (no name): The name is empty",
                 "Row 5 (Cem): No photograph is named", "Row 6 (Dora)", "Did you mean 'happy'",
                 "x.jpg: no row of the list names it"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("name;photo\nAnna;a.jpg\nJérôme;j.jpg".encode("cp1252"), "letters of row 3"),
        (b"who,where\nAnna,a.jpg", "which column is which"),
        (b"", "which column is which"),
        (b"name,photo\n" + b"x" * 2_000_000, "too long"),
        (b'name,photo\nAnna,"' + b"x" * 200_000, "damaged"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole(listed: bytes, said: str) -> None:
    with pytest.raises(ReferenceImageError, match=said):
        sort_out(files("a.jpg", class_=listed), BASIC)


def test_two_lists_and_none_at_all() -> None:
    with pytest.raises(ReferenceImageError, match="2 lists"):
        sort_out(files(a=b"", b=b""), BASIC)
    with pytest.raises(ReferenceImageError, match="no photographs"):
        sort_out([], BASIC)


# ------------------------------------------------------------------ folders and zips


def test_a_folder_a_zip_and_a_list_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for name in ("Anna.jpg", "Ben.jpg", ".DS_Store", "notes.txt"):
        (tmp_path / "class" / name).write_bytes(b"x")
    (tmp_path / "class" / "list.csv").write_bytes(b"name,photo\n")
    packed = zipped(tmp_path / "class.zip", **{"Anna.jpg": b"x", "__MACOSX/._Anna.jpg": b"y",
                                               "Ben.jpg": b"x", "list.csv": b""})  # fmt: skip
    for path in (tmp_path / "class", packed, tmp_path / "class" / "list.csv"):
        with opened(path) as found:
            assert {one.name for one in found} == {"Anna.jpg", "Ben.jpg", "list.csv"}
            assert next(one for one in found if one.name == "Ben.jpg").read() == b"x"


def test_what_is_dropped_may_be_zips_among_files(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "a.zip", **{"Anna.jpg": b"a"})
    given = [("7b.zip", BytesIO(packed.read_bytes())), ("Ben.jpg", BytesIO(b"b"))]
    found = bundles.dropped(given)
    assert [(one.name, one.read()) for one in found] == [("Anna.jpg", b"a"), ("Ben.jpg", b"b")]


def test_no_such_place_and_no_zip(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"words")
    for name, said in (("gone.zip", "no such file"), ("a.zip", "no zip file")):
        with pytest.raises(ReferenceImageError, match=said), opened(tmp_path / name):
            pass


def test_one_bomb_among_two_thousand_harms_nobody(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "LARGEST", 1_000_000)
    good = png(shown("neutral", 1))
    contents = {f"S{k:04}.png": good for k in range(1_999)} | {"Bomb.png": bytes(50_000_000)}
    packed = zipped(tmp_path / "class.zip", **contents)
    with opened(packed) as found:
        by_name = {one.name: one for one in found}
        assert len(by_name) == 2_000
        with pytest.raises(ReferenceImageError, match="too large"):
            by_name["Bomb.png"].read()
        few = [by_name[name] for name in ("Bomb.png", "S0000.png", "S1998.png")]
        tray = ClassTray()
        tray.bring(sort_out(few, BASIC), enrolment_at(library).gate)
    assert [len(who.tray.entries) for who in tray.people] == [1, 1, 1]
    with pytest.raises(ReferenceImageError, match="2001"):
        bundles.wanted([File(f"{k}.jpg", bytes) for k in range(2_001)], "x")


def test_a_zip_that_lies_or_is_broken_loses_that_file_alone(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "a.zip", **{"Anna.jpg": b"a" * 500, "Ben.jpg": b"b" * 500})
    data = bytearray(packed.read_bytes())
    place = data.index(b"Anna.jpg") + len("Anna.jpg")
    data[place : place + 4] = b"\xff\xff\xff\xff"
    packed.write_bytes(data)
    with opened(packed) as found:
        anna, ben = found
        with pytest.raises(ReferenceImageError, match="encrypted or damaged"):
            anna.read()
        assert ben.read() == b"b" * 500


# ------------------------------------------------------------------ all together


@pytest.fixture
def tray_of(library: Library) -> Callable[..., ClassTray]:
    def made(listed: str = "", **pictures: Bytes) -> ClassTray:
        given = [File(f"{name}.png", partial(png, image)) for name, image in pictures.items()]
        given += [File("list.csv", listed.encode)] if listed else []
        tray = ClassTray()
        tray.bring(sort_out(given, BASIC), enrolment_at(library).gate)
        return tray

    return made


def asked(tray: ClassTray, library: Library) -> dict[str, list[Code]]:
    names = [one.name for one in library.students()]
    return {
        one.who.name: [reason.code for reason in one.asked]
        for one in tray.standing(enrolment_at(library).look, names)
    }


def test_everybody_is_enrolled_with_the_one_consent(
    library: Library, tray_of: Callable[..., ClassTray]
) -> None:
    happy = {"Ben-happy": shown("happy", 3)}
    tray = tray_of(Anna=shown("neutral", 1), Ben=shown("neutral", 2), **happy)
    enrolment = enrolment_at(library)
    standing = tray.standing(enrolment.look, ())
    assert all(one.ready for one in standing)
    came = enrol_all(standing, enrolment, AGREED)
    assert [(one.student.name, one.student.counts) for one in came] == [
        ("Anna", {"neutral": 1}), ("Ben", {"neutral": 1, "happy": 1})
    ]  # fmt: skip
    assert {library.open(one.student.id).consent for one in came} == {AGREED}
    assert asked(tray, library) == {
        "Anna": [Code.ENROLLED_ALREADY], "Ben": [Code.ENROLLED_ALREADY]
    }  # fmt: skip


def test_who_waits_for_an_answer_holds_nobody_else_up(
    library: Library, tray_of: Callable[..., ClassTray]
) -> None:
    dark = np.zeros((192, 192, 3), np.uint8)
    same = shown("neutral", 5)
    tray = tray_of(
        "name,photo\nAnna,a.png\nanna,b.png\nBen,c.png\nCem,d.png\nDora,e.png\nEva,f.png\n",
        a=shown("neutral", 1), b=shown("neutral", 2), c=same, d=same, e=dark, f=shown("neutral", 6),
    )  # fmt: skip
    assert asked(tray, library) == {
        "Anna": [], "anna": [Code.NAME_TWICE], "Ben": [Code.PICTURE_OF_TWO],
        "Cem": [Code.PICTURE_OF_TWO], "Dora": [Code.NO_USABLE_PICTURE], "Eva": [],
    }  # fmt: skip
    tray.rename(tray.people[1], "Anna K.")
    cem = tray.people[3].tray
    cem.drop(next(iter(cem.entries)))
    assert asked(tray, library)["Anna K."] == []
    assert asked(tray, library)["Ben"] == []


def test_two_rows_may_be_one_student(library: Library, tray_of: Callable[..., ClassTray]) -> None:
    tray = tray_of(
        "name,photo\nAnna,a.png\nAnna,b.png\n", a=shown("neutral", 1), b=shown("neutral", 2)
    )
    tray.join(tray.people[1])
    assert asked(tray, library) == {"Anna": []}
    assert len(tray.people[0].tray.entries) == 2


def test_a_face_that_looks_otherwise_is_asked_about_and_all_such_answers_are_one(
    library: Library, tray_of: Callable[..., ClassTray]
) -> None:
    tray = tray_of(Anna=shown("happy", 1), Ben=shown("sad", 2), Cem=shown("neutral", 3))
    codes = asked(tray, library)
    assert codes["Anna"] == codes["Ben"] == [Code.LIKE_MOST_PEOPLES]
    settle(tray.standing(enrolment_at(library).look, ()))
    assert asked(tray, library) == {"Anna": [], "Ben": [], "Cem": []}
