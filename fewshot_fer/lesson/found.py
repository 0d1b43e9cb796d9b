"""What was found in pictures and videos, as other programs read it: a document, or a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from fewshot_fer.reasons import Reason
from fewshot_fer.sentences import sentence

if TYPE_CHECKING:
    from fewshot_fer.lesson.clips import Clip


class FaceRead(Protocol):
    """A face of a picture or of a frame, and what was read in it; a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def box(self) -> tuple[float, ...]:
        """x0, y0, x1, y1 in pixels."""
        ...

    @property
    def expression(self) -> str:
        """What it most probably shows."""
        ...

    @property
    def unsure(self) -> Reason | None:
        """Why that is not said; None where it is."""
        ...

    @property
    def scores(self) -> Mapping[str, float]:
        """How probable each expression is."""
        ...


@dataclass(slots=True)
class Found:
    """Pictures with their faces, and videos."""

    pictures: list[tuple[Path, Sequence[FaceRead]]] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.pictures or self.clips)


Row = tuple[str | None, float | None, int, FaceRead]
"""A face with its picture's path, its second (of a video), and its place or track."""


def document(found: Found) -> dict[str, list[dict[str, Any]]]:
    """The pictures, and the videos (where there are any) with a list of frames each."""
    images = [picture(str(path), faces) for path, faces in found.pictures]
    videos = [
        asdict(clip)
        | {"path": str(clip.path), "frames": [frame(one.time, one.faces) for one in clip.frames]}
        for clip in found.clips
    ]
    return {"images": images, "videos": videos} if videos else {"images": images}


def picture(path: str | None, faces: Iterable[FaceRead]) -> dict[str, Any]:
    """One picture of a document."""
    return {"path": path, "faces": [_face(face) for face in faces]}


def frame(time: float, faces: Iterable[FaceRead]) -> dict[str, Any]:
    """One frame of a video in a document."""
    return {"time": time, "faces": [_face(face) for face in faces]}


def columns(found: Found) -> dict[str, list[Any]]:
    """A row a face: in pictures it has a place from the left, in videos a time and a track."""
    rows: list[Row] = [
        (str(path), None, place, face)
        for path, faces in found.pictures
        for place, face in enumerate(faces, 1)
    ]
    rows += [
        (str(clip.path), frame.time, face.track, face)
        for clip in found.clips
        for frame in clip.frames
        for face in frame.faces
    ]
    return table(rows)


def table(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """The columns of some rows."""
    found: dict[str, list[Any]] = {
        "path": [path for path, *_ in rows],
        "time": [time for _, time, *_ in rows],
        "face": [number for _, _, number, _ in rows],
    }
    for k, edge in enumerate(("x0", "y0", "x1", "y1")):
        found[edge] = [face.box[k] for *_, face in rows]
    documents = [_face(face) for *_, face in rows]
    for what in ("expression", "unsure", "unsure_code", "student", "quality"):
        found[what] = [face[what] for face in documents]
    names = expressions_in(face for *_, face in rows)
    return found | {name: [face.scores.get(name) for *_, face in rows] for name in names}


def _face(face: FaceRead) -> dict[str, Any]:
    """A face, with why it is unsure as a sentence for people and a code for programs."""
    said: dict[str, Any] = {}
    for name, value in asdict(face).items():
        said[name] = value
        if name == "unsure":
            why = face.unsure
            said |= {
                "unsure": sentence(why) if why is not None else None,
                "unsure_code": why.code if why is not None else None,
            }
    return said


def expressions_in(faces: Iterable[FaceRead]) -> tuple[str, ...]:
    """Every expression that some of the faces were asked about, in order."""
    return tuple(dict.fromkeys(name for face in faces for name in face.scores))
