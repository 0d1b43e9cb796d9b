"""A session as tables for other programs: CSV, Parquet or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from typing import Any, Final

import numpy as np

from fewshot_fer.errors import RecordError
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Recorded, SessionRecord, StudentTrack
from fewshot_fer.reports.compare import Comparison
from fewshot_fer.reports.summary import Report

Columns = dict[str, list[Any]]


def seconds(store: Store, session: int | None, *, per_student: bool) -> Columns:
    """Every second of a session in the record (None: of the latest): the class, or its students."""
    found = store.read(session)
    if not per_student:
        return class_columns(found)
    return student_columns(store.student_seconds(found.session), found.session.names)


def class_columns(recorded: Recorded) -> Columns:
    """The class, a row a second: how many confidently showed each expression."""
    whole = recorded.whole
    columns: Columns = {
        "second": whole.seconds.tolist(),
        "expected": whole.expected.astype(int).tolist(),
        "faces": _rounded(whole.faces),
        "sure": _rounded(whole.sure),
    }
    for k, name in enumerate(recorded.session.names):
        columns[name] = _rounded(whole.counts[:, k])
    return columns


def student_columns(tracks: Mapping[str, StudentTrack], names: Sequence[str]) -> Columns:
    """Students, a row each a second; an empty expression is unsure."""
    columns: Columns = {
        column: [] for column in ("student", "second", "seen", "sure", "quality", "expression")
    }
    columns |= {name: [] for name in names}
    for student, track in tracks.items():
        columns["student"] += [student] * len(track.seconds)
        columns["second"] += track.seconds.tolist()
        columns["seen"] += _rounded(track.seen)
        columns["sure"] += _rounded(track.sure)
        columns["quality"] += _rounded(track.quality)
        columns["expression"] += [None if k < 0 else names[k] for k in track.shown.tolist()]
        for k, name in enumerate(names):
            columns[name] += _rounded(track.scores[:, k])
    return columns


def as_csv(columns: Columns) -> bytes:
    """Comma-separated, with a line of names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


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


def comparison_json(found: Comparison) -> dict[str, Any]:
    """What changed from one session to another, as other programs read it."""
    return {
        "before": found.before.id,
        "after": found.after.id,
        "coverage": {"before": found.coverage[0], "after": found.coverage[1]},
        "changes": found.changes,
    }


def report_json(report: Report) -> dict[str, Any]:
    """Everything a report tells, as other programs read it."""
    session = report.recorded.session
    return {
        "session": session_json(session),
        "coverage": report.coverage,
        "shares": dict(report.shares),
        "timeline": {
            "every_s": report.timeline.length,
            "seconds": report.timeline.seconds,
            "coverage": report.timeline.coverage,
            "shares": {
                name: report.timeline.shares[:, k] for k, name in enumerate(session.names)
            },
        },
        "marks": [
            {"second": around.mark.second, "text": around.mark.text,
             "changes": [asdict(change) for change in around.changes]}
            for around in report.around
        ],
        "students": [
            {"student": s.student, "shares": dict(s.shares), "seen": s.seen, "sure": s.sure,
             "quality": s.quality}
            for s in report.students
        ],
        "check_ins": None if report.watched is None
        else [asdict(check_in) for check_in in report.watched.check_ins],
        "too_little": None if report.watched is None else list(report.watched.too_little),
    }  # fmt: skip


def session_json(session: SessionRecord) -> dict[str, Any]:
    """A line of the list."""
    document = asdict(session)
    document["started"] = session.started.isoformat()
    document["ended"] = session.ended.isoformat() if session.ended else None
    document["expressions"] = document.pop("names")
    return document


def _rounded(values: Any) -> list[float]:
    rounded: list[float] = np.round(values.astype(np.float64), 3).tolist()
    return rounded
