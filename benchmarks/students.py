"""What is promised of enrolled students, tried on people whom nothing has learnt from.

    python benchmarks/students.py RUN_FOLD0 RUN_FOLD1 --people JAFFE --people KDEF20 --data FER2013

Each run left half of the people out; prior and network know only the others. Of those left out:
the card's expectation against what was found, the picture that it advises against any other, labels
that are asked about, and a basic expression that is taken out of the prior and taught again by
three others, as a class teaches its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from fewshot_fer.arrays import Floats, Ints
from fewshot_fer.expressions import BASIC, NEUTRAL
from fewshot_fer.prototypes import Prior
from fewshot_fer.prototypes.classwide import Teacher, learn_class_expression
from fewshot_fer.prototypes.expected import expected
from fewshot_fer.students.enrolment.cross_checks import Proposed, doubts
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.training.choosing import choose
from fewshot_fer.training.expecting import fit_expectation, found_on
from fewshot_fer.training.fitting import FitConfig
from fewshot_fer.training.making import make_trials, read_material

STARTS = ((NEUTRAL,), (NEUTRAL, "happy", "sad"), (NEUTRAL, "angry", "surprise"), BASIC)
DRAWS = 3
Tally = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Group:
    """People of one set, left out of this prior: vectors [n,d], whose, showing what."""

    name: str
    prior: Prior
    z: Floats
    subjects: np.ndarray
    labels: np.ndarray

    def cell(self, subject: str, expression: str) -> Ints:
        """Rows of a person's pictures of an expression."""
        return np.flatnonzero((self.subjects == subject) & (self.labels == expression))

    def one_of_each(
        self, subject: str, expressions: Sequence[str], rng: np.random.Generator
    ) -> list[int]:
        """A picture of each expression that the person has shown."""
        cells = [self.cell(subject, expression) for expression in expressions]
        return [int(rng.choice(cell)) for cell in cells if len(cell)]

    def right(self, references: Sequence[int], queries: Ints) -> float:
        """The share of queries that is named right after these references."""
        known = self.prior.learn(self.z[references], self.labels[references].tolist())
        named = [reading.expression for reading in known.read(self.z[queries])]
        return float(np.mean(np.array(named) == self.labels[queries]))


def main(
    runs: list[Path],
    people: Annotated[list[Path], typer.Option()],
    data: Annotated[list[Path], typer.Option()],
    seed: int = 0,
) -> None:
    """Print one JSON object."""
    found: dict[str, Tally] = {}
    for group in _groups(runs, people, data, seed):
        tally = found.setdefault(group.name, {})
        rng = np.random.default_rng(seed)
        for subject in sorted(set(group.subjects)):
            _card(group, subject, rng, tally)
            _questions(group, subject, rng, tally)
        _own(group, rng, tally)
    answer = {
        name: {what: [round(float(np.mean(values)), 4), len(values)] for what, values in t.items()}
        for name, t in found.items()
    }
    print(json.dumps(answer, indent=1))


def _groups(
    runs: Sequence[Path], people: Sequence[Path], data: Sequence[Path], seed: int
) -> Iterator[Group]:
    trials = make_trials(runs, read_material(data, people, seed))
    config = choose(trials, FitConfig()).config
    for trial in trials:
        others = [other for other in trials if other is not trial]
        told = fit_expectation(found_on(others, config))
        prior = replace(trial.prior(config), expectation=told)
        z = prior.project(trial.held.features)
        subjects = np.array(trial.held.subjects)
        labels = np.array(BASIC)[trial.held.labels]
        sets = np.array([subject.partition("/")[0] for subject in trial.held.subjects])
        for name in sorted(set(sets)):
            yield Group(name, prior, z[sets == name], subjects[sets == name], labels[sets == name])


def _card(group: Group, subject: str, rng: np.random.Generator, tally: Tally) -> None:
    """What the card expects and what is found; what the advised picture brings."""
    prior = group.prior
    mine = np.flatnonzero(group.subjects == subject)
    for start in STARTS:
        for _ in range(DRAWS):
            references = group.one_of_each(subject, start, rng)
            queries = np.setdiff1d(mine, references)
            expected = _expected(prior, group.z[references], group.labels[references].tolist())
            of_queries = [expected[label] for label in group.labels[queries]]
            tally.setdefault(f"expected after {len(start)}", []).append(float(np.mean(of_queries)))
            found = group.right(references, queries)
            tally.setdefault(f"found after {len(start)}", []).append(found)
            if len(start) < len(BASIC):
                _advice(group, subject, references, rng, tally)


