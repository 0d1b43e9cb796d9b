"""Thresholds that reach a target precision in every group of people, not on the whole."""

from __future__ import annotations

import numpy as np

from fewshot_fer.prototypes.thresholds import Named, least_confidences


def group(seed: int, doubt: float, trust: float, n: int = 2000) -> Named:
    """Labels whose chance to be right is `trust` times how sure they are."""
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.2, 1.0, n).astype(np.float32)
    right = rng.uniform(size=n) < confidence * trust
    return Named(confidence, right, np.full(n, doubt, np.float32))


def share_right(labels: Named, thresholds: tuple[float, float]) -> float:
    return float(labels.right[labels.shown(thresholds)].mean())


def test_the_target_is_reached_in_every_group_and_shows_as_much_as_it_may() -> None:
    strangers, half_known, known = group(1, 1.0, 0.95), group(2, 0.5, 1.0), group(3, 0.1, 1.1)
    groups = [strangers, half_known, known]
    chosen = least_confidences(groups, 0.85)
    assert all(share_right(one, chosen) >= 0.85 for one in groups)
    none, many = chosen
    assert none > many
    assert share_right(strangers, (none - 0.06, many)) < 0.85
    assert known.shown(chosen).mean() > strangers.shown(chosen).mean()


def test_a_group_that_is_worse_than_the_others_decides() -> None:
    good, bad = group(1, 1.0, 1.1), group(2, 1.0, 0.95)
    together = Named(
        *(np.concatenate(pair) for pair in zip(
            (good.confidence, good.right, good.doubt), (bad.confidence, bad.right, bad.doubt),
            strict=True,
        ))
    )  # fmt: skip
    on_the_whole = least_confidences([together], 0.85)
    assert share_right(bad, on_the_whole) < 0.85
    assert share_right(bad, least_confidences([good, bad], 0.85)) >= 0.85


def test_a_target_that_cannot_be_reached_comes_as_near_as_it_can() -> None:
    hopeless = group(4, 1.0, 0.5)
    none, _ = least_confidences([hopeless], 0.9)
    assert none > 0.9
