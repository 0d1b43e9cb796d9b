"""An integrity check of every file of the library; changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fewshot_fer.errors import FewshotFerError, LibraryError
from fewshot_fer.students.store.calibration import decode_calibration
from fewshot_fer.students.store.consent import altered
from fewshot_fer.students.store.contents import (
    Space,
    decode_notes,
    decode_portrait,
    decode_vector,
    is_calibration,
    names_of,
    read_regular,
)
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import is_id
from fewshot_fer.students.store.records import Student, from_yaml
from fewshot_fer.students.store.store import CACHE, PAGE

_OURS = frozenset({"library.yaml", ".lock", ".index", "_class", "README.md"})

_REMOVE = "Remove it and add the picture again, or import the student's export."
_UNDO = "Undo this calibration."


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do."""

    where: str
    what: str
    next_step: str


def verify(library: Library, student_id: str | None = None) -> list[Problem]:
    """Everything that is wrong with the library, or with one student."""
    if student_id is not None:
        library.open(student_id)
        return list(_student_problems(library, student_id))
    try:
        library.class_expressions()
    except FewshotFerError as error:
        return [Problem("_class", error.what, error.next_step)]
    problems = list(_folder_problems(library))
    for one in library.store.ids():
        problems.extend(_student_problems(library, one))
    return problems


def _folder_problems(library: Library) -> Iterator[Problem]:
    if not library.folder.is_dir():
        return
    for file in library.store.unfinished():
        yield Problem(
            file.relative_to(library.folder).as_posix(),
            "A change was cut off here.",
            "It goes away with the next change.",
        )
    for entry in sorted(library.folder.iterdir()):
        if entry.name in _OURS or is_id(entry.name) or entry.name.endswith(".tmp"):
            continue
        left = entry.name.startswith((".staging-", ".trash-", ".writing"))
        yield Problem(
            entry.name,
            "A change was cut off here." if left else "This does not belong to the library.",
            "It goes away with the next change." if left else "Move it somewhere else.",
        )


def _student_problems(library: Library, student_id: str) -> Iterator[Problem]:
    page = library.store.home(student_id) / PAGE
    try:
        student = from_yaml(student_id, read_regular(page), where=student_id)
        if altered(student.consent):
            yield Problem(
                student_id,
                f"The agreement text {student.consent.text} is not the one that was agreed to.",
                "Ask for consent again.",
            )
    except OSError:
        yield Problem(
            student_id,
            "There is no page in this folder.",
            "Import the student again, or delete it.",
        )
        return
    except FewshotFerError as error:
        yield Problem(student_id, error.what, error.next_step)
        return
    yield from _file_problems(library, student)


def _file_problems(library: Library, student: Student) -> Iterator[Problem]:
    home, known = library.store.home(student.id), library.expressions(student)
    for reference in student.references:
        if reference.expression not in known:
            where = f"{student.id}/{reference.file}"
            yield Problem(where, "Its expression was removed.", "It goes with the next change.")
    named = names_of(student)
    for name in sorted(named):
        if what := _wrong_with(home, name, library.space):
            yield Problem(f"{student.id}/{name}", what, _UNDO if is_calibration(name) else _REMOVE)
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if name not in named | {PAGE} and not path.is_dir() and not name.startswith(f"{CACHE}/"):
            yield Problem(
                f"{student.id}/{name}",
                "The student's page does not name this file.",
                "It is deleted with the student's next change; enrol to add pictures.",
            )


def _wrong_with(home: Path, name: str, space: Space | None) -> str:
    """What is wrong with a file, or nothing."""
    try:
        check_file(name, read_regular(home / name), space)
    except OSError:
        return "The file is missing."
    except FewshotFerError as error:
        return error.what
    return ""


def check_file(name: str, data: bytes, space: Space | None) -> None:
    """Raise unless a file of a student is what its name, and the hash in it, say."""
    path = PurePosixPath(name)
    if path.suffix == ".json":
        decode_notes(data, where=path.name)
        return
    if hashlib.sha256(data).hexdigest() != path.stem:
        raise LibraryError("The file was altered: its hash is not its name.")
    if is_calibration(name):
        decode_calibration(data, where=path.name, space=space)
    elif path.suffix == ".png":
        decode_portrait(data, where=path.name)
    else:
        decode_vector(data, where=path.name, space=space)
