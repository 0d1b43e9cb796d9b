"""Expressions beside the basic ones."""

from __future__ import annotations

from typing import Literal

from fewshot_fer.web.api.shapes.base import Shape
from fewshot_fer.web.api.shapes.students import Enrolled


class Expression(Shape):
    """An expression, and whose it is."""

    name: str
    of: Literal["everybody", "the class", "the student"]


class Expressions(Shape):
    """What can be read."""

    expressions: list[Expression]
    students_with_own: list[str]


class Taught(Shape):
    """An expression that was learnt, and from whom."""

    expression: str
    students: list[Enrolled]


class Forgotten(Shape):
    """An expression that is gone."""

    removed: str
