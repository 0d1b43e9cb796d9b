"""A drawn lesson from the picture to the record, and the record against the truth.

    python benchmarks/lesson.py [--students 25] [--minutes 10] [--looks 4] [--seed 0 --seed 1 ...]
                                [--changed 0] [--keep FOLDER] [--json]

Everybody enrols through the gate with one picture of each expression. In another light, with other
cameras, all look into the camera for three seconds (recalibration), then the lesson is watched,
recorded, and read back: once with everybody as they show it themselves, once as if nobody were
enrolled. A few come late, leave early or turn their cameras off. With `--changed 3`, three students
change after half of the time: 60 % of what they show becomes sad.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from benchmarks.changing import Shift, changed
from fewshot_fer.arrays import Doubles, Ints
from fewshot_fer.drawn.cohort import LATER, Cohort, at_rest
from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.scoring import TOLERANCE_S
from fewshot_fer.expressions import BASIC
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.recorder import Recorder
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import BLOCK_S, Recorded, StudentTrack
from fewshot_fer.reports.changes import watch
from fewshot_fer.reports.summary import timeline_of

REST_S = 3.0
CHANGED = (3, 9, 20)
NOT_THERE = -1


@dataclass(frozen=True, slots=True)
class Plan:
    students: int
    seconds: int
    looks: int
    changed: int


@dataclass(frozen=True, slots=True)
class Score:
    """What the record says of student-seconds in which a face was to be seen; shares."""

    seconds: int
    right: float
    """Surely shown and right; just after a change the expression before it counts too."""
    strict: float
    """Surely shown and what was shown for most of the second."""
    unsure: float
    right_of_sure: float
    best: float
    """As `right`, where the best name counts also though it was unsure."""
    coverage: float
    error: float
    """Mean absolute error of the class timeline, in points, over stretches and expressions."""
    found: tuple[float, ...]
    """Of the changed students who were told: seconds from the change until it was sure."""
    missed: int
    false: int
    """Others who were told."""


def truth_of(frames: Sequence[Frame], names: Sequence[str]) -> Ints:
    """What each student showed in each look [looks,students], or NOT_THERE."""
    place = {name: k for k, name in enumerate(names)}
    shown = np.full((len(frames), len(names)), NOT_THERE, np.int64)
    for row, frame in zip(shown, frames, strict=True):
        for student in frame.truth:
            if student.visible:
                row[place[student.name]] = BASIC.index(student.expression)
    return shown


def record(plan: Plan, seed: int, recognizer: Recognizer, folder: Path) -> tuple[Cohort, Ints]:
    """Teach a class and record it twice: session 1 enrolled, session 2 as strangers."""
    cohort = Cohort(plan.students, seed, recognizer, folder / "library")
    cohort.enrol()
    course = LessonPlan(plan.seconds, late=0.08, leaving=0.08, camera_off=0.08)
    lesson = invent_lesson(plan.students, 1000 * seed + LATER, course)
    lesson = changed(lesson, CHANGED[: plan.changed], Shift(plan.seconds / 2), seed)
    resting = cohort.watcher(cohort.enrolled())
    for frame in Gallery(cohort.students, at_rest(lesson), session=LATER).frames(REST_S, 10):
        resting.look(frame)
    cohort.recalibrate(resting.session)
    frames: list[Frame] = []
    with Store.open(f"sqlite:///{folder / 'records.db'}") as store:
        known, strange = (store.begin(seen, per_student=True) for seen in ("enrolled", "strangers"))
        watchers = cohort.watcher(cohort.enrolled()), cohort.watcher(cohort.strangers())
        with (
            Recorder(store, known, per_student=True) as one,
            Recorder(store, strange, per_student=True) as two,
        ):
            gallery = Gallery(cohort.students, lesson, session=LATER)
            for frame in gallery.frames(plan.seconds, plan.looks):
                one.note(watchers[0].look(frame))
                two.note(watchers[1].look(frame))
                frames.append(Frame(frame.time, np.zeros((0, 0, 3), np.uint8), frame.truth))
    return cohort, truth_of(frames, [student.name for student in cohort.students])


def said_of(track: StudentTrack | None, seconds: int) -> Ints:
    """A student's surely shown expression and the best name, or -1 [seconds,2]."""
    said = np.full((seconds, 2), -1, np.int64)
    if track is not None:
        said[track.seconds] = np.stack([track.shown, track.scores.argmax(axis=1)], axis=1)
    return said


