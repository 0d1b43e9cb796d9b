"""How often expressions occur: a value of the situation, not of the network.

In an enrolment every expression is as likely as any other; in everyday photographs most faces
rest or smile. What a face shows is named by how well it fits times how often that occurs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.errors import BaseRatesError

STRENGTH: Final = 100.0
"""As many samples as the rates begun with are worth when a lesson's own are learnt."""
_ROUNDS: Final = 30


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The share of each expression by name; without any, all are equally likely.

    An expression that is not named, such as one that a class has taught, occurs as often as the
    others do on average.
    """

    shares: Mapping[str, float] = field(default_factory=dict)
    _over: dict[tuple[str, ...], Doubles] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was asked for before: every look of everybody asks."""

    def __post_init__(self) -> None:
        values = list(self.shares.values())
        if not values:
            return
        wrong = [name for name, share in self.shares.items() if not 0 < share < 1]
        if wrong or abs(sum(values) - 1) > 1e-3:
            raise BaseRatesError(
                f"Base rates lie between 0 and 1 and sum to 1; here {', '.join(wrong)} does not."
                if wrong
                else f"Base rates sum to 1, not to {sum(values):.3f}.",
                next_step="Give every expression a share above 0; `even` needs none.",
            )

    def logs(self, names: Sequence[str]) -> Floats:
        """Log of each expression's share [c], against an even one."""
        if not self.shares:
            return np.zeros(len(names), np.float32)
        even = 1.0 / len(self.shares)
        shares = [self.shares.get(name, even) for name in names]
        return np.asarray(np.log(np.asarray(shares) / even), dtype=np.float32)

    def over(self, names: tuple[str, ...]) -> Doubles:
        """The share of each expression [c] among these; they sum to 1."""
        found = self._over.get(names)
        if found is None:
            shares = np.exp(self.logs(names).astype(np.float64))
            found = self._over[names] = np.asarray(shares / shares.sum())
        return found

    def taken_off(self, scores: Mapping[str, float]) -> dict[str, float]:
        """What these scores would be with even rates."""
        even = np.fromiter(scores.values(), np.float64, len(scores)) / self.over(tuple(scores))
        return dict(zip(scores, (even / max(even.sum(), 1e-12)).tolist(), strict=True))


EVEN: Final = BaseRates()


def learn_rates(
    scores: Floats, names: Sequence[str], start: BaseRates, strength: float = STRENGTH
) -> BaseRates:
    """A situation's own rates from scores [n, c] under even ones.

    Expectation maximisation with a Dirichlet prior round `start`: without it the likeliest
    expressions take all.
    """
    begun = shares = start.over(tuple(names))
    for _ in range(_ROUNDS):
        fits = scores * shares
        counts = (fits / np.maximum(fits.sum(1, keepdims=True), 1e-12)).sum(0)
        shares = (counts + strength * begun) / (len(scores) + strength)
    return BaseRates(dict(zip(names, (shares / shares.sum()).tolist(), strict=True)))
