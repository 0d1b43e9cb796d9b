"""Tracking figures on sequences small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest

from fewshot_fer.evaluation.tracking import (
    OutputFrame,
    TrackingResult,
    TruthFrame,
    evaluate_tracking,
)

PLACES = {"ada": 0, "bob": 100, "cai": 200}
Said = dict[int, float]


def _box(x: float) -> list[float]:
    return [x, 0, x + 40, 40]


def _run(said: Sequence[Said], hidden: Sequence[set[str]] | None = None) -> TrackingResult:
    """Ada and Bob sit still; in each frame tracks are said to be at some x."""
    frames = []
    for k, tracks in enumerate(said):
        people = ("ada", "bob")
        away = hidden[k] if hidden else set()
        truth = TruthFrame(
            people,
            np.array([_box(PLACES[p]) for p in people], np.float32),
            np.array([p not in away for p in people]),
        )
        boxes = np.array([_box(x) for x in tracks.values()], np.float32).reshape(-1, 4)
        frames.append((truth, OutputFrame(tuple(tracks), boxes)))
    return evaluate_tracking(frames)


GOOD: Said = {1: 3, 2: 98}


def test_perfect() -> None:
    """All found, each with one track, whatever its number."""
    result = _run([GOOD] * 5)
    assert (result.n_frames, result.n_people, result.n_faces) == (5, 2, 10)
    assert (result.recall, result.precision, result.mota, result.idf1) == (1, 1, 1, 1)
    assert (result.switches, result.fragments, result.tracks_per_person) == (0, 0, 1)


def test_a_miss_and_an_invention() -> None:
    """One of ten faces missed, one of ten boxes on nothing."""
    result = _run([GOOD] * 4 + [{1: 3, 7: 500}])
    assert result.recall == pytest.approx(0.9)
    assert result.precision == pytest.approx(0.9)
    assert result.mota == pytest.approx(0.8)
    assert result.switches == 0


def test_a_swap_is_two_switches() -> None:
    """Both carry the other's number from then on."""
    result = _run([GOOD] * 2 + [{2: 3, 1: 98}] * 2)
    assert result.switches == 2
    assert result.tracks_per_person == 2
    assert result.idf1 == pytest.approx(0.5)
    assert result.recall == 1


def test_lost_and_found_again() -> None:
    """With the same number it is a fragment, with a new one a switch as well."""
    assert _run([GOOD, {1: 3}, GOOD]).fragments == 1
    assert _run([GOOD, {1: 3}, GOOD]).switches == 0
    again = _run([GOOD, {1: 3}, {1: 3, 9: 98}])
    assert (again.fragments, again.switches) == (1, 1)


def test_a_hand_before_the_face_counts_neither_way() -> None:
    """Not found while hidden, or found: both are fine."""
    hidden = [set[str](), {"bob"}, {"bob"}, set[str]()]
    gone = _run([GOOD, {1: 3}, {1: 3}, GOOD], hidden)
    kept = _run([GOOD] * 4, hidden)
    for result in (gone, kept):
        assert (result.recall, result.precision, result.mota, result.idf1) == (1, 1, 1, 1)
        assert (result.fragments, result.switches, result.n_faces) == (0, 0, 6)


def test_a_new_number_after_the_hand_is_a_switch() -> None:
    """Nobody may come back as somebody else."""
    assert _run([GOOD, {1: 3}, {1: 3, 5: 98}], [set(), {"bob"}, set()]).switches == 1


def test_two_boxes_on_one_face() -> None:
    """The second is an invention; the older track keeps the face, though the other fits better."""
    result = _run([GOOD, {**GOOD, 3: 100}])
    assert result.precision == pytest.approx(4 / 5)
    assert result.switches == 0


def test_nothing_at_all() -> None:
    """No frames, or frames without anybody, are no error."""
    assert evaluate_tracking([]).recall == 1
    empty = np.zeros((0, 4), np.float32)
    frame = (TruthFrame((), empty, np.zeros(0, bool)), OutputFrame((), empty))
    assert evaluate_tracking([frame]).n_frames == 1


def test_others_can_read_it() -> None:
    """Plain numbers under their names."""
    told = json.loads(json.dumps(asdict(_run([GOOD]))))
    assert told["recall"] == 1
    assert told["n_people"] == 2
