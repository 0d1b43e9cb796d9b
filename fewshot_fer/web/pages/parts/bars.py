"""Numbers as bars with their words beside them, for every theme and width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from fewshot_fer.palette import colour, ordered
from fewshot_fer.web import html
from fewshot_fer.web.pages.parts import plain
from fewshot_fer.web.pages.parts.saying import _


def shares(values: Mapping[str, float], names: Sequence[str]) -> str:
    """Shares, the largest first."""
    largest = sorted(values.items(), key=lambda item: -item[1])
    rows = [(_(name), one, colour(name, names), plain.percent(one)) for name, one in largest]
    return html.part("bars", "shares", rows)


def line_head(*heads: str) -> str:
    """What the columns of lines are."""
    return html.part("bars", "line_head", heads)


def line(face: str, name: str, pictures: str, expected: float, advice: str) -> str:
    """A student in a line; `face` is a picture's address, or nothing."""
    number = plain.percent(expected)
    return html.part("bars", "line", face, name, pictures, expected, number, advice)


def face(address: str) -> str:
    """A small picture of a face, or an empty place."""
    return html.part("bars", "face", address)


def facts(values: Iterable[tuple[str, str]]) -> str:
    """Numbers in boxes, each with what it says."""
    return html.part("bars", "facts", values)


def legend(names: Sequence[str]) -> str:
    """Which colour is which expression."""
    return html.part("bars", "legend", [(_(name), colour(name, names)) for name in ordered(names)])


def words(kind: Literal["lead", "quiet", "chip recording"], line: str) -> str:
    """A line of words."""
    return html.part("bars", "words", kind, line)


def headlines(lines: Iterable[str]) -> str:
    """What matters, a sentence each."""
    return html.part("bars", "headlines", [_(line) for line in lines])
