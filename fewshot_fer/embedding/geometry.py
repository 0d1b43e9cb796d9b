"""Where the face's 468 points lie, freed of how the head is turned: a second opinion on pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Floats, Ints

POINTS = 468
# Points that move with the skull and not with the face's muscles: corners of the eyes,
# bridge and base of the nose, middle of the forehead, temples and cheekbones.
RIGID: Ints = np.array(
    [33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 10, 151, 9, 8, 127, 356, 234, 454,
     93, 323]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Geometry:
    """Turns points to the front and keeps the directions in which faces move.

    reference [24, 3] are the rigid points of a face from the front; centre [936] and
    directions [936, k] the principal directions of all others.
    """

    reference: Floats
    centre: Floats
    directions: Floats

    def __call__(self, points: Floats) -> Floats:
        """Points [n, 468, 3] to [n, k]."""
        return np.asarray((flatten(points, self.reference) - self.centre) @ self.directions)


def flatten(points: Floats, reference: Floats) -> Floats:
    """Points [n, 468, 3] seen from the front, as [n, 936]."""
    front = frontal(points, reference)
    return np.asarray(front[:, :, :2].reshape(len(points), 2 * POINTS), dtype=np.float32)


def frontal(points: Floats, reference: Floats) -> Floats:
    """Turn, scale and shift points [n, 468, 3] so that the rigid ones lie on the reference.

    The rotation is Kabsch's, for all faces at once.
    """
    middle = points[:, RIGID].mean(1, keepdims=True)
    rigid = points[:, RIGID] - middle
    target = reference - reference.mean(0)
    u, spread, vt = np.linalg.svd(np.einsum("nij,ik->njk", rigid, target))
    mirror = np.ones_like(spread)
    mirror[:, 2] = np.sign(np.linalg.det(u @ vt))
    turn = np.einsum("nij,nj,njk->nik", u, mirror, vt)
    scale = (spread * mirror).sum(1) / np.maximum((rigid**2).sum((1, 2)), 1e-6)
    turned = np.einsum("nij,njk->nik", points - middle, turn)
    return np.asarray(scale[:, None, None] * turned, dtype=np.float32)
