"""Charts that answer to the pointer; every one has its numbers in words beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import numpy as np

from fewshot_fer.palette import COVERED, colour, ordered
from fewshot_fer.reports import words
from fewshot_fer.reports.changes import Change
from fewshot_fer.reports.summary import Timeline
from fewshot_fer.reports.term import Term
from fewshot_fer.students.enrolment.card import Card
from fewshot_fer.web.pages.parts.saying import _

_CLOCK: Final = (
    "floor(datum.value / 60) + ':' + (datum.value % 60 < 10 ? '0' : '') + floor(datum.value % 60)"
)
_SIGNED: Final = "datum.value ? format(datum.value, '+.0f') : '0'"
_ROW: Final = 26
_SEAM: Final = 1
"""Pixels by which stretches overlap: no background shines through between them."""
_BESIDE: Final = "#6d7e91"
"""Of what stands on the page itself: to be read on a light one and on a dark one."""
Rows = list[dict[str, Any]]
Drawn = alt.Chart | alt.LayerChart | alt.FacetChart


def _of(rows: Rows) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def learnt(card: Card) -> Drawn:
    """How sure each expression of a student is: expected, and checked where it could be."""
    names = [one.expression for one in card.learnt]
    rows = [
        {"expression": _(one.expression), "expected": one.estimated, "checked": one.checked,
         "pictures": one.references}
        for one in card.learnt
    ]  # fmt: skip
    tips = [
        alt.Tooltip("expression:N", title=_("expression")),
        alt.Tooltip("pictures:Q", title=_("pictures")),
        alt.Tooltip("expected:Q", title=_("expected right"), format=".0%"),
        alt.Tooltip("checked:Q", title=_("read right by the others"), format=".0%"),
    ]
    base = _of(rows).encode(y=_names(names), tooltip=tips)
    bars = base.mark_bar(height=14, cornerRadius=4).encode(
        x=_share("expected", _("share named right")), color=_fill(names)
    )
    ticks = base.mark_tick(aria=False, thickness=3, height=20, color=COVERED).encode(x="checked:Q")
    return alt.layer(bars, ticks).properties(height=_ROW * len(rows) + 40)


def scores(values: Mapping[str, float], names: Sequence[str]) -> Drawn:
    """How probable each expression of one face is."""
    rows = [{"expression": _(name), "score": values.get(name, 0.0)} for name in names]
    bars = _of(rows).mark_bar(height=13, cornerRadius=4)
    drawn = bars.encode(
        y=_names(names),
        x=_share("score", None),
        color=_fill(names),
        tooltip=[
            alt.Tooltip("expression:N", title=_("expression")),
            alt.Tooltip("score:Q", title=_("probability"), format=".1%"),
        ],
    )
    return alt.layer(drawn).properties(height=_ROW * len(rows) + 30)


def shares_over_time(
    line: Timeline,
    names: Sequence[str],
    marks: Sequence[tuple[float, str]] = (),
    *,
    height: int = 240,
    axis: bool = True,
) -> Drawn:
    """Shares of those who were clearly read, one on the other; a stretch tells all its numbers."""
    stretches = range(len(line.seconds))
    stacked = [row for k in stretches for row in _layers(line, names, k)]
    bars = (
        _of(stacked)
        .mark_rect(strokeWidth=0, x2Offset=_SEAM)
        .encode(
            x=_time(line), x2="end:Q", y=_upwards("low", 3 if axis else 0), y2="high:Q",
            color=_fill(names),
        )
    )  # fmt: skip
    hover = _hover([_stretch(line, names, k) for k in stretches], [*ordered(names), "clearly read"])
    return alt.layer(bars, *_marks(marks), hover).properties(height=height)


def strip(line: Timeline, names: Sequence[str]) -> Drawn:
    """One student's shares over time, as a strip."""
    return shares_over_time(line, names, height=100, axis=False)


