"""Who is worth a check-in, while the class is being recorded: changes from one's own usual."""

from __future__ import annotations

from fewshot_fer.records.store import Store
from fewshot_fer.reports import words
from fewshot_fer.reports.changes import CheckIn, watch
from fewshot_fer.students.store.library import Library
from fewshot_fer.web import messages


def check_ins(store: Store, session: int, library: Library) -> tuple[messages.CheckIn, ...]:
    """What the record says by now, in the order of names: this is no ranking."""
    recorded = store.read(session, students=True)
    if not recorded.students:
        return ()
    watched = watch(recorded, store.earlier(recorded.session))
    names = {one.id: one.name for one in library.students()}
    told = [_told(one, names[one.student]) for one in watched.check_ins if one.student in names]
    return tuple(sorted(told, key=lambda one: one["name"].casefold()))


def _told(one: CheckIn, name: str) -> messages.CheckIn:
    return {
        "student": one.student,
        "name": name,
        "when": words.when(one),
        "reasons": [words.reason(change, one.usual) for change in one.reasons],
    }
