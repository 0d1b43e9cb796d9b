"""A prior of twelve directions that fits on a page."""

from __future__ import annotations

import numpy as np

from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes import Prior
from fewshot_fer.prototypes.prototypes import Doubts

WIDTH = 12


def make_prior(**changes: object) -> Prior:
    rng = np.random.default_rng(7)
    values = {
        "names": BASIC,
        "centre": np.zeros(WIDTH, np.float32),
        "whitening": np.eye(WIDTH, dtype=np.float32),
        "means": rng.normal(0, 3, (1, 7, WIDTH)).astype(np.float32),
        "beta": np.full(WIDTH, 4.0, np.float32),
        "delta": np.full(WIDTH, 1.0, np.float32),
        "sigma": np.full(WIDTH, 4.0, np.float32),
        "weight": np.ones(WIDTH, np.float32),
        "allowance": 0.5,
        "temperatures": (2.0, 1.0),
        "doubts": (Doubts(0.0, 1e9), Doubts(0.0, 1e9)),
    }
    return Prior(**(values | changes))  # type: ignore[arg-type]
