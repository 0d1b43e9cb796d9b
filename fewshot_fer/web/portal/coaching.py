"""Teaching by camera and adjusting to the light, fed with the pictures of a student's own camera.

Pictures are pushed in as they come over the line; `students.enrolment.guide` pulls them. `Pushed`
stands between: it runs the guide in a thread of its own and hands its events back picture by
picture.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Final, Protocol

import cv2

from fewshot_fer.arrays import Bytes
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal
from fewshot_fer.students.enrolment.guide import Ask, Event, Frames, Live, Skipped, Took, guide
from fewshot_fer.web.wire import Message

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

    def begin(self) -> list[Message]:
        """What to say first."""
        ...

    def see(self, time: float, image: Bytes) -> list[Message]:
        """The next picture [h,w,3]; what to say then."""
        ...

    def skip(self) -> list[Message]:
        """Go on to the next expression."""
        ...

    def close(self) -> None:
        """No more."""
        ...


class Teaching:
    """One expression after the other; the sharpest picture of a second of each."""

    def __init__(self, gate: Gate, expressions: Sequence[str]) -> None:
        self._gate = gate
        self._left = list(expressions)
        self._now: Pushed | None = None
        self._taken: list[Candidate] = []

    @property
    def over(self) -> bool:
        """Whether all were asked for."""
        return self._now is None and not self._left

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """One picture for each expression that was shown well enough."""
        return tuple(self._taken)

    def begin(self) -> list[Message]:
        """Ask for the first."""
        return self._next()

    def see(self, time: float, image: Bytes) -> list[Message]:
        """Look at the next picture."""
        if self._now is None:
            return []
        said = self._told(self._now.push(time, image))
        if self._now.over:
            self._now = None
            said += self._next()
        return said

    def skip(self) -> list[Message]:
        """Leave this expression out."""
        self.close()
        return self._next()

    def close(self) -> None:
        """Let go of the guide."""
        if self._now is not None:
            self._now.close()
            self._now = None

    def _next(self) -> list[Message]:
        if not self._left:
            return [{"type": "review"}]
        expression = self._left.pop(0)
        self._now = Pushed(lambda frames: guide(frames, self._gate, [expression]))
        return self._told(self._now.begin())

    def _told(self, events: Sequence[Event]) -> list[Message]:
        said = []
        for event in events:
            if isinstance(event, Took):
                self._taken.append(event.candidate)
            said.append(_message(event, len(self._taken) - 1))
        return said


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

    def begin(self) -> list[Message]:
        """Ask for the resting face."""
        return [{"type": "ask", "expression": NEUTRAL, "words": "Relax your face and look here."}]

    def see(self, time: float, image: Bytes) -> list[Message]:
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
        return [{"type": "progress", "share": round(share, 3), "good": good, **_advice(seen)}]

    def skip(self) -> list[Message]:
        """There is nothing to skip."""
        return []

    def close(self) -> None:
        """There is nothing to let go of."""


class Pushed:
    """A guide turned around: pictures are pushed in, its events come back."""

    def __init__(self, run: Callable[[Frames], Iterator[Event]]) -> None:
        self._run = run
        self._frames: SimpleQueue[tuple[float, Bytes] | None] = SimpleQueue()
        self._said: SimpleQueue[Event | BaseException | bool] = SimpleQueue()
        """Events; then True for "another picture, please" or False for "that is all"."""
        self.over = False

    def begin(self) -> list[Event]:
        """What it says before it has seen anything."""
        Thread(target=self._work, name="coach", daemon=True).start()
        return self._until_it_waits()

    def push(self, time: float, image: Bytes) -> list[Event]:
        """What it says to the next picture; called by one thread at a time."""
        if self.over:
            return []
        self._frames.put((time, image))
        return self._until_it_waits()

    def close(self) -> None:
        """Let it end."""
        self._frames.put(None)

    def _until_it_waits(self) -> list[Event]:
        said: list[Event] = []
        while True:
            item = self._said.get()
            if isinstance(item, bool):
                self.over = not item
                return said
            if isinstance(item, BaseException):
                self.over = True
                raise item
            said.append(item)

    def _work(self) -> None:
        try:
            for event in self._run(self._incoming()):
                self._said.put(event)
        except BaseException as error:  # handed over to whoever pushes
            self._said.put(error)
        else:
            self._said.put(False)

    def _incoming(self) -> Iterator[tuple[float, Bytes]]:
        while True:
            self._said.put(True)
            frame = self._frames.get()
            if frame is None:
                return
            yield frame


def _message(event: Event, place: int) -> Message:
    match event:
        case Ask(expression, words):
            return {"type": "ask", "expression": expression, "words": words}
        case Live():
            good = isinstance(event.seen, Candidate)
            left = round(event.seconds_left, 2)
            return {"type": "live", "good": good, "left": left, **_advice(event.seen)}
        case Took(candidate):
            picture = _data_url(candidate.portrait)
            return {
                "type": "took", "id": str(place), "expression": candidate.expression,
                "picture": picture,
            }  # fmt: skip
        case Skipped(expression, what):
            return {"type": "skipped", "expression": expression, "what": what}


def _advice(seen: Candidate | Refusal) -> Message:
    if isinstance(seen, Refusal):
        return {"what": seen.error.what, "next_step": seen.error.next_step}
    return {"what": "", "next_step": ""}


def _data_url(portrait: Bytes) -> str:
    """A portrait [192,192,3] as a page shows it."""
    picture = cv2.cvtColor(portrait, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return f"data:image/jpeg;base64,{b64encode(data.tobytes()).decode()}"
