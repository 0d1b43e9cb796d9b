"""Fits the prior: what all people have in common, from FER-2013 and from people who acted.

FER-2013 has many people with one picture each; the acted sets have few people with several.
The first gives the means of the everyday mode and the noise, the second those of the acted mode,
and what varies between one person's takes counts as noise too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fewshot_fer.arrays import Doubles, Floats, Ints
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes import EVEN, BaseRates, Prior
from fewshot_fer.prototypes.prototypes import Doubts


@dataclass(frozen=True, slots=True)
class BlockFit:
    """One block of the features: how much it weighs, and how much people vary in it."""

    weight: float = 1.0
    beta: float = 3.3
    delta: float = 0.67


@dataclass(frozen=True, slots=True)
class FitConfig:
    """The choices of the fit; all few, so that twenty people are enough to make them.

    `acted_means` is how far the acted mode lies on the way from the everyday means to the acted
    ones; with one mode alone, all expressions lie there.
    """

    blocks: Mapping[str, BlockFit] = field(
        default_factory=lambda: {
            "general": BlockFit(weight=0.5),
            "detail": BlockFit(weight=0.5),
            "votes": BlockFit(weight=0.5),
            "own": BlockFit(weight=0.25),
        }
    )
    modes: int = 2
    acted_means: float = 0.85
    acted_noise: float = 0.15
    whitened: bool = True
    session: float = 1.0
    allowance: float = 0.05
    temperatures: tuple[float, float] = (1.0, 1.0)
    doubts: tuple[Doubts, Doubts] = (Doubts(0.0, 1e9), Doubts(0.0, 1e9))


@dataclass(frozen=True, slots=True)
class Labelled:
    """Features [n, f] with labels [n], numbers of `names`; for acted sets, subjects [n]."""

    features: Floats
    labels: Ints
    subjects: Sequence[str] = ()
    names: tuple[str, ...] = BASIC


def fit_prior(
    crowd: Labelled,
    acted: Labelled | None,
    blocks: Mapping[str, slice],
    config: FitConfig,
    everyday: BaseRates = EVEN,
) -> Prior:
    """The prior from strangers' single pictures and, where there are any, from acted people."""
    centre = crowd.features.mean(0)
    whitening = _whitening(crowd, acted, blocks, config)
    seen = _project(crowd.features, centre, whitening)
    modes = [np.stack([seen[crowd.labels == label].mean(0) for label in range(len(crowd.names))])]
    if acted is not None:
        shown = _acted_means(_project(acted.features, centre, whitening), acted.labels, modes[0])
        modes.append((1 - config.acted_means) * modes[0] + config.acted_means * shown)
    sizes = [blocks[name].stop - blocks[name].start for name in config.blocks]

    def spread(part: str) -> Floats:
        values = [getattr(block, part) for block in config.blocks.values()]
        return np.repeat(np.array(values, np.float32), sizes)

    return Prior(
        names=crowd.names,
        centre=centre.astype(np.float32),
        whitening=whitening.astype(np.float32),
        means=np.stack(modes[-config.modes :]).astype(np.float32),
        beta=spread("beta"),
        delta=spread("delta"),
        sigma=np.full(sum(sizes), config.session, np.float32),
        weight=spread("weight"),
        allowance=config.allowance,
        temperatures=config.temperatures,
        doubts=config.doubts,
        everyday=everyday,
    )


def _whitening(
    crowd: Labelled, acted: Labelled | None, blocks: Mapping[str, slice], config: FitConfig
) -> Doubles:
    """Maps features [f] to a space [d] in which noise within a label is even, block by block."""
    sizes = [blocks[name].stop - blocks[name].start for name in config.blocks]
    whole = np.zeros((crowd.features.shape[1], sum(sizes)))
    start = 0
    for name, size in zip(config.blocks, sizes, strict=True):
        part = blocks[name]
        noise = within(crowd.features[:, part], crowd.labels)
        if acted is not None:
            cells = [f"{s}/{label}" for s, label in zip(acted.subjects, acted.labels, strict=True)]
            takes = within(acted.features[:, part], np.unique(cells, return_inverse=True)[1])
            takes *= np.trace(noise) / max(np.trace(takes), 1e-9)
            noise = (1 - config.acted_noise) * noise + config.acted_noise * takes
        if not config.whitened:
            noise = np.eye(size) * np.trace(noise) / size
        values, directions = np.linalg.eigh(noise)
        floor = 1e-3 * values.max()
        whole[part, start : start + size] = directions / np.sqrt(np.maximum(values, floor))
        start += size
    return whole


def within(features: Floats, groups: Ints) -> Doubles:
    """Pooled covariance [d, d] of features [n, d] within groups [n] of two and more."""
    names, group = np.unique(groups, return_inverse=True)
    counts = np.bincount(group)
    sums = np.zeros((len(names), features.shape[1]))
    np.add.at(sums, group, features)
    rest = (features - (sums / counts[:, None])[group])[counts[group] > 1].astype(np.float64)
    freedom = max(1, int((counts[counts > 1] - 1).sum()))
    return np.asarray(rest.T @ rest / freedom)


def _acted_means(z: Floats, labels: Ints, everyday: Floats) -> Floats:
    """Means [c, d]; what nobody acts lies where acting moves the other expressions to."""
    there = np.unique(labels)
    shown = np.stack([z[labels == label].mean(0) for label in there])
    means = np.asarray(everyday + (shown - everyday[there]).mean(0), dtype=np.float32)
    means[there] = shown
    return means


def _project(features: Floats, centre: Floats, whitening: Doubles) -> Floats:
    return np.asarray((features - centre) @ whitening, dtype=np.float32)
