"""Export and import of a student as one zip; what comes in is not trusted.

Every name in the zip must be one that the student's page names, every file must have the
hash that the list of contents gives, sizes are bounded before anything is unpacked, and
nothing is ever unpacked to a path that the zip chose.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from fewshot_fer.errors import ExportError, FewshotFerError, StudentError
from fewshot_fer.files import stem, write_atomically
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.consent import altered
from fewshot_fer.students.store.contents import Space, names_of
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import is_id
from fewshot_fer.students.store.records import Student, from_yaml, to_yaml
from fewshot_fer.students.store.store import PAGE
from fewshot_fer.students.store.verify import check_file

FORMAT = 1
EXPORTED: Final = "exported a student"
"""What the library tells of it."""
CONTENTS = "contents.json"
MOST_FILES = 2_000
LARGEST_FILE = 1_000_000
LARGEST_STUDENT = 200_000_000
_NAME = re.compile(
    r"student\.yaml|contents\.json"
    r"|references/[^/\\\x00]{1,64}/[0-9a-f]{64}\.(png|json|safetensors)"
    r"|calibrations/[0-9a-f]{64}\.safetensors"
)


@dataclass(frozen=True, slots=True)
class _Contents:
    """The list of contents: whose export it is, and every file's hash."""

    format: int
    id: str
    files: dict[str, str]


_CONTENTS: Final = TypeAdapter(_Contents)
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
    UnicodeDecodeError,
)  # fmt: skip
"""What reading a damaged zip raises."""
# The same student gives the same zip: no file carries the time of its export.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def export_student(library: Library, student_id: str, target: Path) -> Path:
    """Write everything that is known about a student to one zip."""
    name = f"{stem(library.open(student_id).name, library.now())}.zip"
    path = target / name if target.is_dir() else target
    write_atomically(path, exported(library, student_id))
    return path


def exported(library: Library, student_id: str) -> bytes:
    """Everything that is known about a student as a zip's bytes."""
    student = library.open(student_id)
    files = {name: library.read_file(student, name) for name in sorted(names_of(student))}
    files[PAGE] = to_yaml(student)
    contents = {
        "format": FORMAT,
        "id": student.id,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(CONTENTS, _NO_TIME), json.dumps(contents, indent=1))
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), data)
    library.tells(EXPORTED)
    return packed.getvalue()


def import_student(library: Library, source: Path | bytes, *, as_new: str | None = None) -> Student:
    """Bring a student in, whole or not at all; `as_new` gives them another id."""
    zipped = io.BytesIO(source) if isinstance(source, bytes) else source
    source = Path("zip") if isinstance(source, bytes) else source
    files = _unpacked(zipped, source)
    contents = _contents(files.pop(CONTENTS, b""), source)
    if set(contents.files) != set(files):
        raise _refused(source, "The list of contents and the files differ.")
    for name, data in files.items():
        if hashlib.sha256(data).hexdigest() != contents.files[name]:
            raise _refused(source, f"{name} was altered: its hash is wrong.")
    student = _student(contents.id, files, source, library.space)
    if as_new is not None:
        student = replace(student, id=as_new)
    if library.stamp(student.id) is not None:
        raise StudentError(Reason(Code.ALREADY_HERE, name=student.name, student=student.id))
    # An expression that only the other library's class had becomes the student's own.
    named = {reference.expression for reference in student.references}
    own = tuple(sorted(named - set(library.expressions(student))))
    # Classes of another teacher are not ours, though they may be called alike later.
    there = tuple(name for name in student.classes if name in library.classes())
    student = replace(student, own_expressions=(*student.own_expressions, *own), classes=there)
    library.restore(student, {name: data for name, data in files.items() if name != PAGE})
    return student


def _unpacked(zipped: Path | io.BytesIO, source: Path) -> dict[str, bytes]:
    """The zip's files, each read no further than it may be long."""
    try:
        with zipfile.ZipFile(zipped) as archive:
            entries = archive.infolist()
            _check_entries(entries, source)
            return {entry.filename: _read(archive, entry, source) for entry in entries}
    except FileNotFoundError as error:
        raise _refused(source, "There is no such file.") from error
    except _DAMAGE as error:
        raise _refused(source, "It is no zip file, or a damaged one.") from error


def _check_entries(entries: list[zipfile.ZipInfo], source: Path) -> None:
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_STUDENT:
        raise _refused(source, "It is too large for one student.")
    if len(set(names)) != len(names):
        raise _refused(source, "A file is in it twice.")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if not _NAME.fullmatch(entry.filename) or kind not in (0, stat.S_IFREG):
            raise _refused(source, f"{entry.filename!r} does not belong in it.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(source, "It is packed in a way that no export of ours is.")
        if entry.flag_bits & 0x1:
            raise _refused(source, "It is encrypted.")
        if entry.file_size > LARGEST_FILE:
            raise _refused(source, f"{entry.filename} is too large.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Path) -> bytes:
    with archive.open(entry) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) != entry.file_size:
        raise _refused(source, f"{entry.filename} is larger than it says.")
    return data


def _contents(data: bytes, source: Path) -> _Contents:
    try:
        contents = _CONTENTS.validate_json(data)
    except ValidationError as error:
        raise _refused(source, "It has no readable list of contents.") from error
    if contents.format != FORMAT:
        raise _refused(source, f"It has format {contents.format}; this version reads {FORMAT}.")
    if not is_id(contents.id):
        raise _refused(source, "Its list of contents is damaged.")
    return contents


def _student(
    student_id: str, files: dict[str, bytes], source: Path, space: Space | None
) -> Student:
    """The student in the zip, with every file looked into."""
    try:
        student = from_yaml(student_id, files.get(PAGE, b""), where=str(source))
        if names_of(student) | {PAGE} != set(files):
            raise _refused(source, "The student's page and the files differ.")
        if altered(student.consent):
            raise _refused(source, "The agreement in it is to a text that we do not have.")
        for name in names_of(student):
            check_file(name, files[name], space)
    except ExportError:
        raise
    except FewshotFerError as error:
        raise _refused(source, error.what) from error
    return student


def _refused(source: Path, why: str) -> ExportError:
    return ExportError(Reason(Code.EXPORT_REFUSED, why=why), where=str(source))
