"""Progress of whatever takes longer than a moment, with the time that is left."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import streamlit as st

from fewshot_fer.web.pages.parts import plain
from fewshot_fer.web.pages.parts.saying import _

_A_MOMENT_S = 0.4


class Progress:
    """Steps of something; nothing is shown of what is done in a moment."""

    def __init__(self, what: str, clock: Callable[[], float] = monotonic) -> None:
        self._what, self._clock = what, clock
        self._place = st.empty()
        self._start = clock()

    def __call__(self, done: int, total: int) -> None:
        """So many of so many are done."""
        passed = self._clock() - self._start
        if passed < _A_MOMENT_S or not total:
            return
        left = plain.time_left(passed / max(1, done) * (total - done)) if done else ""
        words = _("{what}: {done} of {total}", what=self._what, done=done, total=total)
        words += f", {left}" if left else ""
        self._place.progress(min(1.0, done / total), text=words)

    def close(self) -> None:
        """It is over."""
        self._place.empty()
