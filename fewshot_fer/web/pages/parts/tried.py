"""Pictures and videos that are only tried: read, shown, never stored."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from fewshot_fer.classroom.report.summary import Timeline
from fewshot_fer.classroom.sources import video
from fewshot_fer.stills import NamedFace, name_faces
from fewshot_fer.students.roster import Roster

VIDEOS = ("mp4", "mov", "avi", "mkv", "webm", "m4v", "mpg", "mpeg")
_LOOKS = 240
"""A video is looked at about so many times, however long it is."""
_CLOSEST_S = 0.2

Seconds = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """One look: a picture, or a moment of a video."""

    source: str
    time: float | None
    faces: tuple[NamedFace, ...]


def is_video(name: str) -> bool:
    """Whether a file's name says that it is a video."""
    return name.casefold().rsplit(".", 1)[-1] in VIDEOS


def look_at_video(
    name: str, data: bytes, roster: Roster, student: str | None, passed: Seconds
) -> list[Tried]:
    """Every so often a look; `passed` hears the second of the video and its length."""
    with _as_file(name, data) as path:
        length = _length(path)
        every = max(_CLOSEST_S, length / _LOOKS)
        found = []
        with closing(video(path, every=every)) as pictures:
            for captured in pictures:
                passed(captured.time, max(length, captured.time))
                faces = tuple(name_faces(captured.image, roster, student))
                found.append(Tried(name, round(captured.time, 2), faces))
    return found


def timeline(looks: Sequence[Tried], names: Sequence[str]) -> Timeline:
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


def as_json(looks: Sequence[Tried]) -> bytes:
    """As `fewshot-fer analyze --json` says it; moments of a video have their time."""
    images: list[dict[str, Any]] = []
    for look in looks:
        image: dict[str, Any] = {"path": look.source}
        if look.time is not None:
            image["time"] = look.time
        image["faces"] = [_document(face) for face in look.faces]
        images.append(image)
    return json.dumps({"images": images}, ensure_ascii=False, indent=1).encode()


def as_csv(looks: Sequence[Tried], names: Sequence[str]) -> bytes:
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


def _document(face: NamedFace) -> dict[str, Any]:
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


def _length(path: Path) -> float:
    """A video's seconds, as far as its header tells."""
    capture = cv2.VideoCapture(str(path))
    try:
        frames, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    finally:
        capture.release()
    return float(frames / rate) if frames > 0 and rate > 0 else 0.0
