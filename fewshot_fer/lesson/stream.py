"""One source while a lesson runs: what waits of it, what was seen in it, how well it is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.images import decode_image
from fewshot_fer.languages import Phrase
from fewshot_fer.lesson.commands import Source
from fewshot_fer.lesson.events import Looked, Skipped, SourceState
from fewshot_fer.lesson.health import Health, is_black
from fewshot_fer.lesson.selfreport import SelfReport
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.records.views import View

MOST_PIXELS: Final = 4_000_000
"""Of a picture that is sent: larger ones are not decoded."""
_FRESH_S: Final = 2.0
"""A source that has shown nothing for so long counts for nothing, ..."""
_FRESH_GAPS: Final = 3.0
"""... unless its pictures come as slowly as that anyway."""
_PACE: Final = 0.1
"""The share of a surprise that corrects what is told of a source's speed."""

Answer = Future[Looked | Skipped]
Picture = Bytes | bytes | SelfReport
Encodes = Callable[[Bytes], bytes]
"""Makes a JPEG of an image [h,w,3]."""
WithSession = Callable[[ClassSession | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A picture that somebody wants read: an image [h,w,3], a JPEG, or what was read of one."""

    source: Source
    picture: Picture
    came: float
    answer: Answer = field(default_factory=Future)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What a worker brings back; the session was the worker's until then."""

    offer: Offer
    session: ClassSession | None
    view: View | None = None
    size: tuple[int, int] = (0, 0)
    dark: bool = False
    jpeg: bytes | None = None
    error: Exception | None = None


def read(
    slot: SimpleQueue[Offer],
    session: ClassSession | None,
    begins: Callable[[], ClassSession],
    began: float,
    encodes: Encodes | None,
) -> Read:
    """In a worker: take the newest picture and look at it; never raises."""
    offer = slot.get()
    if offer.answer.done():
        return Read(offer, session)
    try:
        raw, now = offer.picture, offer.came - began
        if isinstance(raw, SelfReport):
            session = session or begins()
            view = raw.view(offer.source.student, session.members, now)
            return Read(offer, session, view)
        image = decode_image(raw, max_pixels=MOST_PIXELS) if isinstance(raw, bytes) else raw
        session = session or begins()
        view = session.look(image, now)
        jpeg = raw if isinstance(raw, bytes) else encodes(image) if encodes else None
        return Read(offer, session, view, (image.shape[1], image.shape[0]), is_black(image), jpeg)
    except Exception as error:
        return Read(offer, session, error=error)


@dataclass(slots=True, eq=False)
class Stream:
    """For the lesson's thread alone; session and slot are lent to a worker and come back."""

    source: Source
    health: Health
    session: ClassSession | None = None
    slot: SimpleQueue[Offer] | None = None
    """Is with a worker, and has the picture to read in it until that begins."""
    next: Offer | None = None
    """Waits for the worker to come back."""
    after: list[WithSession] = field(default_factory=list)
    """So do these."""
    view: View | None = None
    size: tuple[int, int] = (0, 0)
    members: int = 0
    came: float | None = None
    """When the picture came that was answered last, ..."""
    answered: float = 0.0
    """... and when that was."""
    gap: float | None = None
    """Seconds between two answers, smoothed."""
    took: float = 0.0
    """Seconds from a picture's arrival to its answer, smoothed."""
    over: bool = False
    error: BaseException | None = None
    stop: Event = field(default_factory=Event)
    reader: Thread | None = None

    def take(self, offer: Offer) -> Offer | None:
        """A newer picture; the older one that is not read because of it."""
        older = self._unread()
        if self.slot is not None and older is not None:
            self.slot.put(offer)
        else:
            older, self.next = self.next, offer
        return older

    def take_back(self) -> list[Offer]:
        """All that nobody has begun to read."""
        found = [one for one in (self._unread(), self.next) if one is not None]
        if self.slot is not None and self.slot.empty() and found:
            # A worker waits for its turn; it must find something, which is answered by then.
            self.slot.put(found[0])
        self.next = None
        return found

    def _unread(self) -> Offer | None:
        with suppress(Empty):
            return self.slot.get_nowait() if self.slot is not None else None
        return None

    def when_back(self, do: WithSession) -> None:
        """Do this with the session, now or as soon as it is back; None where there is none."""
        if self.slot is None:
            do(self.session)
        else:
            self.after.append(do)

    def is_back(self, read: Read, now: float) -> None:
        """A worker is done: what it saw counts from now on."""
        self.session, self.slot = read.session, None
        if read.view is not None and read.session is not None:
            came = read.offer.came
            if self.came is not None:
                gap = came - self.came
                self.gap = gap if self.gap is None else self.gap + _PACE * (gap - self.gap)
            self.took += (1.0 if self.came is None else _PACE) * (now - came - self.took)
            self.came, self.answered = came, now
            self.view, self.size, self.members = read.view, read.size, len(read.session.members)
            self.health.picture(read.size, came, dark=read.dark)
        after, self.after = self.after, []
        for do in after:
            do(self.session)

    def counts(self, now: float) -> bool:
        """Whether what was seen is new enough to be the class."""
        patience = max(_FRESH_S, _FRESH_GAPS * (self.gap or 0.0))
        return not self.over and now - self.answered <= patience

    def state(self, now: float) -> SourceState:
        """For whoever asks."""
        faces = len(self.view.seen) if self.view is not None else 0
        return SourceState(
            self.source.key, self.source.kind, self.source.student, faces,
            1 / self.gap if self.gap else 0.0, 1000 * self.took, self._said(now), self.size,
            self.over, self.error, None if self.over else self.health.reason(now),
        )  # fmt: skip

    def _said(self, now: float) -> str | None:
        error = self.error
        if isinstance(error, FewshotFerError):
            return Phrase("{what} {next_step}", what=error.what, next_step=error.next_step)
        if error is not None:
            return "a mistake of this program ended it; the log has the whole story."
        return "is at its end." if self.over else self.health.said(now)
