"""Numbers as a teacher reads them."""

from __future__ import annotations

from collections.abc import Mapping

from fewshot_fer.files import stem
from fewshot_fer.records.values import SessionRecord
from fewshot_fer.reports.changes import Change, CheckIn
from fewshot_fer.reports.summary import Report, clear_of
from fewshot_fer.reports.term import Term
from fewshot_fer.reports.usual import Usual


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


def file_name(session: SessionRecord, *more: str) -> str:
    """What a session's file is called, without its ending; no two of a class and day alike."""
    return stem(session.class_name or "class", session.started, f"session-{session.id}", *more)


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
        return f"in the first {minutes(usual.seconds)}"
    return (
        "in the session before"
        if usual.sessions == 1
        else (f"in the last {usual.sessions} sessions")
    )


def minutes(seconds: float) -> str:
    """A time in minutes, halves where these say more."""
    halves = max(1, round(seconds / 30))
    whole, half = divmod(halves, 2)
    if halves == 1:
        return "half a minute"
    if halves == 2:
        return "minute"
    return f"{whole}{'½' if half and whole < 5 else ''} minutes"


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


def headlines(report: Report, called: Mapping[str, str]) -> list[str]:
    """What matters of a session, in three sentences at most."""
    if not report.shares:
        return ["No face was clearly read in this session, so there is nothing to say of it."]
    said = [_read(report), *_changed(report)]
    if report.watched is not None:
        names = sorted(
            (called.get(c.student, c.student) for c in report.watched.check_ins), key=str.casefold
        )
        said.append(
            f"Worth a check-in: {', '.join(names)}."
            if names
            else "Nobody's face clearly changed from their own usual."
        )
    return said


def _read(report: Report) -> str:
    students = "1 student" if report.expected == 1 else f"{report.expected} students"
    speak = f"{percent(report.coverage)} of the class ({students}) was clearly read"
    shown = f"shown most: {most(report.shares)}."
    if report.coverage < 0.5:
        return f"Only {speak}, so the numbers speak of less than half of it; {shown}"
    return f"{speak}; {shown}"


def on_device(report: Report) -> str:
    """How much of it is what students' own devices say; nothing where that is none of it."""
    if not report.on_device:
        return ""
    return f"{percent(report.on_device)} of what was seen was read on students' own devices."


def _changed(report: Report) -> list[str]:
    """How the class changed: the loudest moment, else from half to half."""
    moments = [one for one in (*report.stood_out, *report.around) if one.clear]
    if moments:
        loudest = max(moments, key=lambda one: abs(one.clear[0].effect))
        at = f"at {clock(loudest.mark.second)}" + _of(loudest.mark.text)
        return [f"The class changed most {at}: {class_sentence(loudest.clear[0])}."]
    clear = clear_of(report.course)
    if clear:
        return [f"In the second half, compared with the first: {class_sentence(clear[0])}."]
    return ["Over the session, nothing clearly changed in the class."] if report.course else []


def _of(text: str) -> str:
    return f" ({text})" if text else ""


def of_term(found: Term) -> list[str]:
    """What matters of a term, in three sentences at most."""
    first, last = (
        one.session.started.astimezone() for one in (found.lessons[0], found.lessons[-1])
    )
    said = [
        f"{len(found.lessons)} lessons, from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}."
    ]
    for changes, what in ((found.latest, "In the last lesson, compared with those before"),
                          (found.trends, "From the first lesson to the last")):  # fmt: skip
        told = "; ".join(class_sentence(change) for change in changes[:3])
        said += [f"{what}: {told}."] if told else []
    return said if len(said) > 1 else [*said, "Nothing clearly changed from lesson to lesson."]
