"""What a person's references do, and do not do, to the prototypes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes import Prior, PrototypeIndex
from fewshot_fer.prototypes.prototypes import Doubts
from fewshot_fer.prototypes.stored import prior_arrays, read_prior
from fewshot_fer.reasons import Code, Reason
from tests.fakes.prior import WIDTH, make_prior


def person(prior: Prior, seed: int, noise: float = 0.3) -> tuple[np.ndarray, list[str], np.ndarray]:
    """References, their labels and queries (in the same order) of somebody far from the mean."""
    rng = np.random.default_rng(seed)
    own = prior.means[0] + rng.normal(0, 2, WIDTH) + rng.normal(0, 1, (7, WIDTH))
    looks = [own + rng.normal(0, noise, own.shape) for _ in range(2)]
    return looks[0].astype(np.float32), list(BASIC), looks[1].astype(np.float32)


def named(prototypes: object, z: np.ndarray) -> list[str]:
    return [reading.expression for reading in prototypes.read(z)]  # type: ignore[attr-defined]


def test_one_reference_each_beats_the_generic_recogniser() -> None:
    prior = make_prior()
    right = {"generic": 0, "enrolled": 0}
    for seed in range(20):
        z, labels, queries = person(prior, seed)
        for kind, known in (
            ("generic", prior.learn(z[:0], ())),
            ("enrolled", prior.learn(z, labels)),
        ):
            right[kind] += sum(a == b for a, b in zip(named(known, queries), BASIC, strict=True))
    assert right["enrolled"] > right["generic"]
    assert right["enrolled"] >= 0.95 * 20 * 7


def test_no_references_are_exactly_the_means_of_all_people() -> None:
    prior = make_prior()
    generic = prior.learn(np.zeros((0, WIDTH), np.float32), ())
    np.testing.assert_array_equal(generic.points, prior.means)
    assert generic.doubt == pytest.approx(1.0)
    assert not generic.offset.any()


@settings(max_examples=25)
@given(order=st.permutations(range(7)), seed=st.integers(0, 50))
def test_the_order_of_references_does_not_matter(order: list[int], seed: int) -> None:
    prior = make_prior()
    z, labels, _ = person(prior, seed)
    shuffled = prior.learn(z[list(order)], [labels[i] for i in order])
    np.testing.assert_array_equal(shuffled.points, prior.learn(z, labels).points)


def test_a_reference_given_twice_counts_once() -> None:
    prior = make_prior()
    z, labels, _ = person(prior, 1)
    doubled = prior.learn(np.concatenate([z, z[:1]]), [*labels, labels[0]])
    np.testing.assert_array_equal(doubled.points, prior.learn(z, labels).points)
    assert doubled.counts == (1,) * 7


def test_a_resting_face_moves_every_expression_by_the_same_offset() -> None:
    prior = make_prior()
    z, _, _ = person(prior, 2)
    known = prior.learn(z[6:], ["neutral"])
    moved = known.points[0, :6] - prior.means[0, :6]
    np.testing.assert_allclose(moved, np.tile(known.offset, (6, 1)), atol=1e-5)
    towards = (known.offset * (z[6] - prior.means[0, 6])).sum()
    assert towards > 0
    assert known.counts == (0, 0, 0, 0, 0, 0, 1)


def test_many_references_pin_an_expression_to_their_mean() -> None:
    prior = make_prior()
    rng = np.random.default_rng(3)
    z = rng.normal(5, 1, (400, WIDTH)).astype(np.float32)
    known = prior.learn(z, ["happy"] * 400)
    np.testing.assert_allclose(known.points[0, BASIC.index("happy")], z.mean(0), atol=0.05)


def test_a_new_expression_is_learnt_and_leaves_the_others_alone() -> None:
    prior = make_prior()
    z, labels, queries = person(prior, 4)
    confused = (z[0] + z[3]) / 2 + 4
    known = prior.learn(np.concatenate([z, confused[None]]), [*labels, "confused"])
    assert known.names == (*BASIC, "confused")
    assert named(known, confused[None]) == ["confused"]
    without = prior.learn(z, labels)
    assert named(known, queries) == named(without, queries)


def test_an_expression_without_a_reference_is_not_at_a_loss_for_its_doubt() -> None:
    right = {0.0: 0, 0.3: 0}
    for allowance in right:
        prior = make_prior(allowance=allowance, means=0.3 * make_prior().means)
        for seed in range(30):
            z, labels, queries = person(prior, seed)
            known = prior.learn(z[:3], labels[:3])
            right[allowance] += sum(
                a == b for a, b in zip(named(known, queries), BASIC, strict=True)
            )
    assert right[0.3] > right[0.0]


def test_scores_are_probabilities_and_sum_to_one() -> None:
    prior = make_prior()
    z, labels, queries = person(prior, 5)
    for reading in prior.learn(z, labels).read(queries):
        assert sum(reading.scores.values()) == pytest.approx(1.0, abs=1e-5)
        assert reading.scores[reading.expression] == max(reading.scores.values())


def test_unsure_says_why() -> None:
    doubts = Doubts(confidence=0.9, distance=60.0)
    prior = make_prior(doubts=(doubts, doubts))
    z, labels, _ = person(prior, 6)
    known = prior.learn(z, labels)
    places = known.points[0]
    between = places[0] + 0.499 * (places[1] - places[0])
    far = places[0] + 100
    clear, close, nothing, weak = known.read(
        np.stack([places[3], between, far, places[3]]).astype(np.float32),
        [None, None, None, Reason(Code.BLURRED)],
    )
    assert clear.unsure is None
    nearest = {known.names[0], known.names[1]}
    pairs = [Reason(Code.CLOSE, first=a, second=b) for a in nearest for b in nearest - {a}]
    assert close.unsure in pairs
    assert nothing.unsure == Reason(Code.FAR)
    assert weak.unsure == Reason(Code.BLURRED)


def test_a_session_moved_as_a_whole_is_won_back_by_one_labelled_look() -> None:
    prior = make_prior()
    z, labels, queries = person(prior, 8)
    shift = np.random.default_rng(9).normal(0, 2, WIDTH).astype(np.float32)
    known = prior.learn(z, labels)
    session = prior.recalibrate(known, queries[6:] + shift, ["neutral"])
    again = prior.learn(z, labels, session=session)
    before = np.linalg.norm(queries + shift - known.points[0], axis=1).sum()
    after = np.linalg.norm(queries + shift - again.points[0], axis=1).sum()
    assert after < 0.6 * before


def test_recalibrating_on_an_unchanged_session_hardly_moves_anything() -> None:
    prior = make_prior()
    z, labels, _ = person(prior, 10)
    known = prior.learn(z, labels)
    session = prior.recalibrate(known, np.repeat(known.points[0], 3, axis=0))
    assert np.abs(session.offset).max() < 0.05


def test_unlabelled_looks_that_are_unsure_change_nothing() -> None:
    prior = make_prior(temperatures=(50.0, 50.0))
    z, labels, queries = person(prior, 11)
    session = prior.recalibrate(prior.learn(z, labels), queries)
    assert session.frames == 0
    assert not session.offset.any()
    assert not session.variance.any()


def test_the_index_agrees_with_plain_numpy_for_every_student() -> None:
    prior = make_prior()
    generic = prior.learn(np.zeros((0, WIDTH), np.float32), ())
    index = PrototypeIndex(generic)
    people = {f"s{seed}": person(prior, seed) for seed in range(9)}
    for student, (z, labels, _) in people.items():
        index.put(student, prior.learn(z, labels))
    index.remove("s3")
    index.put("s9", prior.learn(*people["s3"][:2]))
    index.put("s4", prior.learn(people["s5"][0], people["s5"][1]))
    queries = np.concatenate([queries for _, _, queries in people.values()])
    owners = [student for student in people for _ in range(7)]
    everybody: list[str | None] = [*people, "s9", None]
    for one in everybody:
        rows = queries[[owner == one for owner in owners]] if one in people else queries
        found = index.squares(one if one is not None and one in index else None, rows)
        assert np.allclose(found, index.prototypes(one).squares(rows), rtol=1e-4, atol=1e-3)
    assert "s3" not in index
    assert len(index) == 9


def test_a_look_is_read_by_its_own_student_and_by_the_generic_prototypes_otherwise() -> None:
    prior = make_prior()
    generic = prior.learn(np.zeros((0, WIDTH), np.float32), ())
    index = PrototypeIndex(generic)
    z, labels, queries = person(prior, 12)
    own = prior.learn(z, labels)
    index.put("ada", own)
    students = ["ada", None, "nobody", "ada", None, "ada", None]
    readings = index.read(students, queries)
    for student, look, reading in zip(students, queries, readings, strict=True):
        expected = (own if student == "ada" else generic).read(look[None])[0]
        assert reading.expression == expected.expression
        assert reading.scores == pytest.approx(expected.scores, abs=1e-4)


def test_a_prior_survives_being_stored() -> None:
    prior = make_prior()
    again: Prior = read_prior(prior_arrays(prior), BASIC)
    z, labels, queries = person(prior, 13)
    np.testing.assert_array_equal(
        again.learn(z, labels).scores(queries), prior.learn(z, labels).scores(queries)
    )
