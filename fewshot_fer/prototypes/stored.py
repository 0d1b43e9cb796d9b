"""A prior as named arrays, for a checkpoint to keep."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import CheckpointError
from fewshot_fer.prototypes.base_rates import BaseRates
from fewshot_fer.prototypes.expectation import Expectation
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.prototypes.prototypes import Doubts

_ARRAYS = ("centre", "whitening", "means", "beta", "delta", "sigma", "weight")


def prior_arrays(prior: Prior) -> dict[str, Floats]:
    """What to write."""
    arrays = {f"prior.{name}": np.asarray(getattr(prior, name), np.float32) for name in _ARRAYS}
    arrays["prior.allowance"] = np.array([prior.allowance], np.float32)
    arrays["prior.temperatures"] = np.array(prior.temperatures, np.float32)
    arrays["prior.doubts"] = np.array(
        [[one.confidence, one.distance, one.least(prior.everyday)] for one in prior.doubts],
        np.float32,
    )
    one = prior.expectation
    arrays["prior.expectation"] = np.array([one.slope, one.taught, *one.untaught], np.float32)
    arrays["prior.everyday"] = prior.everyday.over(prior.names).astype(np.float32)
    return arrays


def read_prior(arrays: Mapping[str, Floats], names: tuple[str, ...]) -> Prior:
    """Read what was written."""
    try:
        parts = {name: np.ascontiguousarray(arrays[f"prior.{name}"]) for name in _ARRAYS}
        allowance = float(arrays["prior.allowance"][0])
        none, many = arrays["prior.temperatures"].tolist()
        # Checkpoints of 0.1.0 know one mode, no base rates and no expectation.
        parts["means"] = parts["means"].reshape(-1, *parts["means"].shape[-2:])
        slope, taught, *untaught = arrays.get("prior.expectation", np.array([1.0, 0.0])).tolist()
        shares = arrays["prior.everyday"].tolist() if "prior.everyday" in arrays else []
        doubts = [Doubts(*row) for row in arrays["prior.doubts"].tolist()]
    except KeyError as error:
        raise CheckpointError(
            f"The checkpoint's prior lacks {error}.",
            next_step="Export it again with `fewshot-fer export`.",
        ) from error
    return Prior(
        names=names,
        **parts,
        allowance=allowance,
        temperatures=(none, many),
        doubts=(doubts[0], doubts[1]),
        everyday=BaseRates(dict(zip(names, shares, strict=bool(shares)))),
        expectation=Expectation(slope, taught, tuple(untaught)),
        class_expressions=(),
    )
