"""Photographs of many, as they are handed over: a folder, a zip, files dropped into a page.

A zip is not trusted: a file that is too large, lies about its size or is encrypted is refused by
itself, and the others go on. Nothing is ever unpacked to a disk.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.images import SUFFIXES
from fewshot_fer.languages import Phrase

MOST_FILES: Final = 2_000
LARGEST: Final = 64_000_000
"""Bytes of one file of a zip, unpacked; photographs of 100 megapixels are smaller."""
LARGEST_IN_ALL: Final = 4_000_000_000
LISTS: Final = frozenset((".csv", ".tsv"))
_DAMAGED: Final = (
    zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file of a bundle: its path in it, and how to get its bytes."""

    name: str
    read: Callable[[], bytes]

    @property
    def suffix(self) -> str:
        """The end of its name, in small letters."""
        return Path(self.name).suffix.casefold()


def wanted(files: list[File], where: str) -> list[File]:
    """Pictures and lists, in the order of their names; what systems put beside them is dropped."""
    kept = [one for one in files if one.suffix in SUFFIXES | LISTS and not _hidden(one.name)]
    if len(kept) > MOST_FILES:
        raise ReferenceImageError(
            Phrase(
                "These are {number} files; at most {most} come in at once.",
                number=len(kept),
                most=MOST_FILES,
            ),
            where=where,
            next_step="Bring one class at a time.",
        )
    return sorted(kept, key=lambda one: one.name.casefold())


@contextmanager
def opened(path: Path) -> Iterator[list[File]]:
    """The files of a folder or a zip, as long as it is open."""
    if path.is_dir():
        inside = (found for found in path.rglob("*") if found.is_file())
        files = [File(one.relative_to(path).as_posix(), one.read_bytes) for one in inside]
        yield wanted(files, str(path))
        return
    if path.suffix.casefold() in LISTS:
        with opened(path.parent) as beside:
            others = [one for one in beside if one.suffix not in LISTS]
            yield [File(path.name, path.read_bytes), *others]
        return
    if not path.exists():
        raise ReferenceImageError(
            "There is no such file or folder.", where=str(path), next_step="Check the path."
        )
    with _archive(path, path.name) as archive:
        yield wanted(_zipped(archive), str(path))


def dropped(given: Iterable[tuple[str, BinaryIO]]) -> list[File]:
    """The files that were dropped into a page, with those that are in zips among them."""
    files: list[File] = []
    for name, data in given:
        if name.casefold().endswith(".zip"):
            files += _zipped(_archive(data, name))
        else:
            files.append(File(name, data.read))
    return wanted(files, "")


def _archive(source: Path | BinaryIO, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except _DAMAGED as error:
        raise ReferenceImageError(
            "This is no zip file, or a damaged one.",
            where=name,
            next_step="Bring a folder, a zip, or a CSV beside the photographs.",
        ) from error


def _zipped(archive: zipfile.ZipFile) -> list[File]:
    left = [LARGEST_IN_ALL]

    def reader(entry: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            if entry.file_size > min(LARGEST, left[0]):
                raise _refused(entry, "It is too large once it is unpacked.")
            left[0] -= entry.file_size
            try:
                with archive.open(entry) as file:
                    return file.read(LARGEST)
            except _DAMAGED as error:
                raise _refused(entry, "It is encrypted or damaged.") from error

        return read

    entries = (entry for entry in archive.infolist() if not entry.is_dir())
    return [File(entry.filename.replace("\\", "/"), reader(entry)) for entry in entries]


def _refused(entry: zipfile.ZipInfo, why: str) -> ReferenceImageError:
    return ReferenceImageError(
        why, where=entry.filename, next_step="Bring this photograph by itself."
    )


def _hidden(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
