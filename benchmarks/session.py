"""What a recalibration wins back of a session's loss, on people whom nothing has learnt from.

    python benchmarks/session.py RUN_FOLD0 RUN_FOLD1 --people JAFFE --people KDEF20 --data FER2013

References are as they are; every other portrait of the person is changed in light, lens and
compression, in eleven ways. Where the pictures have sessions, references are session A's and
queries session B's; else one picture of each expression is a reference. A picture that recalibrates
is not asked about. Accuracies are means over people and ways.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from fewshot_fer.arrays import Bools, Bytes, Floats, Ints
from fewshot_fer.expressions import BASIC, NEUTRAL
from fewshot_fer.prototypes import Prior, Prototypes
from fewshot_fer.training.choosing import choose
from fewshot_fer.training.export import open_unfitted
from fewshot_fer.training.fitting import FitConfig
from fewshot_fer.training.making import make_trials, read_material
from fewshot_fer.training.people import Acted
from fewshot_fer.training.saving import load_network

Change = Callable[[Bytes], Bytes]
Tally = dict[str, list[float]]


def main(
    runs: list[Path],
    people: Annotated[list[Path], typer.Option()],
    data: Annotated[list[Path], typer.Option()],
    seed: int = 0,
) -> None:
    """Print one JSON object."""
    material = read_material(data, people, seed)
    trials = make_trials(runs, material)
    config = choose(trials, FitConfig()).config
    found: dict[str, Tally] = {}
    for run, trial in zip(runs, trials, strict=True):
        prior = trial.prior(config)
        held = np.isin([take.subject for take in material.acted.takes], trial.held.subjects)
        seen = _seen(run, prior, material.acted, held & material.acted.found)
        for subject in sorted(set(seen.subjects)):
            _try(prior, seen, subject, found.setdefault(subject.partition("/")[0], {}), seed)
    print(
        json.dumps(
            {
                name: {k: [round(float(np.mean(v)), 4), len(v)] for k, v in tally.items()}
                for name, tally in found.items()
            },
            indent=1,
        )
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """Vectors [n,d] of every portrait in every light, whose it is, what it shows, and when."""

    z: Mapping[str, Floats]
    subjects: np.ndarray
    labels: np.ndarray
    sessions: np.ndarray


def _seen(run: Path, prior: Prior, acted: Acted, which: Bools) -> Seen:
    network, _ = load_network(run)
    takes = [take for take, wanted in zip(acted.takes, which, strict=True) if wanted]
    with tempfile.TemporaryDirectory() as scratch:
        embed = open_unfitted(network, Path(scratch) / "checkpoint")
        z = {
            name: prior.project(
                embed(np.stack([change(one) for one in acted.portraits[which]]))[
                    :, : len(prior.centre)
                ]
            )
            for name, change in CHANGES.items()
        }
    return Seen(
        z,
        np.array([take.subject for take in takes]),
        np.array([take.expression for take in takes]),
        np.array([take.session for take in takes]),
    )


def _try(prior: Prior, seen: Seen, subject: str, tally: Tally, seed: int) -> None:
    rng = np.random.default_rng([seed, *subject.encode()])
    rows = np.flatnonzero(seen.subjects == subject)
    references = _references(seen, rows, rng)
    queries = np.setdiff1d(rows, references)
    z, labels = seen.z[UNCHANGED][references], seen.labels[references].tolist()
    plain = prior.learn(z, labels)
    truth = seen.labels[queries]
    tally.setdefault("unchanged", []).append(_right(plain, seen.z[UNCHANGED][queries], truth))
    for name in CHANGES:
        if name == UNCHANGED:
            continue
        today = seen.z[name][queries]
        without = _right(plain, today, truth)
        tally.setdefault("without", []).append(without)
        learnt = _after(prior, plain, z, labels, today, None)
        unlabelled = _right(learnt, today, truth)
        tally.setdefault("all, unlabelled", []).append(unlabelled)
        tally.setdefault("worse by more than a point", []).append(unlabelled < without - 0.01)
        for i in range(len(queries)):
            others = np.arange(len(queries)) != i
            learnt = _after(prior, plain, z, labels, today[i : i + 1], [str(truth[i])])
            gain = _right(learnt, today[others], truth[others])
            gain -= _right(plain, today[others], truth[others])
            kind = "a resting face" if truth[i] == NEUTRAL else "one picture of another expression"
            tally.setdefault(f"gain by {kind}", []).append(gain)


def _references(seen: Seen, rows: Ints, rng: np.random.Generator) -> Ints:
    if (seen.sessions[rows] == "A").any():
        return np.asarray(rows[seen.sessions[rows] == "A"])
    cells = [rows[seen.labels[rows] == name] for name in BASIC]
    return np.array([rng.choice(cell) for cell in cells if len(cell)])


def _after(
    prior: Prior,
    plain: Prototypes,
    z: Floats,
    labels: Sequence[str],
    today: Floats,
    shown: Sequence[str] | None,
) -> Prototypes:
    return prior.learn(z, labels, session=prior.recalibrate(plain, today, shown))


def _right(known: Prototypes, z: Floats, truth: np.ndarray) -> float:
    return float(np.mean([r.expression == t for r, t in zip(known.read(z), truth, strict=True)]))


def _gamma(image: Bytes, power: float) -> Bytes:
    return np.asarray(255 * (image / 255.0) ** power, np.uint8)


def _slope(image: Bytes, across: float, down: float) -> Bytes:
    """Light from the side, or from above."""
    x = np.linspace(1 - across, 1 + across, image.shape[1])[None, :, None]
    y = np.linspace(1 - down, 1 + down, image.shape[0])[:, None, None]
    return np.asarray(np.clip(image * x * y, 0, 255), np.uint8)


def _small(image: Bytes, factor: float) -> Bytes:
    less = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(less, image.shape[1::-1]), np.uint8)


def _jpeg(image: Bytes, quality: int) -> Bytes:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _soft(image: Bytes, sigma: float) -> Bytes:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def _lens(image: Bytes, wide: float, tall: float, lean: float = 0.0) -> Bytes:
    linear = np.array([[wide, lean], [0, tall]])
    middle = np.array(image.shape[1::-1]) / 2
    matrix = np.hstack([linear, (middle - linear @ middle)[:, None]])
    return np.asarray(
        cv2.warpAffine(image, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _tint(image: Bytes, *gains: float) -> Bytes:
    return np.asarray(np.clip(image * np.array(gains), 0, 255), np.uint8)


UNCHANGED = "unchanged"
CHANGES: dict[str, Change] = {
    UNCHANGED: lambda image: image,
    "dim, small, JPEG": lambda image: _jpeg(_small(_gamma(image, 1.8), 0.3), 35),
    "from the right, soft": lambda image: _soft(_slope(image, 0.7, 0), 3),
    "bright, wide": lambda image: _lens(_gamma(image, 0.5), 1.12, 1),
    "from the left": lambda image: _slope(image, -0.8, 0),
    "lamp above": lambda image: _slope(_gamma(image, 1.3), 0, -0.6),
    "far away": lambda image: _small(image, 0.14),
    "dark, JPEG": lambda image: _jpeg(_tint(_gamma(image, 2.6), 0.6, 0.6, 0.6), 25),
    "warm, tall": lambda image: _lens(_tint(image, 1.2, 0.95, 0.6), 1, 1.1, 0.06),
    "against the light": lambda image: np.asarray(40 + 0.45 * image, np.uint8),
    "small, from the right, JPEG": lambda image: _jpeg(_slope(_small(image, 0.25), 0.9, 0), 30),
    "soft": lambda image: _soft(image, 4),
}


if __name__ == "__main__":
    typer.run(main)
