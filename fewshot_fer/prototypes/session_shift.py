"""A class session's shift: new light, a new camera, glasses; one vector, removable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes.prototypes import Prototypes

SURE = 0.5
FEWEST_FRAMES = 5
ROUNDS = 3
SHARED = 0.5  # the share of a look's noise that the frames of one moment have in common


@dataclass(frozen=True, slots=True)
class SessionShift:
    """How far a session moves every look [d], how unsure that is [d], from how many frames."""

    offset: Floats
    variance: Floats
    frames: int


def estimate(
    prototypes: Prototypes,
    z: Floats,
    labels: Sequence[str] | None,
    *,
    sigma: Floats,
    blur: Floats,
) -> SessionShift:
    """The session's shift from samples [n, d], with known expressions or without any labels.

    `sigma` [d] is how much sessions vary, `blur` [c, d] how unsure each prototype's place is.
    Without labels, each sample counts for the expressions it may show, and only when it is
    sure of one; too few sure samples leave the session as it was.
    """
    if labels is not None:
        given = np.array([[float(n == label) for n in prototypes.names] for label in labels])
        return _shift(prototypes, z, given.reshape(len(z), -1).astype(np.float32), z, sigma, blur)
    session = SessionShift(np.zeros_like(prototypes.scale), sigma.copy(), 0)
    for _ in range(ROUNDS):
        moved = z - session.offset
        scores = prototypes.scores(moved)
        sure = scores.max(1, initial=0.0) >= SURE
        if sure.sum() < FEWEST_FRAMES:
            nothing = np.zeros_like(prototypes.scale)
            return SessionShift(nothing, nothing, 0)
        session = _shift(prototypes, z[sure], scores[sure], moved[sure], sigma, blur)
    return session


def _shift(
    prototypes: Prototypes,
    z: Floats,
    shares: Floats,
    moved: Floats,
    sigma: Floats,
    blur: Floats,
) -> SessionShift:
    """Posterior mean and variance of the offset, given soft labels [n, c].

    Each label is shared among the modes as they fit the samples as `moved` so far. Frames of one
    expression share that expression's own error, and much of their noise: a hundred frames of
    one still face say little more than ten.
    """
    modes, names = prototypes.points.shape[:2]
    weights = (prototypes.shares_of_modes(moved) * shares[:, None]).reshape(len(z), -1)
    counts = weights.sum(0)[:, None]
    seen = counts > 1e-3
    safe = np.maximum(counts, 1e-3)
    residual = weights.T @ z / safe - prototypes.points.reshape(modes * names, -1)
    noise = np.where(counts > 1.0, SHARED + (1.0 - SHARED) / np.maximum(counts, 1.0), 1.0 / safe)
    evidence = np.where(seen, 1.0 / (np.tile(blur, (modes, 1)) + noise), 0.0)
    precision = 1.0 / sigma + evidence.sum(0)
    offset = (evidence * residual).sum(0) / precision
    return SessionShift(offset.astype(np.float32), (1.0 / precision).astype(np.float32), len(z))
