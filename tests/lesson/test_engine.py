"""The one engine: pictures in, one class out, and everything in the order in which it came."""

from __future__ import annotations

import logging

import pytest

from fewshot_fer.errors import FaceError, RecordError, SourceError
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.commands import (
    End,
    Leave,
    Mark,
    Name,
    Pause,
    Recalibrate,
    Source,
    Unwatch,
    Watch,
)
from fewshot_fer.lesson.events import (
    Ended,
    LessonState,
    Looked,
    Paused,
    Skipped,
)
from fewshot_fer.lesson.events import (
    Event as Told,
)
from fewshot_fer.lesson.session import ClassSession
from tests.fakes.lessons import TOO_FEW, WAIT, Hall, Slow, done, held, looked
from tests.fakes.waiting import until
from tests.lesson.colours import GREYS, picture

GALLERY = Source("gallery")
CEM = Source("Cem", kind="device", student="c")


# ---------------------------------------------------------------------- pictures


def test_two_sources_are_one_class_and_a_face_is_named_by_hand() -> None:
    with held() as here:
        first = looked(here.show("happy", "sad", source=GALLERY))
        here.show("neutral", source=CEM)
        state = here.settle()
        assert state.view is not None
        assert sorted((face.source, face.name) for face in state.view.seen) == [
            ("Cem", "Cem"), ("gallery", None), ("gallery", None),
        ]  # fmt: skip
        assert state.shares.sure == 3
        sad = next(face.track for face in first.view.seen if face.expression == "sad")
        done(here.lesson.ask(Name("gallery", sad, "b")))
        names = {f.name for f in looked(here.show("happy", "sad", source=GALLERY)).view.seen}
        assert names == {"Bo", None}
        with pytest.raises(SourceError):
            done(here.lesson.ask(Name("nowhere", sad, "b")))


def test_the_newest_wins_sources_take_turns_and_none_is_read_twice_at_once() -> None:
    hall = Slow()
    with held(hall) as here:
        offers = [here.lesson.offer(Source(name), picture([what])) for name, what in (
            ("a", "happy"), ("b", "sad"), ("b", "fear"), ("a", "neutral"), ("a", "angry"),
        )]  # fmt: skip
        assert hall.begun_looks.acquire(timeout=WAIT)
        # While the first is being read: of what waits under one name only the newest stays.
        assert done(offers[1]) == Skipped("newer")
        assert done(offers[3]) == Skipped("newer")
        hall.go_on.set()
        assert all(isinstance(done(offers[k]), Looked) for k in (0, 2, 4))
        assert hall.seen == [GREYS[name] for name in ("happy", "fear", "angry")]


def test_two_sources_are_read_side_by_side() -> None:
    hall = Slow()
    with held(hall, workers=2) as here:
        offers = [here.lesson.offer(Source(name), picture(["happy"])) for name in "ab"]
        assert all(hall.begun_looks.acquire(timeout=WAIT) for _ in offers)
        hall.go_on.set()
        assert all(isinstance(done(one), Looked) for one in offers)


def test_commands_wait_for_a_session_that_a_worker_has_and_nothing_else_does() -> None:
    hall = Slow()
    with held(hall) as here:
        hall.go_on.set()
        here.show("happy")
        assert hall.begun_looks.acquire(timeout=WAIT)
        hall.go_on.clear()
        offer = here.lesson.offer(Source("class"), picture(["happy"]))
        assert hall.begun_looks.acquire(timeout=WAIT)
        named = here.lesson.ask(Name("class", 1, "a"))
        done(here.lesson.ask(Mark("now")))
        assert not named.done()
        hall.go_on.set()
        done(named)
        assert looked(done(offer)).view.seen[0].name is None
        assert looked(here.show("happy")).view.seen[0].name == "Ada"


def test_who_leaves_and_what_waits_at_the_end_is_answered() -> None:
    hall = Slow()
    with held(hall) as here:
        first = here.lesson.offer(Source("a"), picture(["happy"]))
        assert hall.begun_looks.acquire(timeout=WAIT)
        left = here.lesson.offer(Source("b"), picture(["happy"]))
        stays = here.lesson.offer(Source("c"), picture(["happy"]))
        done(here.lesson.ask(Leave("b")))
        assert done(left) == Skipped("newer")
        ended = here.lesson.ask(End())
        assert done(stays) == Skipped("ended")
        hall.go_on.set()
        done(ended)
        assert done(here.lesson.offer(Source("a"), picture([None]))) == Skipped("ended")
        assert done(first) in (Skipped("ended"), Skipped("newer"))
        with pytest.raises(RecordError, match="ended"):
            done(here.lesson.ask(Mark()))
        assert done(here.lesson.ask(End())) == done(ended)


