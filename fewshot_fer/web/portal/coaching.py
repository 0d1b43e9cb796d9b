"""Teaching by camera and adjusting to the light, fed with a student's own camera."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final, Protocol

import cv2

from fewshot_fer.arrays import Bytes
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal
from fewshot_fer.students.enrolment.guide import Ask, Event, Guide, Live, Skipped, Took
from fewshot_fer.web.messages import Coaching

REST_S: Final = 5.0
_FEWEST: Final = 4
_GIVE_UP_S: Final = 25.0


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

    def skip(self) -> list[Coaching]:
        """Go on to the next expression."""
        ...


class Teaching:
    """One expression after the other; the sharpest picture of a second of each."""

    def __init__(self, gate: Gate, expressions: Sequence[str]) -> None:
        self._guide = Guide(gate, expressions)
        self._taken: list[Candidate] = []

    @property
    def over(self) -> bool:
        """Whether all were asked for."""
        return self._guide.over

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """One picture for each expression that was shown well enough."""
        return tuple(self._taken)

    def begin(self) -> list[Coaching]:
        """Ask for the first."""
        return self._told(self._guide.next())

    def see(self, time: float, image: Bytes) -> list[Coaching]:
        """Look at the next picture."""
        return [] if self.over else self._told(self._guide.see(time, image))

    def skip(self) -> list[Coaching]:
        """Leave this expression out."""
        return self._told(self._guide.next())

    def _told(self, events: Sequence[Event]) -> list[Coaching]:
        said: list[Coaching] = []
        for event in events:
            if isinstance(event, Took):
                self._taken.append(event.candidate)
            said.append(_message(event, len(self._taken) - 1))
        return [*said, {"type": "review"}] if self.over else said


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
        return [{"type": "ask", "expression": NEUTRAL, "words": "Relax your face and look here."}]

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

    def skip(self) -> list[Coaching]:
        """There is nothing to skip."""
        return []


def _message(event: Event, place: int) -> Coaching:
    match event:
        case Ask(expression, words):
            return {"type": "ask", "expression": expression, "words": words}
        case Live():
            good = isinstance(event.seen, Candidate)
            left, (what, next_step) = round(event.seconds_left, 2), _advice(event.seen)
            return {
                "type": "live", "good": good, "left": left, "what": what, "next_step": next_step,
            }  # fmt: skip
        case Took(candidate):
            picture = _data_url(candidate.portrait)
            return {
                "type": "took", "id": str(place), "expression": candidate.expression,
                "picture": picture,
            }  # fmt: skip
        case Skipped(expression, what):
            return {"type": "skipped", "expression": expression, "what": what}


def _advice(seen: Candidate | Refusal) -> tuple[str, str]:
    """What is wrong with a picture, and what to do; nothing where it is good."""
    return (seen.error.what, seen.error.next_step) if isinstance(seen, Refusal) else ("", "")


def _data_url(portrait: Bytes) -> str:
    """A portrait [192,192,3] as a page shows it."""
    picture = cv2.cvtColor(portrait, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return f"data:image/jpeg;base64,{b64encode(data.tobytes()).decode()}"
