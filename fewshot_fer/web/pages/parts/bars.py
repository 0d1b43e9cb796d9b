"""Numbers as bars with their words beside them, for every theme and width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from fewshot_fer.palette import colour, ordered
from fewshot_fer.students.enrolment.card import Card
from fewshot_fer.web.pages.parts import plain


def shares(values: Mapping[str, float], names: Sequence[str]) -> str:
    """Shares, the largest first."""
    largest = sorted(values.items(), key=lambda item: -item[1])
    return _rows(
        _row(name, share, colour(name, names), plain.percent(share)) for name, share in largest
    )


def learnt(card: Card) -> str:
    """What is known of a student: how sure each expression is, and from how many pictures."""
    names = [one.expression for one in card.learnt]
    rows = "".join(
        _row(
            one.expression,
            one.estimated,
            colour(one.expression, names),
            plain.percent(one.estimated),
            known=one.references > 0,
        )
        + f'<span class="ff-number">{one.references or "–"}</span>'
        for one in card.learnt
    )
    head = (
        "<span></span><span></span>"
        '<span class="ff-head">expected right</span><span class="ff-head">pictures</span>'
    )
    return f'<div class="ff-rows ff-four">{head}{rows}</div>'


def facts(values: Iterable[tuple[str, str]]) -> str:
    """Numbers in boxes, each with what it says."""
    boxes = "".join(
        f'<div class="ff-fact"><b>{escape(value)}</b><span>{escape(what)}</span></div>'
        for value, what in values
    )
    return f'<div class="ff-facts">{boxes}</div>'


def legend(names: Sequence[str]) -> str:
    """Which colour is which expression."""
    items = "".join(
        f'<li><i style="background:{colour(name, names)}"></i>{escape(name)}</li>'
        for name in ordered(names)
    )
    return f'<ul class="ff-legend">{items}</ul>'


def _rows(rows: Iterable[str]) -> str:
    return f'<div class="ff-rows">{"".join(rows)}</div>'


def _row(name: str, share: float, fill: str, number: str, *, known: bool = True) -> str:
    style = f"width:{100 * share:.0f}%;background:{fill}" + ("" if known else ";opacity:.45")
    kind = "" if known else ' class="ff-none"'
    return (
        f'<span{kind}>{escape(name)}</span><span class="ff-bar" aria-hidden="true">'
        f'<i style="{style}"></i></span><span class="ff-number">{escape(number)}</span>'
    )
