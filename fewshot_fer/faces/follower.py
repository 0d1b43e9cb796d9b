"""Face detection and tracking in a stream: a full search now and then, refinement in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt
from typing import Any, Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bools, Bytes, Floats, Ints
from fewshot_fer.faces.appearance import appearance_of
from fewshot_fer.faces.boxes import means_in
from fewshot_fer.faces.detector import Picture
from fewshot_fer.faces.frames import as_rgb
from fewshot_fer.faces.pyramid import Piece
from fewshot_fer.faces.sampling import AreaSampler
from fewshot_fer.faces.tracker import Tracker
from fewshot_fer.faces.values import Faces, InView, is_among, unclaimed

_GRID: Final = 8
_REPLACED: Final = 0.5
"""This share of a face's points has changed when there is another picture in its place."""
_FEWEST_TILES: Final = 2
_SAME_SHAPE: Final = 0.02
"""Height to width may differ by so much, as a logarithm: a smaller picture is rounded."""
_DIFFERENT: Final = 30
"""From this difference of one colour on, a point of the glance has changed."""


class Finder(Protocol):
    """What a follower needs of a detector."""

    def plan(self, height: int, width: int, *, min_face: float = 0) -> list[Piece]:
        """The pieces of work of a search."""
        ...

    def detect(
        self, image: Picture, *, plan: Sequence[Piece] | None = None, known: Floats | None = None
    ) -> Faces:
        """The faces found by some pieces of work, without those that are known."""
        ...

    def refine(self, image: Picture, boxes: Floats) -> tuple[Faces, Ints]:
        """The faces at known places, and which place each is of."""
        ...


@dataclass(frozen=True, slots=True)
class Tracked:
    """The faces of a frame and their tracks [n]."""

    faces: Faces
    ids: Ints
    fresh: Bools
    """Looked at in this very frame; the others stand where they were a moment ago [n]."""
    searched: bool
    """The whole frame was searched at once."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a follower does what; times in seconds."""

    sweep: float = 0.5
    """In this time it searches the whole frame for new faces, some of it in every frame, ..."""
    sweep_in_sight: float | None = None
    """... or in this time, while it sees a face and misses none, ..."""
    at_once_in_sight: float = 1.0
    """... and then no more than this share of it in one frame, however rare frames are."""
    thorough_every: int = 10
    """Every so many sweeps it looks for faces much smaller than all that it knows."""
    smallest: float = 0.6
    """In the other sweeps it searches from this share of the smallest known face on."""
    refresh: float = 0.15
    """It looks at every known face about this often, the longest unseen first."""
    fewest_looks: int = 4
    looks_at_once: int = 16
    """At least and at most so many of them in one frame, unless frames are rare."""
    longest_wait: float = 1.0
    """Nobody waits longer than this for a look: a tracker forgets whom nobody looks at."""
    retry_every: float = 0.2
    """How often it looks where a lost face was."""
    give_up_after: float = 2.5
    """After so long without a frame it searches the whole of the next one."""
    surroundings: float = 3.0
    """How far around a lost face it searches at once, in the face's sizes."""
    jump: float = 0.35
    """When so many faces' places hold other pictures, no place means anything any more."""
    jumps_in_a_row: float = 4.0
    jumps_a_second: float = 1.0
    """More new layouts than this are rather a camera that moves."""


