"""Moments that stood out, though nobody marked them."""

from __future__ import annotations

from fewshot_fer.records.values import Mark
from fewshot_fer.reports import words
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import report_of
from tests.reports.lessons import HAPPY, drawn_class, recorded


def test_the_loudest_change_is_found_though_nobody_marked_it() -> None:
    lesson = drawn_class(1, 1800)
    for labels in lesson.values():
        labels[900:1100] = HAPPY
    found = report_of(recorded(lesson))
    assert any(abs(one.mark.second - 900) <= 30 for one in found.stood_out)
    assert "The class changed most at" in words.headlines(found, {})[1]
    assert "The class changed</b>" in page(found)
    marked = report_of(recorded(lesson, [Mark(905, "A joke"), Mark(1110, "Over")]))
    assert marked.stood_out == (), "what was marked is not found once more"
    assert (
        "(A joke)" in words.headlines(marked, {})[1] or "(Over)" in words.headlines(marked, {})[1]
    )


def test_a_class_that_goes_on_as_before_hardly_ever_has_such_a_moment() -> None:
    lessons = (recorded(drawn_class(seed, 2700, students=12), each=False) for seed in range(10))
    assert sum(bool(report_of(lesson).stood_out) for lesson in lessons) <= 1
