"""What each step of the training and each part of the posterior is worth, under a small budget.

    python benchmarks/ablation.py --data FER2013 --people JAFFE --people KDEF20 --runs FOLDER
        --teacher teacher.safetensors [--seeds 0,1,2] [--faces 5000] [--row NAME ...] [--json]

Every row is trained with every seed on a part of FER-2013, with episodes of persons twice (each
time without the people of one fold), and judged on the people left out; *FER+* are the label heads
on faces of PublicTest. A run that is there already is not made again, so that the table can be gone
on with. The prior's numbers are those of `FitConfig`, chosen for none of the rows.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from fewshot_fer.evaluation.left_out import evaluate_left_out, variants
from fewshot_fer.training.asking import open_teachers
from fewshot_fer.training.augment import AugmentConfig
from fewshot_fer.training.bank import LabelBank, fill_bank
from fewshot_fer.training.config import EpisodeConfig, LossConfig, StageConfig, TrainingConfig
from fewshot_fer.training.course import Course, device
from fewshot_fer.training.data import FaceSet, training_and_validation
from fewshot_fer.training.episodes import persons_of
from fewshot_fer.training.fitting import FitConfig
from fewshot_fer.training.history import EpochRecord
from fewshot_fer.training.making import Material, make_trials, read_material
from fewshot_fer.training.readers import read_parts
from fewshot_fer.training.run import Progress, Trainer
from fewshot_fer.training.saving import BEST, load_network

FOLDS = 2
VIEWS = 3
WATCHED_EVERY = 4
"""Faces that only tell how it goes are fewer: they cost as much as learning does."""
BOTH = LossConfig(votes=1.0, own=0.5)
EPISODES = EpisodeConfig(way=(4, 7), shot=(1, 2), queries=2, per_step=2)
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One way of training: what the labels are, and what the last stage asks for."""

    labels: LossConfig = field(default_factory=lambda: BOTH)
    balanced: bool = True
    instance: float = 0.4
    persons: float = 1.0
    strangers: float = 0.0
    teacher: float = 0.75
    features: float = 1.0
    taught_to_the_end: bool = True
    """Whether the teacher's labels go on in the last stage."""

    def taught(self, losses: LossConfig, *, last: bool = False) -> LossConfig:
        """The losses with the teacher's part."""
        if last and not self.taught_to_the_end:
            return losses
        return replace(losses, teacher=self.teacher, features=self.features)


ROWS = {
    "whole": Row(),
    "no teacher in the last stage": Row(taught_to_the_end=False),
    "no teacher": Row(teacher=0.0, features=0.0),
    "a teacher's labels alone": Row(features=0.0),
    "no episodes": Row(persons=0.0),
    "episodes of strangers": Row(persons=0.0, strangers=1.0),
    "no episodes, no balance": Row(persons=0.0, balanced=False),
    "no episodes, own labels only": Row(persons=0.0, labels=LossConfig(votes=0.0, own=1.0)),
}


def first_stages(row: Row, seed: int) -> TrainingConfig:
    """What comes before the episodes."""
    labels = row.taught(row.labels)
    detail = replace(labels, instance=row.instance)
    return TrainingConfig(
        seed=seed,
        ema=0.99,
        stages=(
            StageConfig("distil", 5, 128, 0.05, 60, 0.2, 0.85, row.balanced, labels),
            StageConfig("detail", 2, 128, 0.03, 20, 0.0, 0.85, row.balanced, detail),
        ),
    )


