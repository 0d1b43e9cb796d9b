"""What is usual for a student: earlier sessions where there are some, else how this one began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.records.values import BLOCK_S, Recorded, StudentBlocks
from fewshot_fer.reports.statistics import Part, Series


@dataclass(frozen=True, slots=True)
class Watch:
    """How changes are looked for; times in seconds."""

    alarms: float = 0.9
    """False alarms expected while a session goes on in which nothing changed, at most."""
    alarms_whole: float = 0.1
    """The same for the check of the whole session."""
    stretches: tuple[float, ...] = (30, 40, 50, 60, 70, 80, 90, 100, 120, 150, 180, 240, 300)
    most_checks: int = 240
    """A long session is checked so often; a short one every ten seconds."""
    shortest_usual: float = 120.0
    longest_usual: float = 300.0
    """Nothing is said before a quarter of a session is known, or as much as lies between."""
    earlier_usual: float = 300.0
    """From so many seconds of earlier sessions on, these are the usual."""
    pieces: float = 4.0
    """The usual holds at least so many stretches that each tell something new: where faces
    change slowly, two minutes are not enough."""
    covered: float = 0.5
    """The share of a stretch that must be confidently read."""
    least: float = 0.12
    """Smaller changes of some minutes are not worth a word."""
    least_whole: float = 0.06
    """Nor smaller ones of a whole session."""
    strongest: float = 60.0
    rest_odds: float = 3.0
    """What speaks for a change is no single moment, such as one long laugh: without its strongest
    minute the rest still speaks for it, with such odds."""
    others: int = 8
    """From so many other students on, what they do together is told apart from one's own."""
    between: float = 0.05
    """How far a student's sessions differ by themselves, where nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a student is compared with."""

    sessions: int
    """How many earlier sessions; 0: the first minutes of this one."""
    seconds: float
    """Seconds that were confidently read in them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One student: the usual, and what came after it."""

    own: Series
    usual: Usual
    before: Part
    after: Series
    extra: Doubles
    """Variance that more blocks would not take away [C]."""
    common: Series
    """How far the others moved from their usuals in the same blocks: a joke moves all."""


def cases_of(
    this: Recorded, earlier: Sequence[Recorded], rules: Watch
) -> tuple[dict[str, Case], list[str]]:
    """Every student of whom enough was seen, and the others."""
    before = _earlier(this.session.names, earlier, rules)
    between = _between(list(before.values()), rules, this.session.names)
    split = first_minutes(this.session.seconds, rules)
    cases, too_little = {}, []
    for student, blocks in this.students.items():
        own = series_of(blocks, rules)
        case = _case(own, before.get(student, []), between, split, rules)
        if case is None:
            too_little.append(student)
        else:
            cases[student] = case
    return cases, too_little


def series_of(blocks: StudentBlocks, rules: Watch) -> Series:
    """The blocks of a student that are read well enough, as shares of time."""
    sure = blocks.counts.sum(axis=1)
    kept = sure >= rules.covered * BLOCK_S
    shares = blocks.counts[kept] / sure[kept, None]
    return Series(blocks.blocks[kept], shares.astype(np.float64))


def first_minutes(seconds: int, rules: Watch) -> int:
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
) -> Case | None:
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
    if len(after) * BLOCK_S < rules.covered * rules.shortest_usual:
        return None
    still = Series(after.blocks, np.zeros_like(after.shares))
    return Case(own, usual, Part.of(known), after, extra, still)


def with_common(cases: Mapping[str, Case], rules: Watch) -> dict[str, Case]:
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
