"""Numbers as a teacher reads them."""

from __future__ import annotations

from collections.abc import Mapping

from fewshot_fer.classroom.records.values import SessionRecord
from fewshot_fer.classroom.report.changes import Change, CheckIn
from fewshot_fer.classroom.report.usual import Usual


def clock(seconds: float) -> str:
    """Minutes and seconds of a session, with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def percent(share: float) -> str:
    """A share, in whole percent."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def points(effect: float) -> str:
    """A difference of shares, with its sign."""
    rounded = round(100 * effect)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded)}"


def title(session: SessionRecord) -> str:
    """What a session is called."""
    name = session.class_name or "Class"
    started = session.started.astimezone()
    return f"{name}, {started.day} {started:%B %Y, %H:%M}"


def reason(change: Change, usual: Usual) -> str:
    """Why a student is worth a check-in."""
    how = "more" if change.effect > 0 else "less"
    return (
        f"{how} {change.expression} than {than(usual)}: {points(change.effect)} points "
        f"({points(change.low)} to {points(change.high)}), "
        f"{percent(change.usual)} before, {percent(change.now)} now"
    )


def than(usual: Usual) -> str:
    """What a student is compared with."""
    if usual.sessions == 0:
        return f"in the first {usual.seconds / 60:.0f} minutes"
    return (
        "in the session before"
        if usual.sessions == 1
        else (f"in the last {usual.sessions} sessions")
    )


def when(check_in: CheckIn) -> str:
    """From when on it was sure."""
    if check_in.noticed is None or check_in.until is None:
        return "over the whole session"
    if check_in.until == check_in.noticed:
        return f"at {clock(check_in.noticed)}"
    return f"from {clock(check_in.noticed)} to {clock(check_in.until)}"


def most(shares: Mapping[str, float], count: int = 3) -> str:
    """The largest shares in a line."""
    largest = sorted(shares.items(), key=lambda item: -item[1])[:count]
    return ", ".join(f"{name} {percent(share)}" for name, share in largest if share >= 0.005)


def class_sentence(change: Change) -> str:
    """How the class changed."""
    how = "more" if change.effect > 0 else "less"
    return (
        f"{how} {change.expression}: {points(change.effect)} points "
        f"({points(change.low)} to {points(change.high)})"
    )
