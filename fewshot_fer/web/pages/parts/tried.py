"""Pictures and videos that are only tried: read, shown, never stored."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fewshot_fer.classroom.clips import RHYTHM, ClipFace, watch_clip
from fewshot_fer.classroom.report.summary import Timeline
from fewshot_fer.classroom.session import ClassSession
from fewshot_fer.classroom.sources import VIDEO_SUFFIXES, length_of
from fewshot_fer.classroom.who import OnlyOne, likeness
from fewshot_fer.faces.follower import FaceFollower
from fewshot_fer.stills import Likeness, NamedFace

if TYPE_CHECKING:
    from fewshot_fer.web.service import Service

VIDEOS: Final = sorted(suffix.removeprefix(".") for suffix in VIDEO_SUFFIXES)
EVERY_S: Final = 0.1
"""Of a video so many looks are taken; more would tell little."""

Seconds = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in a picture, or at a moment of a video."""

    source: str
    time: float | None
    faces: tuple[NamedFace | ClipFace, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A video: its looks, and what is missing of it."""

    looks: tuple[Look, ...]
    broken: str | None


def asks(service: Service, student: str) -> Likeness | None:
    """How a student is told from others; None without the identity network."""
    identity = service.opened().identity
    return likeness(service.library, identity, student) if identity is not None else None


def watch(
    service: Service, name: str, data: bytes, student: str | None, passed: Seconds
) -> Watched:
    """Watch a video; `passed` hears where it is and how long it is."""
    here = service.opened()
    here.refresh()
    follower = FaceFollower(here.recognizer.detector, rhythm=RHYTHM)
    namer = None
    if student is not None:
        everybody = here.namer()
        namer = OnlyOne(everybody, student) if everybody is not None else here.namer(student)
    session = ClassSession(here.recognizer, here.members, follower=follower, namer=namer)
    with _as_file(name, data) as path:
        length = length_of(path) or 0.0
        clip = watch_clip(
            path,
            session,
            every=EVERY_S,
            on_frame=lambda _, frame: passed(frame.time, max(length, frame.time)),
        )
    return Watched(tuple(Look(name, frame.time, frame.faces) for frame in clip.frames), clip.broken)


def timeline(looks: Sequence[Look], names: Sequence[str]) -> Timeline:
    """What the faces of a video showed over time."""
    end = max(look.time or 0.0 for look in looks)
    length = max(1, round(end / 120))
    count = int(end // length) + 1
    shown, faces = np.zeros((count, len(names))), np.zeros(count)
    for look in looks:
        place = int((look.time or 0.0) // length)
        faces[place] += len(look.faces)
        for face in look.faces:
            if face.unsure is None:
                shown[place, list(names).index(face.expression)] += 1
    sure = shown.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Timeline(
            np.arange(count) * length, length, shown / sure[:, None], sure / np.maximum(1, faces)
        )


def as_json(looks: Sequence[Look]) -> bytes:
    """As `fewshot-fer analyze --json` says it: pictures, and videos with their frames."""
    images = [
        {"path": look.source, "faces": [_document(face) for face in look.faces]}
        for look in looks
        if look.time is None
    ]
    videos: dict[str, list[dict[str, Any]]] = {}
    for look in looks:
        if look.time is not None:
            faces = [_document(face) for face in look.faces]
            videos.setdefault(look.source, []).append({"time": look.time, "faces": faces})
    document: dict[str, Any] = {"images": images}
    if videos:
        document["videos"] = [{"path": k, "frames": frames} for k, frames in videos.items()]
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def as_csv(looks: Sequence[Look], names: Sequence[str]) -> bytes:
    """A row a face."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["picture", "time", "face", "x0", "y0", "x1", "y1", "expression", "unsure", "quality",
         *names]
    )  # fmt: skip
    for look in looks:
        time = "" if look.time is None else look.time
        for number, face in enumerate(look.faces, start=1):
            scores = [face.scores.get(name, 0.0) for name in names]
            writer.writerow(
                [look.source, time, number, *face.box, face.expression, face.unsure or "",
                 face.quality, *scores]
            )  # fmt: skip
    return text.getvalue().encode()


def _document(face: NamedFace | ClipFace) -> dict[str, Any]:
    return {
        "box": list(face.box),
        "expression": face.expression,
        "scores": dict(face.scores),
        "unsure": face.unsure,
        "student": face.student,
        "quality": face.quality,
    }


@contextmanager
def _as_file(name: str, data: bytes) -> Iterator[Path]:
    """OpenCV reads videos from files only; this one is private and gone afterwards."""
    with TemporaryDirectory(prefix="fewshot-fer-") as folder:
        path = Path(folder) / f"video.{name.rsplit('.', 1)[-1]}"
        path.write_bytes(data)
        yield path
