"""Enrolment from video: a guide in front of a camera, and proposals from a video.

Frames come as pairs of time in seconds and image [h,w,3]; where from is not our business.
Nothing here waits or looks at a clock, so that the frames alone decide what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.languages import Phrase
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Reason
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
    """What the camera sees now, and what is not right about it, if anything."""

    expression: str
    image: Bytes
    seen: Candidate | Refusal
    unlike: Reason | None
    """Why a face that is good enough is not yet what was asked for."""
    seconds_left: float | None
    """Until it is taken; None while it waits for the face."""


@dataclass(frozen=True, slots=True, eq=False)
class Took:
    """The sharpest while the face was right, or what there was when somebody said so."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Skipped:
    """No usable picture came in time."""

    expression: str
    what: str


Event = Ask | Live | Took | Skipped


class Judges(Protocol):
    """Says whether faces show what was asked for."""

    def learn(self, taken: Sequence[Candidate]) -> None:
        """These are the student's, and show what they are called."""
        ...

    def unlike(self, seen: Candidate) -> Reason | None:
        """Why a face does not show what it is called; None where it does."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: to read what is asked, to hold the face, to take what there is after."""

    settle: float = 0.8
    hold: float = 1.5
    give_up: float = inf
    blink: float = 0.4
    """A face may be wrong for so long without beginning to hold it anew."""


class Guide:
    """Asks for one expression after the other; each is taken once the face has shown it a while.

    It waits as long as the face is not good enough or shows something else, unless somebody
    says `take` or `next`. For whoever has frames one by one; `guide` is for whoever has all of
    them to come.
    """

    def __init__(
        self,
        gate: Gate,
        expressions: Sequence[str],
        judge: Judges | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Without a judge, every face that is good enough will do."""
        self._gate, self._judge, self._pace = gate, judge, pace or Pace()
        self._left = list(expressions)
        self._now: str | None = None
        self._taken: dict[str, Candidate] = {}
        self._held = _Held()

    @property
    def over(self) -> bool:
        """Whether all were asked for, and nothing is looked for any more."""
        return self._now is None and not self._left

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """One picture of each expression that was taken, in the order of the first ones."""
        return tuple(self._taken.values())

    def next(self) -> list[Event]:
        """Ask for the next expression, if there is one, and leave the present one."""
        return self._ask(self._left.pop(0) if self._left else None)

    def again(self, expression: str) -> list[Event]:
        """Ask once more for one that was taken; its picture stays until another takes its place."""
        if expression not in self._taken or expression == self._now:
            return []
        if self._now is not None:
            self._left.insert(0, self._now)
        return self._ask(expression)

    def see(self, time: float, image: Bytes) -> list[Event]:
        """Look at the next frame [h,w,3]."""
        expression, pace, held = self._now, self._pace, self._held
        if expression is None:
            return []
        held.began = time if held.began is None else held.began
        seen = self._gate.look(Picture(expression, image, f"camera {expression}"))
        unlike = None
        if isinstance(seen, Refusal):
            held.problem = f"{seen.error.what} {seen.error.next_step}"
        else:
            held.newest = seen
            unlike = self._judge.unlike(seen) if self._judge is not None else None
        settled = time - held.began >= pace.settle
        if isinstance(seen, Candidate) and unlike is None and settled:
            held.good(seen, time)
        elif held.right is not None and time - held.right > pace.blink:
            held.first = held.right = held.best = None
        left = pace.hold - (time - held.first) if held.first is not None else None
        live = Live(expression, image, seen, unlike, max(0.0, left) if left is not None else None)
        late = time - held.began >= pace.give_up
        return [live, *self.take()] if late or (left is not None and left <= 0) else [live]

    def take(self) -> list[Event]:
        """Take what there is of the present expression, and ask for the next."""
        found = self._held.best or self._held.newest
        if self._now is None:
            return []
        if found is None:
            return [Skipped(self._now, self._held.problem), *self.next()]
        self._taken[self._now] = found
        return [Took(found), *self.next()]

    @property
    def can_take(self) -> bool:
        """Whether there is a face that is good enough."""
        return self._held.newest is not None

    def _ask(self, expression: str | None) -> list[Event]:
        self._now, self._held = expression, _Held()
        if expression is None:
            return []
        if self._judge is not None:
            self._judge.learn([one for name, one in self._taken.items() if name != expression])
        return [Ask(expression, _words(expression))]


@dataclass(slots=True)
class _Held:
    """What was seen since an expression was asked for."""

    began: float | None = None
    first: float | None = None
    right: float | None = None
    """When the face began to be right, and when it last was."""
    best: Candidate | None = None
    newest: Candidate | None = None
    problem: str = "The camera gave no picture."

    def good(self, seen: Candidate, time: float) -> None:
        self.first = time if self.first is None else self.first
        self.right = time
        if self.best is None or seen.quality["sharpness"] > self.best.quality["sharpness"]:
            self.best = seen


def guide(
    frames: Frames,
    gate: Gate,
    expressions: Sequence[str],
    judge: Judges | None = None,
    pace: Pace | None = None,
) -> Iterator[Event]:
    """The same, pulling frames until it has what it asks for."""
    asking = Guide(gate, expressions, judge, pace or Pace(give_up=20.0))
    yield from asking.next()
    for time, image in () if asking.over else frames:
        yield from asking.see(time, image)
        if asking.over:
            return
    while not asking.over:
        yield from asking.take()


def _words(expression: str) -> str:
    if expression == "neutral":
        return Phrase("Relax your face: neutral.")
    return Phrase("Now show: {expression}.", expression=expression)


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
