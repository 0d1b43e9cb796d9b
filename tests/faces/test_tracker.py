"""Numbers stay with their faces; no pixels needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.faces.appearance import LENGTH, appearance_of
from fewshot_fer.faces.assignment import pair
from fewshot_fer.faces.tracker import Tracker
from fewshot_fer.faces.values import Faces

STEP = 1 / 25


def _faces(middles: object, side: float = 60) -> Faces:
    middle = np.array(middles, dtype=np.float32).reshape(-1, 2)
    boxes = np.concatenate([middle - side / 2, middle + side / 2], axis=1)
    points = np.repeat(middle[:, None], 5, axis=1)
    return Faces(boxes, points, np.ones(len(middle), np.float32))


def _appearances(*people: int) -> Floats:
    rows = [np.random.default_rng(person).normal(size=LENGTH) for person in people]
    values = np.array(rows, dtype=np.float32).reshape(-1, LENGTH)
    return np.asarray(values / np.linalg.norm(values, axis=1, keepdims=True), np.float32)


def test_faces_at_rest_keep_their_numbers() -> None:
    """In whatever order the detector lists them, with its small errors."""
    rng = np.random.default_rng(0)
    tracker = Tracker()
    places = rng.uniform(0, 2000, (30, 2)) // 150 * 150
    places = np.unique(places, axis=0)
    first = tracker.update(_faces(places), 0.0)
    assert sorted(first.tolist()) == list(range(1, len(places) + 1))
    for k in range(1, 100):
        order = rng.permutation(len(places))
        seen = places[order] + rng.normal(0, 2, places.shape)
        assert np.array_equal(tracker.update(_faces(seen), k * STEP), first[order])


@pytest.mark.parametrize("speed", [50, 300, 600])
def test_a_moving_face_keeps_its_number(speed: float) -> None:
    """Across the picture."""
    tracker = Tracker()
    ids = {
        int(tracker.update(_faces([100 + speed * k * STEP, 200]), k * STEP)[0]) for k in range(50)
    }
    assert ids == {1}


@pytest.mark.parametrize("hidden_s", [0.2, 1.0, 2.0])
def test_a_hand_before_the_face(hidden_s: float) -> None:
    """The same number afterwards, though the head has moved a little meanwhile."""
    tracker = Tracker()
    for k in range(25):
        tracker.update(_faces([300, 300]), k * STEP)
    back = 24 * STEP + hidden_s
    for time in np.arange(25 * STEP, back - 1e-9, STEP):
        assert len(tracker.update(_faces([]), float(time))) == 0
    assert tracker.update(_faces([330, 310]), back).tolist() == [1]


def test_somebody_else_after_a_long_time() -> None:
    """Nobody is remembered for ever, and numbers are not used twice."""
    tracker = Tracker()
    tracker.update(_faces([300, 300]), 0.0)
    assert tracker.update(_faces([300, 300]), 10.0).tolist() == [2]
    assert len(tracker.predict(10.0)[0]) == 1
    tracker.update(_faces([]), 20.0)
    assert len(tracker.predict(20.0)[0]) == 0


@pytest.mark.parametrize("with_appearance", [True, False])
@pytest.mark.parametrize("hidden", [0, 5, 12])
def test_crossing_faces_do_not_swap(hidden: int, with_appearance: bool) -> None:
    """Two walk past each other; around the middle the one behind is not seen."""
    tracker, ids = Tracker(), []
    for k in range(60):
        left, right = 200 + 8 * k, 680 - 8 * k
        behind = abs(k - 30) <= hidden
        places = [[left, 300]] if behind else [[left, 300], [right, 310]]
        seen = _appearances(1) if behind else _appearances(1, 2)
        ids.append(
            tracker.update(_faces(places), k * STEP, seen if with_appearance else None).tolist()
        )
    assert ids[0] == ids[-1] == [1, 2]
    assert all(row[0] == 1 for row in ids)


def test_a_new_face_beside_a_lost_one() -> None:
    """Too far away to be the same."""
    tracker = Tracker()
    tracker.update(_faces([100, 100]), 0.0)
    assert tracker.update(_faces([400, 100]), STEP).tolist() == [2]


def test_another_size_is_another_face() -> None:
    """A passer-by close to the camera."""
    tracker = Tracker()
    tracker.update(_faces([100, 100], side=40), 0.0)
    assert tracker.update(_faces([100, 100], side=160), STEP).tolist() == [2]


def test_after_a_jump_appearance_decides() -> None:
    """Tiles have changed places: everybody is known again, whoever is new is new."""
    tracker = Tracker()
    places = [[100, 100], [300, 100], [500, 100], [700, 100]]
    tracker.update(_faces(places), 0.0, _appearances(1, 2, 3, 4))
    ids = tracker.update(_faces(places, side=40), STEP, _appearances(3, 1, 9, 2), jumped=True)
    assert ids.tolist() == [3, 1, 5, 2]


def test_after_a_jump_old_places_mean_nothing() -> None:
    """Whoever was not known again does not get a newcomer's face for sitting in the old place."""
    tracker = Tracker()
    tracker.update(_faces([[100, 100], [300, 100]]), 0.0, _appearances(1, 2))
    tracker.update(_faces([[500, 100]]), STEP, _appearances(1), jumped=True)
    assert np.isnan(tracker.predict(STEP)[1][1]).all()
    ids = tracker.update(_faces([[500, 100], [300, 100]]), 2 * STEP, _appearances(1, 3))
    assert ids.tolist() == [1, 3]
    back = tracker.update(_faces([[100, 400]]), 3 * STEP, _appearances(2), jumped=True)
    assert back.tolist() == [2]


