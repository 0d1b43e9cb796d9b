"""Episodes: learn somebody from a few pictures, then name that somebody's other pictures.

Three kinds of somebody. *Persons* are real people with several takes of each expression;
references and queries are different takes in different sessions' light. *Views* are single
pictures of FER-2013, each its own reference in another light. *Strangers* are the textbook's
episodes, whose references and queries are different people; they are here for the ablation
that shows why they are not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fewshot_fer.arrays import Bytes, Ints
from fewshot_fer.embedding.embedder import squares_of
from fewshot_fer.errors import TrainingError
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.prior import TEMPERED
from fewshot_fer.training.augment import AugmentConfig, Views, render
from fewshot_fer.training.config import EpisodeConfig
from fewshot_fer.training.data import FaceSet
from fewshot_fer.training.people import Acted
from fewshot_fer.training.posterior import infer

Kind = Literal["persons", "views", "strangers"]
IGNORED = -100
EVERYDAY, ACTED = MODES = ("everyday", "acted")


@dataclass(frozen=True, slots=True)
class Somebodies:
    """Faces [n, 48, 48], each of a subject [n], showing an expression [n]."""

    images: Bytes
    subjects: Ints
    labels: Ints


@dataclass(frozen=True, slots=True)
class Episode:
    """Rows of references and queries with their labels."""

    references: Ints
    reference_labels: Ints
    queries: Ints
    query_labels: Ints


class EpisodeSampler:
    """Draws episodes; refuses at once what the data cannot give."""

    def __init__(self, faces: Somebodies, config: EpisodeConfig, kind: Kind) -> None:
        self.faces, self._config, self._kind = faces, config, kind
        self._cells = self._find_cells()
        widest = max((len(cells) for cells in self._cells.values()), default=0)
        if config.way[0] > widest:
            raise TrainingError(
                f"Episodes of {config.way[0]} expressions are asked for, but nobody shows more "
                f"than {widest} often enough.",
                next_step="Lower `way` or `shot`, or give people with more pictures.",
            )
        self._subjects = [s for s, cells in self._cells.items() if len(cells) >= config.way[0]]

    def _find_cells(self) -> dict[int, dict[int, Ints]]:
        """Rows of every subject and expression with a reference and a query to spare."""
        needed = self._config.shot[0] + (self._kind != "views")
        subjects = self.faces.subjects if self._kind == "persons" else 0 * self.faces.subjects
        cells: dict[int, dict[int, Ints]] = {}
        for subject in np.unique(subjects):
            for label in range(self.faces.labels.max(initial=-1) + 1):
                rows = np.flatnonzero((subjects == subject) & (self.faces.labels == label))
                if len(rows) >= needed:
                    cells.setdefault(int(subject), {})[label] = rows
        return cells

    @property
    def most(self) -> int:
        """The most pictures that an episode may have."""
        return self._config.way[1] * (self._config.shot[1] + self._config.queries)

    def sample(self, rng: np.random.Generator) -> Episode:
        """One episode; some expressions have no reference, as in life."""
        config = self._config
        cells = self._cells[self._subjects[rng.integers(len(self._subjects))]]
        way = int(rng.integers(config.way[0], min(config.way[1], len(cells)) + 1))
        shot = int(rng.integers(config.shot[0], config.shot[1] + 1))
        kept = rng.random() if rng.random() < config.partial else 1.0
        references: list[tuple[int, int]] = []
        queries: list[tuple[int, int]] = []
        for label in rng.permutation(list(cells))[:way]:
            rows = rng.permutation(cells[int(label)])
            if self._kind == "views":
                held, asked = rows[:shot], rows[:shot]
            else:
                held = rows[: min(shot, len(rows) - 1)]
                asked = rows[len(held) :]
            if rng.random() < kept:
                references += [(int(row), int(label)) for row in held]
            queries += [(int(row), int(label)) for row in asked[: config.queries]]
        held, asked = _rows(references), _rows(queries)
        return Episode(held[:, 0], held[:, 1], asked[:, 0], asked[:, 1])


def _rows(pairs: list[tuple[int, int]]) -> Ints:
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def strangers_of(faces: FaceSet) -> Somebodies:
    """FER-2013's faces, each its own subject, with FER+'s largest vote as the label."""
    shares = faces.vote_shares()
    labels = shares.argmax(1).astype(np.int64)
    labels[shares.sum(1) < 0.5] = IGNORED
    return Somebodies(faces.images, np.arange(len(faces)), labels)


def persons_of(
    acted: Acted, folds: int = 0, without: int = 0, expressions: tuple[str, ...] = BASIC
) -> Somebodies:
    """Real people, as the network will see them, without one fold of them.

    Pictures in which no face was found, or that show something else, are left out.
    """
    acted = acted.showing(expressions)
    if folds:
        acted = acted[fold_of([take.subject for take in acted.takes], folds) != without]
    acted = acted[acted.found]
    takes = acted.takes
    names = sorted({take.subject for take in takes})
    return Somebodies(
        squares_of(acted.portraits),
        np.array([names.index(take.subject) for take in takes], dtype=np.int64),
        np.array([expressions.index(take.expression) for take in takes], dtype=np.int64),
    )


def fold_of(subjects: Sequence[str], folds: int) -> Ints:
    """Which fold each picture [n] is in: people are dealt out in the order of their names."""
    names = sorted(set(subjects))
    return np.array([names.index(subject) % folds for subject in subjects], dtype=np.int64)


def photograph(
    episode: Episode,
    faces: Somebodies,
    rng: np.random.Generator,
    config: AugmentConfig,
    device: torch.device | None = None,
) -> Tensor:
    """References in one session's light, queries in another's: [r + q, 1, 48, 48]."""
    return torch.cat(
        [
            render(
                torch.from_numpy(faces.images[rows, None]).to(device).float(),
                Views.draw(len(rows), rng, config, session=True).to(device),
            )
            for rows in (episode.references, episode.queries)
        ]
    )


class EpisodeHead(nn.Module):
    """The posterior's own few parameters, learnt with the network: one of each per block.

    The means of both modes are followed: everyday ones over strangers, acted ones over persons.
    """

    def __init__(self, sizes: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.register_buffer("block", torch.repeat_interleave(
            torch.arange(len(sizes)), torch.tensor(sizes)
        ))  # fmt: skip
        self.register_buffer("means", torch.zeros(len(MODES), classes, sum(sizes)))
        self.log_beta = nn.Parameter(torch.ones(len(sizes)))
        self.log_delta = nn.Parameter(torch.zeros(len(sizes)))
        self.log_weight = nn.Parameter(torch.full((len(sizes),), -2.0))

    @torch.no_grad()
    def track_means(
        self, vectors: Tensor, shares: Tensor, mode: str = EVERYDAY, keep: float = 0.98
    ) -> None:
        """Follow each expression's mean [c, d] in a mode over all people, from labels [n, c]."""
        weight = shares.sum(0)[:, None]
        fresh = shares.T @ vectors / weight.clamp(min=1e-6)
        old = self.get_buffer("means")[MODES.index(mode)]
        old.copy_(torch.where(weight > 0.5, keep * old + (1 - keep) * fresh, old))

    def loss(self, vectors: Tensor, episode: Episode) -> Tensor:
        """Cross entropy of the queries after learning the references, vectors [r + q, d]."""
        held, asked = vectors[: len(episode.references)], vectors[len(episode.references) :]
        means, block = self.get_buffer("means"), self.get_buffer("block")
        counts = F.one_hot(torch.from_numpy(episode.reference_labels), means.shape[1]).to(vectors)
        beta, delta = self.log_beta.exp()[block], self.log_delta.exp()[block]
        sums = counts.T @ held
        belief = infer(means, beta, delta, sums[None], counts.sum(0)[None])
        weight = self.log_weight.exp()[block]
        log_modes = F.log_softmax(-0.5 * (belief.misfit[0] * weight).sum(1) / TEMPERED, 0)
        scale = weight / (1 + belief.variance[0].mean(0))
        squares = ((asked[:, None, None] - belief.points[0]) ** 2 * scale).sum(3)
        logits = torch.logsumexp(log_modes[:, None] - 0.5 * squares, 1)
        labels = torch.from_numpy(episode.query_labels).to(vectors.device)
        return F.cross_entropy(logits, labels)

    def track_persons(self, vectors: Tensor, episode: Episode) -> None:
        """Follow the acted means by an episode of a person, vectors [r + q, d]."""
        labels = np.concatenate([episode.reference_labels, episode.query_labels])
        classes = self.get_buffer("means").shape[1]
        shown = F.one_hot(torch.from_numpy(labels), classes).to(vectors)
        self.track_means(vectors.detach(), shown, ACTED)
