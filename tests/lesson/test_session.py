from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.budget import Budget
from fewshot_fer.lesson.health import MonotonicClock
from fewshot_fer.lesson.naming import OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.reasons import Code, Reason
from tests.lesson.colours import FINE, Colours, Judge, Places, Pupils, picture


def session(budget: Budget | None = None) -> ClassSession:
    return ClassSession(Colours(), Pupils(), follower=Places(), assess=FINE, budget=budget)


def test_a_view_says_who_shows_what() -> None:
    live = session()
    live.look(picture(["happy", "sad"]), 0.0)
    view = live.look(picture(["happy", None, "happy"]), 0.1)
    assert [(face.track, face.expression) for face in view.seen] == [(1, "happy"), (3, "happy")]
    assert view.seen[0].box == (5, 5, 45, 45)
    assert view.shares.shares == {"happy": 1.0}
    assert view.effort.read == 2


def test_the_class_counts_those_who_are_not_to_be_seen() -> None:
    pupils = Pupils({"a": "Ada", "b": "Bo", "c": "Cem", "d": "Dana"})
    live = ClassSession(Colours(), pupils, follower=Places(), assess=FINE)
    shares = live.look(picture(["happy", "sad"]), 0.0).shares
    assert shares.shares == {"happy": 0.5, "sad": 0.5}
    assert shares.coverage == 0.5


def test_an_empty_frame_is_no_trouble() -> None:
    view = session().look(picture([None]), 0.0)
    assert view.seen == ()
    assert view.shares.shares == {}
    assert view.shares.coverage == 0.0
    assert view.effort.oldest == 0.0


def test_a_face_that_was_not_read_for_long_is_unsure() -> None:
    live = session(budget=Budget(faces=1))
    for k in range(2):
        live.look(picture(["happy", "sad"]), 0.1 * k)
    late = live.look(picture(["happy", "sad"]), 9.0)
    unsure = [face.reading.unsure for face in late.seen if face.reading is not None]
    assert Counter(reason is None for reason in unsure) == {True: 1, False: 1}
    assert [why.code for why in unsure if why is not None] == [Code.NOT_READ]


def test_a_budget_is_spread_evenly_and_nobody_is_left_out() -> None:
    live = session(budget=Budget(faces=3))
    image = picture(["neutral"] * 10)
    reads: Counter[int] = Counter()
    oldest = []
    for k in range(40):
        view = live.look(image, 0.1 * k)
        reads.update(face.track for face in view.seen if face.read_at == view.time)
        assert len(view.seen) == 10
        assert (view.effort.read, view.effort.skipped) == (3, 7)
        oldest.append(view.effort.oldest)
    assert max(reads.values()) - min(reads.values()) <= 1
    assert max(oldest[4:]) <= 0.4


def test_a_changed_face_is_read_before_its_turn() -> None:
    live = session(budget=Budget(faces=1))
    rows = ["neutral"] * 6
    for k in range(12):
        live.look(picture(rows), 0.1 * k)
    textured = picture(rows)
    textured[10:30, 5 + 2 * 50 : 25 + 2 * 50] = 250
    read = []
    for k in range(12, 16):
        view = live.look(textured, 0.1 * k)
        read += [face.track for face in view.seen if face.read_at == view.time]
    assert read.index(3) < 2


@dataclass
class Slow(Colours):
    """Takes 10 ms a face, on a clock of its own."""

    now: float = 0.0

    def vectors_of(self, portraits: Bytes) -> Floats:
        self.now += 0.01 * len(portraits)
        return super().vectors_of(portraits)


@pytest.mark.parametrize(("cores", "share"), [(0.2, 0.25), (0.4, 0.5), (2.0, 1.0)])
def test_a_budget_of_time_is_kept_and_all_have_their_turn(cores: float, share: float) -> None:
    slow = Slow()
    live = ClassSession(
        slow,
        Pupils(),
        follower=Places(),
        assess=FINE,
        budget=Budget(cores),
        stopwatch=lambda: slow.now,
    )
    image = picture(["neutral"] * 8)
    reads: Counter[int] = Counter()
    for k in range(100):
        view = live.look(image, 0.1 * k)
        reads.update(face.track for face in view.seen if face.read_at == view.time)
    assert sum(reads.values()) == pytest.approx(800 * share, rel=0.05)
    assert slow.now == pytest.approx(8.0 * share, rel=0.05)
    assert max(reads.values()) - min(reads.values()) <= 2


def test_time_that_goes_back_counts_as_no_time() -> None:
    live = session()
    live.look(picture(["happy"]), 5.0)
    view = live.look(picture(["happy"]), 3.0)
    assert view.time == 5.0


# ---------------------------------------------------------------------- names


def test_a_click_names_a_track_and_the_track_keeps_it() -> None:
    live = named_session()
    live.look(picture(["happy", "sad"]), 0.0)
    live.name(2, "b")
    for k in range(5):
        view = live.look(picture(["happy", "sad"]), 0.1 * k)
    assert [face.name for face in view.seen] == [None, "Bo"]


def test_two_tracks_never_carry_one_student() -> None:
    live = named_session()
    live.look(picture(["happy", "sad"]), 0.0)
    live.name(1, "b")
    live.name(2, "b")
    view = live.look(picture(["happy", "sad"]), 0.1)
    assert [face.student for face in view.seen] == [None, "b"]


