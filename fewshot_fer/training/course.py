"""A whole course of training: stage after stage, validated, drawn, saved, stopped and resumed.

The state is saved after every epoch and each epoch is a pure function of it, so a course that
is killed goes on with the epoch in which it was, and comes to the same network.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import TrainingError
from fewshot_fer.faces.detector import Detector
from fewshot_fer.files import check_writable, write_atomically
from fewshot_fer.training import plots
from fewshot_fer.training.bank import open_bank
from fewshot_fer.training.config import TrainingConfig, check_same
from fewshot_fer.training.data import (
    FaceSet,
    check_trainable,
    digest_of,
    log_shares,
    training_and_validation,
)
from fewshot_fer.training.episodes import persons_of
from fewshot_fer.training.history import EpochRecord, is_best, next_epoch
from fewshot_fer.training.network import half_precision
from fewshot_fer.training.people import photograph_all, read_all_takes
from fewshot_fer.training.readers import read_parts
from fewshot_fer.training.run import Listener, Trainer, as_batch
from fewshot_fer.training.saving import (
    BEST,
    STATE,
    check_same_run,
    load_network,
    load_state,
    restore,
    save_history,
    save_network,
    save_state,
    take_up_helpers,
)
from fewshot_fer.training.scores import Balance, HeadLogits, Named, named_by_own, named_by_votes
from fewshot_fer.training.teacher import Teacher, beginning, read_backbone, write_teacher

_BATCH = 256
TEACHER = "teacher.safetensors"


class Observer(Listener, Protocol):
    """Told of every step and of every epoch."""

    def epoch_done(self, record: EpochRecord) -> None:
        """Take note."""
        ...


@dataclass(slots=True)
class Course:
    """A training in its folder, ready to run or to go on."""

    folder: Path
    config: TrainingConfig
    trainer: Trainer
    validation: FaceSet
    data: dict[str, str]
    history: tuple[EpochRecord, ...] = ()

    @classmethod
    def prepare(
        cls, folder: Path, trainer: Trainer, validation: FaceSet, *, resume: bool = False
    ) -> Course:
        """Begin in an empty folder, or go on where the last whole epoch ended."""
        config, faces = trainer.config, trainer.faces
        validation = validation.named(faces.names)
        check_trainable(faces)
        check_writable(folder)
        data = {"training faces": faces.digest(), "validation faces": validation.digest()}
        if trainer.bank is not None:
            data["bank of labels"] = trainer.bank.digest()
        if trainer.people is not None:
            people = trainer.people
            data["people"] = digest_of(people.images, people.subjects, people.labels)
        if not resume:
            _check_unused(folder)
        state = load_state(folder)
        if state is None:
            return cls(folder, config, trainer, validation, data)
        check_same_run(state, config, data, folder)
        restore(trainer, state, folder)
        course = cls(folder, config, trainer, validation, data, state.history)
        course._show(*course._validate(course.history[-1].stage))
        return course

    def run(
        self, observer: Observer, clock: Callable[[], float] = time.monotonic
    ) -> tuple[EpochRecord, ...]:
        """Run every epoch that is still to come."""
        while (following := next_epoch(self.config, self.history)) is not None:
            began = clock()
            losses = self.trainer.run_epoch(*following, observer)
            by_votes, by_own = self._validate(following[0])
            seconds = clock() - began
            record = EpochRecord(
                *following, losses, by_votes.accuracy(), by_own.accuracy(), seconds,
                pictures_a_second=len(self.trainer.rows) / max(seconds, 1e-9),
                device=hardware(self.trainer.device),
            )  # fmt: skip
            self.history = (*self.history, record)
            save_state(self.folder, self.trainer, self.config, self.data, self.history)
            self._show(by_votes, by_own)
            observer.epoch_done(record)
        return self.history

    def _show(self, by_votes: Named, by_own: Named) -> None:
        """Write all that follows from the state; a kill in between is made good on resuming."""
        if is_best(self.history):
            save_network(self.folder / BEST, self.trainer.average, self.config)
            if isinstance(self.trainer.average, Teacher):
                write_teacher(self.folder / TEACHER, self.trainer.average)
        save_history(self.folder, self.history)
        stages = [stage.name for stage in self.config.stages]
        names = self.trainer.faces.names
        shown = by_votes if len(by_votes.truth) else by_own
        write_atomically(self.folder / "curves.png", plots.curves(self.history, stages))
        write_atomically(self.folder / "confusion.png", plots.confusion(shown.confusion(), names))

    def _validate(self, stage: int) -> tuple[Named, Named]:
        logits = read(self.trainer.average, self.validation.images, self.trainer.device)
        # A head that was trained without balance has the data's own in it already.
        balanced = self.config.stages[stage].balanced
        balance = balance_of(self.trainer.faces) if balanced else Balance.none()
        return (
            named_by_votes(logits, balance, self.validation),
            named_by_own(logits, balance, self.validation),
        )


def open_course(
    folder: Path,
    config: TrainingConfig,
    sources: Sequence[Path],
    *,
    people: Sequence[Path] = (),
    bank: Path | None = None,
    resume: bool = False,
    threads: int | None = None,
) -> Course:
    """Read the data and make the network, on a CUDA device where there is one."""
    if threads is not None:
        torch.set_num_threads(threads)
    training, validation = training_and_validation(read_parts(sources))
    acted = None
    if people:
        pictures = photograph_all(read_all_takes(people), _detector().detect)
        acted = persons_of(pictures, config.folds, config.fold, config.expressions)
    training = training.named(config.expressions)
    labels = open_bank(bank, training, config.augment) if bank is not None else None
    trainer = Trainer.start(config, training, acted, device(), labels, _begun_with(config))
    before = load_state(Path(config.start)) if config.start else None
    if before is not None:
        take_up_helpers(trainer, before)
    return Course.prepare(folder, trainer, validation, resume=resume)


def device() -> str:
    """Where to train: on a GPU if there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def hardware(device: torch.device) -> str:
    """What it ran on, for the history."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"{platform.machine()}, {torch.get_num_threads()} threads"


def _begun_with(config: TrainingConfig) -> nn.Module | None:
    """What the training goes on from, if not from nothing."""
    if config.start:
        network, started = load_network(Path(config.start))
        check_same(started.expressions, config.expressions, "The run to go on from", config.start)
        return network
    if config.backbone:
        return beginning(read_backbone(Path(config.backbone)), config.expressions)
    return None


def _detector() -> Detector:
    return Detector.of()


def balance_of(faces: FaceSet) -> Balance:
    """How common every expression is in both label sets."""
    return Balance(log_shares(faces.vote_shares()), log_shares(faces.own_shares()))


@torch.no_grad()
def read(network: nn.Module, images: Bytes, device: torch.device) -> HeadLogits:
    """What the network's heads say of faces [n, 48, 48]."""
    network.eval()
    votes, own = [], []
    for start in range(0, len(images), _BATCH):
        batch = torch.from_numpy(as_batch(images[start : start + _BATCH])).to(device)
        with half_precision(device):
            out = network(batch.contiguous(memory_format=torch.channels_last))
        votes.append(out.votes.float().cpu())
        own.append(out.own.float().cpu())
    return HeadLogits(torch.cat(votes).numpy(), torch.cat(own).numpy())


def _check_unused(folder: Path) -> None:
    if (folder / STATE).exists():
        raise TrainingError(
            "There is a training in this folder already.",
            where=str(folder),
            next_step="Go on with it (--resume), or choose another folder.",
        )
