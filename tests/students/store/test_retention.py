from __future__ import annotations

from datetime import date, timedelta

from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.retention import due, expire
from tests.students.people import AGREED, NOON


def test_only_those_whose_time_is_over_go(library: Library) -> None:
    library.create("Past", AGREED, keep_until=date(2026, 3, 1))
    library.create("Today", AGREED, keep_until=date(2026, 3, 2))
    library.create("Always", AGREED)
    assert [s.name for s in due(library)] == ["Past"]
    assert [s.name for s in expire(library)] == ["Past"]
    assert [s.name for s in library.students()] == ["Always", "Today"]


def test_age_counts_when_it_is_asked_for(library: Library) -> None:
    library.create("Old", AGREED)
    library.now = lambda: NOON + timedelta(days=400)
    library.create("New", AGREED)
    assert expire(library) == []
    assert [s.name for s in expire(library, older_than=timedelta(days=365))] == ["Old"]
    assert [s.name for s in library.students()] == ["New"]
