"""An integrity check of every file of the library; changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.students.store.calibration import decode_calibration
from fewshot_fer.students.store.consent import altered
from fewshot_fer.students.store.contents import (
    calibration_file,
    decode_portrait,
    decode_vector,
    names_of,
)
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import is_id
from fewshot_fer.students.store.records import Student, from_yaml
from fewshot_fer.students.store.store import CACHE, PAGE

_OURS = frozenset({"library.yaml", ".lock", ".index", "_class", "README.md"})


_READERS: Mapping[str, Callable[[bytes, str], object]] = {
    "image": lambda data, where: decode_portrait(data, where=where),
    "vector": lambda data, where: decode_vector(data, where=where),
    "calibration": lambda data, where: decode_calibration(data, where=where),
}


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
    for entry in sorted(library.folder.iterdir()):
        if entry.name in _OURS or is_id(entry.name):
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
        student = from_yaml(student_id, page.read_bytes(), where=student_id)
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
    home = library.store.home(student.id)
    remove = "Remove it and add the picture again, or import the student's export."
    known = library.expressions(student)
    for reference in student.references:
        where = f"{student.id}/{reference.file}"
        if reference.expression not in known:
            yield Problem(where, "Its expression was removed.", "It goes with the next change.")
        problem = _content_problem(home / reference.file, reference.sha, reference.kind)
        if problem:
            yield Problem(where, problem, remove)
        try:
            json.loads((home / reference.sidecar).read_bytes())
        except (OSError, ValueError):
            yield Problem(f"{student.id}/{reference.sidecar}", "The notes cannot be read.", remove)
    for sha in student.calibrations:
        problem = _content_problem(home / calibration_file(sha), sha, "calibration")
        if problem:
            yield Problem(
                f"{student.id}/{calibration_file(sha)}", problem, "Undo this calibration."
            )
    named = names_of(student) | {PAGE}
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if name not in named and not path.is_dir() and not name.startswith(f"{CACHE}/"):
            yield Problem(
                f"{student.id}/{name}",
                "The student's page does not name this file.",
                "It is deleted with the student's next change; enrol to add pictures.",
            )


def _content_problem(path: Path, sha: str, kind: str) -> str:
    """What is wrong with a file, or nothing."""
    try:
        data = path.read_bytes()
    except OSError:
        return "The file is missing."
    if hashlib.sha256(data).hexdigest() != sha:
        return "The file was altered: its hash is not its name."
    try:
        _READERS[kind](data, path.name)
    except FewshotFerError as error:
        return error.what
    return ""
