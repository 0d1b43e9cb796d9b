"""Multi-object tracking of faces: association by motion, size and appearance.

No pixels and no clock: time and appearances are handed in. The numbers belong to one tracker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bools, Doubles, Floats, Ints
from fewshot_fer.faces.appearance import LENGTH, unlikeness
from fewshot_fer.faces.assignment import pair
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.faces.values import Faces, is_among

_COASTING_S: Final = 0.6
"""A face that is not seen is expected to come to rest in about this time."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How far a tracker trusts what; distances in face sizes, times in seconds."""

    memory: float = 3.0
    """How long an unseen face is remembered."""
    reach: float = 0.6
    """How far from where it is expected a face may appear after no time at all."""
    growth: float = 0.6
    """How much the reach grows with every second unseen."""
    drift: float = 0.6
    """The share of its way by which a moving face may be off when it is seen again."""
    largest_reach: float = 3.0
    largest_stretch: float = 0.6
    """The largest change of size, as a logarithm."""
    look_weight: float = 1.0
    fresh: float = 0.4
    stranger: float = 0.5
    """A face this unlike a track that was unseen for longer than `fresh` is somebody else's."""
    same_look: float = 0.25
    """The largest unlikeness by which a face is known again after the layout has jumped."""
    clear_by: float = 0.03
    """How much less like everybody else it must be then."""
    turning: float = 0.3
    """The share of a surprise that corrects the velocity."""


@dataclass(frozen=True, slots=True)
class _Tracks:
    """The arrays are the tracker's own, which writes into them, but for `ids`."""

    ids: Ints
    places: Doubles
    """Middle and sides [n,4]."""
    velocities: Doubles
    """Of the middle, in pixels a second [n,2]."""
    seen: Doubles
    appearance: Floats

    @classmethod
    def none(cls) -> _Tracks:
        return cls(
            np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros((0, 2)), np.zeros(0),
            np.zeros((0, LENGTH), np.float32),
        )  # fmt: skip

    def __getitem__(self, which: Bools | Ints) -> _Tracks:
        return _Tracks(
            self.ids[which], self.places[which], self.velocities[which], self.seen[which],
            self.appearance[which],
        )  # fmt: skip

    def joined(self, other: _Tracks) -> _Tracks:
        return _Tracks(
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.places, other.places]),
            np.concatenate([self.velocities, other.velocities]),
            np.concatenate([self.seen, other.seen]),
            np.concatenate([self.appearance, other.appearance]),
        )

    def expected(self, time: float) -> Doubles:
        """Where the tracks are by now: the longer unseen, the less they still move."""
        since = np.maximum(time - self.seen, 0)[:, None]
        travelled = self.velocities * (_COASTING_S * (1 - np.exp(-since / _COASTING_S)))
        return np.concatenate([self.places[:, :2] + travelled, self.places[:, 2:]], axis=1)


