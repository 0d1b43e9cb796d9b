"""What all people have in common; learns one person from a handful of references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes import session_shift
from fewshot_fer.prototypes.base_rates import EVEN, BaseRates
from fewshot_fer.prototypes.expectation import Expectation
from fewshot_fer.prototypes.posterior import Belief, Spread, infer
from fewshot_fer.prototypes.prototypes import Doubts, Prototypes, log_sum
from fewshot_fer.prototypes.session_shift import SessionShift

_GONE = np.log(1e-3)  # a mode that is less likely is not looked at
TEMPERED = 4.0  # directions are not independent, so references say less of the mode than it seems


@dataclass(frozen=True, slots=True, eq=False)
class ClassExpression:
    """Where an expression lies for people at large [d], and how unsure that is [d]."""

    name: str
    point: Floats
    variance: Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """Fitted once by training, the same for everybody.

    centre [f] and whitening [f, d] bring raw features into a space in which a sample's own
    noise is even; means [m, c, d] are the expressions of all people in each mode (everyday,
    acted); beta, delta and sigma [d] are how much persons, their manners and sessions vary;
    weight [d] is what each direction is worth; `allowance` is how much of an expression's own
    uncertainty is taken off its distance. `temperatures` and `doubts` are (without references,
    with many). `everyday` says how often expressions occur in everyday pictures,
    `expectation` how often what the model expects comes true.
    `class_expressions` are not fitted: a class has taught them.
    """

    names: tuple[str, ...]
    centre: Floats
    whitening: Floats
    means: Floats
    beta: Floats
    delta: Floats
    sigma: Floats
    weight: Floats
    allowance: float
    temperatures: tuple[float, float]
    doubts: tuple[Doubts, Doubts]
    everyday: BaseRates = EVEN
    expectation: Expectation = Expectation()  # noqa: RUF009
    class_expressions: tuple[ClassExpression, ...] = ()

    def knowing(self, expressions: Iterable[ClassExpression]) -> Prior:
        """The same with a class's own expressions beside the basic ones."""
        return replace(self, class_expressions=(*self.class_expressions, *expressions))

    def project(self, features: Floats) -> Floats:
        """Raw features [n, f] to the whitened space [n, d]."""
        return np.asarray((features - self.centre) @ self.whitening, dtype=np.float32)

    def learn(
        self, z: Floats, labels: Sequence[str], *, session: SessionShift | None = None
    ) -> Prototypes:
        """A person's prototypes from references [n, d]; none at all gives the generic recogniser.

        A label that is not one of the basic ones is a new expression: it may lie anywhere
        that expressions lie, and says nothing of the others.
        """
        z, labels = _distinct(z, labels)
        common = (*self.names, *(one.name for one in self.class_expressions))
        names = (*common, *sorted(set(labels) - set(common)))
        means, spread = self._extended(names)
        counts = np.array([labels.count(name) for name in names], dtype=np.float32)
        sums = np.zeros_like(means[0])
        for vector, label in zip(z, labels, strict=True):
            sums[names.index(label)] += vector
        belief = infer(means, spread, sums, counts)
        log_modes = self._log_modes(belief)
        offset = np.exp(log_modes) @ belief.offset
        alive = log_modes > _GONE
        log_modes = np.asarray(log_modes[alive] - log_sum(log_modes[alive], 0), dtype=np.float32)
        basic = belief.variance[: len(self.names)].mean(0)
        doubt = float((basic * self.weight).sum())
        doubt /= float(((self.beta + self.delta) * self.weight).sum())
        points, variance = belief.points[alive], basic
        if session is not None:
            points, variance = points + session.offset, variance + session.variance
        scale = np.sqrt(self.weight / (1.0 + variance)).astype(np.float32)
        farther = (belief.variance * scale**2).sum(1)
        return Prototypes(
            names=names,
            points=points,
            log_modes=log_modes,
            scale=scale,
            allowance=self.allowance * (farther - farther.min()),
            offset=offset,
            offset_variance=belief.offset_variance,
            counts=tuple(int(count) for count in counts),
            doubt=doubt,
            temperature=_between(self.temperatures[1], self.temperatures[0], doubt),
            doubts=_doubts_between(*self.doubts, doubt),
        )

    def _log_modes(self, belief: Belief) -> Floats:
        """How likely each mode is, given the references [m]."""
        logs = -0.5 * (belief.misfit * self.weight).sum(1) / TEMPERED
        return np.asarray(logs - log_sum(logs, 0), dtype=np.float32)

    @property
    def generic(self) -> Prototypes:
        """What is known of somebody without references."""
        return self.learn(self._nothing, ())

    @property
    def _nothing(self) -> Floats:
        return np.zeros((0, len(self.beta)), np.float32)

    def watched(self, z: Floats) -> Prototypes:
        """What is known of somebody without references after samples [n, d] nobody labelled."""
        return self.learn(self._nothing, (), session=self.recalibrate(self.generic, z))

    def recalibrate(
        self, prototypes: Prototypes, z: Floats, labels: Sequence[str] | None = None
    ) -> SessionShift:
        """This session's shift from looks [n, d] at a student; see `session_shift.estimate`."""
        return session_shift.estimate(
            prototypes, z, labels, sigma=self.sigma, blur=self.blur(prototypes)
        )

    def blur(self, prototypes: Prototypes) -> Floats:
        """How unsure each prototype's place still is [c, d], given its references."""
        counts = np.array(prototypes.counts, dtype=np.float32)[:, None]
        _, spread = self._extended(prototypes.names)
        return np.asarray(spread.delta / (1.0 + spread.delta * counts), dtype=np.float32)

    def _extended(self, names: Sequence[str]) -> tuple[Floats, Spread]:
        """Means [m, c, d] and spreads of the basic expressions, the class's, and new ones."""
        modes, delta = [self.means], [self.delta] * len(self.names)
        taught = {one.name: one for one in self.class_expressions}
        middle, anywhere = self.middle, self.anywhere
        for name in names[len(self.names) :]:
            known = taught.get(name)
            point = middle if known is None else known.point
            modes.append(np.broadcast_to(point, (len(self.means), 1, len(point))))
            delta.append(self.delta + (anywhere if known is None else known.variance))
        return (
            np.concatenate(modes, 1, dtype=np.float32),
            Spread(self.beta, np.asarray(delta, dtype=np.float32)),
        )

    @property
    def middle(self) -> Floats:
        """Where expressions lie on average [d]."""
        return np.asarray(self.means.mean((0, 1)), dtype=np.float32)

    @property
    def anywhere(self) -> Floats:
        """How far expressions lie from there [d]: where one that nobody has shown may be."""
        return np.asarray(self.means.var(1).mean(0), dtype=np.float32)


def _distinct(z: Floats, labels: Sequence[str]) -> tuple[Floats, list[str]]:
    """A reference given twice is one reference; and the order does not matter."""
    seen = {
        (label, vector.tobytes()): i
        for i, (vector, label) in enumerate(zip(z, labels, strict=True))
    }
    rows = [seen[key] for key in sorted(seen)]
    return z[rows], [labels[row] for row in rows]


def _doubts_between(none: Doubts, many: Doubts, doubt: float) -> Doubts:
    everyday = [one.confidence if one.everyday is None else one.everyday for one in (many, none)]
    return Doubts(
        _between(many.confidence, none.confidence, doubt),
        _between(many.distance, none.distance, doubt),
        _between(everyday[0], everyday[1], doubt),
    )


def _between(certain: float, doubtful: float, doubt: float) -> float:
    return certain + (doubtful - certain) * doubt
