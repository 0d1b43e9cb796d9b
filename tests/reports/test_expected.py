"""How many a report expects of a class."""

from __future__ import annotations

import numpy as np

from fewshot_fer.records.values import ClassTrack
from fewshot_fer.reports.summary import covered, settled


def test_who_had_a_wrong_name_for_a_while_is_not_expected_of_the_class() -> None:
    seconds = np.arange(100, dtype=np.int64)
    twelve = np.full(100, 12, np.float32)
    counts = np.full((100, 1), 12, np.float32)
    misnamed = np.where(seconds < 30, 13, twelve).astype(np.float32)
    none = np.zeros(0, np.float32)
    whole = settled(ClassTrack(seconds, misnamed, twelve, counts, none))
    assert whole.expected.max() == 12
    assert covered(whole) == 1.0
    grows = np.where(seconds < 30, 5, twelve).astype(np.float32)
    assert (settled(ClassTrack(seconds, grows, twelve, counts, none)).expected == grows).all()
    empty = ClassTrack(none.astype(np.int64), none, none, counts[:0], none)
    assert len(settled(empty).expected) == 0
