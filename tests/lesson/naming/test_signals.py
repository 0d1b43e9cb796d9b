"""Signals of a class: above the teacher's threshold and the usual, and without flicker."""

from __future__ import annotations

from fewshot_fer.lesson.events import Stretch
from fewshot_fer.lesson.signals import signals

THIRD = {"confused": 1 / 3}


def lesson(*shares: float, read: float = 10.0, expected: float = 12.0) -> list[Stretch]:
    """Five seconds each, in which so large a share looked confused."""
    return [
        Stretch(5 * k, read, expected, {"confused": share * read, "neutral": (1 - share) * read})
        for k, share in enumerate(shares)
    ]


def on(*shares: float) -> list[bool]:
    """Whether it holds after each stretch."""
    return [bool(signals(lesson(*shares[: k + 1]), THIRD)) for k in range(len(shares))]


def test_a_third_that_looks_confused_is_said_after_some_seconds() -> None:
    held = on(*[0.0] * 12, *[0.5] * 6)
    assert held == [False] * 13 + [True] * 5
    (one,) = signals(lesson(*[0.0] * 12, *[0.5] * 6), THIRD)
    assert (one.share, one.usual, one.since) == (0.5, 0.0, 65)


def test_what_is_usual_in_this_class_is_no_signal() -> None:
    assert not any(on(*[0.3] * 30, *[0.42] * 6))
    assert on(*[0.3] * 30, *[0.6] * 6)[-1]


def test_it_does_not_flicker_about_its_threshold() -> None:
    about = [0.0] * 12 + [0.5] * 3 + [0.3, 0.36, 0.3, 0.36] * 3
    held = on(*about)[14:]
    assert all(held)
    assert not on(*about, 0.1, 0.1, 0.1)[-1]


def test_where_hardly_anybody_is_read_nothing_is_said() -> None:
    few = lesson(*[0.0] * 12, *[0.9] * 6, read=2.0)
    assert signals(few, THIRD) == ()
    assert signals([], THIRD) == ()
    assert signals(lesson(0.9), {}) == ()
