"""The numbers behind the charts as tables, for who cannot see them or wants them exactly."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.palette import ordered
from fewshot_fer.reports import words
from fewshot_fer.reports.summary import Report, StudentSummary, Timeline

_MOST_ROWS: Final = 20


def over_time(report: Report) -> str:
    """The class's timeline in at most twenty rows."""
    names = report.recorded.session.names
    line = report.timeline
    together = -(-len(line.seconds) // _MOST_ROWS)
    rows = [
        (words.clock(float(line.seconds[k])), *_shares(line, slice(k, k + together), names))
        for k in range(0, len(line.seconds), together)
    ]
    return table("The numbers over time", ("from", "clearly read", *ordered(names)), rows)


def by_student(students: Sequence[StudentSummary], called: Sequence[str], report: Report) -> str:
    """Every student's shares."""
    names = ordered(report.recorded.session.names)
    rows = [
        (
            name,
            words.percent(summary.sure),
            *(words.percent(summary.shares[n]) if summary.shares else "–" for n in names),
        )
        for summary, name in zip(students, called, strict=True)
    ]
    return table("All students as a table", ("student", "clearly read", *names), rows)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that unfolds."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f"<details><summary>{escape(title)}</summary>"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></details>"
    )


def _shares(line: Timeline, rows: slice, names: Sequence[str]) -> list[str]:
    coverage = np.nan_to_num(line.coverage[rows])
    shown: Doubles = (np.nan_to_num(line.shares[rows]) * coverage[:, None]).sum(axis=0)
    if not shown.any():
        return [words.percent(0), *("–" for _ in names)]
    shares = dict(zip(names, (shown / shown.sum()).tolist(), strict=True))
    shown_of = [words.percent(shares[name]) for name in ordered(names)]
    return [words.percent(float(coverage.mean())), *shown_of]
