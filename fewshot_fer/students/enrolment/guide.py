"""Enrolment from video: a guide in front of a camera, and proposals from a video.

Frames come as pairs of time in seconds and image [h,w,3]; where from is not our business.
Nothing here waits or looks at a clock, so that the frames alone decide what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal

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


class Guide:
    """Asks for one expression after the other and takes the sharpest second of each.

    For whoever has frames one by one; `guide` is for whoever has all of them to come.
    """

    def __init__(self, gate: Gate, expressions: Sequence[str], pace: Pace | None = None) -> None:
        self._gate, self._left, self._pace = gate, list(expressions), pace or Pace()
        self._now: str | None = None
        self._start: float | None = None
        self._first_good: float | None = None
        self._best: Candidate | None = None
        self._problem = ""

    @property
    def over(self) -> bool:
        """Whether all were asked for, and nothing is looked for any more."""
        return self._now is None and not self._left

    def next(self) -> list[Event]:
        """Ask for the next expression, if there is one, and leave the present one."""
        self._now = self._left.pop(0) if self._left else None
        self._start = self._first_good = self._best = None
        self._problem = "The camera gave no picture."
        return [Ask(self._now, _words(self._now))] if self._now is not None else []

    def see(self, time: float, image: Bytes) -> list[Event]:
        """Look at the next frame [h,w,3]."""
        expression, pace = self._now, self._pace
        if expression is None:
            return []
        self._start = time if self._start is None else self._start
        since = time - self._start
        seen = self._gate.look(Picture(expression, image, f"camera {expression}"))
        if isinstance(seen, Refusal):
            self._problem = f"{seen.error.what} {seen.error.next_step}"
        elif since >= pace.settle:
            self._first_good = time if self._first_good is None else self._first_good
            if self._best is None or seen.quality["sharpness"] > self._best.quality["sharpness"]:
                self._best = seen
        live = Live(expression, image, seen, max(0.0, pace.settle - since))
        chosen = self._first_good is not None and time - self._first_good >= pace.choose
        return [live, *self.done()] if chosen or since >= pace.give_up else [live]

    def done(self) -> list[Event]:
        """Take what there is of the present expression, and ask for the next."""
        expression, best = self._now or "", self._best
        came = Took(best) if best is not None else Skipped(expression, self._problem)
        return [came, *self.next()]


def guide(
    frames: Frames, gate: Gate, expressions: Sequence[str], pace: Pace | None = None
) -> Iterator[Event]:
    """The same, pulling frames until it has what it asks for."""
    asking = Guide(gate, expressions, pace)
    yield from asking.next()
    for time, image in () if asking.over else frames:
        yield from asking.see(time, image)
        if asking.over:
            return
    while not asking.over:
        yield from asking.done()


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
