"""What a device says that it read, checked into values at the edge; nothing else of it goes on.

It is what the device says of itself. Here it is only kept from being nonsense, somebody else's or
too much: whether a face showed it, nobody can know who has not seen the picture.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import fsum
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from fewshot_fer.errors import AccessError, RequestError
from fewshot_fer.faces.quality import reason_of
from fewshot_fer.lesson.selfreport import SaidFace, SaidQuality, SelfReport
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.web.app_state import AppState

_SUM_TO: Final = 0.02
"""Scores sum to one but for so much: they are rounded."""
_LOAD_AGAIN: Final = "Load the page again."
_FLAWS: Final = frozenset({
    Code.SMALL, Code.BLURRED, Code.DARK, Code.BRIGHT, Code.FLAT, Code.TURNED, Code.TILTED,
    Code.CUT_OFF, Code.HARDLY_A_FACE, Code.MOUTH_HIDDEN, Code.NO_POINTS,
})  # fmt: skip

_Share = Annotated[float, Field(ge=0, le=1)]
_STRICT: Final = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class _Face:
    __pydantic_config__ = _STRICT

    pixels: Annotated[int, Field(ge=1, le=10_000)]
    best: str
    scores: Annotated[dict[str, _Share], Field(min_length=1, max_length=64)]
    quality: _Share
    unsure: Code | None = None
    """Why `best` is not shown as a label; None: it is."""


@dataclass(frozen=True)
class _Said:
    __pydantic_config__ = _STRICT

    do: Literal["report"]
    checkpoint: str
    face: _Face | None
    """One: a device is one student's."""
    student: str | None = None


_SAID: Final = TypeAdapter(_Said)


def read_by(app: AppState, student: str, command: dict[str, Any]) -> SelfReport:
    """What a student's device says in a class; waits until the recogniser is open."""
    opened = app.opened()
    return report_of(
        command,
        student=student,
        checkpoint=opened.recognizer.checkpoint_hash,
        expressions=opened.members.prototypes(student).names,
    )


def report_of(
    command: dict[str, Any], *, student: str, checkpoint: str, expressions: Collection[str]
) -> SelfReport:
    """What the device of a student says; raises what is wrong with it.

    `checkpoint` is the hash of what everybody is read with here.
    """
    try:
        said = _SAID.validate_python(command)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80]
        raise RequestError(
            f"This is no reading of one face: {first['msg']}.", where=where, next_step=_LOAD_AGAIN
        ) from error
    if said.student not in (None, student):
        raise AccessError("A device speaks of its own student only.", next_step=_LOAD_AGAIN)
    if said.checkpoint != checkpoint:
        raise RequestError("This was read with another checkpoint.", next_step=_LOAD_AGAIN)
    face = said.face
    return SelfReport(None if face is None else _checked(face, expressions))


def _checked(face: _Face, expressions: Collection[str]) -> SaidFace:
    unknown = sorted({face.best, *face.scores} - set(expressions))
    if unknown:
        raise RequestError(
            f"There is no expression {unknown[0][:40]!r} here.", next_step=_LOAD_AGAIN
        )
    if abs(fsum(face.scores.values()) - 1) > _SUM_TO:
        raise RequestError("The scores do not sum to 1.", next_step=_LOAD_AGAIN)
    scores = {name: face.scores.get(name, 0.0) for name in expressions}
    first, second = sorted(scores, key=lambda name: (-scores[name], name != face.best))[:2]
    if face.unsure is None and face.best != first:
        raise RequestError("The label is not the likeliest.", next_step=_LOAD_AGAIN)
    why = None if face.unsure is None else _reason(face.unsure, first, second, face.pixels)
    flaw = why if why is not None and why.code in _FLAWS else None
    return SaidFace(face.pixels, Reading(face.best, scores, why), SaidQuality(face.quality, flaw))


def _reason(code: Code, first: str, second: str, pixels: float) -> Reason:
    """Why a label is not shown, with the facts that its sentence needs."""
    if code in _FLAWS:
        return reason_of(code, pixels)
    if code is Code.CLOSE:
        return Reason(code, first=first, second=second)
    if code in (Code.FAR, Code.NOT_READ):
        return Reason(code, seconds=2.0) if code is Code.NOT_READ else Reason(code)
    raise RequestError("This is no reason not to show a label.", next_step=_LOAD_AGAIN)
