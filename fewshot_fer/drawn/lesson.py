"""What happens in a drawn lesson: who shows what and when. A pure function of seed and time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from fewshot_fer.drawn.figure.geometry import FRONTAL, Pose
from fewshot_fer.drawn.figure.muscles import REST, Muscles
from fewshot_fer.drawn.portrait import Look
from fewshot_fer.expressions import BASIC, NEUTRAL

TRANSITION_S = 0.3
_start = attrgetter("start")
_STEPS = 3
"""Pictures a change goes through; more would cost drawing time and show little."""


@dataclass(frozen=True, slots=True)
class Beat:
    """From `start` on a student shows an expression."""

    start: float
    expression: str
    intensity: float = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """From `start` on a student's head has a pose and a place."""

    start: float
    pose: Pose
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in seconds."""

    start: float
    end: float

    def holds(self, time: float) -> bool:
        """Whether a moment lies in it."""
        return self.start <= time < self.end


@dataclass(frozen=True, slots=True)
class Role:
    """One student's part in a lesson."""

    beats: tuple[Beat, ...]
    turns: tuple[Turn, ...] = (Turn(0.0, FRONTAL),)
    blinks: tuple[float, ...] = ()
    talks: tuple[Span, ...] = ()
    hands: tuple[Span, ...] = ()
    away: tuple[Span, ...] = ()
    """Not in the call: came late, or left."""
    camera_off: tuple[Span, ...] = ()
    mood: Muscles = REST


@dataclass(frozen=True, slots=True)
class Moment:
    """How one student is at a time."""

    present: bool
    camera_on: bool
    expression: str
    settled: bool
    """The change to this expression is over."""
    look: Look


@dataclass(frozen=True, slots=True)
class Lesson:
    """The parts of all students, in the class's order."""

    parts: tuple[Role, ...]

    def moment(self, student: int, time: float) -> Moment:
        """How a student is at a time in seconds."""
        part = self.parts[student]
        look, settled = _face(part, time)
        shown = look.expression if look.arrived >= 0.5 else look.before
        return Moment(
            present=not any(span.holds(time) for span in part.away),
            camera_on=not any(span.holds(time) for span in part.camera_off),
            expression=shown,
            settled=settled,
            look=_with_head(part, look, time),
        )


def _face(part: Role, time: float) -> tuple[Look, bool]:
    k = max(0, bisect_right(part.beats, time, key=_start) - 1)
    beat = part.beats[k]
    since = time - beat.start
    if k == 0 or since >= TRANSITION_S:
        look = Look(beat.expression, beat.intensity, mood=part.mood)
        return look, True
    arrived = int(since / TRANSITION_S * _STEPS) / _STEPS + 0.5 / _STEPS
    before = part.beats[k - 1].expression
    return Look(beat.expression, beat.intensity, before, arrived, mood=part.mood), False


def _with_head(part: Role, look: Look, time: float) -> Look:
    k = max(0, bisect_right(part.turns, time, key=_start) - 1)
    turn = part.turns[k]
    share = min(1.0, max(0.0, (time - turn.start) / TRANSITION_S))
    if k > 0 and share < 1:
        share = (int(share * _STEPS) + 0.5) / _STEPS
        turn = _between(part.turns[k - 1], turn, share)
    talk = 0.0
    if look.arrived == 1 and any(span.holds(time) for span in part.talks):
        talk = round(abs(np.sin(time * 9.0) * np.sin(time * 2.3)) * 2) / 2
    return replace(
        look,
        pose=turn.pose,
        x=turn.x,
        y=turn.y,
        closed_eyes=any(blink <= time < blink + 0.15 for blink in part.blinks),
        talking=float(talk),
        hand=any(span.holds(time) for span in part.hands),
    )


def _between(a: Turn, b: Turn, share: float) -> Turn:
    def mix(p: float, q: float) -> float:
        return p + share * (q - p)

    pose = Pose(
        mix(a.pose.yaw, b.pose.yaw), mix(a.pose.pitch, b.pose.pitch), mix(a.pose.roll, b.pose.roll)
    )
    return Turn(b.start, pose, mix(a.x, b.x), mix(a.y, b.y))


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """How lively an invented lesson is; shares are of the students."""

    seconds: float = 60.0
    expressions: Sequence[str] = BASIC
    shortest_beat: float = 2.0
    longest_beat: float = 6.0
    neutral_share: float = 0.25
    """How often a beat goes back to the resting face."""
    widest_yaw: float = 22.0
    late: float = 0.0
    leaving: float = 0.0
    camera_off: float = 0.0
    hand: float = 0.15
    talking: float = 0.2


