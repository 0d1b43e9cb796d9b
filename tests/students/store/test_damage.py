"""Whatever becomes of a library's files, it is an error of ours, and costs its student alone."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.students.recalibration import history
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store import index
from fewshot_fer.students.store.calibration import (
    Calibration,
    decode_calibration,
    encode_calibration,
)
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import exported, import_student
from fewshot_fer.students.store.records import NewReference
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, NOON, library_at
from tests.students.recogniser import D, TinyRecogniser, shown

DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda data, chance: data[: chance.randrange(len(data) + 1)],
    lambda data, chance: flipped(data, chance, 1),
    lambda data, chance: flipped(data, chance, 20),
    lambda data, chance: data + chance.randbytes(50),
    lambda data, chance: replaced(data, chance),
    lambda data, chance: chance.choice(ODD),
)
ODD: tuple[bytes, ...] = (
    b"", b"null", b"[]", b"{}", b"3", b'"x"', b"[" * 50_000, b"{" * 2_000, b"\xff\xfe\0",
    b"a: &a [*a]", b"NaN", b'{"s001": 3}', b'{"s001": {"stamp": 1}}', b'{"quality": 7}',
    b"- - - -", b"\0" * 100,
)  # fmt: skip
WORDS = (b"1", b"-1", b"null", b"[]", b"{}", b'"x"', b"1e400", b"NaN", b"\xff", b"..", b"'")


def flipped(data: bytes, chance: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for _ in range(count if data else 0):
        changed[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(changed)


def replaced(data: bytes, chance: random.Random) -> bytes:
    """Another word in the place of one."""
    parts = data.split(b" ")
    parts[chance.randrange(len(parts))] = chance.choice(WORDS)
    return b" ".join(parts)


@pytest.fixture
def full(tmp_path: Path) -> Library:
    """Two students with pictures, one with vectors; calibrated, and with words of their own."""
    library = library_at(tmp_path / "library")
    library.add_expression("confused")
    recogniser = TinyRecogniser()
    for name in ("Anna", "Ben"):
        pictures = [NewReference(e, portrait=shown(e, 1), quality={"score": 0.5}, source="a.jpg")
                    for e in ("happy", "sad")]  # fmt: skip
        student = library.create(name, AGREED, pictures)
        z = np.zeros((3, D), np.float32)
        calibration = Calibration(z, ("neutral",) * 3, recogniser.checkpoint_hash, NOON, "x")
        library.calibrate(student.id, calibration)
    vector = NewReference("happy", vector=np.ones(D, np.float32), checkpoint="a" * 64)
    library.create("Carla", AGREED, [vector], keeps="vectors")
    Roster(library, recogniser).prototypes("s001")
    library.students()
    return library


def use_all(folder: Path, away: Path) -> None:
    """Everything that is read of a library; only errors of ours may come of it."""
    with suppress(FewshotFerError):
        library = library_at(folder, start=9)
        roster = Roster(library, TinyRecogniser())
        with suppress(FewshotFerError):
            roster.prototypes(None)
        verify(library)
        for line in library.students():
            with suppress(FewshotFerError):
                student = library.open(line.id)
                roster.prototypes(line.id)
                history(roster, line.id)
                for reference in student.references:
                    library.notes(student, reference)
                (away / "x.zip").write_bytes(exported(library, line.id))
                import_student(library, away / "x.zip", as_new="s777")
                library.remove("s777")
        with suppress(FewshotFerError):
            library.rename("s002", "Bea")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(6))
def test_damage_of_any_file_is_an_error_of_ours(full: Library, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = [p for p in sorted(full.folder.rglob("*")) if p.is_file() and p.name != ".lock"]
    for path in names:
        if path.exists():
            before = path.read_bytes()
            path.write_bytes(chance.choice(DAMAGES)(before, chance))
            use_all(full.folder, tmp_path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(before)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(full: Library, tmp_path: Path) -> None:
    home = full.folder / "s001"
    for path in (home / "student.yaml", home / full.open("s001").references[0].file):
        path.unlink()
        os.mkfifo(path)
        use_all(full.folder, tmp_path)
        path.unlink()
    assert "Bea" in [one.name for one in full.students()]


def test_half_a_letter_in_the_list_of_students_is_not_believed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_FEW", 0)
    library.create("Anna", AGREED)
    file = library.folder / ".index" / "students.json"
    os.utime(library.folder / library.students()[0].id / "student.yaml", (1, 1))
    for half in (b"\xed\xa0\x80", b"\\ud800"):
        assert [one.name for one in Library(library.folder).students()] == ["Anna"]
        file.write_bytes(file.read_bytes().replace(b"Anna", half))
        ben = Library(library.folder).create("Ben", AGREED)
        assert {one.name for one in Library(library.folder).students()} == {"Anna", "Ben"}
        Library(library.folder).remove(ben.id)


def test_half_a_letter_in_a_calibration_is_damage() -> None:
    z = np.zeros((1, D), np.float32)
    whole = encode_calibration(Calibration(z, None, "c", NOON, "AAAAAAA"))
    assert decode_calibration(whole, where="x", space=None).how == "AAAAAAA"
    with pytest.raises(FewshotFerError, match="damaged"):
        decode_calibration(whole.replace(b"AAAAAAA", rb"\\ud800"), where="x", space=None)
