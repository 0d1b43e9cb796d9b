"""Episodes, and the posterior that they are learnt through."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from fewshot_fer.errors import TrainingError
from fewshot_fer.prototypes import Spread
from fewshot_fer.prototypes.posterior import infer as infer_in_numpy
from fewshot_fer.training.config import EpisodeConfig, LossConfig
from fewshot_fer.training.episodes import (
    EpisodeHead,
    EpisodeSampler,
    Kind,
    Somebodies,
    photograph,
    strangers_of,
)
from fewshot_fer.training.posterior import infer
from fewshot_fer.training.run import Trainer
from tests.fakes.spots import drawn_faces
from tests.training.runs import STAGE, TINY, TRAINING, Watcher

SIX = drawn_faces(12)
PEOPLE = Somebodies(SIX.images, np.repeat(np.arange(4), 21), SIX.own)
CONFIG = EpisodeConfig(way=(3, 7), shot=(1, 2), queries=2, partial=0.0)
KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_episode_has_its_ways_shots_and_queries(kind: Kind) -> None:
    sampler, rng = EpisodeSampler(PEOPLE, CONFIG, kind), np.random.default_rng(0)
    ways, shots = set(), set()
    for _ in range(60):
        episode = sampler.sample(rng)
        counts = np.bincount(episode.reference_labels, minlength=7)
        ways.add(int((counts > 0).sum()))
        shots |= set(counts[counts > 0].tolist())
        assert set(episode.query_labels) == set(episode.reference_labels)
        assert np.array_equal(PEOPLE.labels[episode.references], episode.reference_labels)
        assert np.array_equal(PEOPLE.labels[episode.queries], episode.query_labels)
    assert ways == {3, 4, 5, 6, 7}
    assert shots == {1, 2}


def test_a_person_s_episode_is_of_that_person_and_asks_for_other_takes() -> None:
    sampler, rng = EpisodeSampler(PEOPLE, CONFIG, "persons"), np.random.default_rng(0)
    for _ in range(30):
        episode = sampler.sample(rng)
        assert len(set(PEOPLE.subjects[[*episode.references, *episode.queries]])) == 1
        assert not set(episode.references) & set(episode.queries)


def test_views_ask_for_the_very_pictures_and_strangers_for_others() -> None:
    rng = np.random.default_rng(0)
    crowd = strangers_of(SIX)
    views = EpisodeSampler(crowd, CONFIG, "views").sample(rng)
    assert set(views.queries) <= set(views.references)
    strangers = EpisodeSampler(crowd, CONFIG, "strangers").sample(rng)
    assert not set(strangers.queries) & set(strangers.references)


def test_some_expressions_go_without_a_reference() -> None:
    sampler = EpisodeSampler(PEOPLE, replace(CONFIG, partial=1.0), "persons")
    rng = np.random.default_rng(0)
    episodes = [sampler.sample(rng) for _ in range(40)]
    missing = [set(e.query_labels) - set(e.reference_labels) for e in episodes]
    assert any(missing)
    assert not all(missing)


@pytest.mark.parametrize("change", [{"way": (8, 8)}, {"shot": (3, 3)}])
def test_an_impossible_way_or_shot_is_refused_when_the_sampler_is_made(
    change: dict[str, tuple[int, int]],
) -> None:
    with pytest.raises(TrainingError, match="asked for"):
        EpisodeSampler(PEOPLE, replace(CONFIG, **change), "persons")  # type: ignore[arg-type]


def test_references_and_queries_are_taken_in_two_lights() -> None:
    episode = EpisodeSampler(strangers_of(SIX), CONFIG, "views").sample(np.random.default_rng(0))
    looks = photograph(episode, PEOPLE, np.random.default_rng(1), TINY.augment)
    count = len(episode.references)
    assert looks.shape == (count + len(episode.queries), 1, 48, 48)
    first = {row: looks[place] for place, row in enumerate(episode.references)}
    again = list(zip(episode.queries, looks[count:], strict=True))
    assert not any(np.array_equal(first[row], look) for row, look in again)


def test_the_posterior_in_torch_is_the_one_in_numpy() -> None:
    rng = np.random.default_rng(3)
    means = rng.normal(size=(2, 7, 5)).astype(np.float32)
    beta, delta = rng.uniform(0.1, 3, (2, 5)).astype(np.float32)
    counts = rng.integers(0, 4, (6, 7)).astype(np.float32)
    counts[0] = 0
    sums = (rng.normal(size=(6, 7, 5)) * counts[..., None]).astype(np.float32)
    found = infer(*(torch.from_numpy(a) for a in (means, beta, delta, sums, counts)))
    for episode in range(6):
        belief = infer_in_numpy(
            means, Spread(beta, np.tile(delta, (7, 1))), sums[episode], counts[episode]
        )
        assert np.allclose(found.points[episode].numpy(), belief.points, atol=1e-5)
        assert np.allclose(found.variance[episode].numpy(), belief.variance, atol=1e-5)
        assert np.allclose(found.misfit[episode].numpy(), belief.misfit, atol=1e-4)


def test_what_is_learnt_from_an_episode_reaches_the_features_and_the_head() -> None:
    head = EpisodeHead((4, 3), 7)
    episode = EpisodeSampler(PEOPLE, CONFIG, "persons").sample(np.random.default_rng(0))
    count = len(episode.references) + len(episode.queries)
    vectors = torch.randn(count, 7, generator=torch.Generator().manual_seed(0), requires_grad=True)
    head.loss(vectors, episode).backward()  # type: ignore[no-untyped-call]
    assert vectors.grad is not None
    assert (vectors.grad.abs().sum(1) > 0).all()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in head.parameters())


def test_meta_training_lowers_the_episodes_loss() -> None:
    torch.set_num_threads(1)
    meta = replace(
        STAGE, epochs=10, losses=LossConfig(persons=1.0), episodes=EpisodeConfig(shot=(1, 2))
    )
    people = Somebodies(TRAINING.images, np.arange(len(TRAINING)) // 28, TRAINING.own)
    trainer = Trainer.start(replace(TINY, stages=(meta,)), TRAINING, people)
    losses = [trainer.run_epoch(0, epoch, Watcher())["persons"] for epoch in range(meta.epochs)]
    assert losses[-1] < 0.8 * losses[0]


def test_episodes_of_persons_need_people() -> None:
    meta = replace(STAGE, losses=LossConfig(persons=1.0))
    with pytest.raises(TrainingError, match="no people are given"):
        Trainer.start(replace(TINY, stages=(meta,)), TRAINING).run_epoch(0, 0, Watcher())
