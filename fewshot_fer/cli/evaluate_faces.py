"""`fewshot-fer evaluate tracking` and `evaluate identity`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, output
from fewshot_fer.cli.evaluate import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fewshot_fer.evaluation.tracking import OutputFrame, TruthFrame
    from fewshot_fer.faces.detector import Detector


@app.command()
def tracking(
    context: typer.Context,
    students: Annotated[int, typer.Option(min=1, max=49, help="How many are drawn.")] = 25,
    seconds: Annotated[float, typer.Option(min=1, help="How long the drawn lesson is.")] = 20,
    rate: Annotated[int, typer.Option(min=1, help="Frames a second.")] = 25,
    seed: options.Seed = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    as_json: options.Json = False,
) -> None:
    """Find and follow the faces of a drawn class, and compare with where they are.

    Some come late, leave, turn their cameras off (the layout changes each time) or hold a hand
    before their face.
    """
    from fewshot_fer.evaluation.tracking import evaluate_tracking
    from fewshot_fer.faces.detector import Detector
    from fewshot_fer.shipped import shipped_checkpoint

    settings = options.settings(
        context,
        seed=seed,
        checkpoint=checkpoint,
        precision=precision,
        threads=threads,
        min_face=min_face,
    )
    detector = Detector.open(
        (settings.checkpoint or shipped_checkpoint()) / "mtcnn",
        precision=settings.precision,
        threads=settings.threads,
        min_face=settings.min_face,
    )
    frames = _followed(detector, students, seconds, rate, settings.seed)
    result = evaluate_tracking(frames).to_json()
    output.show(
        result,
        as_json=as_json,
        picture=lambda: output.table("Following a drawn class", ("figure", ""), result.items()),
    )


def _followed(
    detector: Detector, students: int, seconds: float, rate: int, seed: int
) -> Iterator[tuple[TruthFrame, OutputFrame]]:
    """What is true and what was said, frame by frame."""
    import numpy as np

    from fewshot_fer.evaluation.tracking import OutputFrame, TruthFrame
    from fewshot_fer.faces.follower import FaceFollower
    from fewshot_fer.simulation.gallery import Gallery
    from fewshot_fer.simulation.lesson import LessonPlan, invent_lesson
    from fewshot_fer.simulation.roster import invent_class

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
def identity(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(help="Pictures of people with index.csv: path,subject,emotion,session."),
    ],
    references: Annotated[int, typer.Option(min=1, help="Reference pictures of each.")] = 1,
    looks: Annotated[int, typer.Option(min=1, help="Pictures put together to one decision.")] = 3,
    seed: options.Seed = None,
    checkpoint: options.Checkpoint = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    as_json: options.Json = False,
) -> None:
    """Name people from a reference or a few, and the same people as strangers."""
    from fewshot_fer.evaluation.identity import evaluate_identity
    from fewshot_fer.faces.detector import Detector
    from fewshot_fer.faces.identity import Identity
    from fewshot_fer.shipped import shipped_checkpoint
    from fewshot_fer.training.people import photograph_all, read_takes

    settings = options.settings(
        context, seed=seed, checkpoint=checkpoint, threads=threads, min_face=min_face
    )
    network = Identity.open(threads=settings.threads)
    takes = read_takes(folder)
    detector = Detector.open(
        (settings.checkpoint or shipped_checkpoint()) / "mtcnn",
        threads=settings.threads,
        min_face=settings.min_face,
    )
    acted = photograph_all(takes, detector.detect)
    found = [i for i, there in enumerate(acted.found.tolist()) if there]
    result = evaluate_identity(
        network(acted.portraits[found]),
        [takes[i].subject for i in found],
        references=references,
        looks=looks,
        seed=settings.seed,
    ).to_json()
    result["not_found"] = len(takes) - len(found)
    output.show(
        result,
        as_json=as_json,
        picture=lambda: output.table("Naming people", ("figure", ""), result.items()),
    )


def register(whole: typer.Typer) -> None:
    """Both commands belong to the group that `evaluate` adds."""