class Tracker:
    """Remembers the faces of one stream."""

    def __init__(self, habits: Habits | None = None) -> None:
        self._habits = habits or Habits()
        self._tracks = _Tracks.none()
        self._next = 1

    def predict(self, time: float) -> tuple[Ints, Floats]:
        """All remembered tracks [n] and the boxes [n,4] where they are expected."""
        return self._tracks.ids, _boxes(self._tracks.expected(time))

    def update(
        self,
        faces: Faces,
        time: float,
        appearance: Floats | None = None,
        *,
        among: Ints | None = None,
        jumped: bool = False,
    ) -> Ints:
        """The numbers [n] of the faces seen at a time; unknown faces get new ones.

        `among` are the tracks that were looked at (else all); `jumped` says that places mean
        nothing any more, so that faces are known again by their appearance alone.
        """
        self._forget(time)
        seen = _Sight(faces, appearance)
        candidates = np.flatnonzero(
            np.ones(len(self._tracks.ids), bool)
            if among is None
            else is_among(self._tracks.ids, among)
        )
        known = self._tracks[candidates]
        costs = self._costs_of_looks(known, seen) if jumped else self._costs(known, seen, time)
        rows, columns = pair(costs)
        ids = np.full(len(faces), -1, dtype=np.int64)
        ids[columns] = known.ids[rows]
        self._follow(candidates[rows], seen, columns, time, at_rest=jumped)
        if jumped:
            self._displace(np.delete(candidates, rows))
        self._welcome(ids, seen, time)
        return ids

    def _forget(self, time: float) -> None:
        stay = time - self._tracks.seen <= self._habits.memory
        if not stay.all():
            self._tracks = self._tracks[stay]

    def _costs(self, tracks: _Tracks, seen: _Sight, time: float) -> Doubles:
        habits = self._habits
        expected = tracks.expected(time)
        size = np.sqrt(expected[:, None, 2:].max(axis=2) * seen.places[None, :, 2:].max(axis=2))
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps = expected[:, None, :2] - seen.places[None, :, :2]
            distance = np.hypot(gaps[..., 0], gaps[..., 1]) / size
            stretch = np.abs(np.log(expected[:, None, 3] / seen.places[None, :, 3]))
        unseen = np.maximum(time - tracks.seen, 0)
        way = np.hypot(*tracks.velocities.T) * unseen / np.maximum(tracks.places[:, 2], 1e-3)
        reach = habits.reach + habits.growth * unseen + habits.drift * way
        reach = np.minimum(reach, habits.largest_reach)[:, None]
        costs = distance + stretch
        possible = (distance <= reach) & (stretch <= habits.largest_stretch)
        if seen.appearance is not None:
            strange = unlikeness(tracks.appearance, seen.appearance)
            costs = costs + habits.look_weight * strange
            known = tracks.appearance.any(axis=1) & (unseen > habits.fresh)
            possible &= (strange <= habits.stranger) | ~known[:, None]
        return np.where(possible, costs, np.inf)

    def _costs_of_looks(self, tracks: _Tracks, seen: _Sight) -> Doubles:
        """Only pairs that are alike, and clearly more so than either is like anybody else.

        Whoever is known again is out of the others' way, so it goes round by round.
        """
        costs = np.full((len(tracks.ids), len(seen.places)), np.inf)
        if seen.appearance is None:
            return costs
        left = unlikeness(tracks.appearance, seen.appearance)
        while left.size:
            limit = left + self._habits.clear_by
            clear = (limit <= _best_other(left, axis=0)) & (limit <= _best_other(left, axis=1))
            rows, columns = np.nonzero(clear & (left <= self._habits.same_look))
            if not len(rows):
                break
            costs[rows, columns] = left[rows, columns]
            left[rows], left[:, columns] = np.inf, np.inf
        return costs

    def _follow(
        self, rows: Ints, seen: _Sight, columns: Ints, time: float, *, at_rest: bool
    ) -> None:
        tracks = self._tracks
        since = np.maximum(time - tracks.seen[rows], 1e-3)[:, None]
        surprise = seen.places[columns, :2] - tracks.expected(time)[rows, :2]
        turn = self._habits.turning * np.minimum(1.0, since / 0.1)
        correction = turn * surprise / np.maximum(since, 0.02)
        tracks.velocities[rows] = 0 if at_rest else tracks.velocities[rows] + correction
        slow = np.hypot(*tracks.velocities.T) < 0.25 * tracks.places[:, 2]
        tracks.velocities[slow] *= 0.5
        tracks.places[rows], tracks.seen[rows] = seen.places[columns], time
        if seen.appearance is not None:
            clear = ~_crowded(_boxes(tracks.places))[rows]
            mixed = 0.8 * tracks.appearance[rows] + 0.2 * seen.appearance[columns]
            mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-6)
            tracks.appearance[rows[clear]] = mixed[clear]

    def rescale(self, zoom: float) -> None:
        """The pictures have another size from now on."""
        self._tracks.places[:] *= zoom
        self._tracks.velocities[:] *= zoom

    def _displace(self, tracks: Ints) -> None:
        """Nobody knows where they are now; only their appearance can bring them back."""
        self._tracks.places[tracks, :2] = np.nan

    def _welcome(self, ids: Ints, seen: _Sight, time: float) -> None:
        new = np.flatnonzero(ids < 0)
        if not len(new):
            return
        ids[new] = np.arange(self._next, self._next + len(new))
        self._next += len(new)
        appearance = (
            np.zeros((len(new), LENGTH), np.float32)
            if seen.appearance is None
            else seen.appearance[new]
        )
        arrived = _Tracks(
            ids[new], seen.places[new], np.zeros((len(new), 2)), np.full(len(new), time), appearance
        )
        self._tracks = self._tracks.joined(arrived)


class _Sight:
    """What was seen in one frame: middles and sides [n,4], appearance [n,192]."""

    def __init__(self, faces: Faces, appearance: Floats | None) -> None:
        boxes = faces.boxes.astype(np.float64)
        self.places = np.concatenate(
            [(boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3)],
            axis=1,
        )
        self.appearance = appearance


def _boxes(places: Doubles) -> Floats:
    half = places[:, 2:] / 2
    return np.concatenate([places[:, :2] - half, places[:, :2] + half], axis=1).astype(np.float32)


def _crowded(boxes: Floats) -> Bools:
    """Which boxes lie over another one, so that an appearance may be of two faces [n]."""
    if len(boxes) < 2:
        return np.zeros(len(boxes), bool)
    over = overlaps(boxes, boxes)
    np.fill_diagonal(over, 0)
    return np.asarray(over.max(axis=1, initial=0) > 0.1)


def _best_other(costs: Doubles, axis: int) -> Doubles:
    """For every entry the lowest of the others along an axis; infinite where there is none."""
    if costs.shape[axis] < 2:
        return np.full_like(costs, np.inf)
    two = np.partition(costs, 1, axis=axis)
    first, second = two.take([0], axis=axis), two.take([1], axis=axis)
    return np.where(costs == first, second, first)
