"""A session as tables for other programs: CSV, Parquet or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
from typing_extensions import TypedDict

from fewshot_fer.errors import RecordError
from fewshot_fer.languages import Phrase, Say
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Recorded, SessionRecord, StudentTrack
from fewshot_fer.reports import changes, summary
from fewshot_fer.reports.compare import Comparison as Compared

Columns = dict[str, list[Any]]

# One short table a document, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Session = TypedDict("Session", {
    "id": int, "title": str, "class_name": str, "started": str, "ended": str | None, "each": bool,
    "seconds": int, "students": int, "marks": int, "expressions": Sequence[str],
})
"""A line of the list of sessions."""

Mark = TypedDict("Mark", {"second": int, "text": str, "changes": Sequence[changes.Change]})
"""A moment, and what changed after it."""

Timeline = TypedDict("Timeline", {
    "every_s": float, "seconds": list[float], "coverage": list[float | None],
    "shares": dict[str, list[float | None]],
})
"""The class over time."""

StudentShare = TypedDict("StudentShare", {
    "student": str, "shares": dict[str, float], "seen": float, "sure": float,
    "quality": float | None, "on_device": float,
})
"""One student over the whole session; `on_device` is the share read on their own device."""

Report = TypedDict("Report", {
    "session": Session, "coverage": float | None, "shares": dict[str, float],
    "timeline": Timeline, "marks": list[Mark], "stood_out": list[Mark],
    "students": list[StudentShare],
    "check_ins": Sequence[changes.CheckIn] | None, "too_little": Sequence[str] | None,
})
"""A session."""

Coverage = TypedDict("Coverage", {"before": float | None, "after": float | None})
"""The share of the class that was clearly read."""

Comparison = TypedDict("Comparison", {
    "before": int, "after": int, "coverage": Coverage, "changes": Sequence[changes.Change],
})
"""What changed from one session to another, and how sure that is."""
# fmt: on


def seconds(
    store: Store, session: int | None, *, per_student: bool, called: Mapping[str, str] | None = None
) -> Columns:
    """Every second of a session in the record (None: of the latest): the class, or its students.

    Where names are allowed, `called` has them by id.
    """
    found = store.read(session)
    if not per_student:
        return class_columns(found)
    tracks, names = store.student_seconds(found.session), found.session.names
    return student_columns(tracks, names, called or {})


def class_columns(recorded: Recorded) -> Columns:
    """The class, a row a second: how many confidently showed each expression."""
    whole = recorded.whole
    columns: Columns = {
        "second": whole.seconds.tolist(),
        "expected": whole.expected.astype(int).tolist(),
        "faces": _rounded(whole.faces),
        "sure": _rounded(whole.sure),
        "on_device": _rounded(whole.on_device),
    }
    for k, name in enumerate(recorded.session.names):
        columns[name] = _rounded(whole.counts[:, k])
    return columns


def student_columns(
    tracks: Mapping[str, StudentTrack], names: Sequence[str], called: Mapping[str, str]
) -> Columns:
    """Students, a row each a second; an empty expression is unsure."""
    columns: Columns = {
        column: []
        for column in (
            "student", "name", "second", "seen", "sure", "quality", "expression", "on_device",
        )
    }  # fmt: skip
    columns |= {name: [] for name in names}
    for student, track in tracks.items():
        columns["student"] += [student] * len(track.seconds)
        columns["name"] += [called.get(student)] * len(track.seconds)
        columns["second"] += track.seconds.tolist()
        columns["seen"] += _rounded(track.seen)
        columns["sure"] += _rounded(track.sure)
        columns["quality"] += _rounded(track.quality)
        columns["expression"] += [None if k < 0 else names[k] for k in track.shown.tolist()]
        columns["on_device"] += track.on_device.tolist()
        for k, name in enumerate(names):
            columns[name] += _rounded(track.scores[:, k])
    return columns


_MEANINGS: Final = {
    "student": Phrase("the student's id, which stays when the name changes"),
    "name": Phrase("the student's name; empty where it is not known any more"),
    "second": Phrase("seconds since the session began"),
    "expected": Phrase("students of the class who agreed to be read"),
    "faces": Phrase("faces that were seen, the mean of this second's pictures"),
    "seen": Phrase("the share of this second's pictures that showed the student"),
    "sure": Phrase(
        "of the class: how many were read with confidence; of a student: the share of pictures"
    ),
    "quality": Phrase("how good the face was to look at, from 0 to 1"),
    "expression": Phrase("what was shown for at least half of the second; empty: unsure"),
    "on_device": Phrase(
        "read on the student's own device, which says so itself: of the class, how many faces; of "
        "a student, 1 or 0"
    ),
}


def meanings(columns: Columns, say: Say | None = None) -> bytes:
    """The data dictionary: what each column of a table is, as CSV; in English, or as `say` does."""
    say = say or Say()
    of_one = Phrase("how probable this expression was, from 0 to 1")
    of_all = Phrase("how many of those read with confidence showed this expression")
    score = of_one if "student" in columns else of_all
    told = [say(_MEANINGS.get(one, score)) for one in columns]
    return as_csv({"column": list(columns), "meaning": told})


def as_csv(columns: Columns) -> bytes:
    """Comma-separated, with a line of names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_no_formula(value) for value in row])
    return text.getvalue().encode()