class FaceFollower:
    """Follows the faces of one stream; frames must come in the order of their times."""

    def __init__(
        self, detector: Finder, *, tracker: Tracker | None = None, rhythm: Rhythm | None = None
    ) -> None:
        self._detector = detector
        self._tracker = tracker or Tracker()
        self._rhythm = rhythm or Rhythm()
        self._seen = InView.nothing()
        self._lost: dict[int, float] = {}
        """Lost tracks, and when they were last looked for."""
        self._glance: Bytes | None = None
        self._size: tuple[int, int] | None = None
        """Height and width of the last frame."""
        self._time: float | None = None
        self._belief = self._rhythm.jumps_in_a_row
        """How many new layouts would be believed now."""
        self._sweeps = 0
        self._plan: list[Piece] = []
        self._pieces = 0
        self._arrears = 0.0
        """How much of the plan should have been done by now and is not, in pieces."""

    def follow(self, image: npt.NDArray[Any], time: float) -> Tracked:
        """The faces of the next frame."""
        pixels = as_rgb(image)
        rescaled = self._rescale(pixels)
        since = np.inf if self._time is None else time - self._time
        resized, replaced = self._changes(pixels, since)
        sampler = AreaSampler(pixels)
        anew = resized or rescaled or since > self._rhythm.give_up_after
        searched = anew or self._jumped(replaced, time)
        if searched:
            moved = np.ones(len(self._seen.ids), bool) if resized else replaced
            self._search(pixels, sampler, time, moved=moved)
        else:
            self._look(pixels, sampler, time, since)
            self._sweep(pixels, sampler, time, since)
        self._time = time
        fresh = self._seen.looked == time
        return Tracked(self._seen.faces, self._seen.ids, fresh, searched)

    def _rescale(self, pixels: Bytes) -> bool:
        """What is known of a frame of the same shape but another size holds in this one too."""
        before, self._size = self._size, (pixels.shape[0], pixels.shape[1])
        if before is None or before == self._size or self._glance is None:
            return False
        down, across = (now / then for now, then in zip(self._size, before, strict=True))
        if abs(log(down / across)) > _SAME_SHAPE:
            return False
        zoom = sqrt(down * across)
        self._seen = self._seen.zoomed(zoom)
        self._tracker.rescale(zoom)
        self._plan, self._arrears = [], 0.0
        height, width = (len(range(_GRID // 2, side, _GRID)) for side in self._size)
        if min(height, width, *self._glance.shape[:2]) > 0:
            # Now only what is in it can tell that there is another picture in a face's place.
            self._glance = np.asarray(cv2.resize(self._glance, (width, height)), np.uint8)
        return True

    def _changes(self, pixels: Bytes, since: float) -> tuple[bool, Bools]:
        """Whether the frame has another size, and in which faces' places is another picture.

        That is not asked where it makes no difference.
        """
        before, self._glance = self._glance, pixels[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID].copy()
        still = np.zeros(len(self._seen.ids), dtype=bool)
        if before is None or before.shape != self._glance.shape:
            return before is not None, still
        asked = 1 if since > self._rhythm.give_up_after else _FEWEST_TILES
        if len(still) < asked or not before.size:
            return False, still
        changed = (cv2.absdiff(before, self._glance).max(axis=2) > _DIFFERENT).astype(np.uint8)
        share = means_in(changed, self._seen.faces.boxes / np.float32(_GRID))
        return False, np.asarray(share > _REPLACED)

    def _jumped(self, replaced: Bools, time: float) -> bool:
        """Whether tiles have changed places; a moving camera is believed now and then only."""
        rhythm = self._rhythm
        since = 0.0 if self._time is None else time - self._time
        self._belief = min(self._belief + since * rhythm.jumps_a_second, rhythm.jumps_in_a_row)
        if replaced.sum() < _FEWEST_TILES or self._belief < 1:
            return False
        self._belief -= 1
        return True

    def _search(self, pixels: Bytes, sampler: AreaSampler, time: float, *, moved: Bools) -> None:
        """Search the whole frame at once; those that moved are known again by appearance."""
        stay = self._seen.without(self._seen.ids[moved])
        if not moved.any() or moved.mean() >= self._rhythm.jump:
            stay = InView.nothing()
        known = stay.faces.boxes if len(stay.ids) else None
        found = self._detector.detect(sampler, known=known)
        found = found[unclaimed(found, stay.faces)]
        tracks, _ = self._tracker.predict(time)
        away = tracks[~is_among(tracks, stay.ids)]
        appearance = appearance_of(pixels, found.boxes)
        ids = self._tracker.update(found, time, appearance, among=away, jumped=bool(moved.any()))
        self._seen, self._lost = stay.joined(InView.of(found, ids, time)), {}
        self._plan, self._arrears = [], 0.0

    def _look(self, pixels: Bytes, sampler: AreaSampler, time: float, since: float) -> None:
        """Look at the faces unseen for longest, and now and then where lost ones were."""
        rhythm = self._rhythm
        count = self._looks_due(since)
        longest = np.argsort(self._seen.looked, kind="stable")[:count]
        asked = self._seen.ids[longest]
        due = [track for track, tried in self._lost.items() if time - tried >= rhythm.retry_every]
        tracks = np.concatenate([asked, np.array(due, dtype=np.int64)])
        known, boxes = self._tracker.predict(time)
        here = is_among(known, tracks)
        others = self._seen.without(tracks)
        found, _ = self._detector.refine(sampler, boxes[here])
        found = found[unclaimed(found, others.faces)]
        ids = self._tracker.update(
            found, time, appearance_of(pixels, found.boxes), among=known[here]
        )
        self._seen = others.joined(InView.of(found, ids, time))
        missed = tracks[~is_among(tracks, ids) & is_among(tracks, known)]
        for track in missed.tolist():
            if track not in self._lost:
                self._search_around(pixels, sampler, boxes[known == track], time)
            self._lost[track] = time
        self._forget(known)

    def _looks_due(self, since: float) -> int:
        """At how many known faces to look, so long after the frame before."""
        rhythm, faces = self._rhythm, len(self._seen.ids)
        wanted = max(ceil(faces * since / rhythm.refresh), rhythm.fewest_looks)
        needed = ceil(faces * min(since / rhythm.longest_wait, 1))
        return max(min(wanted, rhythm.looks_at_once), needed)

    def _search_around(
        self, pixels: Bytes, sampler: AreaSampler, boxes: Floats, time: float
    ) -> None:
        """Search the surroundings of a face that has just been lost."""
        found = _searched_around(self._detector, pixels, boxes, self._rhythm.surroundings)
        self._add(pixels, found, time)

    def _sweep(self, pixels: Bytes, sampler: AreaSampler, time: float, since: float) -> None:
        """Do the share of a search for new faces that this frame's time allows."""
        if not self._plan:
            self._sweeps += 1
            self._plan = self._next_plan(sampler)
            self._pieces = len(self._plan)
        rhythm = self._rhythm
        lasts, most = rhythm.sweep, 1.0
        if rhythm.sweep_in_sight and len(self._seen.ids) and not self._lost:
            lasts, most = rhythm.sweep_in_sight, rhythm.at_once_in_sight
        self._arrears += min(since / lasts, most) * self._pieces
        now, self._plan = self._plan[: int(self._arrears)], self._plan[int(self._arrears) :]
        self._arrears -= len(now)
        if now:
            found = self._detector.detect(sampler, plan=now, known=self._seen.faces.boxes)
            self._add(pixels, found, time)

    def _next_plan(self, sampler: AreaSampler) -> list[Piece]:
        smallest = float(self._seen.faces.sizes.min(initial=np.inf)) * self._rhythm.smallest
        if self._sweeps % self._rhythm.thorough_every == 0 or not np.isfinite(smallest):
            smallest = 0
        return self._detector.plan(sampler.height, sampler.width, min_face=smallest)

    def _add(self, pixels: Bytes, found: Faces, time: float) -> None:
        """Faces that a search has found besides those in view: new ones, or lost ones again."""
        found = found[unclaimed(found, self._seen.faces)]
        if not len(found):
            return
        known, _ = self._tracker.predict(time)
        away = known[~is_among(known, self._seen.ids)]
        ids = self._tracker.update(found, time, appearance_of(pixels, found.boxes), among=away)
        self._seen = self._seen.joined(InView.of(found, ids, time))

    def _forget(self, known: Ints) -> None:
        gone = set(self._lost) - (set(known.tolist()) - set(self._seen.ids.tolist()))
        for track in gone:
            del self._lost[track]


def _searched_around(detector: Finder, pixels: Bytes, boxes: Floats, reach: float) -> Faces:
    """The faces in the surroundings of one box [1,4], in the image's own pixels."""
    height, width = pixels.shape[:2]
    size = float((boxes[0, 2:] - boxes[0, :2]).max())
    middle = (boxes[0, :2] + boxes[0, 2:]) / 2
    x0, y0 = np.clip(middle - size * reach / 2, 0, [width, height]).astype(int).tolist()
    x1, y1 = np.clip(middle + size * reach / 2, 0, [width, height]).astype(int).tolist()
    if min(x1 - x0, y1 - y0) < size / 2:
        return Faces.none()
    plan = detector.plan(y1 - y0, x1 - x0, min_face=size / 2)
    found = detector.detect(pixels[y0:y1, x0:x1], plan=plan)
    return found.moved(1.0, (x0, y0))
