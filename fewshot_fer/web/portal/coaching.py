"""Teaching by camera and adjusting to the light, fed with a student's own camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, Protocol

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.expressions import BASIC, NEUTRAL
from fewshot_fer.images import at_most
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Reason
from fewshot_fer.sentences import worded
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal
from fewshot_fer.students.enrolment.guide import (
    Ask,
    Event,
    Guide,
    Judges,
    Live,
    Skipped,
    Took,
)
from fewshot_fer.web.messages import Coaching
from fewshot_fer.web.wire import data_url

REST_S: Final = 5.0
_FEWEST: Final = 4
_GIVE_UP_S: Final = 25.0
_MODEL: Final = (12, 1, 6)
"""A drawn student whose seven expressions are read as they are meant: of how many, seed, place."""


class Coach(Protocol):
    """Something that asks a student for pictures."""

    @property
    def over(self) -> bool:
        """Whether it needs no more."""
        ...

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """What was good enough so far."""
        ...

    def begin(self) -> list[Coaching]:
        """What to say first."""
        ...

    def see(self, time: float, image: Bytes) -> list[Coaching]:
        """The next picture [h,w,3]; what to say then."""
        ...

    def told(self, command: Mapping[str, Any]) -> list[Coaching]:
        """Skip this one, take it now, or show one again."""
        ...


class Teaching:
    """One expression after the other, each once the face shows it."""

    def __init__(self, gate: Gate, expressions: Sequence[str], judge: Judges | None = None) -> None:
        self._guide = Guide(gate, expressions, judge)

    @property
    def over(self) -> bool:
        """Whether all were asked for."""
        return self._guide.over

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """One picture for each expression that was taken."""
        return self._guide.taken

    def begin(self) -> list[Coaching]:
        """Ask for the first."""
        return self._said(self._guide.next())

    def see(self, time: float, image: Bytes) -> list[Coaching]:
        """Look at the next picture."""
        return [] if self.over else self._said(self._guide.see(time, image))

    def told(self, command: Mapping[str, Any]) -> list[Coaching]:
        """Skip this one, take it now, or show one again."""
        match command["do"]:
            case "again":
                return self._said(self._guide.again(str(command.get("expression"))))
            case "take" if self._guide.can_take:
                return self._said(self._guide.take())
            case "skip":
                return self._said(self._guide.next())
        return []

    def _said(self, events: Sequence[Event]) -> list[Coaching]:
        said = [self._message(event) for event in events]
        return [*said, {"type": "review"}] if self.over else said

    def _message(self, event: Event) -> Coaching:
        match event:
            case Ask(expression, words):
                return {
                    "type": "ask", "expression": expression, "words": words,
                    "example": drawn_example(expression),
                }  # fmt: skip
            case Live():
                what, next_step = _advice(event.seen, event.unlike)
                good, left = not what, event.seconds_left
                return {
                    "type": "live", "good": good, "left": None if left is None else round(left, 2),
                    "takes": self._guide.can_take, "what": what, "next_step": next_step,
                }  # fmt: skip
            case Took(candidate):
                place = [one.expression for one in self.taken].index(candidate.expression)
                return {
                    "type": "took", "id": str(place), "expression": candidate.expression,
                    "picture": data_url(candidate.portrait),
                }  # fmt: skip
            case Skipped(expression, what):
                return {"type": "skipped", "expression": expression, "what": what}


class Resting:
    """A resting face for some seconds."""

    def __init__(self, gate: Gate, seconds: float = REST_S) -> None:
        self._gate = gate
        self._seconds = seconds
        self._began: float | None = None
        self._first_good: float | None = None
        self._taken: list[Candidate] = []
        self.over = False

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """All pictures that were good enough."""
        return tuple(self._taken)

    def begin(self) -> list[Coaching]:
        """Ask for the resting face."""
        words = Phrase("Relax your face and look here.")
        example = drawn_example(NEUTRAL)
        return [{"type": "ask", "expression": NEUTRAL, "words": words, "example": example}]

    def see(self, time: float, image: Bytes) -> list[Coaching]:
        """Look at the next picture."""
        self._began = time if self._began is None else self._began
        seen = self._gate.look(Picture(NEUTRAL, image, "own camera"))
        good = isinstance(seen, Candidate)
        if isinstance(seen, Candidate):
            self._first_good = time if self._first_good is None else self._first_good
            self._taken.append(seen)
        since = 0.0 if self._first_good is None else time - self._first_good
        enough = since >= self._seconds and len(self._taken) >= _FEWEST
        self.over = enough or time - self._began >= _GIVE_UP_S
        share = min(1.0, since / self._seconds)
        what, next_step = _advice(seen)
        return [
            {"type": "progress", "share": round(share, 3), "good": good, "what": what,
             "next_step": next_step}
        ]  # fmt: skip

    def told(self, command: Mapping[str, Any]) -> list[Coaching]:
        """There is nothing to choose."""
        return []


def _advice(seen: Candidate | Refusal, unlike: Reason | None = None) -> tuple[str, str]:
    """What is wrong with a picture, and what to do; nothing where it is good."""
    if isinstance(seen, Refusal):
        return seen.error.what, seen.error.next_step
    return worded(unlike) if unlike is not None else ("", "")


@cache
def drawn_example(expression: str) -> str | None:
    """Somebody drawn who shows it, as a page shows pictures; None of what cannot be drawn."""
    if expression not in BASIC:
        return None
    students, seed, place = _MODEL
    head = reference_picture(invent_class(students, seed)[place], expression)[60:420, 140:500]
    return data_url(at_most(head, 192))
