"""What a handful of references says about a person: a Gaussian posterior, dimension by dimension.

In the whitened space a sample of a person showing expression c is

    z = m_c + b + d_c + e        b ~ N(0, beta)   the person's own offset
                                 d_c ~ N(0, delta) the person's own way of showing c
                                 e ~ N(0, 1)      this sample's noise

with m_c the expression's mean over all people. References of c average to m_c plus a
residual r_c. All residuals together tell b, what is left of each tells its d_c, and both
come with how sure they are. Without references this is the generic recogniser; with one
expression only (a resting face) all others move by b.

People show expressions in *modes*, each with means of its own: caught in everyday life, or acted
for a camera. One posterior a mode follows from the same references, and how likely they are
under each mode says how likely the mode is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles, Floats


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of the person offset and of the own manner, [d] and [c, d]; noise has 1."""

    beta: Floats
    delta: Floats


@dataclass(frozen=True, slots=True)
class Belief:
    """Where each expression of a person lies in each mode [m, c, d], and how unsure that is [c, d].

    `variance` is of the point itself; a new sample has it and the noise's 1 on top. `offset` is
    how the person differs [m, d], `offset_variance` how unsure that is [d]. `misfit` [m, d] is
    minus twice the log likelihood of the references in each mode and direction, but for what
    all modes share.
    """

    points: Floats
    variance: Floats
    offset: Floats
    offset_variance: Floats
    misfit: Floats


def infer(means: Floats, spread: Spread, sums: Floats, counts: Floats) -> Belief:
    """The exact posterior of every mode.

    means [m, c, d] of all people; sums [c, d] and counts [c] of this person's references.
    """
    n = counts[:, None]
    seen = n > 0
    count = np.maximum(n, 1)
    residual = np.where(seen, sums / count - means, 0.0)
    own = spread.delta
    evidence = np.where(seen, 1.0 / (own + 1.0 / count), 0.0)
    precision = 1.0 / spread.beta + evidence.sum(0)
    told = (evidence * residual).sum(1)
    offset = told / precision
    gain = np.where(seen, own / (own + 1.0 / count), 0.0)
    points = means + offset[:, None] + gain * (residual - offset[:, None])
    variance = own * (1 - gain) + (1 - gain) ** 2 / precision
    misfit = (evidence * residual**2).sum(1) - told * offset
    return Belief(*(_f32(part) for part in (points, variance, offset, 1.0 / precision, misfit)))


def _f32(values: Doubles | Floats) -> Floats:
    return np.asarray(values, dtype=np.float32)
