"""Pictures and videos that are only tried: read, shown, never stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.files import private_place
from fewshot_fer.images import at_most
from fewshot_fer.lesson.clips import Clip, ClipFrame, clip_session, watch_clip
from fewshot_fer.lesson.drawing import VideoFile, drawn
from fewshot_fer.lesson.found import Found, document
from fewshot_fer.lesson.sources import VIDEO_SUFFIXES, length_of
from fewshot_fer.records.recording import Transcript
from fewshot_fer.records.store import Store
from fewshot_fer.reports.summary import Report, Timeline, read_report
from fewshot_fer.web.app_state import AppState

VIDEOS: Final = sorted(suffix.removeprefix(".") for suffix in VIDEO_SUFFIXES)
EVERY_S: Final = 0.1
"""Of a video so many looks are taken; more would tell little."""

_LONGEST: Final = 960
"""What frames are shrunk to in the copy."""

Steps = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """A video that was watched: what is in it, a copy with boxes, and what a record would say."""

    clip: Clip
    copy: bytes
    transcript: Transcript
    report: Report | None
    """Of the class; None where the video was asked about one student."""
    class_name: str
    """Which class a session of it is of."""


def watch(
    app: AppState, name: str, data: bytes, of: str, student: str | None, passed: Steps
) -> Watched:
    """Watch a video `of` a class, or of everybody; `passed` hears where it is, how long it is."""
    here = app.opened(of)
    here.refresh()
    names = {one.id: one.name for one in app.library.students()}
    transcript = Transcript()
    with private_place(2 * len(data)) as folder:
        path = folder / f"video{Path(name).suffix}"
        path.write_bytes(data)
        length = length_of(path) or 0.0
        with VideoFile(path.with_name("copy"), 1 / EVERY_S, "webm") as copy:

            def show(image: Bytes, frame: ClipFrame) -> None:
                copy.add(at_most(drawn(image, frame.faces, names), _LONGEST))
                passed(frame.time, max(length, frame.time))

            session = clip_session(here, student)
            clip = watch_clip(path, session, every=EVERY_S, on_frame=show, note=transcript.note)
        boxes = copy.path.read_bytes() if clip.frames else b""
    report = _report(here.name, transcript) if student is None and clip.frames else None
    return Watched(replace(clip, path=Path(name)), boxes, transcript, report, here.name)


def _report(class_name: str, transcript: Transcript) -> Report:
    """The report of a recorded lesson, as of a live one; nothing of it is kept."""
    with (
        private_place(10_000_000) as folder,
        Store.open(f"sqlite:///{folder}/lesson.db") as store,
    ):
        number = transcript.write(store, class_name, per_student=True)
        return read_report(store, number, per_student=True)


def timeline(frames: Sequence[ClipFrame], names: Sequence[str]) -> Timeline:
    """What the faces of a video showed over time."""
    end = max(frame.time for frame in frames)
    length = max(1, round(end / 120))
    count = int(end // length) + 1
    shown, faces = np.zeros((count, len(names))), np.zeros(count)
    for frame in frames:
        place = int(frame.time // length)
        faces[place] += len(frame.faces)
        for face in frame.faces:
            if face.unsure is None:
                shown[place, list(names).index(face.expression)] += 1
    sure = shown.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Timeline(
            np.arange(count) * length, length, shown / sure[:, None], sure / np.maximum(1, faces)
        )


def as_json(found: Found) -> bytes:
    """As `fewshot-fer analyze --json` says it."""
    return json.dumps(document(found), ensure_ascii=False, indent=1).encode()
