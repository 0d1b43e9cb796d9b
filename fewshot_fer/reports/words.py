"""Numbers as a teacher reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fewshot_fer.files import stem
from fewshot_fer.languages import Phrase, many
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


def percent(share: float) -> Phrase:
    """A share, in whole percent."""
    return Phrase("{number}\N{NO-BREAK SPACE}%", number=round(100 * share))


def points(effect: float) -> str:
    """A difference of shares, with its sign."""
    rounded = round(100 * effect)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded)}"


def title(session: SessionRecord) -> Phrase:
    """What a session is called."""
    return Phrase(
        "{title} · {name}, {when}" if session.title else "{name}, {when}", title=session.title,
        name=session.class_name or Phrase("Class"), when=session.started,
    )  # fmt: skip


def file_name(session: SessionRecord, *more: str) -> str:
    """What a session's file is called, without its ending; no two of a class and day alike."""
    called = [session.title] if session.title else []
    number = f"session-{session.id}"
    return stem(session.class_name or "class", session.started, *called, number, *more)


def reason(change: Change, usual: Usual) -> Phrase:
    """Why a student is worth a check-in."""
    return Phrase(
        "{change}, compared with {usual}; {before} before, {now} now",
        change=class_sentence(change), usual=than(usual),
        before=percent(change.usual), now=percent(change.now),
    )  # fmt: skip


def than(usual: Usual) -> Phrase:
    """What a student is compared with."""
    if usual.sessions == 0:
        return Phrase("the first {time}", time=minutes(usual.seconds))
    return many(usual.sessions, "the session before", "the last {count} sessions")


def minutes(seconds: float) -> Phrase:
    """A time in minutes, halves where these say more."""
    halves = max(1, round(seconds / 30))
    whole, half = divmod(halves, 2)
    if halves == 1:
        return Phrase("half a minute")
    if halves == 2:
        return Phrase("minute")
    return Phrase("{number} minutes", number=f"{whole}{'½' if half and whole < 5 else ''}")


def when(check_in: CheckIn) -> Phrase:
    """From when on it was sure."""
    if check_in.noticed is None or check_in.until is None:
        return Phrase("over the whole session")
    if check_in.until == check_in.noticed:
        return Phrase("at {time}", time=clock(check_in.noticed))
    return Phrase("from {start} to {end}", start=clock(check_in.noticed), end=clock(check_in.until))


def most(shares: Mapping[str, float], count: int = 3) -> Phrase:
    """The largest shares in a line."""
    largest = sorted(shares.items(), key=lambda item: -item[1])[:count]
    told = [(name, share) for name, share in largest if share >= 0.005]
    return row(
        Phrase("{name} {share}", name=Phrase(name), share=percent(share)) for name, share in told
    )


def row(parts: Iterable[str]) -> Phrase:
    """Words in a row, with commas."""
    return Phrase("{parts}", parts=tuple(parts))


def class_sentence(change: Change) -> Phrase:
    """How the class changed."""
    more = "more {expression}: {points} points ({low} to {high})"
    less = "less {expression}: {points} points ({low} to {high})"
    return Phrase(
        more if change.effect > 0 else less, expression=change.expression,
        points=points(change.effect), low=points(change.low), high=points(change.high),
    )  # fmt: skip


def headlines(report: Report, called: Mapping[str, str]) -> list[Phrase]:
    """What matters of a session, in three sentences at most."""
    if not report.shares:
        return [
            Phrase("No face was clearly read in this session, so there is nothing to say of it.")
        ]
    said = [_read(report), *_changed(report)]
    if report.watched is not None:
        names = sorted(
            (called.get(c.student, c.student) for c in report.watched.check_ins), key=str.casefold
        )
        said.append(
            Phrase("Worth a check-in: {names}.", names=tuple(names))
            if names
            else Phrase("Nobody's face clearly changed from their own usual.")
        )
    return said


def _read(report: Report) -> Phrase:
    students = many(report.expected, "{count} student", "{count} students")
    few = (
        "Only {share} of the class ({students}) was clearly read, so the numbers speak of less "
        "than half of it; shown most: {most}."
    )
    read = "{share} of the class ({students}) was clearly read; shown most: {most}."
    return Phrase(
        few if report.coverage < 0.5 else read,
        share=percent(report.coverage), students=students, most=most(report.shares),
    )  # fmt: skip


def on_device(report: Report) -> str:
    """How much of it is what students' own devices say; nothing where that is none of it."""
    if not report.on_device:
        return ""
    said = "{share} of what was seen was read on students' own devices."
    return Phrase(said, share=percent(report.on_device))


def _changed(report: Report) -> list[Phrase]:
    """How the class changed: the loudest moment, else from half to half."""
    moments = [one for one in (*report.stood_out, *report.around) if one.clear]
    if moments:
        loudest = max(moments, key=lambda one: abs(one.clear[0].effect))
        marked = "The class changed most at {time} ({mark}): {change}."
        return [
            Phrase(
                marked if loudest.mark.text else "The class changed most at {time}: {change}.",
                time=clock(loudest.mark.second), mark=loudest.mark.text,
                change=class_sentence(loudest.clear[0]),
            )
        ]  # fmt: skip
    clear = clear_of(report.course)
    if clear:
        half = "In the second half, compared with the first: {change}."
        return [Phrase(half, change=class_sentence(clear[0]))]
    still = Phrase("Over the session, nothing clearly changed in the class.")
    return [still] if report.course else []


def of_term(found: Term) -> list[Phrase]:
    """What matters of a term, in three sentences at most."""
    first, last = (
        one.session.started.astimezone().date() for one in (found.lessons[0], found.lessons[-1])
    )
    said = [
        many(
            len(found.lessons), "{count} lesson, of {first}.",
            "{count} lessons, from {first} to {last}.", first=first, last=last,
        )
    ]  # fmt: skip
    latest, trends = (
        tuple(class_sentence(one) for one in some[:3]) for some in (found.latest, found.trends)
    )
    if latest:
        before = "In the last lesson, compared with those before: {changes}."
        said.append(Phrase(before, changes=latest))
    if trends:
        said.append(Phrase("From the first lesson to the last: {changes}.", changes=trends))
    still = Phrase("Nothing clearly changed from lesson to lesson.")
    return said if len(said) > 1 else [*said, still]
