"""Vectors to expressions: the prior of all people, one person's posterior, the nearest prototype.

Neither pixels nor files are known here.
"""

from __future__ import annotations

from fewshot_fer.prototypes.base_rates import EVEN, BaseRates, learn_rates
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.prototypes.posterior import Spread
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.prototypes.prototypes import Prototypes, Reading
from fewshot_fer.prototypes.session_shift import SessionShift

__all__ = [
    "EVEN",
    "BaseRates",
    "Prior",
    "PrototypeIndex",
    "Prototypes",
    "Reading",
    "SessionShift",
    "Spread",
    "learn_rates",
]
