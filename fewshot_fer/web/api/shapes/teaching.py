"""Expressions beside the basic ones."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from fewshot_fer.web.api.shapes.students import Enrolled

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Expression = TypedDict("Expression", {
    "name": str, "of": Literal["everybody", "the class", "the student"],
})
"""An expression, and whose it is."""

Expressions = TypedDict("Expressions", {
    "expressions": list[Expression], "students_with_own": list[str],
})
"""What can be read."""

Taught = TypedDict("Taught", {"expression": str, "students": list[Enrolled]})
"""An expression that was learnt, and from whom."""

Forgotten = TypedDict("Forgotten", {"removed": str})
"""An expression that is gone."""
