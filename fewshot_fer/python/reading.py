"""Reading pictures and videos in one line: of strangers, or of the students of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FolderError, ImageError
from fewshot_fer.faces.identity import Identity
from fewshot_fer.images import read_image
from fewshot_fer.lesson.sources import is_video
from fewshot_fer.lesson.who import likeness
from fewshot_fer.python.pictures import (
    Name,
    Pixels,
    is_many,
    picture_file,
    rgb_of,
)
from fewshot_fer.python.results import Result, Results
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings, load_settings
from fewshot_fer.stills import name_faces
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library

if TYPE_CHECKING:
    from fewshot_fer.lesson.opening import OpenClass

Many = list[Any] | tuple[Any, ...]
"""Several pictures; an element is whatever one may be."""


class Reader:
    """A folder of students and a recogniser; opened when they are first needed."""

    def __init__(self, folder: Name | None = None, *, recognizer: Recognizer | None = None) -> None:
        self.settings = load_settings(None, os.environ, {"support_sets": folder})
        self._given = recognizer
        path = self.settings.support_sets
        if path.exists() and not path.is_dir():
            raise FolderError(
                "This is a file, and a folder of students is needed.",
                where=str(path),
                next_step="Name a folder; it may be one that is not there yet.",
            )
        self.library = Library.of(self.settings)

    @overload
    def read(self, what: Name, student: str | None = None, *, every: float = 0.0) -> Any: ...
    @overload
    def read(self, what: Pixels, student: str | None = None, *, every: float = 0.0) -> Result: ...
    @overload
    def read(self, what: Many, student: str | None = None, *, every: float = 0.0) -> Results: ...

    def read(self, what: object, student: str | None = None, *, every: float = 0.0) -> Any:
        """Name the expression of every face in a picture, in a list of pictures, or in a video.

        As `fewshot_fer.read` does, but of several faces one is read as the `student`'s: the one
        that looks most like them, if any does.
        """
        whom = self.library.find(student).id if student is not None else None
        if isinstance(what, str | os.PathLike) and is_video(Path(what)):
            return self._frames(_file(Path(what)), whom, every)
        if not is_many(what):
            return self._pictures([what], whom, "")[0]
        given = list(what)  # type: ignore[call-overload]
        if not given:
            raise ImageError(
                "There is no picture in this list.", next_step="Was it a path that nothing fits?"
            )
        return Results(self._pictures(given, whom, "picture {}"))

    # ------------------------------------------------------------------ opened when first needed

    @cached_property
    def recognizer(self) -> Recognizer:
        """Finds faces, and names what they show."""
        return self._given or _opened_once(self.settings)

    @cached_property
    def roster(self) -> Roster:
        """The students as the recogniser sees them."""
        return Roster(self.library, self.recognizer)

    @cached_property
    def _identity(self) -> Identity:
        return Identity.of(self.settings)

    @cached_property
    def _opened(self) -> OpenClass:
        """The class as a lesson has it, which knows the faces of the enrolled."""
        from fewshot_fer.lesson.opening import OpenClass

        here = OpenClass.open(self.settings, self.recognizer)
        here.know_faces()
        return here

    @property
    def _names(self) -> dict[str, str]:
        return {student.id: student.name for student in self.library.students()}

    def _pictures(self, given: Sequence[object], student: str | None, where: str) -> list[Result]:
        """Each picture read; an error calls those that are no files `where`."""
        alike = likeness(self.library, self._identity, student) if student is not None else None
        names, read = self._names if student is not None else {}, []
        for place, one in enumerate(given, 1):
            path = picture_file(one) if isinstance(one, str | os.PathLike) else None
            image = rgb_of(one, where.format(place))
            faces = tuple(name_faces(image, self.roster, student, alike))
            again = partial(_same, image) if path is None else partial(read_image, path.absolute())
            read.append(Result(faces, str(path) if path else None, None, again, names))
        return read

    def _frames(self, path: Path, student: str | None, every: float) -> Iterator[Result]:
        from fewshot_fer.lesson.clips import clip_session, frames_of

        here, names = self._opened, self._names
        here.refresh()
        with closing(frames_of(path, clip_session(here, student), every=every)) as frames:
            for image, frame in frames:
                yield Result(frame.faces, str(path), frame.time, partial(_same, image), names)


@overload
def read(what: Name, *, every: float = 0.0) -> Any: ...
@overload
def read(what: Pixels, *, every: float = 0.0) -> Result: ...
@overload
def read(what: Many, *, every: float = 0.0) -> Results: ...


def read(what: object, *, every: float = 0.0) -> Any:
    """Name the expression of every face in a picture, in a list of pictures, or in a video.

    A picture is a path, a file's bytes, a Pillow image or an array in RGB, and gives a `Result`; a
    list of them gives `Results`. A video's path gives an iterator of its frames as `Result`s, with
    `every` one in so many seconds. Faces are read as of strangers; `Class.read` knows students.
    """
    reader: Any = Reader()
    return reader.read(what, every=every)


def _file(path: Path) -> Path:
    """A video that is there: said now, and not when its first frame is asked for."""
    if not path.is_file():
        raise ImageError("There is no such file.", where=str(path), next_step="Check the path.")
    return path


def _same(image: Bytes) -> Bytes:
    return image


def _opened_once(settings: Settings) -> Recognizer:
    """Networks take a second to open, and any number of classes may share them."""
    return _open(settings.model_copy(update={"support_sets": Path(), "records": ""}))


@cache
def _open(settings: Settings) -> Recognizer:
    return Recognizer.of(settings)
