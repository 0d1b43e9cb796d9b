"""A class that is watched live, by one source or by several side by side.

    sources -> newest picture of each -> a session each -> one view

Pictures are taken in threads of their own (`pacing`); everything else happens in the thread that
calls `look`. A source that ends, freezes or breaks off is said in `notes`; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.lesson.health import Health
from fewshot_fer.lesson.merging import Part, merged, track_of
from fewshot_fer.lesson.pacing import Several
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import Captured, Clock
from fewshot_fer.records.views import View

_REFRESH_S: Final = 2.0
_GONE_S: Final = 3.0
"""Of several sources, one that has shown nothing for longer does not count any more."""


class Opened(Protocol):
    """What is needed of a class: sessions, and to be told when to look for changes."""

    def watch(self, *, student: str | None = None, cores: float | None = None) -> ClassSession:
        """A session for one source."""
        ...

    def refresh(self) -> None:
        """Take in what has changed in the library."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of a class, or of one student."""

    name: str
    """What to call it on the screen."""
    pictures: Iterator[Captured]
    """At the speed at which they were taken: `pacing.paced` sees to that for recorded ones."""
    student: str | None = None
    """The id of the one student whom it shows."""


@dataclass(slots=True)
class _Feed:
    source: Source
    session: ClassSession
    health: Health = field(default_factory=Health)
    part: Part | None = None
    size: tuple[int, int] = (0, 0)
    error: FewshotFerError | None = None
    over: bool = False


class LiveClass:
    """Watches a class until all its sources are over; use it in a `with`, from one thread."""

    def __init__(
        self,
        opened: Opened,
        sources: Sequence[Source],
        *,
        cores: float | None = None,
        clock: Clock = monotonic,
    ) -> None:
        self.view: View | None = None
        """The newest."""
        self._opened = opened
        self._library: str | None = None
        """What is wrong with the library of students, if anything."""
        self._clock = clock
        share = cores / len(sources) if cores is not None else None
        self._feeds = [
            _Feed(one, opened.watch(student=one.student, cores=share)) for one in sources
        ]
        self._several = Several([one.pictures for one in sources], clock)
        self._began = self._refreshed = clock()
        for feed in self._feeds:
            feed.health.begin(self._began)

    def __enter__(self) -> LiveClass:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the sources go."""
        self._several.close()

    # ------------------------------------------------------------------ watching

    def look(self, timeout: float | None = None) -> View | None:
        """The class at the next picture of any source; None if there is none for so long."""
        news = self._several.next(timeout)
        now = self._clock()
        if now - self._refreshed >= _REFRESH_S:
            self._refreshed = now
            self._refresh()
        if news is None:
            return None
        feed = self._feeds[news.source]
        if news.captured is None:
            self._ended(feed, news.error)
            return None
        image, time = news.captured.image, news.captured.time
        feed.health.picture(image, now)
        feed.size = (image.shape[1], image.shape[0])
        seen = feed.session.look(image, time)
        if len(self._feeds) == 1:
            self.view = seen
        else:
            feed.part = Part(feed.source.name, news.source, seen, now - self._began)
            self.view = self._merged(now - self._began)
        return self.view

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began

    @property
    def over(self) -> bool:
        """Whether no source gives pictures any more."""
        return self._several.over

    @property
    def error(self) -> FewshotFerError | None:
        """Why it is over, where every source broke off; None where one came to its end."""
        errors = [feed.error for feed in self._feeds]
        return errors[0] if None not in errors else None

    def notes(self) -> list[str]:
        """What is to be said of the sources now, in plain words; most often nothing."""
        said = [(feed.source.name, self._of(place)) for place, feed in enumerate(self._feeds)]
        said.append(("the students' folder", self._library))
        return [f"{name}: {words}" for name, words in said if words]

    def _of(self, place: int) -> str | None:
        feed = self._feeds[place]
        if feed.error is not None:
            return f"{feed.error.what} {feed.error.next_step}".strip()
        if feed.over:
            return "is at its end."
        came = self._several.came(place)
        if came is not None:
            feed.health.heard(came)
        return feed.health.said(self._clock())

    def _ended(self, feed: _Feed, error: BaseException | None) -> None:
        feed.over, feed.part = True, None
        if error is None:
            return
        if not isinstance(error, FewshotFerError):
            raise error
        feed.error = error

    def _merged(self, now: float) -> View:
        for feed in self._feeds:
            if feed.part is not None and now - feed.part.at > _GONE_S:
                feed.part = None
        parts = [feed.part for feed in self._feeds if feed.part is not None]
        return merged(parts, len(self._feeds), now, len(self._feeds[0].session.members))

    # ------------------------------------------------------------------ the teacher's hand

    def name(self, number: int, student: str | None) -> None:
        """A person says who a face of the view is, by its track's number (None: nobody)."""
        place, track = track_of(number, len(self._feeds))
        self._feeds[place].session.name(track, student)

    def size_of(self, source: str = "") -> tuple[int, int]:
        """Width and height of a source's pictures, to say where in them a face is."""
        return next((f.size for f in self._feeds if source in ("", f.source.name)), (0, 0))

    def looks(self) -> dict[str, Floats]:
        """Vectors [n,D] of everyone who was recognised of late, to recalibrate from."""
        found: dict[str, list[Floats]] = {}
        for feed in self._feeds:
            memory = feed.session.memory
            for student in memory.students:
                found.setdefault(student, []).append(memory.of(student))
        return {student: np.concatenate(rows) for student, rows in found.items()}

    def _refresh(self) -> None:
        try:
            self._opened.refresh()
            self._library = None
        except FewshotFerError as error:
            # The lesson goes on with what is known.
            self._library = error.what
        for feed in self._feeds:
            feed.session.forget_who_left()


def in_words(results: Mapping[str, object], names: Mapping[str, str]) -> str:
    """What recalibrating the class brought, for one line of a screen."""
    if not results:
        return "Nobody who is enrolled was recognised yet: nothing to recalibrate."
    left = sorted(names.get(who, who) for who, why in results.items() if isinstance(why, str))
    done = len(results) - len(left)
    rest = f" Left as they were, too few sure looks: {', '.join(left)}." if left else ""
    return f"{done} of {len(results)} recalibrated.{rest}"
