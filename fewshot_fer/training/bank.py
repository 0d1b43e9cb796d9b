"""A bank of labels: what teachers say of the very views that a student will see.

    bank/bank.json                whose faces, which expressions and views, which teachers
    bank/directions.safetensors   in which directions the teachers' features are kept
    bank/view-00.safetensors      the teachers' answers to every face's first view, and so on

Views are named by a seed and made again when they are needed; no picture is kept. A bank belongs
to its faces and its augmentation, and is refused with any other.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import TrainingError
from fewshot_fer.expressions import BASIC
from fewshot_fer.files import ensure_folder, write_atomically
from fewshot_fer.training.augment import AugmentConfig, Views, render
from fewshot_fer.training.config import check_same
from fewshot_fer.training.data import FaceSet

DIRECTIONS = 96
_BATCH = 64
_SAMPLE = 3000  # views from which the directions are found
_CARD = "bank.json"


class Answers(NamedTuple):
    """Probabilities [n, c] by votes and by own labels, and what else the teacher sees [n, d]."""

    votes: Floats
    own: Floats
    features: Floats


class Asked(Protocol):
    """Teachers: pictures [n, 1, 48, 48] in, answers with all that they see out."""

    def __call__(self, pictures: torch.Tensor, /) -> Answers:
        """Say what they show."""
        ...


@dataclass(frozen=True, slots=True)
class LabelBank:
    """Answers to `count` views of every face."""

    folder: Path
    seed: int
    count: int
    faces: int
    augment: AugmentConfig

    def digest(self) -> str:
        """A hash of whose labels these are, and of how many views."""
        card = (self.folder / _CARD).read_bytes() + str(self.count).encode()
        return hashlib.sha256(card).hexdigest()

    def views(self, index: int) -> Views:
        """One view of every face."""
        rng = np.random.default_rng([self.seed, index])
        return Views.draw(self.faces, rng, self.augment)

    def answers(self, index: int) -> Answers:
        """What the teacher says of them."""
        found = _read(_view(self.folder, index))
        try:
            answers = Answers(*(found[name].astype(np.float32) for name in Answers._fields))
        except KeyError as error:
            raise _damaged(_view(self.folder, index), error) from error
        if any(len(part) != self.faces for part in answers):
            raise _damaged(_view(self.folder, index), "it is of other faces")
        return answers


def fill_bank(
    folder: Path,
    faces: FaceSet,
    augment: AugmentConfig,
    teachers: Asked,
    names: Sequence[str],
    *,
    views: int,
    seed: int = 0,
    say: Callable[[int, int], None] = lambda _done, _of: None,
) -> LabelBank:
    """Ask the teachers about every view that has no answer yet; `names` are their hashes."""
    card = _card(faces, augment, seed, names)
    ensure_folder(folder)
    if (folder / _CARD).exists():
        _check(folder, card)
    else:
        write_atomically(folder / _CARD, json.dumps(card, indent=1).encode())
    bank = LabelBank(folder, seed, views, len(faces), augment)
    middle, directions = _directions(bank, teachers, faces)
    for index in range(views):
        path = _view(folder, index)
        if not path.exists():
            parts = list(_asked(teachers, faces.images, bank.views(index)))
            whole = Answers(*(np.concatenate(part) for part in zip(*parts, strict=True)))
            seen = np.asarray((whole.features - middle) @ directions, dtype=np.float32)
            kept = whole._replace(features=seen)
            write_atomically(path, save({k: v.astype(np.float16) for k, v in _named(kept)}))
        say(index + 1, views)
    return bank


def _directions(bank: LabelBank, teachers: Asked, faces: FaceSet) -> tuple[Floats, Floats]:
    """The middle [w] of what the teachers see, and the directions [w, d] that are kept of it.

    The principal ones, each shrunk by the root of its deviation: half way to being whitened.
    """
    path = bank.folder / "directions.safetensors"
    if not path.exists():
        views = bank.views(0)[:_SAMPLE]
        seen = np.concatenate(
            [answers.features for answers in _asked(teachers, faces.images[:_SAMPLE], views)]
        )
        middle = seen.mean(0)
        _, spread, axes = np.linalg.svd(seen - middle, full_matrices=False)
        spread = np.maximum(spread[:DIRECTIONS], 1e-6 * spread[0])
        scale = np.sqrt(len(seen)) / np.sqrt(spread * spread[0])
        directions = np.zeros((seen.shape[1], DIRECTIONS), np.float32)
        directions[:, : len(spread)] = axes[:DIRECTIONS].T * scale
        write_atomically(path, save({"middle": middle, "directions": directions}))
    found = _read(path)
    return found["middle"], found["directions"]


def open_bank(folder: Path, faces: FaceSet, augment: AugmentConfig) -> LabelBank:
    """A bank that was filled; refused where it belongs to other faces or another augmentation."""
    card = _read_card(folder)
    mine = _card(faces, augment, 0, ())
    _check(folder, {name: mine[name] for name in ("faces", "augment", "expressions")})
    count = len(list(folder.glob("view-*.safetensors")))
    if not count:
        raise _damaged(folder, "no view has been answered")
    return LabelBank(folder, int(card["seed"]), count, len(faces), augment)


def _named(answers: Answers) -> Iterator[tuple[str, Floats]]:
    return zip(Answers._fields, answers, strict=True)


def _asked(teachers: Asked, images: Bytes, views: Views) -> Iterator[Answers]:
    for start in range(0, len(images), _BATCH):
        rows = slice(start, start + _BATCH)
        faces = torch.from_numpy(images[rows, None].astype(np.float32))
        yield teachers(render(faces, views[rows]))


def _card(
    faces: FaceSet, augment: AugmentConfig, seed: int, teachers: Sequence[str]
) -> dict[str, Any]:
    return {
        "faces": faces.digest(),
        "expressions": list(faces.names),
        "augment": dataclasses.asdict(augment),
        "seed": seed,
        "teachers": list(teachers),
    }


def _check(folder: Path, wanted: dict[str, Any]) -> None:
    card = _read_card(folder)
    check_same(card["expressions"], wanted["expressions"], "This bank of labels", str(folder))
    other = [name for name, value in wanted.items() if card.get(name) != value]
    if other:
        raise TrainingError(
            f"This bank of labels was made for other {' and other '.join(other)}.",
            where=str(folder),
            next_step="Make a bank for this training in a new folder (`fewshot-fer data label`).",
        )


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        # Banks without a list were filled when there were seven.
        card = {"expressions": list(BASIC), **json.loads((folder / _CARD).read_text())}
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder / _CARD, error) from error
    return card


def _view(folder: Path, index: int) -> Path:
    return folder / f"view-{index:02d}.safetensors"


def _read(path: Path) -> dict[str, Any]:
    try:
        return load(path.read_bytes())
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, reason: object) -> TrainingError:
    return TrainingError(
        f"The bank of labels cannot be read: {reason}.",
        where=str(path),
        next_step="Fill it again (`fewshot-fer data label`); what is whole is kept.",
    )
