"""What all shapes share."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Shape(BaseModel):
    """Nothing that is not named, neither in nor out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Problem = TypedDict("Problem", {
    "type": str, "title": Annotated[str, Field(description="what happened, in a sentence")],
    "status": int,
    "code": Annotated[str, Field(description="the kind of the error, for programs")],
    "reason": Annotated[NotRequired[str], Field(description="the same, more exactly")],
    "where": NotRequired[str], "next_step": NotRequired[str],
})
"""What went wrong (RFC 9457), and what to do next."""