def _advice(
    group: Group, subject: str, references: list[int], rng: np.random.Generator, tally: Tally
) -> None:
    prior, z, labels = group.prior, group.z[references], group.labels[references].tolist()
    more = {name: np.setdiff1d(group.cell(subject, name), references) for name in BASIC}
    picture = {name: int(rng.choice(cell)) for name, cell in more.items() if len(cell)}
    mine = np.flatnonzero(group.subjects == subject)
    queries = np.setdiff1d(mine, [*references, *picture.values()])
    if not len(queries):
        return
    before = group.right(references, queries)
    known = prior.learn(z, labels)
    gains = {}
    for name in picture:
        point = known.points[known.log_modes.argmax(), known.names.index(name)][None]
        then = _expected(prior, np.concatenate([z, point]), [*labels, name])
        gains[name] = float(np.mean(list(then.values())))
    brought = {n: group.right([*references, row], queries) - before for n, row in picture.items()}
    best = max(gains, key=lambda name: gains[name])
    what = f"after {len(references)}"
    tally.setdefault(f"advised picture brought {what}", []).append(brought.pop(best))
    tally.setdefault(f"any other brought {what}", []).append(float(np.mean(list(brought.values()))))


def _expected(prior: Prior, z: Floats, labels: Sequence[str]) -> dict[str, float]:
    return expected(prior, prior.learn(z, labels), np.random.default_rng(0))


def _questions(group: Group, subject: str, rng: np.random.Generator, tally: Tally) -> None:
    """Of one picture of each expression: labels asked about, rightly labelled and swapped."""
    for _ in range(DRAWS):
        rows = group.one_of_each(subject, BASIC, rng)
        labels = group.labels[rows].tolist()
        asked = _asked(group, rows, labels)
        tally.setdefault("asked about, labelled rightly", []).extend(asked)
        one, other = rng.choice(len(rows), 2, replace=False)
        labels[one], labels[other] = labels[other], labels[one]
        asked = _asked(group, rows, labels)
        tally.setdefault("asked about, swapped", []).extend([asked[one], asked[other]])


def _asked(group: Group, rows: Sequence[int], labels: Sequence[str]) -> list[float]:
    blank = np.zeros((1, 1, 3), np.uint8)
    given = [Candidate(label, blank, {}, str(i)) for i, label in enumerate(labels)]
    z = group.z[rows]
    places = {doubt.place for doubt in doubts(Proposed(given, z, z[:0], (), group.prior.learn))}
    return [float(place in places) for place in range(len(rows))]


def _own(group: Group, rng: np.random.Generator, tally: Tally) -> None:
    """Every expression but neutral, out of the prior, taught by three and read from the others."""
    subjects = sorted(set(group.subjects))
    for new in BASIC:
        if new == NEUTRAL:
            continue
        rest = [i for i, name in enumerate(BASIC) if name != new]
        names = tuple(BASIC[i] for i in rest)
        prior = replace(group.prior, names=names, means=group.prior.means[:, rest])
        for _ in range(DRAWS):
            teaching = rng.choice(subjects, 3, replace=False)
            teachers = [_teacher(group, one, new, names, rng) for one in teaching]
            knowing = prior.knowing([learn_class_expression(prior, new, teachers)])
            for subject in sorted(set(subjects) - set(teaching)):
                rows = group.one_of_each(subject, names, rng)
                queries = np.setdiff1d(np.flatnonzero(group.subjects == subject), rows)
                known = knowing.learn(group.z[rows], group.labels[rows].tolist())
                named = [r.expression == new for r in known.read(group.z[queries])]
                for is_named, label in zip(named, group.labels[queries], strict=True):
                    what = "recall" if label == new else "false alarms"
                    tally.setdefault(f"own expression, {what}", []).append(float(is_named))


def _teacher(
    group: Group, subject: str, new: str, names: Sequence[str], rng: np.random.Generator
) -> Teacher:
    rows = group.one_of_each(subject, names, rng)
    looks = group.cell(subject, new)[:3]
    return Teacher(group.z[looks], group.z[rows], group.labels[rows].tolist())


if __name__ == "__main__":
    typer.run(main)
