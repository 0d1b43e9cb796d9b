"""What changed from one session to another, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import RecordError
from fewshot_fer.languages import Phrase
from fewshot_fer.records.values import Recorded, SessionRecord
from fewshot_fer.reports.changes import Change
from fewshot_fer.reports.summary import (
    class_change,
    class_series,
    clear_of,
    covered,
)

_LEAST_BLOCKS: Final = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """The class in two sessions."""

    before: SessionRecord
    after: SessionRecord
    coverage: tuple[float, float]
    changes: tuple[Change, ...]
    """Every expression, with intervals that hold together."""

    @property
    def clear(self) -> tuple[Change, ...]:
        """Those that are sure, the largest first."""
        return clear_of(self.changes)


def compare(before: Recorded, after: Recorded) -> Comparison:
    """The class of one session and of a later one; their expressions need not be the same."""
    names = tuple(dict.fromkeys((*before.session.names, *after.session.names)))
    first, second = (
        class_series(replace(r.whole, counts=_in_order(r, names))) for r in (before, after)
    )
    for recorded, series in ((before, first), (after, second)):
        if len(series) < _LEAST_BLOCKS:
            raise RecordError(
                Phrase(
                    "Too little was seen in session {id} to compare it.", id=recorded.session.id
                ),
                next_step="Choose sessions of at least half a minute in which faces were read.",
            )
    return Comparison(
        before.session,
        after.session,
        (covered(before.whole), covered(after.whole)),
        class_change(first, second, names),
    )


def _in_order(recorded: Recorded, names: tuple[str, ...]) -> Floats:
    """Counts [n,C] in the order of names that may be more."""
    counts = np.zeros((len(recorded.whole.seconds), len(names)), np.float32)
    places = [names.index(name) for name in recorded.session.names]
    counts[:, places] = recorded.whole.counts
    return counts
