"""An expression of a whole class, learnt from a few students for all the others.

A priori it may lie anywhere that expressions lie. Every teacher shows where it is for them,
give or take the own offset (as far as their other references tell it), the own manner and the
noise of their looks. The posterior says where it lies for people at large and how unsure that
is: who has never shown it gets both, so that it is drawn to the middle and forgiven its distance
as far as few teachers justify, and no farther.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes.prior import ClassExpression, Prior


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """A student who shows it: looks [n, d], and references [m, d] of basic expressions."""

    looks: Floats
    references: Floats
    labels: Sequence[str]


def learn_class_expression(prior: Prior, name: str, teachers: Sequence[Teacher]) -> ClassExpression:
    """The posterior mean and variance [d] over all teachers."""
    anywhere = prior.delta + prior.anywhere
    precision = 1.0 / anywhere
    weighted = prior.middle * precision
    for teacher in teachers:
        known = prior.learn(teacher.references, teacher.labels)
        told = 1.0 / (prior.delta + 1.0 / len(teacher.looks) + known.offset_variance)
        precision = precision + told
        weighted = weighted + told * (teacher.looks.mean(0) - known.offset)
    return ClassExpression(
        name, (weighted / precision).astype(np.float32), (1.0 / precision).astype(np.float32)
    )
