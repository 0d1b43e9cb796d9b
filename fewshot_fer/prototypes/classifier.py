"""The posterior with scikit-learn's manners, to be used and compared without cameras.

    PrototypeClassifier(prior).fit(X, y).predict_proba(X)

It needs numpy alone. scikit-learn asks an estimator for its tags, and only there its classes are
imported; cloning, pipelines, searches and cross-validation work where it is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.errors import FeaturesError, NotFittedError
from fewshot_fer.prototypes.base_rates import EVEN, BaseRates
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.prototypes.prototypes import Doubts, Prototypes

_FLOOR: Final = 1e-3
"""No direction counts as having less noise than this share of the noisiest."""
_NEVER: Final = Doubts(0.0, float("inf"))


@dataclass(eq=False)
class PrototypeClassifier:
    """Learns a person's prototypes from a few labelled vectors; names vectors by the nearest.

    With a `prior`, X are vectors [n, d] in its space, as `Recognizer.vectors` gives them
    (`prior.project` brings raw features there); every expression that the prior knows can be named,
    also those that y has no example of, and a y that it does not know is a new one. Without one,
    X are any features: the noise is learnt from them and nothing is expected of the classes.
    `rates` is how often classes are expected; without it, all alike.
    """

    prior: Prior | None = None
    rates: BaseRates | None = None

    def fit(self, X: npt.ArrayLike, y: Sequence[Any] | npt.NDArray[Any]) -> Self:
        """Learn from vectors X [n, d] and what each shows y [n]."""
        z, labels = _features(X, self), _labels(y)
        if len(z) != len(labels):
            raise FeaturesError(f"X has {len(z)} rows and y has {len(labels)}.")
        there, place = np.unique(labels, return_inverse=True)
        if self.prior is None:
            self._space = _flat_prior(z, place, len(there))
            keys = [str(k) for k in range(len(there))]
        else:
            self._space = self.prior
            keys = [str(label) for label in there]
            if z.shape[1] != len(self.prior.beta):
                raise FeaturesError(
                    f"X has {z.shape[1]} columns, and the prior's space has "
                    f"{len(self.prior.beta)} directions.",
                    next_step="Give vectors as Recognizer.vectors makes them.",
                )
        self.prototypes_: Prototypes = self._space.learn(self._seen(z), [keys[k] for k in place])
        self.n_features_in_: int = z.shape[1]
        names = np.array(self.prototypes_.names)
        self._order = np.argsort(names) if self.prior is not None else np.arange(len(there))
        self.classes_: npt.NDArray[Any] = names[self._order] if self.prior is not None else there
        return self

    def predict_proba(self, X: npt.ArrayLike) -> Doubles:
        """Probabilities [n, c] of vectors X [n, d], in the order of `classes_`."""
        if not hasattr(self, "classes_"):
            raise NotFittedError("This PrototypeClassifier is not fitted.", next_step="Call fit.")
        z = _features(X, self, self.n_features_in_)
        scores = self.prototypes_.scores(self._seen(z), self.rates or EVEN)[:, self._order]
        return np.asarray(scores / scores.sum(1, keepdims=True, dtype=np.float64))

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """The likeliest class [n] of vectors X [n, d]."""
        best = self.predict_proba(X).argmax(1)
        return np.asarray(self.classes_[best])

    def score(self, X: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """The share of vectors X [n, d] that are named as in y [n]."""
        return float(np.mean(self.predict(X) == np.asarray(y)))

    def _seen(self, X: Doubles) -> Floats:
        """X in the space of the prototypes [n, d]; features may lie anywhere, so exactly."""
        if self.prior is None:
            X = (X - self._space.centre) @ self._space.whitening
        return np.asarray(X, dtype=np.float32)

    # ------------------------------------------------------------------ what scikit-learn asks

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """What it was made with."""
        return {"prior": self.prior, "rates": self.rates}

    def set_params(self, **params: Any) -> Self:
        """Change what it was made with."""
        for name, value in params.items():
            if name not in self.get_params():
                raise FeaturesError(f"PrototypeClassifier has no parameter {name!r}.")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = import_module("sklearn.utils")
        return tags.Tags(
            estimator_type="classifier",
            target_tags=tags.TargetTags(required=True),
            classifier_tags=tags.ClassifierTags(),
            input_tags=tags.InputTags(),
        )


def _flat_prior(features: Doubles, place: npt.NDArray[Any], classes: int) -> Prior:
    """A prior that knows only the noise: every class may lie anywhere that samples lie."""
    centre = features.mean(0)
    sums = np.zeros((classes, features.shape[1]))
    np.add.at(sums, place, features)
    rest = features - (sums / np.bincount(place, minlength=classes)[:, None])[place]
    freedom = max(1, len(features) - classes)
    values, directions = np.linalg.eigh(rest.T @ rest / freedom)
    most = values.max(initial=0.0) or float(features.var(0).max(initial=0.0)) or 1.0
    whitening = directions / np.sqrt(np.maximum(values, _FLOOR * most))
    spread = np.maximum(((features - centre) @ whitening).var(0), 1.0)
    width = len(centre)
    return Prior(
        names=tuple(str(k) for k in range(classes)),
        centre=centre,
        whitening=whitening,
        means=np.zeros((1, classes, width), np.float32),
        beta=np.full(width, 1e-6, np.float32),
        delta=spread.astype(np.float32),
        sigma=np.ones(width, np.float32),
        weight=np.ones(width, np.float32),
        allowance=0.0,
        temperatures=(1.0, 1.0),
        doubts=(_NEVER, _NEVER),
    )


def _features(given: npt.ArrayLike, who: object, width: int | None = None) -> Doubles:
    """X as numbers [n, d], or what is wrong with it."""
    name = type(who).__name__
    if hasattr(given, "toarray"):
        raise FeaturesError("Sparse input is not supported.", next_step="Give X.toarray().")
    try:
        found = np.asarray(given)
        X = found if np.iscomplexobj(found) else found.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise FeaturesError(
            f"X is no array of numbers: {error}.", next_step="Give vectors [n, d]."
        ) from error
    if np.iscomplexobj(X):
        raise FeaturesError("Complex data not supported.")
    if X.ndim != 2:
        raise FeaturesError(
            f"Expected 2D array, got {X.ndim}D array instead.",
            next_step="Reshape your data to [n, d]; one vector is X.reshape(1, -1).",
        )
    if 0 in X.shape:
        raise FeaturesError(
            f"Found array with {X.shape[0]} sample(s) and {X.shape[1]} feature(s) "
            f"(shape={X.shape}) while a minimum of 1 is required by {name}."
        )
    if not np.isfinite(X).all():
        raise FeaturesError("X contains NaN or infinity.", next_step="Leave these rows out.")
    if width is not None and X.shape[1] != width:
        raise FeaturesError(
            f"X has {X.shape[1]} features, but {name} is expecting {width} features as input."
        )
    return np.asarray(X)


def _labels(given: object) -> npt.NDArray[Any]:
    """Labels y [n], or what is wrong with them."""
    if given is None:
        raise FeaturesError("It requires y to be passed, but the target y is None.")
    y = np.asarray(given)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise FeaturesError(f"y should be a 1d array, got an array of shape {y.shape} instead.")
    if np.issubdtype(y.dtype, np.floating):
        if not np.isfinite(y).all():
            raise FeaturesError("y contains NaN or infinity.")
        if (y != np.rint(y)).any():
            raise FeaturesError("Unknown label type: continuous.", next_step="Give classes.")
    return y