def test_a_named_face_is_read_as_its_student() -> None:
    pupils = Pupils({"a": "Ada"})
    live = ClassSession(Colours(), pupils, follower=Places(), assess=FINE)
    live.look(picture(["happy"]), 0.0)
    live.name(1, "a")
    live.look(picture(["happy"]), 0.1)
    assert pupils.asked == [None, "a"]


def test_what_was_believed_of_a_face_stays_when_it_gets_a_name() -> None:
    live = named_session()
    view = live.look(picture(["happy"]), 0.0)
    for k in range(5):
        view = live.look(picture(["happy"]), 0.1 * k)
    believed = view.seen[0].reading
    live.name(1, "a")
    reading = live.look(picture(["happy"]), 0.5).seen[0].reading
    assert believed is not None
    assert reading is not None
    assert reading.scores["happy"] >= believed.scores["happy"]


@dataclass
class Says:
    """A namer that says the same of a track every time."""

    students: Mapping[int, str]
    asked: int = 0
    forgotten: list[int] = field(default_factory=list)

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        self.asked += 1
        assert len(faces) == len(tracks)
        return {track: self.students[track] for track in tracks if track in self.students}

    def forget(self, tracks: Sequence[int]) -> None:
        self.forgotten += tracks


def test_a_namer_is_asked_until_all_have_names() -> None:
    namer = Says({1: "a", 2: "b"})
    live = named_session(namer)
    for k in range(3):
        view = live.look(picture(["happy", "sad"]), 0.1 * k)
    assert [face.name for face in view.seen] == ["Ada", "Bo"]
    assert namer.asked == 1


def test_a_face_that_is_long_gone_is_forgotten() -> None:
    namer = Says({1: "a", 2: "b"})
    live = named_session(namer)
    live.look(picture(["happy", "sad"]), 0.0)
    live.look(picture(["happy"]), 10.0)
    assert namer.forgotten == []
    live.look(picture(["happy"]), 30.0)
    assert namer.forgotten == [2]


def test_a_camera_of_one_student_names_the_largest_face() -> None:
    live = ClassSession(
        Colours(), Pupils({"a": "Ada"}), follower=Places(), namer=OneStudent("a"), assess=FINE
    )
    view = live.look(picture(["happy"]), 0.0)
    assert [face.name for face in view.seen] == ["Ada"]


def test_a_persons_word_stands_above_a_namer() -> None:
    live = named_session(Says({1: "a", 2: "a"}))
    live.look(picture(["happy", "sad"]), 0.0)
    live.name(2, "a")
    view = live.look(picture(["happy", "sad"]), 0.1)
    assert [face.student for face in view.seen] == [None, "a"]
    live.name(2, None)
    view = live.look(picture(["happy", "sad"]), 0.2)
    assert [face.student for face in view.seen] == ["a", None]


def test_of_two_claims_the_older_stays_until_it_leaves() -> None:
    live = named_session(Says({1: "a", 2: "a"}))
    view = live.look(picture(["happy", "sad"]), 0.0)
    assert [face.student for face in view.seen] == ["a", None]
    view = live.look(picture([None, "sad"]), 0.1)
    assert [face.student for face in view.seen] == ["a"]
    view = live.look(picture(["happy", "sad"]), 0.2)
    assert [face.student for face in view.seen] == [None, "a"]


def named_session(namer: Says | None = None) -> ClassSession:
    pupils = Pupils({"a": "Ada", "b": "Bo"})
    return ClassSession(Colours(), pupils, follower=Places(), assess=FINE, namer=namer)


# ---------------------------------------------------------------------- vectors to recalibrate from


def test_vectors_of_named_students_are_kept_two_a_second() -> None:
    live = named_session(Says({1: "a"}))
    for k in range(21):
        live.look(picture(["happy", "sad"]), 0.1 * k)
    assert live.memory.students == ("a",)
    assert live.memory.of("a").shape == (5, 1)
    assert live.memory.of("a", since=1.2).shape == (2, 1)
    assert live.memory.of("b").shape[0] == 0


@pytest.fixture
def turned_away() -> ClassSession:
    pupils = Pupils({"a": "Ada"})
    return ClassSession(
        Colours(), pupils, follower=Places(), namer=Says({1: "a"}),
        assess=Judge(Reason(Code.TURNED)),
    )  # fmt: skip


def test_a_face_that_can_hardly_be_seen_is_unsure_and_teaches_nothing(
    turned_away: ClassSession,
) -> None:
    view = turned_away.look(picture(["happy"]), 0.0)
    assert view.seen[0].reading is not None
    assert view.seen[0].reading.unsure == Reason(Code.TURNED)
    assert view.seen[0].expression is None
    assert turned_away.memory.students == ()


def test_a_clock_that_is_set_back_does_not_stop_the_lesson() -> None:
    clock = MonotonicClock()
    times = [clock.at(time) for time in (100.0, 101.0, 100.9, 102.0, 3.0, 3.5, 5.0)]
    assert times == pytest.approx([100.0, 101.0, 101.0, 102.0, 102.0, 102.5, 104.0])