def coverage_over_time(line: Timeline) -> Drawn:
    """How much of the class was clearly read."""
    every = [_stretch(line, (), k) for k in range(len(line.seconds))]
    rectangles = _of(every).mark_rect(color=COVERED, x2Offset=_SEAM)
    bars = rectangles.encode(x=_time(line), x2="end:Q", y=_upwards("coverage", 2), y2="nothing:Q")
    return alt.layer(bars, _hover(every, ["clearly read"])).properties(height=110)


def term(found: Term) -> Drawn:
    """Every expression's share, lesson by lesson, with its range."""
    half = 1.96
    rows = [
        {"lesson": f"{k}", "when": _(words.title(lesson.session)),
         "place": k, "expression": _(name),
         "share": float(lesson.shares[n]),
         "low": max(0.0, float(lesson.shares[n] - half * lesson.error[n])),
         "high": min(1.0, float(lesson.shares[n] + half * lesson.error[n]))}
        for k, lesson in enumerate(found.lessons, start=1)
        for n, name in enumerate(found.names)
    ]  # fmt: skip
    tips = [
        alt.Tooltip("when:N", title=_("lesson")),
        alt.Tooltip("expression:N", title=_("expression")),
        alt.Tooltip("share:Q", format=".0%"), alt.Tooltip("low:Q", title=_("from"), format=".0%"),
        alt.Tooltip("high:Q", title=_("to"), format=".0%"),
    ]  # fmt: skip
    axis = alt.Axis(labelAngle=0, tickMinStep=1, format="d", grid=False)
    scale = alt.Scale(nice=False, padding=12)
    base = _of(rows).encode(
        x=alt.X("place:Q", title=_("lesson"), axis=axis, scale=scale),
        color=_fill(found.names), tooltip=tips,
    )  # fmt: skip
    share = alt.Y("share:Q", title=None, axis=_percent(tickCount=5))
    bands = base.mark_area(opacity=0.14).encode(y=alt.Y("low:Q", title=None), y2="high:Q")
    lines = base.mark_line(point=True, strokeWidth=2).encode(y=share)
    return alt.layer(bands, lines).properties(height=280)


def effects(changes: Sequence[Change], names: Sequence[str]) -> Drawn:
    """Changes with the ranges that hold the true ones."""
    rows = [
        {"expression": _(c.expression), "points": 100 * c.effect, "low": 100 * c.low,
         "high": 100 * c.high, "before": c.usual, "after": c.now}
        for c in changes
    ]  # fmt: skip
    tips = [
        alt.Tooltip("expression:N", title=_("expression")),
        alt.Tooltip("before:Q", title=_("before"), format=".0%"),
        alt.Tooltip("after:Q", title=_("after"), format=".0%"),
        alt.Tooltip("points:Q", title=_("points"), format="+.0f"),
        alt.Tooltip("low:Q", title=_("at least"), format="+.0f"),
        alt.Tooltip("high:Q", title=_("at most"), format="+.0f"),
    ]
    base = _of(rows).encode(y=_names([c.expression for c in changes]), tooltip=tips)
    ranges = base.mark_bar(height=8, opacity=0.5, cornerRadius=3).encode(
        x=alt.X(
            "low:Q", title=_("percentage points"), axis=alt.Axis(labelExpr=_SIGNED, tickCount=6)
        ),
        x2="high:Q",
        color=_fill(names),
    )
    points = base.mark_tick(thickness=3, height=18).encode(x="points:Q", color=_fill(names))
    zero = _of([{"x": 0}]).mark_rule(opacity=0.5).encode(x="x:Q")
    return alt.layer(zero, ranges, points).properties(height=_ROW * len(rows) + 45)


def _names(names: Sequence[str]) -> alt.Y:
    """Every expression by its name, however small the chart."""
    axis = alt.Axis(labelOverlap=False, labelFontSize=13)
    return alt.Y("expression:N", sort=[_(name) for name in names], title=None, axis=axis)


