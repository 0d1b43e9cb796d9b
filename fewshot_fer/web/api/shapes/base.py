"""What all shapes share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Shape(BaseModel):
    """Nothing that is not named, neither in nor out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(BaseModel):
    """What went wrong (RFC 9457), and what to do next."""

    type: str
    title: str = Field(description="what happened, in a sentence")
    status: int
    code: str = Field(description="the kind of the error, for programs")
    where: str | None = None
    next_step: str | None = None
