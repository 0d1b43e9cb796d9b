"""Numbers as bars with their words beside them, for every theme and width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from fewshot_fer.palette import colour, ordered
from fewshot_fer.web.pages.parts import plain


def shares(values: Mapping[str, float], names: Sequence[str]) -> str:
    """Shares, the largest first."""
    largest = sorted(values.items(), key=lambda item: -item[1])
    return _rows(
        _row(name, share, colour(name, names), plain.percent(share)) for name, share in largest
    )


def line_head(*heads: str) -> str:
    """What the columns of lines are."""
    cells = "".join(f"<span>{escape(head)}</span>" for head in ("", *heads))
    return f'<div class="ff-line ff-line-head" aria-hidden="true">{cells}</div>'


def line(face: str, name: str, pictures: str, expected: float, advice: str) -> str:
    """A student in a line; `face` is a picture's address, or nothing."""
    return (
        f'<div class="ff-line">{_picture(face)}<b>{escape(name)}</b><span>{escape(pictures)}</span>'
        f'<span class="ff-meter"><span class="ff-bar" aria-hidden="true">'
        f'<i style="width:{100 * expected:.0f}%"></i></span>{plain.percent(expected)}</span>'
        f'<span class="ff-advice">{escape(advice)}</span></div>'
    )


def face(address: str) -> str:
    """A small picture of a face, or an empty place."""
    return f'<span class="ff-face">{_picture(address)}</span>'


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


def _picture(address: str) -> str:
    return f'<img src="{address}" alt="">' if address else '<i class="ff-nobody"></i>'


def _rows(rows: Iterable[str]) -> str:
    return f'<div class="ff-rows">{"".join(rows)}</div>'


def _row(name: str, share: float, fill: str, number: str) -> str:
    style = f"width:{100 * share:.0f}%;background:{fill}"
    return (
        f'<span>{escape(name)}</span><span class="ff-bar" aria-hidden="true">'
        f'<i style="{style}"></i></span><span class="ff-number">{escape(number)}</span>'
    )
