"""A lesson in the terminal with somebody at the keys: what is named, marked, paused and ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from fewshot_fer.cli.commands.live import _Lesson
from fewshot_fer.cli.show.desk import Desk
from fewshot_fer.cli.show.keys import ENTER
from fewshot_fer.errors import LibraryError
from fewshot_fer.lesson.live import LiveClass, Source
from fewshot_fer.lesson.sources import Captured
from fewshot_fer.records.recording import Recording
from fewshot_fer.records.store import Store
from tests.lesson.colours import picture
from tests.lesson.test_several import Opened
from tests.records.test_under_fire import Pupil

if TYPE_CHECKING:
    from fewshot_fer.cli.show.screen import Screen
    from fewshot_fer.lesson.opening import OpenClass

RECORDS = "sqlite:///records.db"


@dataclass
class Here(Opened):
    """A class of coloured squares with a recording and a recalibration."""

    recalibrated: list[list[str]] = field(default_factory=list)
    broken: bool = False

    def recalibrate(self, looks: dict[str, object]) -> dict[str, str]:
        if self.broken:
            raise LibraryError("The students' folder is busy.", next_step="Try again.")
        self.recalibrated.append(sorted(looks))
        return dict.fromkeys(looks, "too few")

    def students(self) -> list[Pupil]:
        return [Pupil(student) for student in self.members.names]


@dataclass
class Typist:
    """Presses keys when their moment of the lesson has come."""

    live: LiveClass
    keys: dict[float, str]
    waiting: list[str] = field(default_factory=list)

    def pressed(self) -> str | None:
        now = self.live.view.time if self.live.view is not None else -1.0
        for time in [time for time in self.keys if time <= now]:
            self.waiting += self.keys.pop(time)
        return self.waiting.pop(0) if self.waiting else None


@dataclass
class Paper:
    """A screen that remembers what was said."""

    each: bool = False
    said: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        self.said.append(words)

    def update(self, lesson: _Lesson, live: LiveClass) -> None:
        """Nothing is drawn."""


def pictures() -> Iterator[Captured]:
    """Two faces for ten seconds, four looks a second; no faster than they are looked at."""
    for k in range(40):
        yield Captured(picture(["happy", "sad"]), k / 4)


class Stepwise(LiveClass):
    """Every picture is looked at: nothing is dropped."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened, [Source("class", iter(()))])
        self._shown = pictures()
        self.ended = False

    @property
    def over(self) -> bool:
        return self.ended

    def look(self, timeout: float | None = None) -> object:  # type: ignore[override]
        captured = next(self._shown, None)
        self.ended = captured is None
        if captured is not None:
            self.view = self._feeds[0].session.look(captured.image, captured.time)
        return None if captured is None else self.view


@dataclass
class Taught:
    lesson: _Lesson
    here: Here
    paper: Paper
    live: LiveClass


def teach(keys: dict[float, str], *, record: bool = True, broken: bool = False) -> Taught:
    here = Here(broken=broken)
    recording = Recording(RECORDS, here)
    lesson = _Lesson(cast("OpenClass", here), recording, wanted=record, each=True)
    lesson.desk = Desk(lambda: here.members.names)
    paper = Paper()
    with Stepwise(here) as live, recording:
        lesson.run(live, None, Typist(live, keys), cast("Screen", paper))
    return Taught(lesson, here, paper, live)


def test_a_face_is_named_by_keys_and_recorded_from_then_on(empty_folder: Path) -> None:
    taught = teach({5.0: f"n1{ENTER}ad{ENTER}"})
    assert taught.paper.said == ["Face 1 is Ada."]
    assert taught.live.view is not None
    assert [face.name for face in taught.live.view.seen] == ["Ada", None]
    with Store.open(RECORDS) as store:
        found = store.read(students=True)
        assert store.students_of(found.session.id) == ["a"]
        assert store.student_seconds(found.session)["a"].seconds.tolist() == [5, 6, 7, 8, 9]


def test_a_moment_is_marked_and_a_pause_is_left_out(empty_folder: Path) -> None:
    taught = teach({2.0: f"mexercise{ENTER}", 4.0: "p", 5.0: f"mno{ENTER}", 7.0: "p", 9.0: "q"})
    assert taught.paper.said == ["Marked: exercise.", "Nothing is recorded: no mark was made."]
    with Store.open(RECORDS) as store:
        found = store.read()
    assert [(mark.second, mark.text) for mark in found.marks] == [(2, "exercise")]
    assert found.whole.seconds.tolist() == [0, 1, 2, 3, 4, 7, 8, 9]
    assert taught.lesson.summing.summary.frames == pytest.approx(9 * 4 + 1 - 3 * 4, abs=1)
    assert taught.live.view is not None
    assert taught.live.view.time == 9.0


def test_a_mark_without_a_recording_is_said_to_be_none(empty_folder: Path) -> None:
    taught = teach({2.0: f"mexercise{ENTER}q"}, record=False)
    assert taught.paper.said == ["Nothing is recorded: no mark was made."]
    assert list(empty_folder.iterdir()) == []


def test_everybody_in_view_is_recalibrated(empty_folder: Path) -> None:
    taught = teach({1.0: f"n1{ENTER}ada{ENTER}n2{ENTER}bo{ENTER}", 5.0: "req"}, record=False)
    assert taught.here.recalibrated == [["a", "b"]]
    assert taught.paper.said[-1].startswith("0 of 2 recalibrated.")
    assert taught.paper.each


def test_a_recalibration_that_fails_does_not_end_the_lesson(empty_folder: Path) -> None:
    taught = teach({1.0: "r", 3.0: "q"}, record=False, broken=True)
    assert taught.paper.said == ["The students' folder is busy. Try again."]
    assert taught.live.view is not None
    assert taught.live.view.time == 3.0
