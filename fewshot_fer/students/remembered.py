"""What was worked out of students, for as long as they are as they were; in memory alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fewshot_fer.students.store.index import Stamp
from fewshot_fer.students.store.library import Library

T = TypeVar("T")


class Remembered:
    """By student; for any thread."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, tuple[Stamp | None, dict[str, tuple[object, Any]]]] = {}

    def of(self, student: str, what: str, depends: object, make: Callable[[], T]) -> T:
        """`what` there is of a student: made anew where they, or what it `depends` on, changed."""
        stamp = self._library.stamp(student)
        noted, things = self._known.get(student, (None, {}))
        if noted != stamp:
            things = {}
            self._known[student] = stamp, things
        if what not in things or things[what][0] != depends:
            things[what] = depends, make()
        made: T = things[what][1]
        return made

    def forget_who_left(self) -> None:
        """Nothing is left of who has changed, or is gone."""
        for student, (noted, _) in tuple(self._known.items()):
            if noted is None or noted != self._library.stamp(student):
                self._known.pop(student, None)