def _no_formula(value: object) -> object:
    """Text that a spreadsheet would reckon with, made text: a name or a file may begin with `=`."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


def as_json(columns: Columns) -> bytes:
    """One object of columns."""
    return json.dumps(columns, ensure_ascii=False).encode()


def as_parquet(columns: Columns) -> bytes:
    """Parquet, where pyarrow is installed."""
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise RecordError(
            "Parquet needs a library that is not installed.",
            next_step="Install it with `pip install pyarrow`, or export CSV.",
        ) from error
    data = io.BytesIO()
    parquet.write_table(arrow.table(columns), data, compression="zstd")
    return data.getvalue()


Writes = Callable[[Columns], bytes]
WRITERS: Final[Mapping[str, Writes]] = {"csv": as_csv, "parquet": as_parquet, "json": as_json}
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}


def comparison_json(found: Compared) -> Comparison:
    """What changed from one session to another, as other programs read it."""
    before, after = found.coverage
    return {
        "before": found.before.id,
        "after": found.after.id,
        "coverage": {"before": before, "after": after},
        "changes": found.changes,
    }


def report_json(report: summary.Report) -> Report:
    """Everything a report tells, as other programs read it."""
    session, line, watched = report.recorded.session, report.timeline, report.watched
    return {
        "session": session_json(session),
        "coverage": report.coverage,
        "shares": dict(report.shares),
        "timeline": {
            "every_s": line.length,
            "seconds": line.seconds.tolist(),
            "coverage": line.coverage.tolist(),
            "shares": {name: line.shares[:, k].tolist() for k, name in enumerate(session.names)},
        },
        "marks": [_mark(one) for one in report.around],
        "stood_out": [_mark(one) for one in report.stood_out],
        "students": [
            {
                "student": one.student,
                "shares": dict(one.shares),
                "seen": one.seen,
                "sure": one.sure,
                "quality": one.quality,
                "on_device": one.on_device,
            }
            for one in report.students
        ],
        "check_ins": None if watched is None else watched.check_ins,
        "too_little": None if watched is None else watched.too_little,
    }


def _mark(one: summary.Around) -> Mark:
    return {"second": one.mark.second, "text": one.mark.text, "changes": one.changes}


def session_json(session: SessionRecord) -> Session:
    """A line of the list."""
    return {
        "id": session.id,
        "title": session.title,
        "class_name": session.class_name,
        "started": session.started.isoformat(),
        "ended": session.ended.isoformat() if session.ended else None,
        "each": session.each,
        "seconds": session.seconds,
        "students": session.students,
        "marks": session.marks,
        "expressions": session.names,
    }


def _rounded(values: Any) -> list[float]:
    rounded: list[float] = np.round(values.astype(np.float64), 3).tolist()
    return rounded