def test_a_mistake_of_ours_costs_what_a_source_remembers_and_not_the_lesson(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with held() as here:
        here.show("happy")
        with monkeypatch.context() as broken:
            broken.setattr(ClassSession, "look", lambda *_: [][0])
            with pytest.raises(FaceError):
                here.show("happy")
        assert looked(here.show("happy")).view.seen


def test_in_a_pause_nothing_is_looked_at() -> None:
    with held() as here:
        here.show("happy")
        assert here.settle().shares.sure == 1
        done(here.lesson.ask(Pause()))
        assert here.show("happy") == Skipped("paused")
        assert (here.settle().view, here.state.paused) == (None, True)
        here.settle(300.0)
        done(here.lesson.ask(Pause(on=False)))
        assert [source.said for source in here.settle(1.0).sources] == [None], "it is still there"
        assert looked(here.show("happy")).view.seen
        assert here.settle().shares.sure == 1


def test_a_pause_that_does_not_rest_keeps_names_and_counts_nothing() -> None:
    with held(rests=False) as here:
        here.show("happy")
        done(here.lesson.ask(Name("class", 1, "a")))
        here.settle()
        done(here.lesson.ask(Pause()))
        for _ in range(60):
            looked(here.show("happy"))
            here.settle(1.0)
        assert here.state.view is not None
        assert here.state.timeline == ()
        done(here.lesson.ask(Pause(on=False)))
        assert looked(here.show("happy")).view.seen[0].name == "Ada"
        assert here.lesson.close().summary.frames == 2


def test_what_a_source_showed_long_ago_does_not_count() -> None:
    with held() as here:
        here.show("happy", source="one")
        here.show("sad", source="two")
        assert here.settle().shares.sure == 2
        here.settle(30.0)
        here.show("happy", source="one")
        state = here.settle()
        assert state.view is not None
        assert [face.source for face in state.view.seen] == ["one"]
        assert state.sources[1].said == "nothing has come for 30 s"
        assert [source.key for source in here.settle(40.0).sources] == ["one"]


# ---------------------------------------------------------------------- those who watch


def test_those_who_watch_are_told_everything_but_a_students_own_pictures() -> None:
    told: list[Told] = []
    with held(encodes=lambda image: b"jpeg") as here:
        done(here.lesson.ask(Watch(told.append)))
        assert here.state.viewers == 1
        shown = here.show("happy", source=GALLERY)
        here.show("sad", source=CEM)
        marked = done(here.lesson.ask(Mark(" group   work ")))
        done(here.lesson.ask(Pause()))
        here.settle(1.0)
        done(here.lesson.ask(Unwatch(told.append)))
        done(here.lesson.ask(Pause(on=False)))
        ended = here.lesson.close()
    assert isinstance(told[0], LessonState)
    assert [one for one in told if isinstance(one, Looked)] == [shown]
    assert looked(shown).jpeg == b"jpeg"
    assert marked in told
    assert (marked.mark.text, marked.recorded) == ("group work", False)
    assert [one for one in told if isinstance(one, Paused)] == [Paused(on=True)]
    assert any(isinstance(one, LessonState) and one.paused for one in told)
    assert ended not in told


def test_a_jpeg_is_shown_as_it_came() -> None:
    from fewshot_fer.drawn.files import to_jpeg

    jpeg = to_jpeg(picture(["happy"]), 95)
    told: list[Told] = []
    with held() as here:
        done(here.lesson.ask(Watch(told.append)))
        answer = looked(done(here.lesson.offer(GALLERY, jpeg)))
        assert answer.jpeg == jpeg
        assert answer.size == decode_image(jpeg).shape[1::-1]


def test_a_lesson_that_everybody_left_ends_by_itself() -> None:
    with held(forsaken_s=1800.0) as here:
        told: list[Told] = []
        done(here.lesson.ask(Watch(told.append)))
        here.show("happy")
        here.settle(3600.0)
        done(here.lesson.ask(Leave("class")))
        here.settle(3600.0)
        assert not here.state.ended
        done(here.lesson.ask(Unwatch(told.append)))
        here.settle(1700.0)
        assert not here.state.ended
        here.clock.now += 200.0
        assert isinstance(done(here.lesson.over), Ended)


# ---------------------------------------------------------------------- the library


def test_the_library_is_looked_at_again_and_trouble_with_it_is_said() -> None:
    hall = Hall(broken=True)
    with held(hall) as here:
        assert until(lambda: here.settle(1.0).library is not None)
        assert here.state.library is not None
        assert here.state.library.what == "A student's page is damaged."
        assert looked(here.show("happy")).view.seen
        hall.broken = False
        assert until(lambda: here.settle(1.0).library is None)
        assert hall.refreshed >= 2


def test_who_is_deleted_is_forgotten_while_the_lesson_goes_on() -> None:
    hall = Hall()
    hall.members.names = {"a": "Ada"}
    with held(hall) as here:
        here.show("happy")
        done(here.lesson.ask(Name("class", 1, "a")))
        here.show("happy")
        hall.members.names = {}

        def is_nobody() -> bool:
            here.settle(1.0)
            return looked(here.show("happy")).view.seen[0].student is None

        assert until(is_nobody)
        done(here.lesson.ask(Recalibrate()))
        assert hall.recalibrated == []


def test_everybody_who_was_seen_of_late_is_recalibrated() -> None:
    hall = Hall()
    with held(hall) as here:
        here.show("happy", "sad")
        done(here.lesson.ask(Name("class", 1, "a")))
        done(here.lesson.ask(Name("class", 2, "b")))
        here.clock.now += 1
        here.show("happy", "sad")
        here.clock.now += 30
        here.show(None, "sad")
        assert done(here.lesson.ask(Recalibrate(resting=True))) == {"b": TOO_FEW}
        assert done(here.lesson.ask(Recalibrate())) == {"a": TOO_FEW, "b": TOO_FEW}
        assert hall.recalibrated == [["b"], ["a", "b"]]


def test_the_timeline_grows_and_has_gaps() -> None:
    with held() as here:
        for _ in range(8):
            here.show("happy")
            here.settle(1.0)
        here.settle(30.0)
        here.show("sad")
        here.settle(1.0)
        here.show("sad")
        here.settle(1.0)
        assert [one.start for one in here.state.timeline] == [0, 5, 35]
        assert here.state.timeline[-1].counts == {"sad": 1.0}