def last_stage(row: Row, seed: int, fold: int) -> TrainingConfig:
    """The episodes, or the same epoch without them."""
    losses = replace(
        row.taught(row.labels, last=True), persons=row.persons, strangers=row.strangers
    )
    stage = StageConfig("meta", 1, 96, 0.012, 20, 0.0, 0.85, row.balanced, losses, EPISODES)
    folds = FOLDS if row.persons else 0
    return TrainingConfig(seed=seed, ema=0.99, stages=(stage,), folds=folds, fold=fold)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all rows share."""

    folder: Path
    faces: FaceSet
    watched: FaceSet
    material: Material
    bank: LabelBank

    def train(self, name: str, config: TrainingConfig, start: Path | None = None) -> Path:
        """A run's folder; nothing is done where it is whole already."""
        folder = self.folder / name
        if (folder / "done").exists():
            return folder
        people = None
        if config.folds:
            people = persons_of(self.material.acted, config.folds, config.fold)
        begun = load_network(start)[0] if start is not None else None
        trainer = Trainer.start(config, self.faces, people, bank=self.bank, network=begun)
        resume = (folder / BEST).exists()
        Course.prepare(folder, trainer, self.watched, resume=resume).run(_Quiet(name))
        (folder / "done").touch()
        return folder

    def judge(self, runs: Sequence[Path], *, parts: bool) -> Iterator[tuple[str, Figures]]:
        """The whole posterior's figures, and with `parts` what is left without each part."""
        trials = make_trials(runs, self.material, 0 if len(runs) == FOLDS else FOLDS)
        every = dict(variants(FitConfig()))
        del every["numbers not chosen"]
        for name, config in every.items() if parts else [("whole", every["whole"])]:
            found = evaluate_left_out(trials, config, (0, 1, 2))
            figures = {f"{people} {way}": one.accuracy for people, ways in found.items()
                       for way, one in ways.items()}  # fmt: skip
            if name == "whole":
                figures["FER+"] = float(np.mean([_watched(run) for run in runs]))
            yield name, figures

    def rows(self, seed: int, names: Sequence[str]) -> Iterator[tuple[str, Figures]]:
        """Some rows of one seed."""
        for name in names:
            row = ROWS[name]
            short = f"{seed}-{name.replace(' ', '-')}"
            same_start = replace(row, persons=1.0, strangers=0.0, taught_to_the_end=True) == Row()
            start = self.train(f"{seed}-start" if same_start else f"{short}-start",
                               first_stages(row, seed))  # fmt: skip
            # Without persons nobody is left out of the network: one run serves for all folds.
            folds = range(FOLDS if row.persons else 1)
            runs = [self.train(f"{short}-{f}", last_stage(row, seed, f), start) for f in folds]
            for part, figures in self.judge(runs, parts=name == "whole"):
                yield (name if part == "whole" else part), figures


def _watched(run: Path) -> float:
    """How often the heads name the FER+ majority of the faces that were watched, at the end."""
    last: dict[str, float] = json.loads((run / "history.json").read_text())[-1]
    return last["accuracy_ferplus"]


@dataclass(slots=True)
class _Quiet:
    """Says a line an epoch."""

    name: str

    def __call__(self, progress: Progress) -> None:
        """A step is nothing to speak of."""

    def epoch_done(self, record: EpochRecord) -> None:
        """One line."""
        print(self.name, record.stage, record.epoch, f"{record.seconds:.0f} s", flush=True)


def table(found: dict[str, list[Figures]]) -> str:
    """Means over the seeds with their spread (lowest to highest), as Markdown."""
    columns = list(next(iter(found.values()))[0])
    lines = [
        " | ".join(["", "row", *columns, ""]),
        " | ".join(["", *["---"] * (1 + len(columns)), ""]),
    ]
    for name, seeds in found.items():
        cells = []
        for column in columns:
            values = 100 * np.array([seed.get(column, np.nan) for seed in seeds])
            cells.append(f"{values.mean():.1f} ({values.min():.0f}–{values.max():.0f})")
        lines.append(" | ".join(["", name, *cells, ""]))
    return "\n".join(line.strip() for line in lines)


def main() -> None:
    """Train what is missing, judge all, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--people", type=Path, action="append", required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, action="append", required=True)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--faces", type=int, default=5000)
    parser.add_argument("--row", choices=list(ROWS), action="append", help="all, if left out")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    faces, watched = training_and_validation(read_parts(asked.data))
    chosen = np.random.default_rng(0).permutation(len(faces))[: asked.faces]
    watched = watched[::WATCHED_EVERY]
    material = read_material(asked.data, asked.people, 0)
    some = faces[np.sort(chosen)]
    teachers, names = open_teachers(asked.teacher, device())
    bank = fill_bank(asked.runs / "bank", some, AugmentConfig(), teachers, names, views=VIEWS)
    bench = Bench(asked.runs, some, watched, material, bank)
    found: dict[str, list[Figures]] = {}
    for seed in map(int, asked.seeds.split(",")):
        for name, figures in bench.rows(seed, asked.row or list(ROWS)):
            found.setdefault(name, []).append(figures)
    print(json.dumps(found) if asked.json else table(found))


if __name__ == "__main__":
    main()
