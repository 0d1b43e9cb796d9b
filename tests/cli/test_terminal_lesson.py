"""A lesson in the terminal with somebody at the keys: what is named, marked, paused and ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from fewshot_fer.cli.commands.live import TerminalLesson
from fewshot_fer.cli.show.desk import Desk
from fewshot_fer.cli.show.keys import ENTER
from fewshot_fer.lesson.commands import Pull, Source
from fewshot_fer.lesson.events import Ended, LessonState, Mode
from fewshot_fer.records.store import Store
from tests.fakes.lessons import Hall, Held, done, held, showing

if TYPE_CHECKING:
    from fewshot_fer.cli.show.screen import Screen

RECORDS = "sqlite:///records.db"
LASTS_S = 10.0


@dataclass
class Typist:
    """Presses keys when their moment of the lesson has come."""

    here: Held
    keys: dict[float, str]
    waiting: list[str] = field(default_factory=list)

    def pressed(self) -> str | None:
        now = self.here.state.seconds if self.here.state.view is not None else -1.0
        now = self.here.state.seconds if self.here.state.paused else now
        for time in [time for time in self.keys if time <= now]:
            self.waiting += self.keys.pop(time)
        return self.waiting.pop(0) if self.waiting else None


@dataclass
class Paper:
    """A screen that remembers what was said."""

    each: bool = False
    said: list[str] = field(default_factory=list)
    last: LessonState | None = None

    def say(self, words: str) -> None:
        self.said.append(words)

    def update(self, state: LessonState, desk: Desk) -> None:
        self.last = state


@dataclass
class Taught:
    hall: Hall
    paper: Paper
    ended: Ended

    @property
    def last(self) -> LessonState:
        assert self.paper.last is not None
        return self.paper.last


def teach(keys: dict[float, str], mode: Mode = "per_student", *, broken: bool = False) -> Taught:
    """Two faces for ten seconds, four looks a second."""
    hall, paper = Hall(broken=broken), Paper()
    with held(hall, rests=False) as here:

        def pass_time(_: float) -> None:
            if here.state.seconds >= LASTS_S:
                # The only source that is pulled is at its end.
                done(here.lesson.ask(Pull(Source("class", pictures=showing([])))))
                here.until_over(1)
            else:
                here.show("happy", "sad")
                here.settle(0.25)

        watching = TerminalLesson(here.lesson, lambda: hall.members.names, mode, sleeps=pass_time)
        watching.run(Typist(here, keys), cast("Screen", paper))
        ended = here.lesson.close()
    return Taught(hall, paper, ended)


def test_a_face_is_named_by_keys_and_recorded_from_then_on(empty_folder: Path) -> None:
    taught = teach({5.0: f"n1{ENTER}ad{ENTER}", 9.5: "q"})
    assert taught.paper.said == ["Face 1 is Ada."]
    assert taught.last.view is not None
    assert [face.name for face in taught.last.view.seen] == ["Ada", None]
    with Store.open(RECORDS) as store:
        found = store.read(students=True)
        assert store.students_of(found.session.id) == ["a"]
        seconds = store.student_seconds(found.session)["a"].seconds.tolist()
    assert seconds == list(range(seconds[0], 10))
    assert seconds[0] in (4, 5)


def test_a_moment_is_marked_and_a_pause_is_left_out(empty_folder: Path) -> None:
    taught = teach({2.0: f"mexercise{ENTER}", 4.0: "p", 5.0: f"mno{ENTER}", 7.0: "p", 9.0: "q"})
    assert taught.paper.said == ["Marked: exercise.", "Marked: no."]
    with Store.open(RECORDS) as store:
        found = store.read()
    assert [mark.text for mark in found.marks] == ["exercise", "no (in the pause)"]
    assert not {4, 5} & set(found.whole.seconds.tolist())
    assert {0, 1, 2, 7} <= set(found.whole.seconds.tolist())
    assert taught.ended.summary.frames == pytest.approx(9 * 4 - 3 * 4, abs=3)
    assert taught.ended.seconds == pytest.approx(9.0, abs=0.5)


def test_a_mark_without_a_recording_is_said_to_be_none(empty_folder: Path) -> None:
    taught = teach({2.0: f"mexercise{ENTER}q"}, "off")
    assert taught.paper.said == ["Nothing is recorded: no mark was made."]
    assert list(empty_folder.iterdir()) == []


def test_everybody_in_view_is_recalibrated(empty_folder: Path) -> None:
    taught = teach({1.0: f"n1{ENTER}ada{ENTER}n2{ENTER}bo{ENTER}", 5.0: "req"}, "off")
    assert taught.hall.recalibrated == [["a", "b"]]
    assert taught.paper.said[-1].startswith("0 of 2 recalibrated.")
    assert taught.paper.each


def test_a_recalibration_that_fails_does_not_end_the_lesson(empty_folder: Path) -> None:
    taught = teach({1.0: f"n1{ENTER}ada{ENTER}", 3.0: "r", 6.0: "q"}, "off", broken=True)
    assert taught.paper.said == ["Face 1 is Ada.", "The students' folder is busy. Try again."]
    assert taught.ended.seconds >= 6.0


def test_it_ends_after_so_many_seconds_and_when_its_sources_do(empty_folder: Path) -> None:
    assert teach({}, "off").ended.seconds == pytest.approx(LASTS_S, abs=0.6)
