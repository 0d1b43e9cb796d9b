"""Whose face changed from its own usual, and how sure that is.

A student is compared with nobody but themself: with their earlier sessions, or with what came
before in this one. Stretches of half a minute to five minutes are looked at as the session goes
on, and the whole of it once. What is told has passed a threshold that counts all students,
expressions and checks, so that false alarms stay rare however large the class and long the lesson.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from statistics import NormalDist

import numpy as np

from fewshot_fer.arrays import Bools, Doubles
from fewshot_fer.records.values import BLOCK_S, Recorded
from fewshot_fer.reports import evidence
from fewshot_fer.reports.evidence import Background, Stretches
from fewshot_fer.reports.statistics import (
    Difference,
    Part,
    Series,
    Spread,
    difference,
    spread_of,
)
from fewshot_fer.reports.usual import (
    Case,
    Usual,
    Watch,
    cases_of,
    first_minutes,
    with_common,
)


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
class CheckIn:
    """A student whose face changed from their own usual, with confidence."""

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


def watch(this: Recorded, earlier: Sequence[Recorded] = (), how: Watch | None = None) -> Watched:
    """Compare every student of a session with their own usual."""
    rules = how or Watch()
    names = this.session.names
    cases, too_little = cases_of(this, earlier, rules)
    split = first_minutes(this.session.seconds, rules)
    spread = spread_of([part for case in cases.values() for part in _parts(case, split)])
    pace = evidence.pace_of(_blocks(this, cases, rules))
    slow = [s for s, case in cases.items() if pace * case.usual.seconds < rules.pieces]
    cases = with_common({s: case for s, case in cases.items() if s not in slow}, rules)
    told = _told(_known(this, cases, pace, split, rules), this.session.seconds, rules)
    level = rules.alarms_whole / max(1, len(cases) * len(names))
    found = [
        _check_in(student, case, names, spread, passed, level, rules)
        for (student, case), passed in zip(cases.items(), told, strict=True)
    ]
    return Watched(
        tuple(check_in for check_in in found if check_in is not None),
        {
            s: _reasons(_whole(case, spread), case.before, case.after.shares.mean(axis=0), names)
            for s, case in cases.items()
        },
        {student: case.usual for student, case in cases.items()},
        tuple(sorted(too_little + slow)),
    )


def _parts(case: Case, split: int) -> list[Series]:
    """The stretches in which nothing is supposed to have changed for good."""
    return [case.after] if case.usual.sessions else [case.own.between(0, split), case.after]


# ---------------------------------------------------------------------- looking


@dataclass(frozen=True, slots=True)
class _Passed:
    """A stretch, from a block up to another, that shows more of an expression with confidence."""

    first: int
    last: int
    expression: int


def _blocks(this: Recorded, cases: Mapping[str, Case], rules: Watch) -> Doubles:
    """The blocks of all students, 0 where too little was read [S,B,C]."""
    blocks = np.zeros((len(cases), this.session.seconds // BLOCK_S + 1, len(this.session.names)))
    for row, student in zip(blocks, cases, strict=True):
        own = this.students[student]
        well = own.counts.sum(axis=1) >= rules.covered * BLOCK_S
        row[own.blocks[well]] = own.counts[well]
    return blocks


def _known(
    this: Recorded, cases: Mapping[str, Case], pace: float, split: int, rules: Watch
) -> Background:
    """The blocks of all students, and what stands against them."""
    earlier = np.zeros((len(cases), len(this.session.names)))
    first = np.full(len(cases), split)
    for k, case in enumerate(cases.values()):
        if case.usual.sessions:
            mean = case.before.mean
            # Sessions differ, so that many draws from others say no more than some of this one.
            most = float((mean * (1 - mean)).sum() / case.extra.sum())
            earlier[k] = min(pace * case.usual.seconds, most) * mean
            first[k] = 0
    blocks = _blocks(this, cases, rules)
    return Background(blocks, pace, earlier, first, len(cases) > rules.others)


def _told(known: Background, seconds: int, rules: Watch) -> list[list[_Passed]]:
    """For every student the stretches that speak for a change, in order of their ends."""
    count = seconds // BLOCK_S
    step = 1 + count // rules.most_checks
    widths = tuple(round(seconds / BLOCK_S) for seconds in rules.stretches)
    stretches = Stretches(np.arange(count, 0, -step)[::-1], widths)
    odds = evidence.log_odds(known, stretches, rules.least, rules.covered)
    threshold = log(max(1, len(odds)) * max(1, count) / rules.alarms)
    passed = evidence.in_all(odds, widths) >= threshold
    found: list[list[_Passed]] = [[] for _ in odds]
    for student, check in zip(*np.nonzero(passed), strict=True):
        best = odds[student, check]
        width, expression = np.unravel_index(int(best.argmax()), best.shape)
        last = int(stretches.ends[check])
        one = _Passed(last - widths[int(width)], last, int(expression))
        if _lasts(known, int(student), one, rules):
            found[student].append(one)
    return found


def _lasts(known: Background, student: int, one: _Passed, rules: Watch) -> bool:
    """Whether a change is to be seen outside of its strongest minute too."""
    strongest = round(rules.strongest / BLOCK_S)
    if one.last - one.first <= strongest:
        return False
    stretch = slice(one.first, one.last)
    rest = evidence.without_strongest(known, student, stretch, one.expression, strongest)
    return rest >= log(rules.rest_odds)


def _check_in(
    student: str, case: Case, names: Sequence[str], spread: Spread, passed: Sequence[_Passed],
    level: float, rules: Watch,
) -> CheckIn | None:  # fmt: skip
    """What is told of one student, if anything."""
    noticed = passed[0].last * float(BLOCK_S) if passed else None
    until = passed[-1].last * float(BLOCK_S) if passed else None
    whole = _whole(case, spread)
    common = case.common.shares.mean(axis=0)
    told = _clear(whole, common, _threshold(level), rules.least_whole)
    if told.any():
        now = case.after.shares.mean(axis=0)
        reasons = _reasons(whole, case.before, now, names, told)
        return CheckIn(student, case.usual, noticed, until, reasons)
    if not passed:
        return None
    # The one in the middle of the time: the strongest would look stronger than it is.
    one = passed[len(passed) // 2]
    usual, before = case.usual, case.before
    if not usual.sessions:
        shares = case.own.between(0, one.first).shares
        usual, before = Usual(0, float(len(shares) * BLOCK_S)), Part.of(shares)
    now = case.own.between(one.first, one.last).shares
    change = difference(before, Part.of(now), spread, case.extra)
    told = np.abs(change.normal) >= _threshold(0.05)
    told &= np.abs(change.effect) >= rules.least
    if not told[one.expression]:
        return None
    reasons = _reasons(change, before, now.mean(axis=0), names, told)
    return CheckIn(student, usual, noticed, until, reasons)


def _clear(found: Difference, common: Doubles, threshold: float, least: float) -> Bools:
    """Whether a change is sure and large enough, also without what the others did [C] or [m,C]."""
    own = replace(found, effect=found.effect - common)
    passed = [
        (np.abs(change.normal) >= threshold) & (np.abs(change.effect) >= least)
        for change in (found, own)
    ]
    return np.asarray(passed[0] & passed[1] & (found.effect * own.effect > 0))


def _whole(case: Case, spread: Spread) -> Difference:
    return difference(case.before, Part.of(case.after.shares), spread, case.extra)


def _reasons(
    found: Difference, before: Part, now: Doubles, names: Sequence[str], told: Bools | None = None
) -> tuple[Change, ...]:
    """Expressions with their changes, the largest first."""
    changes = changes_of(found, names, before.mean, now)
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
