"""How well faces are found and followed, against the truth of every frame.

The usual figures of multiple object tracking (CLEAR MOT and IDF1). A truth and an output match
when their boxes overlap by at least `OVERLAP`; who matched in the frame before goes on
matching as long as that holds. Faces that are only partly in view (a hand before them) may be
found or not: they count neither way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from fewshot_fer.arrays import Bools, Floats
from fewshot_fer.faces.assignment import pair
from fewshot_fer.faces.boxes import overlaps

OVERLAP = 0.4


@dataclass(frozen=True, slots=True)
class TruthFrame:
    """Who is where: names [n], boxes [n,4], and whose face is whole [n]."""

    people: tuple[str, ...]
    boxes: Floats
    whole: Bools


@dataclass(frozen=True, slots=True)
class OutputFrame:
    """What was said: track numbers [m] and boxes [m,4]."""

    tracks: tuple[int, ...]
    boxes: Floats


@dataclass(frozen=True, slots=True)
class TrackingResult:
    """Figures over a whole sequence."""

    n_frames: int
    n_people: int
    n_faces: int
    """Whole faces, summed over frames."""
    recall: float
    """The share of whole faces that were found."""
    precision: float
    """The share of what was found that is a face."""
    switches: int
    """How often a person's track became another one."""
    fragments: int
    """How often a person who was found was lost, and found again, though whole all the while."""
    tracks_per_person: float
    """1 if everybody kept one track."""
    mota: float
    """1 minus misses, inventions and switches, as a share of all whole faces."""
    idf1: float
    """How much of the time everybody carries the one track that fits best overall."""


def evaluate_tracking(frames: Iterable[tuple[TruthFrame, OutputFrame]]) -> TrackingResult:
    """Compare frame by frame."""
    score = _Score()
    for truth, output in frames:
        score.add(truth, output)
    return score.result()


@dataclass(slots=True)
class _Score:
    frames: int = 0
    faces: int = 0
    found: int = 0
    said: int = 0
    invented: int = 0
    switches: int = 0
    fragments: int = 0
    now: dict[str, int] = field(default_factory=dict)
    """The track each person matched when last matched."""
    missing: set[str] = field(default_factory=set)
    """Whole, found before, not found in the frame before."""
    together: Counter[tuple[str, int]] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    tracks: Counter[int] = field(default_factory=Counter)

    def add(self, truth: TruthFrame, output: OutputFrame) -> None:
        matches = _matches(truth, output, self.now)
        self.frames += 1
        ignored = 0
        for i, (person, whole) in enumerate(zip(truth.people, truth.whole.tolist(), strict=True)):
            track = matches.get(i)
            if whole:
                self._whole(person, track)
            else:
                self.missing.discard(person)
                ignored += track is not None
            if track is not None:
                self.switches += self.now.get(person, track) != track
                self.now[person] = track
        self.said += len(output.tracks) - ignored
        self.invented += len(output.tracks) - len(matches)
        claimed = {
            matches[i] for i, whole in enumerate(truth.whole.tolist()) if not whole and i in matches
        }
        self.tracks.update(track for track in output.tracks if track not in claimed)

    def _whole(self, person: str, track: int | None) -> None:
        self.faces += 1
        self.people[person] += 1
        if track is None:
            if person in self.now:
                self.missing.add(person)
            return
        self.found += 1
        self.fragments += person in self.missing
        self.missing.discard(person)
        self.together[person, track] += 1

    def result(self) -> TrackingResult:
        names, numbers = list(self.people), list(self.tracks)
        counts = np.array([[self.together[p, t] for t in numbers] for p in names], np.float64)
        shared = counts.reshape(len(names), len(numbers))
        rows, columns = pair(np.where(shared > 0, -shared, np.inf))
        kept = float(shared[rows, columns].sum())
        per_person = Counter(person for person, _ in self.together)
        misses = self.faces - self.found
        return TrackingResult(
            n_frames=self.frames,
            n_people=len(names),
            n_faces=self.faces,
            recall=_share(self.found, self.faces),
            precision=_share(self.said - self.invented, self.said),
            switches=self.switches,
            fragments=self.fragments,
            tracks_per_person=_share(sum(per_person.values()), len(per_person)),
            mota=1 - _share(misses + self.invented + self.switches, self.faces, empty=0.0),
            idf1=_share(2 * kept, self.faces + self.said),
        )


def _matches(truth: TruthFrame, output: OutputFrame, before: dict[str, int]) -> dict[int, int]:
    """The track of each person (by index) in one frame."""
    over = overlaps(truth.boxes, output.boxes).astype(np.float64)
    costs = np.where(over >= OVERLAP, 1 - over, np.inf)
    place = {track: column for column, track in enumerate(output.tracks)}
    for row, person in enumerate(truth.people):
        column = place.get(before.get(person, -1))
        if column is not None and np.isfinite(costs[row, column]):
            costs[row, column] -= 2  # Going on comes before any other pair.
    rows, columns = pair(costs)
    return {
        row: output.tracks[column]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    }


def _share(part: float, whole: float, *, empty: float = 1.0) -> float:
    return part / whole if whole else empty
