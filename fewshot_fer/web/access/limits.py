"""How often somebody may ask: buckets that fill with time, which is passed in.

Requests are counted in each process, which they protect; guesses of a password in all together,
and over a restart.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from fewshot_fer.errors import TooManyError
from fewshot_fer.languages import Phrase
from fewshot_fer.web.access.files import Place, PrivateList

_MOST_REMEMBERED: Final = 10_000
GUESSES: Final = "guesses.json"
_OF_ONE: Final = (1 / 12, 5)
"""Guesses a second, and so many at once: of an address, or of a browser that is known."""
_OF_ALL: Final = (1.0, 30)
_EVERYBODY: Final = "everybody"


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
            now = self._now()
            before = self._buckets.get(key)
            if before is not None and before[1] > now:  # The clock was set back.
                self._buckets[key] = before[0], now
            level = _one_less(self._buckets.get(key), now, self._per_second, self._burst, what)
            self._buckets[key] = (level, now)
            self._buckets.move_to_end(key)
            # Who was quiet longest is forgotten first: their bucket is the fullest.
            while len(self._buckets) > _MOST_REMEMBERED:
                self._buckets.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left for somebody, and when it is full again."""

    who: str
    level: float
    then: float
    until: float


class Guesses:
    """Buckets that fill with time, in a private file; who guesses is kept as a hash."""

    def __init__(self, place: Place | Path, key: bytes, now: Callable[[], float]) -> None:
        self._buckets = PrivateList(place, GUESSES, Bucket, "counted guesses", now)
        self._key, self._now = key, now

    def take(self, address: str, device: str | None) -> None:
        """Count a guess, or raise when there is no room for it.

        In a browser in which a teacher signed in before others' guesses do not count.
        """
        asked = {self._hidden(device or address): _OF_ONE}
        if device is None:
            asked[_EVERYBODY] = _OF_ALL

        def counted(old: tuple[Bucket, ...]) -> list[Bucket]:
            now, known = self._now(), {one.who: one for one in old}
            left = [one for one in old if one.until > now and one.who not in asked]
            for who, (per_second, burst) in asked.items():
                one = known.get(who)
                before = (one.level, one.then) if one is not None else None
                level = _one_less(before, now, per_second, burst)
                left.append(Bucket(who, level, now, now + (burst - level) / per_second))
            return left[-_MOST_REMEMBERED:]

        self._buckets.update(counted)

    def _hidden(self, who: str) -> str:
        return hmac.new(self._key, who.encode(), "sha256").hexdigest()[:32]


def _one_less(
    before: tuple[float, float] | None,
    now: float,
    per_second: float,
    burst: int,
    what: str = "There were too many requests.",
) -> float:
    """What is left in a bucket that was so full at that time, once one more was taken out."""
    level = float(burst)
    if before is not None:
        level = min(level, before[0] + max(0.0, now - before[1]) * per_second)
    if level < 1.0:
        seconds = (1.0 - level) / per_second
        raise TooManyError(
            what,
            seconds=seconds,
            next_step=Phrase("Try again in {seconds}.", seconds=_in_words(seconds)),
        )
    return level - 1.0


def _in_words(seconds: float) -> str:
    whole = max(1, round(seconds + 0.5))
    return f"{whole} second{'s' if whole != 1 else ''}"
