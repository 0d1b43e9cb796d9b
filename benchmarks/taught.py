"""Whether teaching makes anybody read worse than a stranger.

    OMP_NUM_THREADS=1 python benchmarks/taught.py PEOPLE
    OMP_NUM_THREADS=1 python benchmarks/taught.py PEOPLE --blindly

PEOPLE is a folder of pictures with index.csv. Each person joins without a picture and is taught by
the portal: one picture of every expression; what is asked about is left out, as where nobody
answers (`--blindly`: all are kept). With `--wrong 3` three of them show another's expression, as
where somebody does not follow the prompts. Then their other pictures are read, as a stranger's and
as theirs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.images import read_image
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.students import Gate, Picture, agreed
from fewshot_fer.students.enrolment.gate import Candidate, stacked
from fewshot_fer.training.people import read_takes
from fewshot_fer.web.portal.learning import Learner


def taught_by_portal(learner: Learner, faces: Sequence[Candidate], *, blindly: bool) -> int:
    """How many of these pictures a student who answers no question has stored."""
    taken = {str(place): one for place, one in enumerate(faces)}
    came = learner.keep(taken, {})
    if came["type"] == "questions":
        answers = {one["id"]: taken[one["id"]].expression for one in came["questions"]}
        try:
            learner.keep(taken, answers if blindly else dict.fromkeys(answers, ""))
        except ReferenceImageError:
            return 0
    return len(learner.student.references)


def main(
    folder: Annotated[Path, typer.Argument(help="Pictures with index.csv.")],
    wrong: Annotated[int, typer.Option(help="So many pictures show another expression.")] = 0,
    blindly: Annotated[bool, typer.Option("--blindly", help="Keep every picture.")] = False,
) -> None:
    """Print how many were read right before and after, and who was read worse."""
    recognizer = Recognizer.open()
    gate = Gate(recognizer.find)
    people: dict[str, list[Picture]] = {}
    for take in read_takes(folder):
        picture = Picture(take.expression, read_image(take.path), take.path.name)
        people.setdefault(take.subject, []).append(picture)
    before, after, queries, worse, left_out, taught = 0, 0, 0, [], 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        opened = OpenClass.open(Settings(support_sets=Path(scratch) / "students"), recognizer)
        roster = opened.roster
        for name, pictures in people.items():
            first = {one.expression: one for one in reversed(pictures)}.values()
            others = [gate.look(one) for one in pictures if all(one is not f for f in first)]
            seen = [one for one in others if isinstance(one, Candidate)]
            student = roster.library.create(name, agreed(name, roster.library.now())).id
            given = list(first)
            turned = [*given[1:wrong], given[0], *given[max(1, wrong) :]]
            labels = [one.expression for one in given]
            given = [replace(p, expression=e) for p, e in zip(turned, labels, strict=True)]
            faces = [one for each in given if isinstance(one := gate.look(each), Candidate)]
            kept = taught_by_portal(Learner(opened, student), faces, blindly=blindly)
            left_out += len(faces) - kept
            taught += kept
            z, truth = recognizer.vectors_of(stacked(seen)), [one.expression for one in seen]
            strange, own = (
                int(
                    np.sum(
                        [r.expression == t for r, t in zip(roster.read(z, who), truth, strict=True)]
                    )
                )
                for who in (None, student)
            )
            before, after, queries = before + strange, after + own, queries + len(truth)
            if own < strange:
                worse.append(f"{name}: {strange} before, {own} after, of {len(truth)}")
    print(f"{len(people)} people, {taught} pictures taught, {left_out} left out, {queries} read")
    print(f"right as strangers {before / queries:.1%}, as themselves {after / queries:.1%}")
    print(f"read worse than as a stranger: {len(worse)}", *worse, sep="\n  ")


if __name__ == "__main__":
    typer.run(main)
