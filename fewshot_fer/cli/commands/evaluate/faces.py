"""`fewshot-fer evaluate tracking` and `evaluate identity`."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.commands.evaluate.group import app
from fewshot_fer.cli.options import NETWORK, Folder
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fewshot_fer.arrays import Floats
    from fewshot_fer.evaluation.tracking import OutputFrame, TruthFrame
    from fewshot_fer.faces.detector import Detector
    from fewshot_fer.faces.identity import Identity


@app.command()
@command("seed", *NETWORK, "min_face")
def tracking(
    call: Call,
    students: Annotated[int, typer.Option(min=1, max=49, help="How many are drawn.")] = 25,
    seconds: Annotated[float, typer.Option(min=1, help="How long the drawn lesson is.")] = 20,
    rate: Annotated[int, typer.Option(min=1, help="Frames a second.")] = 25,
) -> Answer:
    """Find and follow the faces of a drawn class, and compare with where they are.

    Some come late, leave, turn their cameras off (the layout changes each time) or hold a hand
    before their face.
    """
    from fewshot_fer.evaluation.tracking import evaluate_tracking

    frames = _followed(_detector(call), students, seconds, rate, call.settings.seed)
    result = asdict(evaluate_tracking(frames))
    return Answer(
        result, lambda: output.table("Following a drawn class", ("figure", ""), result.items())
    )


def _followed(
    detector: Detector, students: int, seconds: float, rate: int, seed: int
) -> Iterator[tuple[TruthFrame, OutputFrame]]:
    """What is true and what was said, frame by frame."""
    import numpy as np

    from fewshot_fer.drawn.gallery import Gallery
    from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
    from fewshot_fer.drawn.roster import invent_class
    from fewshot_fer.evaluation.tracking import OutputFrame, TruthFrame
    from fewshot_fer.faces.follower import FaceFollower

    plan = LessonPlan(seconds=seconds, late=0.1, leaving=0.1, camera_off=0.1, hand=0.2)
    gallery = Gallery(invent_class(students, seed), invent_lesson(students, seed, plan))
    follower = FaceFollower(detector)
    for frame in gallery.frames(seconds, rate):
        seen = follower.follow(frame.image, frame.time)
        there = [(one, one.box) for one in frame.truth if one.box is not None]
        boxes = np.array([box for _, box in there], np.float32).reshape(-1, 4)
        whole = np.array([one.visible for one, _ in there], dtype=bool)
        truth = TruthFrame(tuple(one.student for one, _ in there), boxes, whole)
        yield truth, OutputFrame(tuple(seen.ids.tolist()), seen.faces.boxes)


@app.command()
@command("seed", "checkpoint", "threads", "min_face")
def identity(
    call: Call,
    folder: Folder,
    references: Annotated[int, typer.Option(min=1, help="Reference pictures of each.")] = 1,
    looks: Annotated[int, typer.Option(min=1, help="Pictures put together to one decision.")] = 3,
    choose_on: Annotated[
        Path | None,
        typer.Option(help="Other people, on whom the threshold is chosen; else the product's."),
    ] = None,
) -> Answer:
    """Name people from a reference or a few, and the same people as strangers."""
    from fewshot_fer.evaluation.identity import Dealing, choose_threshold, evaluate_identity
    from fewshot_fer.faces.identity import Identity, Rules

    network, detector = Identity.of(call.settings), _detector(call)
    dealing = Dealing(references, looks, seed=call.settings.seed)
    rules = Rules()
    if choose_on is not None:
        vectors, subjects, _ = _vectors(choose_on, network, detector)
        rules = replace(rules, threshold=choose_threshold(vectors, subjects, dealing))
    vectors, subjects, not_found = _vectors(folder, network, detector)
    found = evaluate_identity(vectors, subjects, dealing, rules)
    result = {**asdict(found), "not_found": not_found}
    return Answer(result, lambda: output.table("Naming people", ("figure", ""), result.items()))


def _vectors(folder: Path, network: Identity, detector: Detector) -> tuple[Floats, list[str], int]:
    """Of every picture in which a face is found, whose it is, and how many have none."""
    from fewshot_fer.training.people import photograph_all, read_takes

    takes = read_takes(folder)
    acted = photograph_all(takes, detector.detect)
    found = [i for i, there in enumerate(acted.found.tolist()) if there]
    vectors = network(acted.portraits[found])
    return vectors, [takes[i].subject for i in found], len(takes) - len(found)


def _detector(call: Call) -> Detector:
    from fewshot_fer.faces.detector import Detector

    settings = call.settings
    return Detector.of(
        settings.checkpoint,
        precision=settings.precision,
        threads=settings.threads,
        min_face=settings.min_face,
    )
