"""Whose face changed from its own usual, and how sure that is.

A student is compared with nobody but themself: with their earlier sessions, or with the first
minutes of this one. The last two minutes are looked at every half minute, and the whole rest of
the session once. What is told has passed a threshold that counts all students, expressions and
looks, so that false alarms stay rare however large the class and long the lesson.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from fewshot_fer.arrays import Bools, Doubles, Ints
from fewshot_fer.classroom.records.values import BLOCK_S, Recorded, StudentBlocks
from fewshot_fer.classroom.report.statistics import (
    Difference,
    Part,
    Series,
    Spread,
    difference,
    spread_of,
)


@dataclass(frozen=True, slots=True)
class Watch:
    """How changes are looked for; times in seconds."""

    alarms: float = 0.2
    """False alarms expected in a session in which nothing changed, at most."""
    window: float = 120.0
    every: float = 30.0
    shortest_usual: float = 120.0
    longest_usual: float = 300.0
    """What counts as a student's usual at the beginning of a session: a quarter of it, between."""
    earlier_usual: float = 300.0
    """From so many seconds of earlier sessions on, these are the usual."""
    pieces: float = 4.0
    """What is compared holds at least so many stretches that each tell something new: where faces
    change slowly, two minutes are not enough."""
    covered: float = 0.5
    """The share of a stretch that must be surely read."""
    least: float = 0.12
    """Smaller changes of two minutes are not worth a word."""
    least_whole: float = 0.06
    """Nor smaller ones of a whole session."""
    others: int = 8
    """From so many other students on, what they do together is told apart from one's own."""
    between: float = 0.05
    """How far a student's sessions differ by themselves, where nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """One reason: an expression that is shown more, or less, than usual."""

    expression: str
    effect: float
    low: float
    high: float
    """The effect as a share of time, with its 95 % interval."""
    usual: float
    now: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What a student is compared with."""

    sessions: int
    """How many earlier sessions; 0: the first minutes of this one."""
    seconds: float
    """Seconds that were surely read in them."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A student whose face surely changed from their own usual."""

    student: str
    usual: Usual
    noticed: float | None
    """When it was first sure, in seconds; None: only the whole session shows it."""
    until: float | None
    """When it was last sure."""
    reasons: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """What a session says of its students."""

    check_ins: tuple[CheckIn, ...]
    """In the order of their ids: this is no ranking."""
    changes: Mapping[str, tuple[Change, ...]]
    """Every student's change over the whole session, sure or not."""
    usuals: Mapping[str, Usual]
    too_little: tuple[str, ...]
    """Students of whom too little was seen to say anything."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One student: the usual, and what came after it."""

    usual: Usual
    before: Part
    after: Series
    extra: Doubles
    """Variance that more blocks would not take away [C]."""
    common: Series
    """How far the others moved from their usuals in the same blocks: a joke moves all."""

    @property
    def known(self) -> int:
        """Blocks of the shorter side."""
        return min(int(self.before.count[0]), len(self.after))


def watch(this: Recorded, earlier: Sequence[Recorded] = (), how: Watch | None = None) -> Watched:
    """Compare every student of a session with their own usual."""
    rules = how or Watch()
    names = this.session.names
    cases, parts, too_little = {}, [], []
    series = {student: series_of(blocks, rules) for student, blocks in this.students.items()}
    before = _earlier(names, earlier, rules)
    between = _between(list(before.values()), rules, names)
    split = _first_minutes(this.session.seconds, rules)
    for student, own in series.items():
        case = _case(own, before.get(student, []), between, split, rules)
        if case is None:
            too_little.append(student)
            continue
        cases[student] = case
        parts += [case.after] if case.usual.sessions else [own.between(0, split), case.after]
    cases = _with_common(cases, rules)
    spread = spread_of(parts)
    pieces = rules.pieces * spread.inflation
    for student in [s for s, case in cases.items() if case.known < pieces]:
        del cases[student]
        too_little.append(student)
    level = rules.alarms / 2 / max(1, len(cases) * len(names))
    window = round(max(rules.window / BLOCK_S, pieces))
    ends = np.arange(
        split + window, this.session.seconds // BLOCK_S + 1, max(1, int(rules.every // BLOCK_S))
    )
    found = {
        s: _look(s, case, names, spread, window, ends, level, rules) for s, case in cases.items()
    }
    return Watched(
        tuple(check_in for check_in in found.values() if check_in is not None),
        {
            s: _reasons(_whole(case, spread), case, case.after.shares.mean(axis=0), names)
            for s, case in cases.items()
        },
        {student: case.usual for student, case in cases.items()},
        tuple(sorted(too_little)),
    )


