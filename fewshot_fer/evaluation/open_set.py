"""An expression that nothing knows: how well it is refused, and how soon it is learnt.

It is left out of the prior, and of the network where the network was trained without it (see
`data_without`). People whom neither has seen enrol with one picture of each other expression.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Floats
from fewshot_fer.expressions import BASIC
from fewshot_fer.files import ensure_folder
from fewshot_fer.prototypes import Prior, Prototypes
from fewshot_fer.training.choosing import Trial
from fewshot_fer.training.data import FERPLUS_COLUMNS
from fewshot_fer.training.fitting import FitConfig, Labelled, fit_prior
from fewshot_fer.training.people import INDEX, read_takes

Names = npt.NDArray[np.str_]

REFERENCES = (1, 3, 5)
_DRAWS = 4
_PARTS = ("images", "emotion", "votes", "row")


@dataclass(frozen=True, slots=True)
class Refused:
    """The share of looks shown as unsure: of the unknown expression, and of the known ones."""

    unknown: float
    known: float
    n_unknown: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """After so many references of it: the share named, and of other looks called so."""

    references: int
    recall: float
    false_alarms: float
    n: int


@dataclass(frozen=True, slots=True)
class OpenSet:
    """One set of people, over all unknown expressions."""

    people: str
    strangers: Refused
    enrolled: Refused
    learnt: tuple[Learnt, ...]


@dataclass(slots=True)
class _Counted:
    """Looks counted, by who was asked and what."""

    unsure: dict[tuple[str, bool], list[bool]]
    named: dict[tuple[int, bool], list[bool]]

    def refused(self, whom: str) -> Refused:
        unknown, known = self.unsure[whom, True], self.unsure[whom, False]
        return Refused(_share(unknown), _share(known), len(unknown))

    def learnt(self, references: int) -> Learnt | None:
        looks = self.named.get((references, True))
        if not looks:
            return None
        false = self.named[references, False]
        return Learnt(references, _share(looks), _share(false), len(looks))


def evaluate_open_set(
    trials: Sequence[Trial], config: FitConfig, unknown: Iterable[str], seed: int = 0
) -> list[OpenSet]:
    """By set of people (the subjects' folder), over all expressions that are held out in turn."""
    counted: dict[str, _Counted] = {}
    names = tuple(unknown)
    for trial in trials:
        subjects = np.asarray(trial.held.subjects)
        shown = np.asarray(trial.held.names)[trial.held.labels]
        for name in names:
            prior = prior_without(trial, config, name)
            z = prior.project(trial.held.features)
            for subject in sorted(set(trial.held.subjects)):
                tally = counted.setdefault(subject.partition("/")[0], _Counted({}, {}))
                rng = np.random.default_rng([seed, *subject.encode()])
                rows = np.flatnonzero(subjects == subject)
                for _ in range(_DRAWS):
                    _try(prior, z[rows], shown[rows], name, rng, tally)
    return [
        OpenSet(
            people,
            tally.refused("strangers"),
            tally.refused("enrolled"),
            tuple(one for k in REFERENCES if (one := tally.learnt(k)) is not None),
        )
        for people, tally in sorted(counted.items())
    ]


def prior_without(trial: Trial, config: FitConfig, name: str) -> Prior:
    """A prior that has not seen an expression: neither its mean nor its noise."""
    names = trial.crowd.names
    left_out = names.index(name)
    prior = fit_prior(
        _without(trial.crowd, left_out),
        _without(trial.acted, left_out) if trial.acted is not None else None,
        trial.blocks,
        config,
    )
    rest = [i for i in range(len(names)) if i != left_out]
    return replace(prior, names=tuple(names[i] for i in rest), means=prior.means[:, rest])


def _without(looks: Labelled, left_out: int) -> Labelled:
    """All looks but one label's; one look in the middle keeps its place and says nothing."""
    keep = looks.labels != left_out
    middle = looks.features[keep].mean(0, keepdims=True)
    return replace(
        looks,
        features=np.concatenate([looks.features[keep], middle]),
        labels=np.append(looks.labels[keep], left_out),
        subjects=[*(s for s, kept in zip(looks.subjects, keep, strict=False) if kept), ""],
    )


def _try(
    prior: Prior, z: Floats, labels: Names, new: str, rng: np.random.Generator, tally: _Counted
) -> None:
    """One person, one draw of references."""
    references = np.array(
        [rng.choice(np.flatnonzero(labels == c)) for c in np.unique(labels) if c != new], np.int64
    )
    others = np.setdiff1d(np.flatnonzero(labels != new), references)
    shown = rng.permutation(np.flatnonzero(labels == new))
    if not len(shown) or not len(others):
        return
    known = labels[references].tolist()
    for whom, learnt in (
        ("strangers", prior.learn(z[:0], ())),
        ("enrolled", prior.learn(z[references], known)),
    ):
        for is_new, rows in ((True, shown), (False, others)):
            unsure = [reading.unsure is not None for reading in learnt.read(z[rows])]
            tally.unsure.setdefault((whom, is_new), []).extend(unsure)
    for count in REFERENCES:
        if len(shown) > count:
            taught = np.concatenate([references, shown[:count]])
            learnt = prior.learn(z[taught], [*known, *[new] * count])
            tally.named.setdefault((count, True), []).extend(_called(learnt, z[shown[count:]], new))
            tally.named.setdefault((count, False), []).extend(_called(learnt, z[others], new))


def _called(learnt: Prototypes, z: Floats, name: str) -> list[bool]:
    return [reading.expression == name for reading in learnt.read(z)]


def _share(answers: Sequence[bool]) -> float:
    return round(float(np.mean(answers)), 4)


def data_without(name: str, faces: Sequence[Path], people: Sequence[Path], out: Path) -> None:
    """Copies of FER-2013's npz files and of people's indices without an expression's pictures.

    A face goes when its own label, or most of its votes, say so. Train on the copies, and the
    network has not learnt it from any picture that shows it.
    """
    ensure_folder(out)
    for source in faces:
        _write_faces_without(name, source, out / source.name)
    for folder in people:
        copy = ensure_folder(out / folder.name)
        with (copy / INDEX).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("path", "subject", "emotion", "session"))
            writer.writerows(
                (take.path.resolve(), take.subject, take.expression, take.session)
                for take in read_takes(folder)
                if take.expression != name
            )


def _write_faces_without(name: str, source: Path, target: Path) -> None:
    column = FERPLUS_COLUMNS.index(name)
    with np.load(source) as arrays:
        parts = {key: np.asarray(arrays[key]) for key in _PARTS}
    shows = parts["votes"].argmax(1) == column
    if name in BASIC:
        shows |= parts["emotion"] == BASIC.index(name)
    kept = {key: array[~shows] for key, array in parts.items()}
    kept["votes"] = kept["votes"].copy()
    kept["votes"][:, column] = 0
    # One picture of noise keeps the label's place: heads have one output for each. It
    # is another in every file, since pictures that stand in two splits are not trained on.
    noise = np.random.default_rng(list(source.name.encode()))
    place = {key: array[np.flatnonzero(shows)[:1]].copy() for key, array in parts.items()}
    place["images"][:] = noise.integers(0, 256, place["images"].shape, np.uint8)
    if name in BASIC:
        place["emotion"][:] = BASIC.index(name)
    place["votes"][:] = 0
    place["votes"][:, column] = 10
    whole = {key: np.concatenate([kept[key], place[key]]) for key in _PARTS}
    np.savez(target, **whole)  # type: ignore[arg-type]
