"""`fewshot-fer bench`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import NETWORK, numbers
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from fewshot_fer.drawn.gallery import Gallery
    from fewshot_fer.evaluation.speed import LiveFigures, MarkedFrame
    from fewshot_fer.lesson.session import ClassSession
    from fewshot_fer.recognizer import Recognizer

LESSON_S: Final = 120
"""A soak shows a drawn lesson of so many seconds again and again."""
RATES: Final = {1: 150, 9: 60, 25: 60, 49: 40}
"""Frames a second that a class of so many should be worked off with."""
READS_A_SECOND: Final = 6


@command(*NETWORK)
def bench(
    call: Call,
    students: Annotated[
        str, typer.Option(help="Class sizes to measure, such as 1,9,25,49.")
    ] = "1,9,25,49",
    seconds: Annotated[float, typer.Option(min=2, help="How long each drawn lesson is.")] = 8,
    height: Annotated[int, typer.Option(min=240, max=2160, help="Of a frame, 16:9.")] = 720,
    soak: Annotated[
        float | None, typer.Option(min=0.01, help="Minutes of 49 students, watching the memory.")
    ] = None,
) -> Answer:
    """Measure the live way on drawn classes: frame in, labelled students out."""
    from fewshot_fer.evaluation.speed import machine, measure_live, resident_mb
    from fewshot_fer.evaluation.speed import soak as soaked

    recognizer = call.recognizer
    live: dict[str, LiveFigures] = {}
    for count in numbers(students, "--students", 1, 49):
        session = _session(recognizer, count)
        shots = _shots(count, seconds, RATES.get(count, 40), height)
        live[str(count)] = measure_live(session.look, shots, students=count)
    largest = max(live, key=int)
    result: dict[str, object] = {
        "machine": machine(),
        "frame": f"{height * 16 // 9}x{height}",
        "live": live,
        "stages_ms": dict(live[largest].stages_ms),
        "cold_start_s": _cold_start(),
        "rss_mb": resident_mb(),
    }
    if soak is not None:
        endless = _lessons(49, RATES[49], height)
        result["soak"] = soaked(_session(recognizer, 49).look, endless, soak)
    return Answer(result, lambda: _table(live))


def _session(recognizer: Recognizer, count: int) -> ClassSession:
    """A class of strangers, each read as often as a live view needs."""
    from fewshot_fer.lesson.budget import Budget
    from fewshot_fer.lesson.members import Strangers
    from fewshot_fer.lesson.session import ClassSession

    reads = ceil(count * READS_A_SECOND / RATES.get(count, 40))
    return ClassSession(recognizer, Strangers(recognizer.generic), budget=Budget(faces=reads))


def _gallery(count: int, seconds: float, height: int) -> Gallery:
    """A drawn lesson."""
    from fewshot_fer.drawn.gallery import Gallery
    from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
    from fewshot_fer.drawn.roster import invent_class

    lesson = invent_lesson(count, 1, LessonPlan(seconds=seconds))
    return Gallery(
        invent_class(count, 1), lesson, width=height * 16 // 9, height=height, cache_mb=16
    )


def _shots(count: int, seconds: float, rate: int, height: int) -> Iterator[MarkedFrame]:
    """A drawn lesson, frame by frame."""
    return _frames(_gallery(count, seconds, height), seconds, rate)


def _lessons(count: int, rate: int, height: int) -> Iterator[MarkedFrame]:
    """One drawn lesson after the other, without an end."""
    gallery = _gallery(count, LESSON_S, height)
    for number in itertools.count():
        for shot in _frames(gallery, LESSON_S, rate):
            yield replace(shot, time=shot.time + number * LESSON_S)


def _frames(gallery: Gallery, seconds: float, rate: int) -> Iterator[MarkedFrame]:
    import numpy as np

    from fewshot_fer.evaluation.speed import MarkedFrame

    for frame in gallery.frames(seconds, rate):
        boxes = [student.box for student in frame.visible if student.box is not None]
        yield MarkedFrame(frame.image, frame.time, np.array(boxes, np.float32).reshape(-1, 4))


def _cold_start() -> float:
    """With one drawn student, in a folder that is thrown away."""
    import tempfile

    from fewshot_fer.evaluation.speed import cold_start
    from fewshot_fer.images import to_png

    shot = next(_shots(1, 1.0, 1, 720))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "frame.png"
        picture.write_bytes(to_png(shot.image))
        return cold_start(picture)


def _table(live: dict[str, LiveFigures]) -> Table:
    columns = ("students", "frames/s", "median ms", "99 % ms", "recall", "reads/student/s")
    return output.table(
        "The live way, frame in, labelled students out",
        columns,
        [
            (
                count,
                f"{one.fps:.0f}",
                f"{one.p50_ms:.1f}",
                f"{one.p99_ms:.1f}",
                f"{one.recall:.1%}",
                f"{one.embeddings_per_student_s:.1f}",
            )
            for count, one in live.items()
        ],
    )
