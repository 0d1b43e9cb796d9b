"""An expression of a class: taught by some, read from others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes import Prior
from fewshot_fer.prototypes.classwide import Teacher, learn_class_expression
from fewshot_fer.prototypes.prior import ClassExpression
from tests.fakes.prior import WIDTH, make_prior

LOOK = np.random.default_rng(100).normal(0, 1, WIDTH).astype(np.float32)


def people(prior: Prior, seed: int) -> tuple[Floats, list[str], Floats]:
    """References of everything basic, and looks of the new expression, of one person."""
    rng = np.random.default_rng([7, seed])
    offset = rng.normal(0, np.sqrt(prior.beta)).astype(np.float32)
    manners = rng.normal(0, np.sqrt(prior.delta), prior.means[0].shape).astype(np.float32)
    noise = rng.normal(0, 1, prior.means[0].shape).astype(np.float32)
    own = rng.normal(0, np.sqrt(prior.delta)).astype(np.float32)
    looks = LOOK + offset + own + rng.normal(0, 1, (3, WIDTH)).astype(np.float32)
    return prior.means[0] + offset + manners + noise, list(prior.names), looks


def taught(prior: Prior, count: int) -> ClassExpression:
    teachers = [
        Teacher(looks, z, labels)
        for z, labels, looks in (people(prior, seed) for seed in range(count))
    ]
    return learn_class_expression(prior, "confused", teachers)


def test_more_teachers_leave_less_doubt_and_come_nearer() -> None:
    prior = make_prior()
    few, many = taught(prior, 2), taught(prior, 40)
    assert (many.variance < few.variance).all()
    assert np.linalg.norm(many.point - LOOK) < np.linalg.norm(few.point - LOOK)


def test_who_never_showed_it_is_read_by_what_others_taught() -> None:
    prior = make_prior(allowance=0.3)
    knowing = prior.knowing([taught(prior, 3)])
    named, false = [], []
    for seed in range(50, 80):
        z, labels, looks = people(prior, seed)
        known = knowing.learn(z, labels)
        assert known.names == (*prior.names, "confused")
        named += [reading.expression == "confused" for reading in known.read(looks)]
        false += [reading.expression == "confused" for reading in known.read(z)]
    assert np.mean(named) > 0.8
    assert np.mean(false) < 0.05


def test_a_class_s_expression_changes_nothing_of_the_basic_ones() -> None:
    prior = make_prior()
    z, labels, _ = people(prior, 3)
    with_it, without = prior.knowing([taught(prior, 3)]).learn(z, labels), prior.learn(z, labels)
    np.testing.assert_array_equal(with_it.points[:, :7], without.points)
    np.testing.assert_array_equal(with_it.scale, without.scale)
    assert with_it.doubt == without.doubt


def test_an_own_picture_counts_more_than_what_others_taught() -> None:
    prior = make_prior()
    z, labels, _ = people(prior, 5)
    mine = replace(taught(prior, 3)).point + 5
    knowing = prior.knowing([taught(prior, 3)])
    known = knowing.learn(np.concatenate([z, mine[None]]), [*labels, "confused"])
    point = known.points[0, known.names.index("confused")]
    assert np.linalg.norm(point - mine) < np.linalg.norm(point - taught(prior, 3).point)
