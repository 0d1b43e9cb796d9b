"""The numbers behind the charts as tables, for who cannot see them or wants them exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.palette import ordered
from fewshot_fer.reports import words
from fewshot_fer.reports.summary import Report, StudentSummary, Timeline

_MOST_ROWS: Final = 20


def over_time(report: Report) -> list[tuple[str, ...]]:
    """The class's timeline in at most twenty rows."""
    names = report.recorded.session.names
    line = report.timeline
    together = -(-len(line.seconds) // _MOST_ROWS)
    return [
        (words.clock(float(line.seconds[k])), *_shares(line, slice(k, k + together), names))
        for k in range(0, len(line.seconds), together)
    ]


def by_student(
    students: Sequence[StudentSummary], called: Callable[[str], str], names: Sequence[str]
) -> list[tuple[str, ...]]:
    """Every student's shares."""
    return [
        (
            called(one.student),
            words.percent(one.sure),
            *(words.percent(one.shares[n]) if one.shares else "–" for n in ordered(names)),
        )
        for one in students
    ]


def _shares(line: Timeline, rows: slice, names: Sequence[str]) -> list[str]:
    coverage = np.nan_to_num(line.coverage[rows])
    shown: Doubles = (np.nan_to_num(line.shares[rows]) * coverage[:, None]).sum(axis=0)
    if not shown.any():
        return [words.percent(0), *("–" for _ in names)]
    shares = dict(zip(names, (shown / shown.sum()).tolist(), strict=True))
    shown_of = [words.percent(shares[name]) for name in ordered(names)]
    return [words.percent(float(coverage.mean())), *shown_of]
