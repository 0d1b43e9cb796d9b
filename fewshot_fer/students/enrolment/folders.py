"""Pictures of a folder: one folder an expression, or file names that begin with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePath

from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.images import SUFFIXES
from fewshot_fer.languages import Phrase
from fewshot_fer.students.enrolment.gate import Picture
from fewshot_fer.students.store.names import known_expression


def pictures_in(folder: Path, expressions: Iterable[str]) -> list[Picture]:
    """Every picture of a folder with the expression that its name or its folder gives."""
    known = tuple(expressions)
    if not folder.is_dir():
        raise ReferenceImageError(
            "There is no such folder.", where=str(folder), next_step="Check the path."
        )
    pictures = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if inside := _pictures(path):
                name = _begun(path.name, known) or known_expression(path.name, known)
                pictures += [Picture(name, one, f"{path.name}/{one.name}") for one in inside]
        elif _is_picture(path):
            pictures.append(Picture(_named_by(path, known), path, path.name))
    if not pictures:
        raise ReferenceImageError(
            "There are no pictures in this folder.",
            where=str(folder),
            next_step="Put them in folders such as happy/ and sad/, or name them happy-1.jpg.",
        )
    return pictures


def expression_of(name: str, known: Iterable[str]) -> str | None:
    """The expression that a picture's folder, or else its own name, begins with."""
    path, names = PurePath(name.replace("\\", "/")), tuple(known)
    return _begun(path.parent.name, names) or _begun(path.stem, names)


def _pictures(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.iterdir()) if _is_picture(p) and not p.name.startswith(".")]


def _is_picture(path: Path) -> bool:
    return path.is_file() and path.suffix.casefold() in SUFFIXES


def _named_by(path: Path, known: tuple[str, ...]) -> str:
    found = expression_of(path.name, known)
    if found is None:
        raise ReferenceImageError(
            "The name of this picture does not begin with an expression.",
            where=str(path),
            next_step=Phrase(
                "Name it after one of {known}, such as happy-1{suffix}.",
                known=", ".join(known),
                suffix=path.suffix,
            ),
        )
    return found


def _begun(name: str, known: Iterable[str]) -> str | None:
    """The expression that a name begins with, as whole words; the longest, where several fit."""
    words = re.split(r"[\W_]+", unicodedata.normalize("NFC", name).casefold())
    tidy = "-".join(filter(None, words))
    fitting = [one for one in known if re.match(rf"{re.escape(one)}(?![^\W\d])", tidy)]
    return max(fitting, key=len, default=None)
