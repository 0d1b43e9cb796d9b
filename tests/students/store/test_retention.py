from __future__ import annotations

from datetime import date, timedelta

import pytest

from fewshot_fer.errors import StudentError
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.retention import due, expire
from tests.students.people import AGREED, NOON, reference, tree


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


def test_pictures_of_a_student_have_an_end(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fewshot_fer.students.store.library.MOST_REFERENCES", 2)
    anna = library.create("Anna", AGREED, [reference("happy", 1), reference("happy", 2)])
    before = tree(library.folder)
    with pytest.raises(StudentError, match="at most 2 pictures"):
        library.add(anna.id, [reference("sad", 3)])
    assert tree(library.folder) == before
    library.add(anna.id, [reference("happy", 1)])
