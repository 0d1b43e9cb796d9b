"""Videos that are read from beginning to end, not live: every frame counts, none is dropped."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError, SourceError
from fewshot_fer.faces.follower import FaceFollower, Rhythm
from fewshot_fer.images import SUFFIXES
from fewshot_fer.languages import Phrase
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.lesson.pacing import ahead
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import VIDEO_SUFFIXES, Pictures, length_of, video
from fewshot_fer.lesson.who import OnlyOne
from fewshot_fer.reasons import Reason
from fewshot_fer.records.views import Seen, View

RHYTHM: Final = Rhythm(sweep=1.0)
"""Where nobody waits for a new face, half as many searches of whole frames will do."""
_WHOLE: Final = 0.9
"""A video that ends before this share of its length is broken off."""


@dataclass(frozen=True, slots=True)
class ClipFace:
    """One face in one frame of a video."""

    box: tuple[float, ...]
    """x0, y0, x1, y1 in pixels."""
    track: int
    """The same number for the same face, as long as it is followed."""
    expression: str
    """Smoothed over time, as in a live class."""
    scores: Mapping[str, float]
    unsure: Reason | None
    student: str | None
    quality: float


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """One frame of a video."""

    time: float
    faces: tuple[ClipFace, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A whole video."""

    path: Path
    width: int
    height: int
    frames: tuple[ClipFrame, ...]
    broken: str | None = None
    """What is missing of it, in plain words."""


OnFrame = Callable[[Bytes, ClipFrame], None]
"""Is shown every frame [h,w,3] with what was read in it."""


def clip_session(here: OpenClass, student: str | None) -> ClassSession:
    """A session for one video; of `student` (an id), where that is given, and of nobody else.

    Whoever asks about a file answers for who is in it, as with a photograph.
    """
    namer = here.namer(student)
    if student is not None and here.faces is not None:
        namer = OnlyOne(here.namer(), student)
    follower = FaceFollower(here.recognizer.detector, rhythm=RHYTHM)
    return ClassSession(
        here.recognizer,
        here.members,
        follower=follower,
        namer=namer,
        watching=here.watching(),
        everybody=True,
    )


def watch_clip(
    path: Path,
    session: ClassSession,
    *,
    every: float = 0.0,
    pictures: Pictures | None = None,
    on_frame: OnFrame | None = None,
    note: Callable[[View], None] = lambda _: None,
) -> Clip:
    """Read a video; with `every` only one frame in so many seconds."""
    frames: list[ClipFrame] = []
    size = (0, 0)
    with closing(frames_of(path, session, every=every, pictures=pictures, note=note)) as seen:
        for image, frame in seen:
            size = (image.shape[1], image.shape[0])
            frames.append(frame)
            if on_frame is not None:
                on_frame(image, frame)
    return Clip(path, *size, tuple(frames), _broken(frames, length_of(path), every))


def frames_of(
    path: Path,
    session: ClassSession,
    *,
    every: float = 0.0,
    pictures: Pictures | None = None,
    note: Callable[[View], None] = lambda _: None,
) -> Generator[tuple[Bytes, ClipFrame]]:
    """A video's frames [h,w,3] with what is read in them, one after the other."""
    if not path.exists():
        raise SourceError("There is no such file.", where=str(path), next_step="Check its name.")
    with closing(ahead(pictures or video(path, every=every))) as captured:
        for one in captured:
            view = session.look(one.image, one.time)
            note(view)
            yield one.image, ClipFrame(round(view.time, 3), tuple(_faces(view)))


def seconds_by_expression(clip: Clip) -> dict[int, dict[str, float]]:
    """For every track how long it surely showed what; "" is how long it was unsure."""
    found: dict[int, dict[str, float]] = {}
    for frame, lasts in zip(clip.frames, _lasting(clip.frames), strict=True):
        for face in frame.faces:
            shown = found.setdefault(face.track, {})
            name = face.expression if face.unsure is None else ""
            shown[name] = shown.get(name, 0.0) + lasts
    return found


def find_material(paths: Iterable[Path]) -> Iterator[Path]:
    """The files as given, and every picture and video below the folders, in order."""
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        else:
            yield path


def _faces(view: View) -> Iterator[ClipFace]:
    for face in view.seen:
        if face.reading is not None:
            yield ClipFace(
                box=tuple(round(edge, 1) for edge in face.box),
                track=face.track,
                expression=face.reading.expression,
                scores={name: round(score, 4) for name, score in face.reading.scores.items()},
                unsure=_why(face),
                student=face.student,
                quality=round(face.quality.score, 3) if face.quality is not None else 0.0,
            )


def _why(face: Seen) -> Reason | None:
    """Why a reading is unsure: by itself, or because the face can hardly be seen."""
    if face.reading is None or face.reading.unsure is not None:
        return face.reading.unsure if face.reading is not None else None
    return face.quality.reason if face.quality is not None else None


def _lasting(frames: Sequence[ClipFrame]) -> list[float]:
    """How long every frame is to be seen; the last as long as the one before."""
    steps = [after.time - before.time for before, after in pairwise(frames)]
    return [*steps, steps[-1] if steps else 0.0]


def _broken(frames: Sequence[ClipFrame], length: float | None, every: float) -> str | None:
    if length is None or not frames:
        return None
    read = frames[-1].time + max(every, 1.0)
    if read >= _WHOLE * length:
        return None
    return f"It breaks off after {frames[-1].time:.0f} of {length:.0f} seconds."


def _below(folder: Path) -> list[Path]:
    known = SUFFIXES | VIDEO_SUFFIXES
    found = sorted(path for path in folder.rglob("*") if path.suffix.casefold() in known)
    if not found:
        raise ImageError(
            "There is no picture and no video in this folder.",
            where=str(folder),
            next_step=Phrase("They end with one of {known}.", known=" ".join(sorted(known))),
        )
    return found