def _share(field: str, title: str | None) -> alt.X:
    axis = _percent(values=[0, 0.25, 0.5, 0.75, 1])
    return alt.X(f"{field}:Q", title=title, axis=axis, scale=alt.Scale(domain=[0, 1]))


def _upwards(field: str, ticks: int) -> alt.Y:
    """A share from the bottom to the top; without ticks there is no axis."""
    axis = _percent(tickCount=ticks) if ticks else None
    return alt.Y(f"{field}:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, 1]))


def _percent(**ticks: Any) -> alt.Axis:
    """As the text beside it has it: with a space before the sign, or without one."""
    sign = _(words.percent(1)).removeprefix("100")
    return alt.Axis(format="%", labelExpr=f"replace(datum.label, '%', '{sign}')", **ticks)


def _fill(names: Sequence[str]) -> alt.Color:
    """The expressions' own colours; their names stand beside them or in a legend of ours."""
    scale = alt.Scale(
        domain=[_(name) for name in names], range=[colour(name, names) for name in names]
    )
    return alt.Color("expression:N", scale=scale, legend=None)


def _time(line: Timeline) -> alt.X:
    end = len(line.seconds) * line.length
    step = next((s for s in (10, 30, 60, 300, 600, 900, 1800) if end / s <= 6), 3600)
    axis = alt.Axis(labelExpr=_CLOCK, values=list(range(0, end + 1, step)), grid=False)
    return alt.X("start:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, end], nice=False))


def _stretch(line: Timeline, names: Sequence[str], k: int) -> dict[str, Any]:
    """All numbers of a stretch, as the pointer shows them."""
    start = int(line.seconds[k])
    covered = float(np.nan_to_num(line.coverage[k]))
    shares = zip(names, line.shares[k], strict=False)
    told = {name: _(words.percent(float(share))) for name, share in shares if np.isfinite(share)}
    return {
        "start": start,
        "end": start + line.length,
        "time": _("{low} to {high}", low=words.clock(start), high=words.clock(start + line.length)),
        "coverage": covered,
        "nothing": 0,
        "clearly read": _(words.percent(covered)),
        **told,
    }


def _layers(line: Timeline, names: Sequence[str], k: int) -> Rows:
    start, low = int(line.seconds[k]), 0.0
    rows: Rows = []
    for name in ordered(names):
        share = float(np.nan_to_num(line.shares[k, list(names).index(name)]))
        if share > 0.0005:
            end = start + line.length
            row = {"start": start, "end": end, "expression": _(name)}
            rows.append({**row, "low": round(low, 4), "high": round(low + share, 4)})
        low += share
    return rows


def _hover(every: Rows, told: Sequence[str]) -> Drawn:
    """A stretch of full height that is only there to be pointed at."""
    point = alt.selection_point(on="pointerover", empty=False, clear="pointerout")
    stretches = _of(every).mark_rect(color="black")
    answering = stretches.encode(
        x="start:Q",
        x2="end:Q",
        opacity=alt.condition(point, alt.value(0.16), alt.value(0.0)),
        tooltip=[alt.Tooltip(f"{name}:N", title=_(name)) for name in ("time", *told)],
    )
    return alt.layer(answering.add_params(point))


def _marks(marks: Sequence[tuple[float, str]]) -> list[alt.Chart]:
    if not marks:
        return []
    rows = [
        {"second": second, "number": str(k), "moment": text, "at": words.clock(second)}
        for k, (second, text) in enumerate(marks, start=1)
    ]
    base = _of(rows).encode(
        x="second:Q",
        tooltip=[
            alt.Tooltip("moment:N", title=_("moment")),
            alt.Tooltip("at:N", title=_("at")),
        ],
    )
    return [
        base.mark_rule(strokeWidth=2, strokeDash=[4, 3], color="black"),
        base.mark_text(
            dy=-8, baseline="bottom", fontWeight="bold", fontSize=13, color=_BESIDE
        ).encode(text="number:N", y=alt.value(0)),
    ]
