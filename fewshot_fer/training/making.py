"""Makes a checkpoint from a finished run: embeds, chooses, fits, writes, compares.

Runs in which a fold of people was left out serve as trials: what is chosen is chosen on
people whom neither the network nor the prior of that trial had seen.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fewshot_fer.arrays import Ints
from fewshot_fer.embedding import Embedder
from fewshot_fer.errors import TrainingError
from fewshot_fer.faces.detector import Detector
from fewshot_fer.files import ensure_folder
from fewshot_fer.prototypes import BaseRates
from fewshot_fer.prototypes.expectation import Expectation
from fewshot_fer.spreading import spread
from fewshot_fer.training.choosing import Chosen, Trial, choose
from fewshot_fer.training.config import TrainingConfig
from fewshot_fer.training.data import FaceSet, held_back, training_and_validation
from fewshot_fer.training.episodes import fold_of
from fewshot_fer.training.expecting import fit_expectation, found_on
from fewshot_fer.training.export import (
    Parity,
    compare,
    open_unfitted,
    write_checkpoint,
)
from fewshot_fer.training.fitting import FitConfig, Labelled, fit_prior
from fewshot_fer.training.people import Acted, photograph_all, read_all_takes
from fewshot_fer.training.readers import read_parts
from fewshot_fer.training.saving import load_network

PER_LABEL = 1400
_CLEAR = 0.5
_COMPARED = 256

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """What every prior is fitted on: strangers with clear labels, people who acted, the seed.

    Pictures that are held back from training are not fitted on either, but chosen by.
    """

    faces: FaceSet
    acted: Acted
    seed: int = 0

    def named(self, expressions: tuple[str, ...]) -> Material:
        """The same for a network of these expressions."""
        faces, acted = self.faces.named(expressions), self.acted.showing(expressions)
        return Material(faces, acted, self.seed)

    def crowd(self) -> tuple[FaceSet, Ints]:
        """As many faces of each expression, those on which most voters agree, with labels."""
        shares = self.faces.vote_shares()
        labels = shares.argmax(1)
        clear = (shares.max(1) > _CLEAR) & ~held_back(self.faces)
        rng = np.random.default_rng(self.seed)
        rows = [
            rng.permutation(np.flatnonzero((labels == label) & clear))[:PER_LABEL]
            for label in range(len(self.faces.names))
        ]
        chosen = np.sort(np.concatenate(rows))
        return self.faces[chosen], labels[chosen].astype(np.int64)

    def strangers(self) -> tuple[FaceSet, Ints]:
        """The faces that were held back, as they occur, with the labels that voters agree on."""
        labels = self.faces.majority()
        chosen = held_back(self.faces) & (labels >= 0)
        return self.faces[chosen], labels[chosen]

    def everyday(self) -> BaseRates:
        """How often expressions occur among the faces."""
        shares = self.faces.vote_shares().sum(0).astype(np.float64)
        return BaseRates(dict(zip(self.faces.names, (shares / shares.sum()).tolist(), strict=True)))


def read_material(sources: Sequence[Path], people: Sequence[Path], seed: int) -> Material:
    """Read FER-2013's training split, and find and align the people's faces."""
    faces, _ = training_and_validation(read_parts(sources))
    detector = Detector.of()
    acted = photograph_all(read_all_takes(people), detector.detect)
    return Material(faces, acted, seed)


@dataclass(frozen=True, slots=True)
class Made:
    """A checkpoint that was written."""

    folder: Path
    hash: str
    parity: Parity
    chosen: Chosen | None


def make_checkpoint(
    run: Path,
    out: Path,
    material: Material,
    trials: Sequence[Path] = (),
    *,
    say: Say = lambda _text: None,
) -> Made:
    """Write a checkpoint's folder; the old one stays until the new one is whole."""
    network, training = load_network(run)
    material = material.named(training.expressions)
    crowd, labels = material.crowd()
    config = FitConfig()
    chosen, expectation = None, Expectation()
    if trials:
        say("trials")
        made = make_trials(trials, material)
        say("choosing")
        chosen = choose(made, config)
        config = chosen.config
        expectation = fit_expectation(found_on(made, config))
    ensure_folder(out.parent)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        say("the checkpoint's own features")
        folder = Path(scratch) / out.name
        embedder = open_unfitted(network, folder)
        prior = fit_prior(
            Labelled(embedder.embed_squares(crowd.images), labels, names=crowd.names),
            _labelled(embedder, material.acted[material.acted.found], crowd.names),
            embedder.blocks,
            config,
            material.everyday(),
        )
        prior = dataclasses.replace(prior, expectation=expectation)
        details = _details(training, material, config, chosen)
        seal = write_checkpoint(folder, prior, embedder.blocks, material.faces, details)
        parity = compare(network, folder / "model.onnx", crowd.images[:_COMPARED])
        _put_in_place(folder, out, Path(scratch) / "before")
    return Made(out, seal, parity, chosen)


