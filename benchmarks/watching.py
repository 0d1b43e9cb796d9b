"""What learning while watching is worth, and whom it harms, on drawn lessons.

    python benchmarks/watching.py [--students 9] [--seconds 90] [--looks 4] [--seeds 0,1,2] [--json]

Every lesson is watched twice, with and without: as strangers, and enrolled with one picture of
each expression in another light, without a recalibration. The first 20 s, in which nobody
can have been learnt, are not counted.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fewshot_fer.drawn.cohort import LATER, Cohort
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.scoring import Scorer, Tally, labels_of
from fewshot_fer.lesson.members import Members
from fewshot_fer.lesson.watching import Watching
from fewshot_fer.recognizer import Recognizer

NOT_YET_S = 20.0
HARM = 0.01
"""Who is read worse by more than this is harmed."""


@dataclass(frozen=True, slots=True)
class Plan:
    students: int
    seconds: float
    looks: int


def watched(
    plan: Plan, cohort: Cohort, recognizer: Recognizer, members: Members, seed: int, learns: bool
) -> Tally:
    """One lesson of one class, marked from when watching may have learnt something."""
    watching = Watching(recognizer.prior, recognizer.rates) if learns else None
    watcher = cohort.watcher(members, watching=watching)
    lesson = invent_lesson(plan.students, 1000 * seed + LATER, LessonPlan(seconds=plan.seconds))
    scorer = Scorer()
    for frame in Gallery(cohort.students, lesson, session=LATER).frames(plan.seconds, plan.looks):
        view = watcher.look(frame)
        if frame.time >= NOT_YET_S:
            scorer.mark(frame.time, labels_of(view), frame.truth)
    return scorer.tally


def compared(before: Tally, after: Tally) -> dict[str, float]:
    """Shares without and with watching, and how many it harmed."""
    right = {name: right / max(1, seen) for name, seen, right in before.students}
    harmed = [
        name for name, seen, good in after.students if good / max(1, seen) < right[name] - HARM
    ]
    return {
        "without": before.accuracy,
        "with": after.accuracy,
        "unsure_without": before.unsure_share,
        "unsure_with": after.unsure_share,
        "harmed": len(harmed),
        "students": len(right),
    }


def main() -> None:
    """Watch all, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--students", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--looks", type=int, default=4)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    plan = Plan(asked.students, asked.seconds, asked.looks)
    found: dict[str, list[dict[str, float]]] = {"strangers": [], "enrolled": []}
    for seed in map(int, asked.seeds.split(",")):
        with TemporaryDirectory() as folder:
            recognizer = Recognizer.open(even=True)
            cohort = Cohort(plan.students, seed, recognizer, Path(folder))
            for who, lines in found.items():
                if who == "enrolled":
                    cohort.enrol()
                members = cohort.enrolled() if who == "enrolled" else cohort.strangers()
                tallies = [
                    watched(plan, cohort, recognizer, members, seed, learns)
                    for learns in (False, True)
                ]
                lines.append(compared(*tallies))
                if not asked.json:
                    print(seed, who, {k: round(v, 3) for k, v in lines[-1].items()}, flush=True)
    if asked.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
