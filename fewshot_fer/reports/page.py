"""The report as one HTML file: no script, no network, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from fewshot_fer.palette import colour, ordered
from fewshot_fer.reports import charts, figures, words
from fewshot_fer.reports.changes import Change, CheckIn, Watched
from fewshot_fer.reports.summary import AROUND_S, Around, Report, StudentSummary
from fewshot_fer.reports.usual import Usual

CARE: Final = (
    "This says what faces showed, not what people felt or thought. Where few faces were clearly "
    "read, the numbers speak of few. In the EU such software is prohibited in education save for "
    "medical or safety reasons (AI Act, article 5(1)(f))."
)
_METHOD: Final = (
    "Every second, each face's expression is named from its picture, smoothed over about a second. "
    "What is not clear counts as unsure and is left out of the shares; coverage is the share of "
    "the class that was clearly read. No picture is stored.",
    "A change compares stretches of time. Neighbouring moments are alike, so they count for less "
    "than as many independent ones; how much less is learnt from the whole class. The ranges in "
    "brackets hold the true change 95 times in 100.",
)
_METHOD_STUDENTS: Final = (
    "A student is compared with nobody else, only with their own usual: their earlier sessions, or "
    "what came before in this one. Students are named in the order of the alphabet; there is no "
    "ranking. Stretches of half a minute to five minutes are looked at all through the session, "
    "and the whole of it once. A change must be seen outside of its strongest minute too: one long "
    "laugh is none. What the others do at the same time, such as laughing at a joke, is no reason. "
    "The threshold counts all students, expressions and looks: where nothing changes, at most one "
    "false alarm a session is to be expected, and drawn lessons had fewer.",
    "A change may have a hundred reasons: a joke, the light, a new place before the camera. It is "
    "a reason to ask, never a judgement.",
)


def page(report: Report, names: Mapping[str, str] | None = None) -> str:
    """The whole page; `names` says what to call students, else their ids are shown."""
    called = names or {}
    session = report.recorded.session
    parts = [_head(report, called), _class(report)]
    parts.append(_moments(report))
    if report.watched is not None:
        parts += [
            _check_ins(report, report.watched, called),
            _students(report, session.names, called),
        ]
    parts.append(_method(report))
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(words.title(session))}</title><style>{style}</style></head>\n"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _head(report: Report, called: Mapping[str, str]) -> str:
    session = report.recorded.session
    cut_off = "" if session.ended else " The session was cut off, or it still runs."
    said = "".join(f"<li>{escape(line)}</li>" for line in words.headlines(report, called))
    return (
        f"<header><h1>{escape(words.title(session))}</h1>"
        f'<p class="pale">Session {session.id}, {words.clock(session.seconds)} long.{cut_off}</p>'
        f'</header><ul class="headlines">{said}</ul>'
    )


def _class(report: Report) -> str:
    session, line = report.recorded.session, report.timeline
    if not report.shares:
        return ""
    marks = [float(one.mark.second) for one in report.moments]
    flags = "".join(
        f'<span class="flag" style="left:{100 * second / max(1, session.seconds):.1f}%">{k}</span>'
        for k, second in enumerate(marks, start=1)
    )
    above = f'<div class="flags">{flags}</div>' if marks else ""
    rows = "".join(
        f"<span>{escape(name)}</span>{charts.bar(share, colour(name, session.names))}"
        f"<span>{words.percent(share)}</span>"
        for name, share in sorted(report.shares.items(), key=lambda item: -item[1])
    )
    shown = f"Shares over time. In all: {words.most(report.shares, len(report.shares))}."
    read = f"Coverage over time, {words.percent(report.coverage)} on average"
    return (
        "<h2>The class over time</h2>"
        f"{_legend(session.names)}<figure>{above}"
        f'<div class="chart">{charts.stack(line, session.names, marks, label=escape(shown))}'
        f"</div>{_axis(session.seconds)}"
        "<figcaption>Share of each expression among those who were clearly read; thin lines at 25, "
        '50 and 75\N{NO-BREAK SPACE}%.</figcaption></figure><figure><div class="chart low">'
        f"{charts.coverage(line, label=read)}</div>"
        "<figcaption>Coverage: how much of the class was clearly read. Low here means: "
        f"trust the chart above less.</figcaption></figure>{figures.over_time(report)}"
        f'<h2>All in all</h2><div class="rows">{rows}</div>'
        f'<p class="pale">Of the {words.percent(report.coverage)} of the class who were clearly '
        "read. The others were unsure, or not to be seen.</p>"
    )


def _moments(report: Report) -> str:
    if not report.moments:
        return ""
    names = report.recorded.session.names
    items = "".join(_moment(k, one, names) for k, one in enumerate(report.moments, start=1))
    return (
        '<h2>Moments that stood out, or were marked</h2><p class="pale">The '
        f"{AROUND_S // 60} minutes after, compared with the {AROUND_S // 60} before.</p>"
        f'<ul class="plain">{items}</ul>'
    )


def _moment(number: int, around: Around, names: Sequence[str]) -> str:
    head = (
        f'<span class="flag">{number}</span>'
        f"<b>{escape(around.mark.text or 'The class changed')}</b> "
        f'<span class="pale">at {words.clock(around.mark.second)}, clearly read: '
        f"{words.percent(around.coverage[0])} before, {words.percent(around.coverage[1])} after"
        "</span>"
    )
    if not around.changes:
        return f'<li>{head}<p class="pale">Too little was seen to compare.</p></li>'
    if not around.clear:
        return f'<li>{head}<p class="pale">No clear change in the class.</p></li>'
    return f"<li>{head}{_intervals(around.clear, names)}</li>"


def _intervals(changes: Sequence[Change], names: Sequence[str]) -> str:
    widest = max(0.3, *(max(abs(change.low), abs(change.high)) for change in changes))
    return "".join(
        f'<div class="effect"><span>{escape(c.expression)}</span>'
        + charts.interval(c.effect, c.low, c.high, colour(c.expression, names), widest=widest)
        + f"<span>{words.points(c.effect)} points "
        f'<span class="pale">({words.points(c.low)} to {words.points(c.high)})</span></span></div>'
        for c in changes
    )


def _check_ins(report: Report, watched: Watched, called: Mapping[str, str]) -> str:
    names = report.recorded.session.names
    read = {summary.student: summary.sure for summary in report.students}
    told = sorted(watched.check_ins, key=lambda c: called.get(c.student, c.student).casefold())
    items = "".join(_check_in(c, names, called, read[c.student]) for c in told)
    body = (
        f'<ul class="plain">{items}</ul>'
        if told
        else "<p>Nobody's face changed clearly from their own usual.</p>"
    )
    few = sorted(called.get(student, student) for student in watched.too_little)
    rest = (
        f'<p class="pale">Too little was seen, or faces changed too slowly, to say anything of: '
        f"{escape(', '.join(few))}.</p>"
        if few
        else ""
    )
    return (
        '<h2>Worth a check-in</h2><p class="pale">Clearly different from their own usual. '
        f"A reason to ask, never a judgement.</p>{body}{rest}"
    )


def _check_in(
    check_in: CheckIn, names: Sequence[str], called: Mapping[str, str], read: float
) -> str:
    reasons = "".join(
        f"<li>{'more' if c.effect > 0 else 'less'} {escape(c.expression)} than "
        f"{words.than(check_in.usual)}: {words.percent(c.usual)} before, "
        f"{words.percent(c.now)} now</li>"
        for c in check_in.reasons
    )
    return (
        f"<li><h3>{escape(called.get(check_in.student, check_in.student))}</h3>"
        f'<p class="pale">Clear {words.when(check_in)}; clearly read {words.percent(read)} of the '
        "time</p>"
        f'<ul class="reasons">{reasons}</ul>{_intervals(check_in.reasons, names)}</li>'
    )


def _students(report: Report, names: Sequence[str], called: Mapping[str, str]) -> str:
    told = sorted(report.students, key=lambda s: called.get(s.student, s.student).casefold())
    usuals = report.watched.usuals if report.watched else {}
    cards = "".join(_student(s, names, called, usuals.get(s.student)) for s in told)
    table = figures.by_student(told, [called.get(s.student, s.student) for s in told], report)
    return f'<h2>Student by student</h2>{_legend(names)}<div class="students">{cards}</div>{table}'


def _student(
    summary: StudentSummary, names: Sequence[str], called: Mapping[str, str], usual: Usual | None
) -> str:
    name = escape(called.get(summary.student, summary.student))
    against = f" Compared with how it was {words.than(usual)}." if usual is not None else ""
    shown = words.most(summary.shares) or "never clearly read"
    return (
        f'<section class="student"><h3>{name}</h3><p>{escape(shown)}</p>'
        '<div class="chart strip">'
        f"{charts.stack(summary.timeline, names, label=f'{name} over time: {escape(shown)}')}</div>"
        f'<p class="pale">To be seen {words.percent(summary.seen)} of the time, clearly read '
        f"{words.percent(summary.sure)}, quality {words.percent(summary.quality)}.{against}</p>"
        "</section>"
    )


def _legend(names: Sequence[str]) -> str:
    items = "".join(
        f'<li><svg viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" '
        f'fill="{colour(name, names)}"/></svg>{escape(name)}</li>'
        for name in ordered(names)
    )
    return f'<ul class="legend">{items}</ul>'


def _axis(seconds: int) -> str:
    ticks = "".join(f"<span>{words.clock(seconds * k / 4)}</span>" for k in range(5))
    return f'<div class="axis">{ticks}</div>'


def _method(report: Report) -> str:
    told = _METHOD if report.watched is None else _METHOD + _METHOD_STUDENTS
    paragraphs = "".join(f"<p>{text}</p>" for text in told)
    return f'<h2>How this was measured, and its limits</h2>{paragraphs}<p class="note">{CARE}</p>'