def _put_in_place(new: Path, place: Path, aside: Path) -> None:
    """Swap whole folders, so that the parts of two checkpoints never stand together."""
    if place.exists():
        place.rename(aside)
    new.rename(place)


def make_trials(
    runs: Sequence[Path], material: Material, folds: int = 0, cluster: str | None = None
) -> list[Trial]:
    """One trial for each run that left people out; on a `cluster`, as `spreading` has it, at once.

    A run without folds has seen nobody, and serves for all of `folds`.
    """
    wanted = [(run, None) for run in runs] if not folds else [(runs[0], f) for f in range(folds)]
    pieces = {k: (run, material, folds, fold) for k, (run, fold) in enumerate(wanted)}
    if cluster is None:
        return [_trial(*given) for given in pieces.values()]
    made = dict(spread(cluster, _trial, pieces))
    return [made[k] for k in pieces]


def _trial(run: Path, material: Material, folds: int, fold: int | None) -> Trial:
    """A run without one fold of people: the others are for fitting, the fold is held."""
    network, training = load_network(run)
    material = material.named(training.expressions)
    subjects = [take.subject for take in material.acted.takes]
    parts, left = (training.folds, training.fold) if fold is None else (folds, fold)
    if not parts:
        raise TrainingError(
            "This run learnt from all people, so that it can be judged on none of them.",
            where=str(run),
            next_step="Give runs whose configuration has `folds` and `fold`.",
        )
    left_out = fold_of(subjects, parts) == left
    scratch = Path(tempfile.mkdtemp())
    try:
        embedder = open_unfitted(network, scratch)
        names, found = training.expressions, material.acted.found
        fitted, held = (
            _labelled(embedder, material.acted[rows & found], names)
            for rows in (~left_out, left_out)
        )
        crowd, strangers = (
            Labelled(embedder.embed_squares(faces.images), labels, names=names)
            for faces, labels in (material.crowd(), material.strangers())
        )
        return Trial(
            crowd,
            fitted,
            held,
            embedder.blocks,
            strangers if len(strangers.labels) else None,
            material.everyday(),
        )
    finally:
        shutil.rmtree(scratch)


def _labelled(embedder: Embedder, acted: Acted, names: tuple[str, ...]) -> Labelled:
    return Labelled(
        embedder(acted.portraits),
        np.array([names.index(take.expression) for take in acted.takes], dtype=np.int64),
        [take.subject for take in acted.takes],
        names,
    )


def _details(
    training: TrainingConfig, material: Material, config: FitConfig, chosen: Chosen | None
) -> dict[str, Any]:
    """What the card says of how the checkpoint came to be."""
    subjects = sorted({take.subject for take in material.acted.takes})
    # A path of the machine that trained means nothing elsewhere.
    start = Path(training.start).name
    return {
        "training": dataclasses.asdict(dataclasses.replace(training, start=start)),
        "training_faces": material.faces.digest(),
        "fit": dataclasses.asdict(config),
        "chosen": list(chosen.steps) if chosen else [],
        "acted_people": len(subjects),
    }