def invent_lesson(students: int, seed: int, plan: LessonPlan | None = None) -> Lesson:
    """A lesson for a class; students' parts do not depend on how many others there are."""
    chosen = plan or LessonPlan()
    return Lesson(
        tuple(_invent_part(np.random.default_rng([seed, 7, i]), chosen) for i in range(students))
    )


def _invent_part(rng: np.random.Generator, plan: LessonPlan) -> Role:
    end = plan.seconds
    late = rng.random() < plan.late
    leaves = rng.random() < plan.leaving
    off = rng.random() < plan.camera_off
    away = []
    if late:
        away.append(Span(0.0, float(rng.uniform(0.15, 0.4)) * end))
    if leaves:
        away.append(Span(float(rng.uniform(0.65, 0.9)) * end, float("inf")))
    return Role(
        beats=_invent_beats(rng, plan),
        turns=_invent_turns(rng, plan),
        blinks=tuple(_times(rng, 2.0, 7.0, end)),
        talks=_spans(rng, plan.talking, 1.5, 4.0, end),
        hands=_spans(rng, plan.hand, 1.0, 2.5, end),
        away=tuple(away),
        camera_off=_spans(rng, 1.0, 0.2 * end, 0.5 * end, end) if off else (),
        mood=Muscles(*(float(v) for v in rng.normal(0, 0.05, 17))),
    )


def _times(rng: np.random.Generator, shortest: float, longest: float, end: float) -> list[float]:
    """Moments with pauses between them, up to the end."""
    times: list[float] = []
    time = float(rng.uniform(0, longest))
    while time < end:
        times.append(time)
        time += float(rng.uniform(shortest, longest))
    return times


def _spans(
    rng: np.random.Generator, chance: float, shortest: float, longest: float, end: float
) -> tuple[Span, ...]:
    if rng.random() >= chance:
        return ()
    start = float(rng.uniform(0, 0.8)) * end
    return (Span(start, start + float(rng.uniform(shortest, longest))),)


def _invent_beats(rng: np.random.Generator, plan: LessonPlan) -> tuple[Beat, ...]:
    """Each round goes through all expressions in a new order, with rests between."""
    active = [name for name in plan.expressions if name != NEUTRAL]
    beats: list[Beat] = []
    time = 0.0
    queue: list[str] = []
    while time < plan.seconds:
        rest = not beats or (beats[-1].expression != NEUTRAL and rng.random() < plan.neutral_share)
        if not rest and not queue:
            queue = [active[i] for i in rng.permutation(len(active))]
        name = NEUTRAL if rest else queue.pop()
        if beats and name == beats[-1].expression:
            continue
        beats.append(Beat(time, name, round(float(rng.uniform(0.8, 1.08)), 2)))
        time += float(rng.uniform(plan.shortest_beat, plan.longest_beat))
    return tuple(beats)


def _invent_turns(rng: np.random.Generator, plan: LessonPlan) -> tuple[Turn, ...]:
    """A few poses that a student goes back to, as people do."""
    poses = [_pose(rng, 0.25 * plan.widest_yaw, 3), _pose(rng, 0.5 * plan.widest_yaw, 5),
             _pose(rng, plan.widest_yaw, 7)]  # fmt: skip
    places = [tuple(rng.uniform(-0.03, 0.03, 2).round(3)) for _ in poses]
    turns: list[Turn] = []
    for start in [0.0, *_times(rng, 2.5, 7.0, plan.seconds)]:
        k = int(rng.choice(3, p=[0.55, 0.3, 0.15]))
        turns.append(Turn(start, poses[k], *(float(v) for v in places[k])))
    return tuple(turns)


def _pose(rng: np.random.Generator, yaw: float, tilt: float) -> Pose:
    return Pose(*(round(float(rng.uniform(-a, a)), 1) for a in (yaw, tilt, tilt)))