def test_after_a_jump_twins_are_not_guessed() -> None:
    """Two who look the same get new numbers rather than each other's."""
    tracker = Tracker()
    tracker.update(_faces([[100, 100], [300, 100]]), 0.0, _appearances(1, 1))
    ids = tracker.update(_faces([[100, 100], [300, 100]]), STEP, _appearances(1, 1), jumped=True)
    assert ids.tolist() == [3, 4]


def test_only_those_looked_at_may_be_found() -> None:
    """A face near an unasked track does not take its number."""
    tracker = Tracker()
    tracker.update(_faces([[100, 100], [300, 100]]), 0.0)
    ids = tracker.update(_faces([105, 100]), STEP, among=np.array([2]))
    assert ids.tolist() == [3]


def test_numbers_belong_to_a_tracker() -> None:
    """A second camera starts at one again."""
    one, other = Tracker(), Tracker()
    one.update(_faces([[100, 100], [300, 100]]), 0.0)
    assert other.update(_faces([100, 100]), 0.0).tolist() == [1]


def test_points_that_are_none() -> None:
    """A broken box is a face of its own and breaks nothing."""
    tracker = Tracker()
    broken = _faces([[100, 100], [np.nan, 100]])
    first = tracker.update(broken, 0.0)
    assert tracker.update(_faces([100, 100]), STEP).tolist() == [int(first[0])]


def test_predicts_along_the_way() -> None:
    """A face in motion is expected ahead, and nearer to rest the longer it is unseen."""
    tracker = Tracker()
    for k in range(50):
        tracker.update(_faces([100 + 10 * k, 100]), k * STEP)
    last = 49 * STEP
    middles = [float(tracker.predict(last + s)[1][0, ::2].mean()) for s in (0, STEP, 2.0, 4.0)]
    assert middles[1] - middles[0] == pytest.approx(10, abs=3)
    assert middles[3] - middles[2] < 20


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)),
               elements=st.sampled_from([0.1, 0.2, 0.5, 0.9, 1.7, np.inf]))
)  # fmt: skip
def test_pairs_are_possible_and_unique(costs: Doubles) -> None:
    """Nobody twice, nothing impossible, and nobody left who could still be paired."""
    rows, columns = pair(costs)
    assert len(set(rows.tolist())) == len(rows)
    assert len(set(columns.tolist())) == len(columns)
    assert np.isfinite(costs[rows, columns]).all()
    left = np.ix_(
        np.setdiff1d(np.arange(costs.shape[0]), rows),
        np.setdiff1d(np.arange(costs.shape[1]), columns),
    )
    assert not np.isfinite(costs[left]).any()


def test_pairs_are_exchanged_when_that_is_cheaper() -> None:
    """The cheapest pair alone would cost everybody else too much."""
    rows, columns = pair(np.array([[0.1, 0.2], [0.3, 9.0]]))
    assert dict(zip(rows.tolist(), columns.tolist(), strict=True)) == {0: 1, 1: 0}


def test_appearance_knows_a_picture_again() -> None:
    """The same place brighter is alike; another place is not; borders and NaN do no harm."""
    image = np.random.default_rng(0).integers(0, 200, (40, 60, 3), dtype=np.uint8)
    image = image.repeat(8, axis=0).repeat(8, axis=1)
    boxes = np.array([[40, 40, 140, 140], [240, 100, 340, 200], [-30, -30, 50, 50]], np.float32)
    here, brighter = appearance_of(image, boxes), appearance_of(image + np.uint8(40), boxes)
    alike = here @ brighter.T
    assert alike.diagonal().min() > 0.97
    assert np.abs(alike[~np.eye(3, dtype=bool)]).max() < 0.6
    assert np.isfinite(appearance_of(image, np.full((1, 4), np.nan, np.float32))).all()