def by_second(truth: Ints, looks: int) -> tuple[Ints, Ints, Doubles]:
    """Of looks [n,S]: most of a second [T,S], before a recent change [T,S], counts [T,S,C]."""
    shown = truth.reshape(-1, looks, truth.shape[1])
    counts = (shown[..., None] == np.arange(len(BASIC))).sum(axis=1).astype(np.float64)
    most = np.where(counts.sum(axis=2) >= looks / 2, counts.argmax(axis=2), NOT_THERE)
    # A second whose middle lies within the tolerance after a change may show what was before.
    earlier = np.roll(truth, round(TOLERANCE_S * looks), axis=0).reshape(shown.shape)
    earlier[0] = shown[0]
    before = (earlier[..., None] == np.arange(len(BASIC))).sum(axis=1).argmax(axis=2)
    return most, before, counts


def score(recorded: Recorded, said: Ints, truth: Ints, plan: Plan, who: Sequence[str]) -> Score:
    """What is said of students [T,S,2], and the class, against the truth [looks,S]."""
    most, before, counts = by_second(truth, plan.looks)
    there, labels = most != NOT_THERE, said[..., 0]
    sure, strict = labels >= 0, labels == most
    right = (strict | (labels == before)) & sure
    best = (said[..., 1] == most) | (said[..., 1] == before)
    line = timeline_of(recorded.whole, plan.seconds, BLOCK_S)
    true = counts.sum(axis=1).reshape(-1, BLOCK_S, len(BASIC)).sum(axis=1)
    true /= true.sum(axis=1, keepdims=True)
    told = {c.student: c for c in watch(recorded).check_ins}
    ids = [who[k] for k in CHANGED[: plan.changed]]
    times = [told[i].noticed for i in ids if i in told]
    return Score(
        seconds=int(there.sum()),
        right=float(right[there].mean()),
        strict=float(strict[there].mean()),
        unsure=float(1 - sure[there].mean()),
        right_of_sure=float(right[there & sure].mean()),
        best=float(best[there].mean()),
        coverage=float(recorded.whole.sure.sum() / recorded.whole.expected.sum()),
        error=float(100 * np.abs(line.shares - true).mean()),
        found=tuple(t - plan.seconds / 2 for t in times if t is not None),
        missed=len(ids) - len(times),
        false=len(set(told) - set(ids)),
    )


def run(plan: Plan, seed: int, recognizer: Recognizer, keep: Path | None) -> dict[str, Score]:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) if keep is None else keep / f"seed-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        cohort, truth = record(plan, seed, recognizer, folder)
        np.save(folder / "truth.npy", truth)
        who = [cohort.ids[student.name] for student in cohort.students]
        found = {}
        with Store.open(f"sqlite:///{folder / 'records.db'}") as store:
            for number, name in ((1, "enrolled"), (2, "generic")):
                recorded = store.read(number, students=True)
                tracks = store.student_seconds(recorded.session)
                said = [said_of(tracks.get(student), plan.seconds) for student in who]
                found[name] = score(recorded, np.stack(said, axis=1), truth, plan, who)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=25)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--looks", type=int, default=4, help="looks a second")
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--changed", type=int, default=0, choices=range(len(CHANGED) + 1))
    parser.add_argument("--keep", type=Path, help="a folder for the records and the truth")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    plan = Plan(given.students, 60 * given.minutes, given.looks, given.changed)
    recognizer, found = Recognizer.open(), {}
    for seed in given.seed or [0]:
        begun = perf_counter()
        found[seed] = run(plan, seed, recognizer, given.keep)
        if not given.json:
            for name, result in found[seed].items():
                print(f"seed {seed}, {name}, {perf_counter() - begun:.0f} s: {result}", flush=True)
    if given.json:
        scores = {seed: {n: asdict(s) for n, s in both.items()} for seed, both in found.items()}
        print(json.dumps({"plan": asdict(plan), "seeds": scores}))


if __name__ == "__main__":
    main()
