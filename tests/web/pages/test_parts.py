"""Words, bars and charts of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from fewshot_fer.expressions import BASIC
from fewshot_fer.lesson.clips import ClipFace, ClipFrame
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.reports.changes import Change
from fewshot_fer.reports.summary import Timeline
from fewshot_fer.stills import NamedFace
from fewshot_fer.students.enrolment.cross_checks import Doubt
from fewshot_fer.web.pages.parts import bars, charts, plain, tried


def test_a_question_has_its_names_in_italics_and_as_they_are() -> None:
    why = Reason(Code.LIKE_YOUR, expression="so-so", looks_like="sad")
    asked = Doubt("a.jpg", "so-so", "sad", why)
    said = plain.stressed(asked).question
    assert said.startswith(r"This picture for *so\-so* looks more like your *sad*. Keep it?")


@pytest.mark.parametrize("name", ["*Anna*", "[x](http://y)", ":red[A]", "$a$", "<b>A</b>", "`A`"])
def test_names_are_shown_as_they_are(name: str) -> None:
    shown = plain.text(name)
    assert shown.replace("\\", "") == name
    assert all(shown[shown.index(mark) - 1] == "\\" for mark in name if mark in "*[:$<`")


def test_bars_show_names_as_they_are() -> None:
    html = bars.shares({"<script>": 0.5, "happy": 0.5}, ("<script>", "happy"))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_time_left_is_no_more_exact_than_known() -> None:
    assert plain.time_left(2) == "a few seconds left"
    assert plain.time_left(33) == "about 35 seconds left"
    assert plain.time_left(200) == "about 3 minutes left"


def test_a_day_has_no_zero_before_it() -> None:
    assert plain.day(datetime(2026, 3, 2, tzinfo=UTC).date()) == "2 March 2026"


def timeline() -> Timeline:
    shares = np.full((3, len(BASIC)), 1 / len(BASIC))
    shares[1] = np.nan
    return Timeline(np.array([0, 10, 20]), 10, shares, np.array([1.0, 0.0, 0.5]))


def rows_with(drawn: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """The rows of a chart's data set that has this field; altair names and shares them."""
    (found,) = [rows for rows in drawn["datasets"].values() if field in rows[0]]
    return list(found)


def tips(chart: object) -> Iterator[str]:
    """What a chart tells the pointer, wherever in it."""
    if isinstance(chart, dict):
        yield from (tip["field"] for tip in chart.get("tooltip", ()) if isinstance(tip, dict))
        for part in chart.values():
            yield from tips(part)
    elif isinstance(chart, list):
        for part in chart:
            yield from tips(part)


def test_a_stack_is_as_high_as_its_shares() -> None:
    drawn = charts.shares_over_time(timeline(), BASIC, [(12.0, "Quiz")]).to_dict()
    rows = rows_with(drawn, "high")
    tops = {k: max((r["high"] for r in rows if r["start"] == k), default=0.0) for k in (0, 10, 20)}
    assert tops == {0: pytest.approx(1.0, abs=0.01), 10: 0.0, 20: pytest.approx(1.0, abs=0.01)}


def test_every_stretch_tells_its_numbers_and_how_much_was_read() -> None:
    drawn = charts.shares_over_time(timeline(), BASIC).to_dict()
    first = rows_with(drawn, "clearly read")[0]
    assert first["clearly read"] == "100\N{NO-BREAK SPACE}%"
    assert set(tips(drawn)) == {"time", "clearly read", *BASIC}


def test_changes_are_drawn_in_points() -> None:
    change = Change("sad", 0.1, 0.05, 0.15, 0.2, 0.3)
    drawn = charts.effects([change], ("sad",)).to_dict()
    assert rows_with(drawn, "points")[0]["points"] == pytest.approx(10.0)


def face(expression: str, unsure: Reason | None = None) -> NamedFace:
    scores = {name: 0.9 if name == expression else 0.1 / 6 for name in BASIC}
    return NamedFace((10.0, 20.0, 60.0, 80.0), expression, scores, unsure, None, 0.8)


def test_a_video_over_time_counts_sure_faces_only() -> None:
    sure, unsure = (
        ClipFace(one.box, track, one.expression, one.scores, one.unsure, None, one.quality)
        for track, one in enumerate((face("happy"), face("sad", Reason(Code.FAR))))
    )
    line = tried.timeline([ClipFrame(0.0, (sure, unsure)), ClipFrame(1.0, ())], BASIC)
    assert line.shares[0, BASIC.index("happy")] == 1.0
    assert line.coverage.tolist() == [0.5, 0.0]