def series_of(blocks: StudentBlocks, rules: Watch) -> Series:
    """The blocks of a student that are read well enough, as shares of time."""
    sure = blocks.counts.sum(axis=1)
    kept = sure >= rules.covered * BLOCK_S
    shares = blocks.counts[kept] / sure[kept, None]
    return Series(blocks.blocks[kept], shares.astype(np.float64))


# ---------------------------------------------------------------------- the usual


def _first_minutes(seconds: int, rules: Watch) -> int:
    """The block with which the first minutes end."""
    usual = min(rules.longest_usual, max(rules.shortest_usual, seconds / 4))
    return int(usual // BLOCK_S)


def _earlier(
    names: Sequence[str], earlier: Sequence[Recorded], rules: Watch
) -> dict[str, list[Doubles]]:
    """Every student's shares [n,C] in each earlier session, in this session's order of names."""
    found: dict[str, list[Doubles]] = {}
    for recorded in earlier:
        places = [
            recorded.session.names.index(name) if name in recorded.session.names else -1
            for name in names
        ]
        for student, blocks in recorded.students.items():
            shares = series_of(blocks, rules).shares
            if len(shares):
                padded = np.hstack([shares, np.zeros((len(shares), 1))])
                found.setdefault(student, []).append(padded[:, places])
    return found


def _between(students: Sequence[Sequence[Doubles]], rules: Watch, names: Sequence[str]) -> Doubles:
    """How much students' sessions differ by themselves: the variance of sessions [C]."""
    squares, freedom = np.zeros(len(names)), 0
    for sessions in students:
        means = np.array([shares.mean(axis=0) for shares in sessions])
        squares += ((means - means.mean(axis=0)) ** 2).sum(axis=0)
        freedom += len(means) - 1
    prior = 10.0
    return (prior * rules.between**2 + squares) / (prior + freedom)


def _case(
    own: Series, before: Sequence[Doubles], between: Doubles, split: int, rules: Watch
) -> _Case | None:
    """A student's usual and what came after; None where too little of either was seen."""
    known = np.concatenate([*before]) if before else np.empty((0, own.shares.shape[1]))
    if len(known) * BLOCK_S >= rules.earlier_usual:
        usual, extra = Usual(len(before), float(len(known) * BLOCK_S)), between
        extra, after = between * (1 + 1 / len(before)), own
    else:
        known = own.between(0, split).shares
        usual, extra = Usual(0, float(len(known) * BLOCK_S)), np.zeros(own.shares.shape[1])
        after = own.between(split, 1 << 40)
        if len(known) < rules.covered * split:
            return None
    if len(after) * BLOCK_S < rules.covered * rules.window:
        return None
    still = Series(after.blocks, np.zeros_like(after.shares))
    return _Case(usual, Part.of(known), after, extra, still)


def _with_common(cases: Mapping[str, _Case], rules: Watch) -> dict[str, _Case]:
    """Every case with what the others did meanwhile."""
    if len(cases) <= rules.others:
        return dict(cases)
    moved = {s: case.after.shares - case.before.mean for s, case in cases.items()}
    last = max(int(case.after.blocks[-1]) for case in cases.values()) + 1
    total = np.zeros((last, next(iter(moved.values())).shape[1]))
    count = np.zeros((last, 1))
    for student, case in cases.items():
        total[case.after.blocks] += moved[student]
        count[case.after.blocks] += 1
    result = {}
    for student, case in cases.items():
        at = case.after.blocks
        others = count[at] - 1
        mean = (total[at] - moved[student]) / np.maximum(1, others)
        common = Series(at, np.where(others >= rules.others, mean, 0.0))
        result[student] = replace(case, common=common)
    return result


# ---------------------------------------------------------------------- looking


def _look(
    student: str, case: _Case, names: Sequence[str], spread: Spread, window: int, ends: Ints,
    level: float, rules: Watch,
) -> CheckIn | None:  # fmt: skip
    """All looks at one student, at windows that end at some blocks [m]."""
    last = Part.windows(case.after, ends - window, ends)
    found = difference(case.before, last, spread, case.extra)
    # Looks overlap by three quarters, so they are fewer than they seem; counting all is safe.
    threshold = _threshold(level / max(1, len(ends)))
    common = Part.windows(case.common, ends - window, ends).mean
    clear = _clear(found, common, threshold, rules.least)
    clear &= last.count >= rules.covered * window
    clear &= _lasts(case, found.effect, ends, window)
    noticed = ends[clear.any(axis=1)] * BLOCK_S
    whole, now = _whole(case, spread), case.after.shares.mean(axis=0)
    common = case.common.shares.mean(axis=0)
    told = _clear(whole, common, _threshold(level), rules.least_whole)
    if not told.any():
        if not len(noticed):
            return None
        # The one in the middle of the time: the strongest would look stronger than it is.
        passed = np.flatnonzero(clear.any(axis=1))
        k = int(passed[len(passed) // 2])
        whole = Difference(found.effect[k], found.error[k], found.freedom[k])
        told, now = clear[k], last.mean[k]
    return CheckIn(
        student,
        case.usual,
        float(noticed[0]) if len(noticed) else None,
        float(noticed[-1]) if len(noticed) else None,
        _reasons(whole, case, now, names, told),
    )


def _clear(found: Difference, common: Doubles, threshold: float, least: float) -> Bools:
    """Whether a change is sure and large enough, also without what the others did [C] or [m,C]."""
    own = replace(found, effect=found.effect - common)
    passed = [
        (np.abs(change.normal) >= threshold) & (np.abs(change.effect) >= least)
        for change in (found, own)
    ]
    return np.asarray(passed[0] & passed[1] & (found.effect * own.effect > 0))


def _whole(case: _Case, spread: Spread) -> Difference:
    return difference(case.before, Part.of(case.after.shares), spread, case.extra)


def _lasts(case: _Case, effect: Doubles, ends: Ints, window: int) -> Bools:
    """Whether both halves of a window show it [m,C]: one long laugh is no change."""
    middles = ends - window // 2
    halves = (
        Part.windows(case.after, ends - window, middles),
        Part.windows(case.after, middles, ends),
    )
    shifts = [np.sign(effect) * (half.mean - case.before.mean) for half in halves]
    seen = np.minimum(halves[0].count, halves[1].count) > 0
    return np.asarray(seen & (np.minimum(*shifts) >= np.abs(effect) / 2))


def _reasons(
    found: Difference, case: _Case, now: Doubles, names: Sequence[str], told: Bools | None = None
) -> tuple[Change, ...]:
    """Expressions with their changes, the largest first."""
    changes = changes_of(found, names, case.before.mean, now)
    kept = [change for k, change in enumerate(changes) if told is None or told[k]]
    return tuple(sorted(kept, key=lambda change: -abs(change.effect)))


def changes_of(
    found: Difference, names: Sequence[str], before: Doubles, after: Doubles, sure: float = 0.95
) -> tuple[Change, ...]:
    """A difference in words for every expression; shares stay between 0 and 1."""
    low, high = found.interval(sure)
    low, high = np.maximum(low, -before), np.minimum(high, 1 - before)
    return tuple(
        Change(name, *(float(a[k]) for a in (found.effect, low, high, before, after)))
        for k, name in enumerate(names)
    )


def _threshold(level: float) -> float:
    """The normal deviate that is passed, to either side, as seldom as that."""
    return NormalDist().inv_cdf(1 - level / 2)
