"""Worker threads: the newest wins, sources take turns, and nothing is left without an answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Barrier, Event

import pytest

from fewshot_fer.web.newest import NewestWins
from tests.fakes.waiting import PATIENCE_S


@pytest.fixture
def one() -> Iterator[NewestWins[str]]:
    jobs: NewestWins[str] = NewestWins(1, lambda: "skipped")
    yield jobs
    jobs.close()


def occupied(jobs: NewestWins[str], key: str = "other") -> tuple[Event, Future[str]]:
    """The worker is busy until the event is set."""
    began, free = Event(), Event()

    def work() -> str:
        began.set()
        free.wait(PATIENCE_S)
        return "first"

    future = jobs.submit(key, work)
    assert began.wait(PATIENCE_S)
    return free, future


def test_of_what_waits_only_the_newest_is_done(one: NewestWins[str]) -> None:
    free, _ = occupied(one)
    older, newer = one.submit("a", lambda: "older"), one.submit("a", lambda: "newer")
    assert older.result(PATIENCE_S) == "skipped"
    free.set()
    assert newer.result(PATIENCE_S) == "newer"


def test_sources_take_turns(one: NewestWins[str]) -> None:
    free, first = occupied(one, "a")
    order: list[str] = []

    def note(name: str) -> str:
        order.append(name)
        return name

    again = one.submit("a", lambda: note("a"))
    others = [one.submit(name, lambda name=name: note(name)) for name in "bc"]  # type: ignore[misc]
    free.set()
    for future in (first, again, *others):
        future.result(PATIENCE_S)
    assert order == ["b", "c", "a"]


def test_one_source_is_never_read_twice_at_once() -> None:
    jobs: NewestWins[str] = NewestWins(2, lambda: "skipped")
    free, first = occupied(jobs, "a")
    second = jobs.submit("a", lambda: "second")
    other = jobs.submit("b", lambda: "other")
    assert other.result(PATIENCE_S) == "other"
    assert not second.done()
    free.set()
    assert (first.result(PATIENCE_S), second.result(PATIENCE_S)) == ("first", "second")
    jobs.close()


def test_two_sources_are_read_side_by_side() -> None:
    jobs: NewestWins[int] = NewestWins(2, lambda: -1)
    both = Barrier(2, timeout=PATIENCE_S)
    futures = [jobs.submit(key, both.wait) for key in "ab"]
    assert sorted(future.result(PATIENCE_S) for future in futures) == [0, 1]
    jobs.close()


def test_an_error_is_the_answer_and_the_worker_goes_on(one: NewestWins[str]) -> None:
    def fails() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        one.submit("a", fails).result(PATIENCE_S)
    assert one.submit("a", lambda: "fine").result(PATIENCE_S) == "fine"


def test_who_leaves_is_answered(one: NewestWins[str]) -> None:
    free, _ = occupied(one)
    waiting = one.submit("a", lambda: "a")
    one.drop("a")
    assert waiting.result(PATIENCE_S) == "skipped"
    free.set()


def test_what_waits_at_the_end_is_answered() -> None:
    jobs: NewestWins[str] = NewestWins(1, lambda: "skipped")
    free, _ = occupied(jobs)
    waiting = jobs.submit("a", lambda: "a")
    free.set()
    jobs.close()
    assert waiting.result(PATIENCE_S) in ("skipped", "a")
    assert jobs.submit("a", lambda: "a").result(PATIENCE_S) == "skipped"
