"""Enrolment from video: a guide in front of a camera, and proposals from a video.

Frames come as pairs of time in seconds and image [h,w,3]; where from is not our business.
Nothing here waits or looks at a clock, so that the frames alone decide what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal
from fewshot_fer.students.store.interfaces import Reading

Frames = Iterable[tuple[float, Bytes]]
Reads = Callable[[Floats], Sequence[Reading]]
Embeds = Callable[[Bytes], Floats]


@dataclass(frozen=True, slots=True)
class Ask:
    """Which expression comes next."""

    expression: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """What the camera sees now: good enough, or what to change."""

    expression: str
    image: Bytes
    seen: Candidate | Refusal
    seconds_left: float


@dataclass(frozen=True, slots=True, eq=False)
class Took:
    """The sharpest of a second."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Skipped:
    """No usable picture came in time."""

    expression: str
    what: str


Event = Ask | Live | Took | Skipped


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: to make the face, to choose the sharpest in, to give up after."""

    settle: float = 1.5
    choose: float = 1.0
    give_up: float = 20.0


def guide(
    frames: Frames, gate: Gate, expressions: Sequence[str], pace: Pace | None = None
) -> Iterator[Event]:
    """Ask for one expression after the other and take the sharpest second of each."""
    pace = pace or Pace()
    stream = iter(frames)
    for expression in expressions:
        yield Ask(expression, _words(expression))
        yield from _one(stream, gate, expression, pace)


def _one(
    stream: Iterator[tuple[float, Bytes]], gate: Gate, expression: str, pace: Pace
) -> Iterator[Event]:
    start: float | None = None
    first_good: float | None = None
    best: Candidate | None = None
    problem = "The camera gave no picture."
    for time, image in stream:
        start = time if start is None else start
        seen = gate.look(Picture(expression, image, f"camera {expression}"))
        yield Live(expression, image, seen, max(0.0, pace.settle - (time - start)))
        if isinstance(seen, Refusal):
            problem = f"{seen.error.what} {seen.error.next_step}"
        elif time - start >= pace.settle:
            first_good = time if first_good is None else first_good
            if best is None or seen.quality["sharpness"] > best.quality["sharpness"]:
                best = seen
        if first_good is not None and time - first_good >= pace.choose:
            break
        if time - start >= pace.give_up:
            break
    yield Took(best) if best is not None else Skipped(expression, problem)


def _words(expression: str) -> str:
    if expression == "neutral":
        return "Relax your face: neutral."
    return f"Now show: {expression}."


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A frame of a video that would make a good reference."""

    time: float
    candidate: Candidate
    probability: float


def propose(
    frames: Frames, gate: Gate, embed: Embeds, read: Reads, *, each: int = 1, apart: float = 1.0
) -> list[Proposal]:
    """The best frames of every expression that is seen, at least `apart` seconds apart."""
    times: list[float] = []
    seen: list[Candidate] = []
    for time, image in frames:
        candidate = gate.look(Picture("neutral", image, f"{time:.1f} s"))
        if isinstance(candidate, Candidate):
            times.append(time)
            seen.append(candidate)
    if not seen:
        return []
    readings = read(embed(np.array([candidate.portrait for candidate in seen])))
    found = [
        Proposal(time, replace(c, expression=r.expression), r.scores[r.expression])
        for time, c, r in zip(times, seen, readings, strict=True)
        if r.unsure is None
    ]
    found.sort(key=lambda p: (-p.probability * p.candidate.quality["score"], p.time))
    chosen: list[Proposal] = []
    for proposal in found:
        same = [p for p in chosen if p.candidate.expression == proposal.candidate.expression]
        if len(same) < each and all(abs(p.time - proposal.time) >= apart for p in chosen):
            chosen.append(proposal)
    return sorted(chosen, key=lambda p: p.time)
