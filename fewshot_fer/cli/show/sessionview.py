"""Recorded sessions to look at: the list, a report, a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table

from fewshot_fer.cli.show import output
from fewshot_fer.palette import colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.records.values import SessionRecord
    from fewshot_fer.reports.changes import Change
    from fewshot_fer.reports.compare import Comparison
    from fewshot_fer.reports.summary import Report


def listed(found: Sequence[SessionRecord]) -> Table | str:
    """The recorded sessions."""
    from fewshot_fer.reports import words

    if not found:
        return "Nothing was recorded yet."
    return output.table(
        "Sessions",
        ("number", "lesson", "length", "students", "marks", ""),
        (
            (
                session.id,
                words.title(session),
                words.clock(session.seconds),
                session.students if session.each else "class only",
                session.marks or "-",
                "" if session.ended else "not ended",
            )
            for session in found
        ),
    )


def page(found: Report, names: dict[str, str]) -> Group:
    """What a session's report says; students by these names."""
    from fewshot_fer.cli.show import classview
    from fewshot_fer.reports import words

    session = found.recorded.session
    bars = [
        (name, classview.bar(share, 40, colour(name)), words.percent(share))
        for name, share in sorted(found.shares.items(), key=lambda item: -item[1])
    ]
    parts: list[RenderableType] = [
        output.table(words.title(session), ("expression", "share of those clearly read", ""), bars),
        output.line(
            f"{words.clock(session.seconds)} long. On average {words.percent(found.coverage)} of "
            f"{found.expected} students were clearly read. {words.on_device(found)}".rstrip()
        ),
    ]
    for around in found.moments:
        said = "; ".join(words.class_sentence(change) for change in around.clear)
        parts.append(
            output.line(
                f"{words.clock(around.mark.second)}  {around.mark.text or 'The class changed'}: "
                f"{said or 'no clear change'}"
            )
        )
    if found.watched is not None:
        parts.append(output.line("\nWorth a check-in (no ranking):"))
        told = [
            f"{names.get(c.student, c.student)}: {words.reason(reason, c.usual)}"
            for c in found.watched.check_ins
            for reason in c.reasons
        ]
        parts.append(output.line("\n".join(sorted(told)) or "nobody clearly changed"))
    return Group(*parts)


def comparison(found: Comparison) -> Group:
    """What changed between two sessions."""
    from fewshot_fer.reports import words

    def row(change: Change) -> tuple[str, ...]:
        return (
            change.expression,
            words.percent(change.usual),
            words.percent(change.now),
            words.points(change.effect),
            f"{words.points(change.low)} to {words.points(change.high)}",
            "clear" if change in found.clear else "",
        )

    columns = ("expression", "before", "after", "points", "range, 95 %", "")
    before, after = (words.percent(share) for share in found.coverage)
    return Group(
        output.table(
            f"Session {found.after.id} compared with {found.before.id}",
            columns,
            (row(change) for change in found.changes),
        ),
        output.line(f"Clearly read: {before} of the class before, {after} after."),
    )
