"""FER-2013's figures, from logits that are made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.episodes import Episodes, LabelledSampler, evaluate_episodes
from fewshot_fer.evaluation.fer import AsRead, as_read, evaluate_fer
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes import BaseRates
from fewshot_fer.training.data import FERPLUS_COLUMNS, FaceSet
from fewshot_fer.training.scores import Balance, HeadLogits
from tests.evaluation.readers import NearestMean
from tests.fakes.prior import make_prior

ANGRY, HAPPY, NEUTRAL = BASIC.index("angry"), BASIC.index("happy"), BASIC.index("neutral")


def faces(own: list[int], majority: list[str]) -> FaceSet:
    """Faces whose voters chose one column; `tie` has two."""
    votes = np.zeros((len(own), len(FERPLUS_COLUMNS)), np.int64)
    for row, name in enumerate(majority):
        if name == "tie":
            votes[row, :2] = 5
        elif name != "nobody":
            votes[row, FERPLUS_COLUMNS.index(name)] = 10
    return FaceSet(np.zeros((len(own), 48, 48), np.uint8), np.array(own), votes)


def says(*labels: int, strength: float = 5.0) -> Floats:
    return np.asarray(strength * np.eye(len(BASIC))[list(labels)], dtype=np.float32)


NOTHING = Balance.none()


def read(*labels: int, everyday: tuple[int, ...] | None = None) -> AsRead:
    """The product names these; and others, where they are given, with everyday base rates."""
    common = everyday or labels
    return AsRead(says(*labels), says(*common), np.array([label != ANGRY for label in common]))


def test_each_head_is_measured_on_its_own_labels() -> None:
    some = faces([ANGRY, HAPPY, NEUTRAL, HAPPY], ["happy", "happy", "contempt", "tie"])
    logits = HeadLogits(
        votes=says(HAPPY, ANGRY, NEUTRAL, HAPPY), own=says(ANGRY, HAPPY, NEUTRAL, ANGRY)
    )
    figures = evaluate_fer(
        some,
        logits,
        NOTHING,
        read(HAPPY, HAPPY, ANGRY, ANGRY, everyday=(HAPPY, ANGRY, ANGRY, ANGRY)),
    )
    assert (figures.n, figures.n_ferplus) == (4, 2)
    assert figures.accuracy_ferplus == 0.5
    assert figures.accuracy_fer2013 == 0.75
    assert figures.accuracy_prototypes == 1.0
    assert figures.accuracy_everyday == 0.5
    assert (figures.shown_everyday, figures.right_of_shown) == (0.5, 1.0)


def test_the_training_balance_is_put_back_for_the_heads_alone() -> None:
    some = faces([HAPPY, HAPPY], ["happy", "happy"])
    logits = HeadLogits(votes=says(ANGRY, ANGRY), own=says(ANGRY, ANGRY))
    common = np.zeros(7, np.float32)
    common[HAPPY] = 9.0
    figures = evaluate_fer(some, logits, Balance(common, 0 * common), read(ANGRY, ANGRY))
    assert figures.accuracy_ferplus == 1.0
    assert figures.accuracy_fer2013 == 0.0
    assert figures.accuracy_prototypes == 0.0


def test_figures_of_each_expression_by_hand() -> None:
    some = faces([HAPPY] * 4, ["happy", "happy", "happy", "angry"])
    logits = HeadLogits(votes=says(HAPPY, HAPPY, ANGRY, ANGRY), own=says(*[HAPPY] * 4))
    figures = evaluate_fer(some, logits, NOTHING, read(*[HAPPY] * 4))
    happy, angry = figures.per_class["happy"], figures.per_class["angry"]
    assert (happy.n, happy.precision) == (3, 1.0)
    assert happy.recall == pytest.approx(2 / 3)
    assert (angry.n, angry.recall, angry.precision) == (1, 1.0, 0.5)
    assert happy.f1 == pytest.approx(0.8)
    assert figures.per_class["fear"].f1 is None
    assert figures.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert figures.confusion[HAPPY, ANGRY] == 1
    assert figures.confusion.sum() == 4


def test_calibration_is_the_gap_between_confidence_and_truth() -> None:
    some = faces([HAPPY] * 2, ["happy", "happy"])
    half = np.full((2, 7), -30.0, np.float32)
    half[:, [ANGRY, HAPPY]] = 0.0, 1e-3
    figures = evaluate_fer(some, HeadLogits(half, half), NOTHING, read(HAPPY, HAPPY))
    assert figures.ece == pytest.approx(0.5, abs=1e-3)


def test_without_votes_the_own_labels_are_what_is_shown() -> None:
    some = faces([HAPPY, ANGRY], ["nobody", "nobody"])
    figures = evaluate_fer(
        some, HeadLogits(says(0, 0), says(HAPPY, HAPPY)), NOTHING, read(HAPPY, HAPPY)
    )
    assert figures.accuracy_ferplus is None
    assert figures.accuracy_fer2013 == figures.accuracy_prototypes == 0.5
    assert figures.confusion[ANGRY, HAPPY] == 1


def test_faces_without_any_label_are_refused() -> None:
    with pytest.raises(DataError, match="None of the faces has a label"):
        evaluate_fer(faces([-1], ["tie"]), HeadLogits(says(0), says(0)), NOTHING, read(0))


def test_the_json_has_the_promised_keys() -> None:
    some = faces([HAPPY], ["happy"])
    shown = evaluate_fer(some, HeadLogits(says(HAPPY), says(HAPPY)), NOTHING, read(HAPPY))
    assert list(shown.as_json()) == [
        "n", "n_ferplus", "accuracy_ferplus", "accuracy_fer2013", "accuracy_prototypes",
        "accuracy_everyday", "shown_everyday", "right_of_shown", "macro_f1", "per_class", "ece",
        "confusion",
    ]  # fmt: skip


def test_what_is_read_is_in_the_order_of_the_seven_whatever_else_is_known() -> None:
    prior = make_prior()
    z = prior.means[0]
    confused = prior.learn(z[:1] + 3, ["confused"])
    rates = BaseRates(dict(zip(BASIC, [0.1] * 6 + [0.4], strict=True)))
    found = as_read(confused, z, rates, BASIC)
    assert found.even.shape == found.everyday.shape == (7, 7)
    assert (found.everyday[:, NEUTRAL] > found.even[:, NEUTRAL]).all()
    assert found.shown.all()


LABELS = np.repeat(np.arange(7), 6)


@pytest.mark.parametrize(
    "wanted",
    [
        Episodes(8, 1, 1, 1),
        Episodes(2, 4, 3, 1),
        Episodes(1, 1, 1, 1),
        Episodes(2, 0, 1, 1),
        Episodes(2, 1, 0, 1),
        Episodes(2, 1, 1, 0),
    ],
    ids=["too many ways", "too many shots", "one way", "no shot", "no query", "no episode"],
)
def test_impossible_episodes_are_refused_when_the_sampler_is_made(wanted: Episodes) -> None:
    with pytest.raises(DataError):
        LabelledSampler(LABELS, wanted)


def test_references_are_never_queries_and_unlabelled_faces_are_neither() -> None:
    labels = np.concatenate([LABELS, np.full(20, -1)])
    sampler = LabelledSampler(labels, Episodes(5, 2, 4, 1))
    rng = np.random.default_rng(0)
    for _ in range(20):
        ways, references, queries = sampler.draw(rng)
        assert not set(references.ravel()) & set(queries.ravel())
        assert len(set(ways)) == 5
        for row, way in enumerate(ways):
            assert set(labels[[*references[row], *queries[row]]]) == {way}


def test_episodes_of_faces_that_lie_apart_are_all_right_and_the_generic_guesses() -> None:
    rng = np.random.default_rng(1)
    vectors = (10 * np.eye(7)[LABELS] + rng.normal(0, 0.1, (len(LABELS), 7))).astype(np.float32)
    figures = evaluate_episodes(vectors, LABELS, NearestMean(), Episodes(5, 1, 3, 30))
    assert figures.accuracy == 1.0
    assert figures.ci95 == (1.0, 1.0)
    assert figures.accuracy_generic < 0.5
    again = evaluate_episodes(vectors, LABELS, NearestMean(), Episodes(5, 1, 3, 30))
    assert again == figures
