"""Sources from which a lesson takes pictures itself: their ends, their errors, their silence."""

from __future__ import annotations

from threading import Event

import pytest

from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.commands import Pull, Source, Watch
from tests.fakes.lessons import WAIT, Slow, done, held, showing
from tests.lesson.colours import picture


def test_a_source_that_breaks_off_is_said_and_the_others_go_on() -> None:
    stop, broken = Event(), Event()
    error = SourceError("The camera has stopped sending pictures.", next_step="Check the cable.")
    with held() as here:
        here.lesson.ask(Pull(Source("one", pictures=showing([picture(["happy"])], stop))))
        here.lesson.ask(Pull(Source("two", pictures=showing([picture(["sad"])], broken, error))))
        broken.set()
        state = here.until_over(1)
        assert [source.said for source in state.sources] == [
            None, "The camera has stopped sending pictures. Check the cable.",
        ]  # fmt: skip
        assert (state.over, state.error) == (False, None)
        stop.set()
        state = here.until_over(2)
        assert (state.sources[0].said, state.over, state.error) == ("is at its end.", True, None)


def test_what_was_seen_last_counts_though_the_source_is_over_by_then() -> None:
    with held() as here:
        here.lesson.ask(Pull(Source("x", pictures=showing([picture(["happy", "sad"])]))))
        here.until_over(1)
        summary = here.lesson.close().summary
        assert (summary.frames, summary.most_faces) == (1, 2)


@pytest.mark.parametrize("error", [SourceError("Gone."), ZeroDivisionError()])
def test_where_all_break_off_that_is_the_error(error: Exception) -> None:
    with held() as here:
        for name in "xy":
            here.lesson.ask(Pull(Source(name, pictures=showing([], error=error))))
        state = here.until_over(2)
        assert state.over
        assert state.error is error


def test_a_source_may_wait_for_its_answers() -> None:
    hall = Slow()
    taken: list[int] = []
    with held(hall) as here:

        def pictures() -> object:
            for k in range(3):
                taken.append(k)
                yield from showing([picture(["happy"])])

        here.lesson.ask(Pull(Source("drawn", "drawn", pictures=pictures(), waits=True)))  # type: ignore[arg-type]
        assert hall.begun_looks.acquire(timeout=WAIT)
        assert taken == [0]
        hall.go_on.set()
        # Nobody watches yet: there is no reason to draw another.
        assert not here.until_over(1, tries=30).sources[0].over
        assert taken == [0]
        done(here.lesson.ask(Watch(lambda _: None)))
        here.until_over(1)
        assert here.lesson.close().summary.frames == 3


def test_the_end_lets_cameras_go() -> None:
    freed = Event()

    def camera() -> object:
        try:
            while True:
                yield from showing([picture(["happy"])])
        finally:
            freed.set()

    with held() as here:
        here.lesson.ask(Pull(Source("camera 0", pictures=camera())))  # type: ignore[arg-type]
    assert freed.wait(WAIT)


def test_silence_is_said() -> None:
    stop = Event()
    with held() as here:
        done(here.lesson.ask(Pull(Source("x", pictures=showing([], stop)))))
        assert here.settle(3.0).sources[0].said is None
        assert here.settle(3.0).sources[0].said == "no picture yet, for 6 s"
        stop.set()
