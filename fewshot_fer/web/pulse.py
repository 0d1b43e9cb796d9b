"""The newest views of all sources put together, a few times a second; no thread in here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from fewshot_fer.lesson.merging import Part, merged
from fewshot_fer.records.seconds import Seconds
from fewshot_fer.records.views import ClassShares, View
from fewshot_fer.web.sources import Source
from fewshot_fer.web.timeline import Timeline

_PLACES: Final = 1_000_000
"""More sources than a class ever has, so that every face has a number of its own."""


class Pulse:
    """What is seen of the whole class now, and its timeline until now."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.view: View | None = None
        """Everybody who is seen now, of all sources together."""
        self.shares = ClassShares({}, 0, 0)
        self._seconds = Seconds(each=False)

    def beat(
        self, sources: Iterable[Source], now: float, members: Callable[[], int]
    ) -> View | None:
        """Put together what counts; None where nothing does."""
        parts = [
            Part(source.key, source.place, source.view, source.view.time)
            for source in sources
            if source.view is not None and now - source.view.time <= source.patience
        ]
        if not parts:
            self.view, self.shares = None, ClassShares({}, 0, self.shares.expected)
            return None
        view = merged(parts, _PLACES, now, members())
        self.view, self.shares = view, view.shares
        return view

    def draw(self, view: View) -> None:
        """Add what is seen to the timeline."""
        over = self._seconds.add(view)
        if over is not None:
            self.timeline.add(over.whole)
