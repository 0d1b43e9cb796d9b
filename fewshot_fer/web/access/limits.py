"""How often somebody may ask: buckets that fill with time, which is passed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

from fewshot_fer.errors import TooManyError
from fewshot_fer.languages import Phrase

_MOST_REMEMBERED: Final = 10_000


class Limiter:
    """Lets `burst` requests through at once and then `per_second`, for each key."""

    def __init__(self, per_second: float, burst: int, now: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = burst
        self._now = now
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: Hashable, what: str = "There were too many requests.") -> None:
        """Count a request, or raise when there is no room for it."""
        with self._lock:
            level = self._level(key)
            if level < 1.0:
                seconds = (1.0 - level) / self._per_second
                raise TooManyError(
                    what,
                    seconds=seconds,
                    next_step=Phrase("Try again in {seconds}.", seconds=_in_words(seconds)),
                )
            self._buckets[key] = (level - 1.0, self._now())
            self._buckets.move_to_end(key)
            # Who was quiet longest is forgotten first: their bucket is the fullest.
            while len(self._buckets) > _MOST_REMEMBERED:
                self._buckets.popitem(last=False)

    def _level(self, key: Hashable) -> float:
        now = self._now()
        level, then = self._buckets.get(key, (float(self._burst), now))
        if then > now:  # The clock was set back: time goes on from here.
            self._buckets[key] = level, now
        return min(float(self._burst), level + max(0.0, now - then) * self._per_second)


def _in_words(seconds: float) -> str:
    whole = max(1, round(seconds + 0.5))
    return f"{whole} second{'s' if whole != 1 else ''}"
