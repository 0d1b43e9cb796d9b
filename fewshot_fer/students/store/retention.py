"""Retention: who is deleted because their time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Summary


def due(library: Library, *, older_than: timedelta | None = None) -> list[Summary]:
    """Students whose date has passed, or who were enrolled longer ago than that."""
    now = library.now()
    return [
        student
        for student in library.students()
        if (student.keep_until is not None and student.keep_until < now.date())
        or (older_than is not None and now - student.created > older_than)
    ]


def expire(
    library: Library,
    *,
    older_than: timedelta | None = None,
    remove: Callable[[str], object] | None = None,
) -> list[Summary]:
    """Delete those who are due, and say who they were; `remove` may delete more of a student."""
    gone = due(library, older_than=older_than)
    for student in gone:
        (remove or library.remove)(student.id)
    return gone
