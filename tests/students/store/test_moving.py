from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fewshot_fer.errors import LibraryError, StudentError
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import export_student, import_student
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, calibration, library_at, reference, tree

Entries = dict[str, bytes]


@pytest.fixture
def exported(library: Library, tmp_path: Path) -> Path:
    library.create("Anna", AGREED, [reference("happy", 1), reference("sad", 2)])
    library.add("s001", [reference("confused", 3)], own=["confused"])
    library.calibrate("s001", calibration(0))
    return export_student(library, "s001", tmp_path / "anna.zip")


def test_export_then_import_is_the_identity(
    library: Library, exported: Path, tmp_path: Path
) -> None:
    other = library_at(tmp_path / "other")
    assert import_student(other, exported) == library.open("s001")
    assert tree(other.folder) == tree(library.folder)
    assert verify(other) == []
    again = export_student(other, "s001", tmp_path)
    assert again.name == "Anna-2026-03-02.zip"
    assert again.read_bytes() == exported.read_bytes()


def test_a_student_who_is_here_is_not_overwritten(library: Library, exported: Path) -> None:
    before = tree(library.folder)
    with pytest.raises(StudentError, match="in this library already"):
        import_student(library, exported)
    assert tree(library.folder) == before
    assert import_student(library, exported, as_new="s777").name == "Anna"


def test_an_expression_of_the_other_class_becomes_the_students_own(tmp_path: Path) -> None:
    here, there = library_at(tmp_path / "here"), library_at(tmp_path / "there")
    here.add_expression("bored")
    here.create("Anna", AGREED, [reference("bored", 1)])
    student = import_student(there, export_student(here, "s001", tmp_path / "a.zip"))
    assert student.own_expressions == ("bored",)
    assert there.open("s001").counts == {"bored": 1}


def picture(entries: Entries) -> str:
    return next(name for name in entries if name.endswith(".png"))


def relist(entries: Entries, **changes: object) -> Entries:
    """The entries with a list of contents that fits them."""
    contents = json.loads(entries["contents.json"])
    contents["files"] = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in entries.items()
        if name != "contents.json"
    }
    return {**entries, "contents.json": json.dumps({**contents, **changes}).encode()}


def without(entries: Entries, name: str) -> Entries:
    return {other: data for other, data in entries.items() if other != name}


HOSTILE: dict[str, Callable[[Entries], Entries]] = {
    "a path that leaves": lambda e: relist({**e, "../evil.png": b"x"}),
    "an absolute path": lambda e: relist({**e, "/evil.png": b"x"}),
    "a path through a reference": lambda e: relist({**e, f"references/../{'a' * 64}.png": b"x"}),
    "a Windows path": lambda e: relist({**e, "references\\x.png": b"x"}),
    "another file": lambda e: relist({**e, f"references/happy/{'a' * 64}.png": b"x"}),
    "a file too many": lambda e: {**e, f"references/happy/{'a' * 64}.png": b"x"},
    "a file missing": lambda e: relist(without(e, picture(e))),
    "a file altered": lambda e: {**e, picture(e): e[picture(e)] + b"?"},
    "a picture under a wrong name": lambda e: relist({**e, picture(e): e[picture(e)] + b"?"}),
    "no picture": lambda e: relist({**e, picture(e): b"GIF89a"}),
    "no contents": lambda e: without(e, "contents.json"),
    "contents that are no JSON": lambda e: {**e, "contents.json": b"["},
    "contents that are deep": lambda e: {**e, "contents.json": b"[" * 100_000},
    "an id that leaves": lambda e: relist(e, id="../x"),
    "a newer format": lambda e: relist(e, format=2),
    "no page": lambda e: relist(without(e, "student.yaml")),
    "a page of a program": lambda e: relist({**e, "student.yaml": b"!!python/object:os.system {}"}),
    "a page without consent": lambda e: relist(
        {**e, "student.yaml": e["student.yaml"].replace(b"sha256: ", b"sha257: ")}
    ),
    "a large file": lambda e: relist({**e, picture(e): b"\0" * 1_000_001}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_and_nothing_is_stored(
    exported: Path, tmp_path: Path, name: str
) -> None:
    with zipfile.ZipFile(exported) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    hostile = tmp_path / "hostile.zip"
    with zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as archive:
        for filename, data in HOSTILE[name](entries).items():
            archive.writestr(filename, data)
    refused(tmp_path, hostile)


def refused(tmp_path: Path, hostile: Path) -> None:
    other = library_at(tmp_path / "inside" / "other")
    with pytest.raises(LibraryError):
        import_student(other, hostile)
    assert tree(tmp_path / "inside") == {}
    assert {path.name for path in tmp_path.iterdir()} <= {
        "support_sets",
        "anna.zip",
        "hostile.zip",
        "inside",
    }


def test_links_doubles_lies_about_size_and_rubbish_are_refused(
    exported: Path, tmp_path: Path
) -> None:
    hostile = tmp_path / "hostile.zip"
    link = zipfile.ZipInfo("student.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(tmp_path, hostile)
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("student.yaml", "a")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("student.yaml", "b")
    refused(tmp_path, hostile)
    data = bytearray(exported.read_bytes())
    data[len(data) // 2] ^= 0xFF
    hostile.write_bytes(data)
    refused(tmp_path, hostile)
    hostile.write_bytes(b"PK\x03\x04 not a zip")
    refused(tmp_path, hostile)
    refused(tmp_path, tmp_path / "missing.zip")
    bomb = bytearray(_zip_of_zeros())
    place = bomb.rindex(b"PK\x01\x02") + 24
    bomb[place : place + 4] = (1000).to_bytes(4, "little")
    hostile.write_bytes(bomb)
    refused(tmp_path, hostile)


def _zip_of_zeros() -> bytes:
    import io

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("student.yaml", b"\0" * 50_000_000)
    return packed.getvalue()


def test_a_zip_that_is_packed_or_named_as_none_of_ours_is_refused(
    exported: Path, tmp_path: Path
) -> None:
    hostile, good = tmp_path / "hostile.zip", exported.read_bytes()
    with zipfile.ZipFile(exported) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(hostile, "w", zipfile.ZIP_LZMA) as archive:
        for filename, data in entries.items():
            archive.writestr(filename, data)
    refused(tmp_path, hostile)
    # Its list says that names are UTF-8, and before the file itself stands one that is not.
    renamed = bytearray(good)
    renamed[good.index(b"PK\1\2") + 9] |= 0x08
    renamed[30] = 0x87
    hostile.write_bytes(renamed)
    refused(tmp_path, hostile)
