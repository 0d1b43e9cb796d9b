"""What is to be expected where the model's own estimate says something: a line in log odds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

_EDGE: Final = 0.002  # an estimate from 200 samples is never nearer to 0 or 1


@dataclass(frozen=True, slots=True)
class Expectation:
    """Log odds found = slope * log odds by the model + an offset; at first, what the model says."""

    slope: float = 1.0
    taught: float = 0.0
    untaught: tuple[float, ...] = ()

    def of(self, model: float, place: int, *, is_taught: bool) -> float:
        """The share expected [0..1] of the expression in a place of the prior's names."""
        if is_taught:
            offset = self.taught
        elif place < len(self.untaught):
            offset = self.untaught[place]
        else:
            offset = float(np.mean(self.untaught)) if self.untaught else 0.0
        return float(1 / (1 + np.exp(-self.slope * log_odds(model) - offset)))


def log_odds(share: float) -> float:
    """Log odds of a share, kept off 0 and 1."""
    kept = min(max(share, _EDGE), 1 - _EDGE)
    return float(np.log(kept / (1 - kept)))
