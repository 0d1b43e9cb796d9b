"""The assignment problem: pairs two groups at the least cost."""

from __future__ import annotations

import numpy as np

from fewshot_fer.arrays import Doubles, Ints


def pair(costs: Doubles) -> tuple[Ints, Ints]:
    """Rows and columns [k] paired up so that the sum is low; infinite costs are never paired.

    The cheapest pair first; then couples exchange partners as long as that is cheaper, which
    is what sets two crossing faces right.
    """
    rows, columns = _cheapest_first(costs)
    while len(rows) > 1:
        now = costs[rows, columns]
        crossed = costs[rows][:, columns]
        saved = now[:, None] + now - (crossed + crossed.T)
        first, second = np.unravel_index(int(np.argmax(saved)), saved.shape)
        if not saved[first, second] > 1e-9:
            break
        columns[[first, second]] = columns[[second, first]]
    return rows, columns


def _cheapest_first(costs: Doubles) -> tuple[Ints, Ints]:
    open_rows, open_columns = (np.ones(size, dtype=bool) for size in costs.shape)
    possible = np.flatnonzero(np.isfinite(costs))
    ranked = possible[np.argsort(costs.reshape(-1)[possible], kind="stable")]
    pairs = []
    for row, column in zip(*np.unravel_index(ranked, costs.shape), strict=True):
        if open_rows[row] and open_columns[column]:
            open_rows[row] = open_columns[column] = False
            pairs.append((row, column))
    paired = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return paired[:, 0], paired[:, 1]
