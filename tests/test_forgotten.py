"""Whoever is deleted is in no byte of any file: names, ids, pictures and vectors are searched for.

Everything that a server keeps lies below one folder here, `TMPDIR` too: library, index, cache,
record with its log, lines that wait, tokens, links. The search looks into files as they lie on the
disk, database pages and all, and at their names.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from gc import collect
from pathlib import Path
from weakref import ref

import pytest

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.records.backlog import Backlog
from fewshot_fer.records.folders import opened, waiting_files
from fewshot_fer.records.recording import agree, remove_student
from fewshot_fer.records.values import Mark
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store import index
from fewshot_fer.students.store.records import EVERY, NewReference, Purpose
from fewshot_fer.students.store.retention import expire
from fewshot_fer.web.pages.parts import desk
from tests.records.views import second
from tests.students.people import AGREED, calibration, library_at, reference
from tests.students.recogniser import TinyRecogniser, shown
from tests.web.house import House, house_at

NAME = "Ännchen Quillfeather"
ID, OTHER = "s00quill", "s00other"
TILE = 24
"""Bytes of a picture or a vector that nothing else would have by chance."""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A server that knows two students in every way in which students are known."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(index, "_FEW", 0)
    house = house_at(tmp_path)
    names = iter((ID, OTHER))
    house.library._new_id = lambda: next(names)
    for name in (NAME, "Ben Other"):
        faces = [NewReference("happy", portrait=shown("happy", len(name)), source=f"{name}.jpg")]
        student = house.library.create(name, AGREED, [*faces, reference("sad", len(name))])
        house.library.calibrate(student.id, calibration(len(name)))
        house.credentials.tokens.make(f"for {student.name}", student=student.id)
        house.portal.invitations.make("c1", "7b", student=student.id)
    house.portal.invitations.make("c1", "7b", may_pick=[ID, OTHER])
    Roster(house.library, TinyRecogniser()).prototypes(ID)
    house.library.students()
    records = house.settings.records
    with opened(records) as store:
        session = store.begin("7b", per_student=True)
        seen = [second(k, {ID: "happy", OTHER: "sad"}) for k in range(40)]
        store.write(session, seen, [Mark(3, "quiz")])
    Backlog(Path(f"{waiting_files(records)}{session}")).keep(
        session, [second(40, {ID: "happy", OTHER: "sad"})], []
    )
    return house


def needles(house: House, student: str) -> dict[str, list[bytes]]:
    """Names, ids, and pieces of everything in a student's folder."""
    name = house.library.open(student).name
    found = {
        "name": [name.encode(), name.encode("utf-16-le"), json.dumps(name)[1:-1].encode()],
        "id": [student.encode()],
        "bytes": [],
    }
    for path in sorted(house.library.store.home(student).rglob("*")):
        if path.suffix in (".png", ".safetensors"):
            data = path.read_bytes()
            found["id"].append(path.stem.encode())
            # Behind what all pictures and all vectors begin with, before what they end with.
            found["bytes"] += [data[at : at + TILE] for at in range(400, len(data) - 40, TILE)]
            found["bytes"] += [data[-TILE - 4 : -4]] if path.suffix == ".safetensors" else []
    return found


def left(folder: Path, searched: dict[str, list[bytes]]) -> Iterator[str]:
    """Where something is found: the kind of it, and the file."""
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        for kind, pieces in searched.items():
            if any(piece in data or piece in str(path).encode() for piece in pieces):
                yield f"{kind} in {path.relative_to(folder)}"


def by_command(house: House) -> None:
    remove_student(house.library, house.settings.records, ID, beside=house.folder)


def by_a_page(house: House) -> None:
    house.portal.forget(ID)


def by_retention(house: House) -> None:
    house.library.keep(ID, house.library.now().date() - timedelta(days=1))
    expire(house.library, remove=house.portal.forget)


@pytest.mark.parametrize("way", [by_command, by_a_page, by_retention])
def test_nothing_is_left_of_who_is_deleted(
    way: Callable[[House], None], house: House, tmp_path: Path
) -> None:
    theirs, others = needles(house, ID), needles(house, OTHER)
    before = set(left(tmp_path, theirs))
    assert {one.split()[0] for one in before} == {"name", "id", "bytes"}
    assert any("index" in one for one in before)
    assert any("record.db" in one for one in before)
    assert any("tokens.json" in one for one in before)
    way(house)
    assert list(left(tmp_path, theirs)) == []
    assert {one.split()[0] for one in left(tmp_path, others)} == {"name", "id", "bytes"}


class Made:
    """Something that was worked out of a student."""


@pytest.mark.parametrize("way", [by_command, by_a_page, by_retention])
def test_nothing_that_was_worked_out_of_them_stays_in_memory(
    way: Callable[[House], None], house: House
) -> None:
    kept = {id_: ref(house.remembered.of(id_, "card", 1, Made)) for id_ in (ID, OTHER)}
    assert house.remembered.of(ID, "card", 1, Made) is kept[ID]()
    assert house.remembered.of(ID, "card", 2, Made) is not kept[ID](), "it depends on that"
    kept[ID] = ref(house.remembered.of(ID, "card", 2, Made))
    way(house)
    if way is by_command:
        house.forget_who_left()  # As the server does every few seconds.
    collect()
    assert (kept[ID]() is None, kept[OTHER]() is None) == (True, False)


def test_a_portrait_is_not_shown_of_who_is_gone(house: House) -> None:
    who = house.library.open(ID)
    assert desk.face(house, who).startswith("data:image/jpeg")
    house.portal.forget(ID)
    with pytest.raises(FewshotFerError):
        desk.face(house, who)


def test_nothing_is_left_after_a_crash_in_the_middle_once_it_is_opened(
    house: House, tmp_path: Path
) -> None:
    theirs = needles(house, ID)
    home = house.library.store.home(ID)
    remove_student(house.library, house.settings.records, ID, beside=house.folder)
    (tmp_path / "support_sets" / ".trash-0123").mkdir()
    (tmp_path / "support_sets" / ".trash-0123" / "student.yaml").write_text(NAME)
    (tmp_path / "support_sets" / ".index" / ".students.json.0a0b0c0d.tmp").write_text(NAME)
    assert not home.exists()
    library_at(house.library.folder)
    assert list(left(tmp_path, theirs)) == []


def test_numbers_go_with_their_purpose(house: House, tmp_path: Path) -> None:
    consent = replace(AGREED, purposes=EVERY - {Purpose.NUMBERS})
    agree(house.library, house.settings.records, ID, consent)
    record = [one for one in left(tmp_path, {"id": [ID.encode()]}) if "record.db" in one]
    assert record == []


def test_pictures_go_with_their_purpose(house: House, tmp_path: Path) -> None:
    theirs = {"bytes": needles(house, ID)["bytes"]}
    consent = replace(AGREED, purposes=EVERY - {Purpose.PICTURES})
    house.portal.agree(ID, consent)
    assert list(left(tmp_path, theirs)) == []


def test_everything_that_is_kept_is_for_our_eyes_alone(house: House) -> None:
    folders = [house.library.folder, house.folder]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kept = [*folders, *inside, *house.library.folder.parent.glob("record.db*")]
    assert len(kept) > 20
    # A lock is empty, and lies below a folder that nobody else may enter.
    assert [one.name for one in kept if one.stat().st_mode & 0o077 and one.suffix != ".lock"] in (
        [], [".lock"],
    )  # fmt: skip
