"""What recording costs: the same drawn class watched with and without it, frame by frame in turn.

    python benchmarks/class_recording.py [--students 49] [--seconds 20] [--rate 40]

Both sessions look at every frame, the first to look changes with every frame, so that other
programs disturb both alike. Every student is named and recorded, by the second, in an SQLite file.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from fewshot_fer.drawn.cohort import NameTags
from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.lesson.budget import Budget
from fewshot_fer.lesson.members import Strangers
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.store import Store
from fewshot_fer.records.views import View
from fewshot_fer.students.store.records import EVERY, Purposes

READS_A_SECOND = 6
WARM_UP_S = 2.0


@dataclass(slots=True)
class Watched:
    """One of the two sessions and what it spent on every frame."""

    session: ClassSession
    tags: NameTags
    recording: SessionWriter | None = None
    spent: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    def look(self, frame: Frame) -> View:
        """Watch a frame, and note it where that is wanted."""
        self.tags.read(frame)
        began, worked = perf_counter(), process_time()
        view = self.session.look(frame.image, frame.time)
        if self.recording is not None:
            self.recording.note(view)
        if frame.time >= WARM_UP_S:
            self.spent.append(perf_counter() - began)
            self.worked.append(process_time() - worked)
        return view


@dataclass(frozen=True, slots=True)
class Pupil:
    id: str
    purposes: Purposes = EVERY


@dataclass(frozen=True, slots=True)
class Class:
    """A library of drawn students."""

    ids: tuple[str, ...]

    def students(self) -> list[Pupil]:
        """Everybody."""
        return [Pupil(student) for student in self.ids]


def measure(students: int, seconds: float, rate: int, folder: Path) -> dict[str, object]:
    """Watch a lesson twice at once."""
    drawn = invent_class(students, 1)
    lesson = invent_lesson(students, 1, LessonPlan(seconds=seconds))
    gallery = Gallery(drawn, lesson, width=1280, height=720, cache_mb=96)
    recognizer = Recognizer.open()
    names = {student.name: f"s{k:02}" for k, student in enumerate(drawn)}
    reads = ceil(students * READS_A_SECOND / rate)

    def session() -> Watched:
        tags = NameTags(names)
        members = Strangers(recognizer.generic, {who: name for name, who in names.items()})
        return Watched(
            ClassSession(recognizer, members, namer=tags, budget=Budget(faces=reads)), tags
        )

    bare, recorded = session(), session()
    url = f"sqlite:///{folder / 'records.db'}"
    with SessionWriter.begin(url, Class(tuple(names.values())), per_student=True) as recording:
        recorded.recording = recording
        for k, frame in enumerate(gallery.frames(seconds, rate)):
            for one in (bare, recorded) if k % 2 else (recorded, bare):
                one.look(frame)
    with Store.open(url) as store:
        rows = sum(len(track.seconds) for track in store.student_seconds(store.find()).values())
    return {
        "students": students,
        "frames": len(bare.spent),
        "rows": rows,
        "fps_without": fps(bare),
        "fps_with": fps(recorded),
        "share_of_fps": round(median_ratio(bare.spent, recorded.spent), 3),
        "share_by_processor_time": round(sum(bare.worked) / sum(recorded.worked), 3),
    }


def fps(watched: Watched) -> float:
    """Frames a second, by the median frame."""
    return round(1 / float(np.median(watched.spent)), 1)


def median_ratio(bare: list[float], recorded: list[float]) -> float:
    """How fast it is with recording, of how fast it is without; each frame against itself."""
    return float(np.median(np.array(bare) / np.array(recorded)))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=49)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=int, default=40)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = measure(given.students, given.seconds, given.rate, Path(folder))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
