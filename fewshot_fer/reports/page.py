"""The report as one HTML file: no script, no network, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, Protocol, TypeVar

from jinja2 import Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from fewshot_fer import look
from fewshot_fer.languages import Phrase, Say
from fewshot_fer.palette import colour, ordered
from fewshot_fer.reports import charts, figures, words
from fewshot_fer.reports.changes import Change
from fewshot_fer.reports.summary import AROUND_S, Report

CARE: Final = Phrase(
    "This says what faces showed, not what people felt or thought. Where few faces were clearly "
    "read, the numbers speak of few. In the EU such software is prohibited in education save for "
    "medical or safety reasons (AI Act, article 5(1)(f))."
)


class _OfStudent(Protocol):
    @property
    def student(self) -> str: ...


T = TypeVar("T", bound=_OfStudent)


def page(report: Report, names: Mapping[str, str] | None = None, say: Say | None = None) -> str:
    """The whole page, in English or as `say` does; `names` says what to call students."""
    known, session = names or {}, report.recorded.session
    say = say or Say()

    def called(student: str) -> str:
        return known.get(student, student)

    def by_name(some: Sequence[T]) -> list[T]:
        return sorted(some, key=lambda one: called(one.student).casefold())

    given = {"_": say, "language": say.language, "direction": say.direction}
    return _template().render(
        given,
        report=report,
        session=session,
        names=known,
        called=called,
        by_name=by_name,
        colour=lambda name: colour(name, session.names),
        students=by_name(report.students),
        too_little=tuple(sorted(map(called, report.watched.too_little if report.watched else ()))),
        read={one.student: one.sure for one in report.students},
    )


def _widest(changes: Sequence[Change]) -> float:
    """How far a scale for all of them has to reach."""
    return max(0.3, *(max(abs(change.low), abs(change.high)) for change in changes))


@pass_context
def _said(context: Context, value: object) -> object:
    """What the core says is said in the page's language."""
    return context["_"](value) if isinstance(value, Phrase) else value


@cache
def _template() -> Template:
    found = look.templates("fewshot_fer.reports")
    found.finalize = _said
    style = look.sheet("tokens", "elements", "parts", "report")
    found.globals |= {
        "charts": charts, "figures": figures, "words": words, "ordered": ordered,
        "widest": _widest, "around_s": AROUND_S, "care": CARE, "style": Markup(style),
    }  # fmt: skip
    return found.get_template("report.html")
