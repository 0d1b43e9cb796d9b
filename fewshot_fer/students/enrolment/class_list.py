"""Whose photographs these are: from a list (CSV), or from the names of files and folders."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import PurePosixPath
from typing import Final

from fewshot_fer.errors import FewshotFerError, ReferenceImageError
from fewshot_fer.images import SUFFIXES
from fewshot_fer.languages import Phrase
from fewshot_fer.students.enrolment.bundles import LISTS, File
from fewshot_fer.students.enrolment.folders import expression_of
from fewshot_fer.students.store.names import display_name, known_expression

_LARGEST_LIST: Final = 1_000_000
_NAME: Final = frozenset("name student names students".split())
_PHOTO: Final = frozenset("photo photograph picture image file photos filename".split())
_SHOWS: Final = frozenset("expression shows".split())


@dataclass(frozen=True, slots=True)
class Brought:
    """A photograph of a bundle and whose it is."""

    name: str
    expression: str | None
    file: File
    row: int | None = None
    """The list's row, where there is a list."""


@dataclass(slots=True)
class Sorted:
    """Whose photographs a bundle holds, and in words what of it led nowhere."""

    brought: list[Brought] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def sort_out(files: Sequence[File], expressions: Iterable[str]) -> Sorted:
    """By the list where there is one, else by the names of files and folders."""
    known = tuple(expressions)
    pictures = [one for one in files if one.suffix in SUFFIXES]
    lists = [one for one in files if one.suffix in LISTS]
    if len(lists) > 1:
        raise ReferenceImageError(
            Phrase(
                "There are {number} lists: {names}.",
                number=len(lists),
                names=", ".join(one.name for one in lists),
            ),
            next_step="Bring one list with all names.",
        )
    found = _by_list(lists[0], pictures, known) if lists else _by_names(pictures, known)
    if not found.brought and not found.left_out:
        raise ReferenceImageError(
            "There are no photographs here.",
            next_step="Name each after its student, such as Anna Meyer.jpg, or add a list (CSV) "
            "with the columns name and photo.",
        )
    return found


# ------------------------------------------------------------------ names of files


def _by_names(pictures: Sequence[File], known: Sequence[str]) -> Sorted:
    found = Sorted()
    paths = [PurePosixPath(one.name) for one in pictures]
    shared = _shared(paths, known)
    for file, path in zip(pictures, paths, strict=True):
        inside = path.parts[shared:]
        called, shows = (inside[0], None) if len(inside) > 1 else _parted(path.stem, known)
        shows = expression_of("/".join(inside[1:]), known) if len(inside) > 1 else shows
        try:
            found.brought.append(Brought(display_name(called.replace("_", " ")), shows, file))
        except FewshotFerError:
            found.left_out.append(Phrase("{name}: its name is no student's.", name=file.name))
    return found


def _shared(paths: Sequence[PurePosixPath], known: Sequence[str]) -> int:
    """How many folders lie around all: a zip of a folder has one that is nobody."""
    depth = 0
    while paths and all(len(path.parts) > depth + 1 for path in paths):
        if len({path.parts[depth] for path in paths}) > 1:
            break
        if all(expression_of("/".join(path.parts[depth + 1 :]), known) for path in paths):
            break  # One student's folder with pictures of expressions.
        depth += 1
    return depth


def _parted(stem: str, known: Sequence[str]) -> tuple[str, str | None]:
    """Anna Meyer-happy 2 is Anna Meyer, happy."""
    words = unicodedata.normalize("NFC", stem.replace("_", " "))
    words = re.sub(r"[\s-]*\(?\d{1,3}\)?$", "", words) or words
    for name in sorted(known, key=len, reverse=True):
        spelt = re.escape(name).replace(r"\-", r"[\s-]")
        if part := re.fullmatch(rf"(.+?)[\s-]+{spelt}", words, re.IGNORECASE):
            return part[1], name
    return words, None


# ------------------------------------------------------------------ a list


def _by_list(listed: File, pictures: Sequence[File], known: Sequence[str]) -> Sorted:
    rows, columns = _rows(listed)
    found = Sorted()
    by_path = {one.name.casefold(): one for one in pictures}
    by_end: dict[str, list[File]] = {}
    for one in pictures:
        by_end.setdefault(PurePosixPath(one.name).name.casefold(), []).append(one)
    taken: set[str] = set()
    for number, row in rows:
        cells = {what: row[at].strip() for what, at in columns.items() if at < len(row)}
        if not any(cells.values()):
            continue
        try:
            name = display_name(cells.get("name", ""))
            shows = cells.get("shows")
            expression = known_expression(shows, known) if shows else None
            file = _photograph(cells.get("photo", ""), by_path, by_end)
        except FewshotFerError as error:
            about = cells.get("name") or "no name"
            found.left_out.append(
                Phrase(
                    "Row {number} ({about}): {what} {next_step}",
                    number=number, about=about, what=error.what, next_step=error.next_step,
                )
            )  # fmt: skip
            continue
        taken.add(file.name)
        found.brought.append(Brought(name, expression, file, number))
    nobody = [one.name for one in pictures if one.name not in taken]
    found.left_out += [Phrase("{name}: no row of the list names it.", name=name) for name in nobody]
    return found


def _photograph(
    path: str, by_path: Mapping[str, File], by_end: Mapping[str, Sequence[File]]
) -> File:
    """The photograph that a row means: by its path, else by its name where one has it."""
    if not path:
        raise ReferenceImageError("No photograph is named.", next_step="Fill in its file name.")
    wanted = path.replace("\\", "/").casefold()
    same_end = by_end.get(PurePosixPath(wanted).name, ())
    if wanted in by_path:
        return by_path[wanted]
    if len(same_end) == 1:
        return same_end[0]
    if same_end:
        raise ReferenceImageError(
            Phrase("{number} photographs are called {path}.", number=len(same_end), path=path)
        )
    raise ReferenceImageError(
        Phrase("There is no {path}.", path=path), next_step="Bring that photograph too."
    )


def _rows(listed: File) -> tuple[list[tuple[int, list[str]]], dict[str, int]]:
    """The numbered rows of a list, and which of its columns holds what."""
    text = _text(listed)
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = list(enumerate(csv.reader(StringIO(text, ""), delimiter=mark), start=1))
    except csv.Error as error:
        raise ReferenceImageError(
            "The list is damaged.", where=listed.name, next_step="Save it as CSV once more."
        ) from error
    heads = [cell.strip().casefold() for cell in rows[0][1]] if rows else []
    columns = {
        what: next((at for at, head in enumerate(heads) if head in names), -1)
        for what, names in (("name", _NAME), ("photo", _PHOTO), ("shows", _SHOWS))
    }
    if columns["name"] < 0 or columns["photo"] < 0:
        raise ReferenceImageError(
            "The list's first row does not say which column is which.",
            where=listed.name,
            next_step="Write name and photo (and, where you like, expression) over the columns.",
        )
    return rows[1:], {what: at for what, at in columns.items() if at >= 0}


def _text(listed: File) -> str:
    data = listed.read()
    if len(data) > _LARGEST_LIST:
        raise ReferenceImageError(
            "The list is too long.", where=listed.name, next_step="Bring one class at a time."
        )
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReferenceImageError(
            Phrase(
                "The letters of row {line} cannot be read, so names would come in wrong.", line=line
            ),
            where=listed.name,
            next_step="Save the list as “CSV UTF-8” and bring it again.",
        ) from error
