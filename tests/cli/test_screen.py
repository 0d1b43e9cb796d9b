"""The screen of `live` fits the terminal, whatever there is to show."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from fewshot_fer.cli.show.desk import HELP, Desk
from fewshot_fer.cli.show.keys import ENTER
from fewshot_fer.cli.show.screen import picture, summary_of
from fewshot_fer.lesson.events import LessonState, RecordingState, SourceState
from fewshot_fer.records.summary import Summary
from fewshot_fer.records.views import View
from tests.records.views import seen, view


def desk(keys: str = "") -> Desk:
    made = Desk(lambda: {"s1": "Anna"})
    for key in keys:
        made.press(key, range(100))
    return made


def stands(view: View | None, said: str | None = None, sources: int = 1) -> LessonState:
    """How a lesson stands that shows this."""
    streams = tuple(
        SourceState(
            f"camera {k}",
            "gallery",
            None,
            5,
            1.0,
            9.0,
            None if k else said,
            (100, 100),
            False,
            None,
        )
        for k in range(sources)
    )
    return LessonState("", "", 0.0, 5.0, sources=streams, view=view)


def faces(count: int, sources: int) -> View:
    many = [replace(seen(None, "happy", k), source=f"camera {k % sources}") for k in range(count)]
    return view(5.0, many)


def lines(what: object) -> list[str]:
    text = StringIO()
    Console(file=text, width=80, height=24).print(what)
    return text.getvalue().splitlines()


@pytest.mark.parametrize("keys", ["", "n", f"n1{ENTER}an"])
@pytest.mark.parametrize(("count", "sources"), [(0, 1), (5, 1), (49, 1), (12, 3)])
def test_the_last_line_says_what_the_keys_mean(keys: str, count: int, sources: int) -> None:
    state = stands(faces(count, sources), "nothing has come for 5 s", sources)
    given = desk(keys)
    drawn = lines(picture(state, given, 80, 24, said="Marked: x.", each=True))
    assert len(drawn) <= 24
    assert drawn[-1].strip() == given.line.strip()
    assert any("nothing has come" in line for line in drawn)


def test_too_many_students_are_counted() -> None:
    drawn = lines(picture(stands(faces(49, 1)), desk(), 80, 24, each=True))
    names = sum(line.count("face ") for line in drawn[:-1])
    (rest,) = (line for line in drawn if "and " in line and " more" in line)
    assert names + int(rest.split("and ")[1].split()[0]) == 49


def test_before_the_first_picture_keys_are_shown_already() -> None:
    drawn = lines(picture(LessonState("", "", 0.0), desk(), 80, 24))
    assert "Waiting for the first picture" in drawn[0]
    assert drawn[-1].strip() == HELP


@pytest.mark.parametrize(
    ("coverage", "enrolled", "words"),
    [
        (0.04, 0, "Only 4 % of the looks were sure: nobody is enrolled yet."),
        (0.0, 0, "None of the looks were sure"),
        (0.04, 12, "too little to say anything of the class"),
        (0.8, 12, "80 % of the looks were sure"),
    ],
)
def test_the_summary_says_first_how_much_was_sure(
    coverage: float, enrolled: int, words: str
) -> None:
    summary = Summary(10.0, 100, 10.0, 2, coverage, {"angry": 1.0} if coverage else {})
    said = " ".join(
        " ".join(lines(summary_of(summary, RecordingState(), "off", enrolled=enrolled))).split()
    )
    assert words in said
    if coverage:
        assert said.index(words) < said.index("angry")
