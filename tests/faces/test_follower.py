"""Following a stream: what is looked at when, and who is who from frame to frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.errors import ImageError
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.faces.detector import Detector, Picture
from fewshot_fer.faces.follower import FaceFollower, Rhythm, Tracked
from fewshot_fer.faces.pyramid import Piece, pieces
from fewshot_fer.faces.tracker import Habits, Tracker
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.opening import OWN_CAMERA

STEP = 1 / 25


@dataclass
class Finder:
    """Sees exactly the faces that it is told to, and keeps a diary."""

    boxes: Floats
    whole: int = 0
    pieces: int = 0
    looked: list[int] = field(default_factory=list)

    def plan(self, height: int, width: int, *, min_face: float = 0) -> list[Piece]:
        """As many pieces as a real one would make."""
        return list(pieces(height, width, max(20, min_face), 0.709))

    def detect(
        self, image: Picture, *, plan: Sequence[Piece] | None = None, known: Floats | None = None
    ) -> Faces:
        """All but the known ones; nobody in the surroundings of a lost one."""
        self.whole += plan is None
        self.pieces += len(plan or ())
        if plan is not None and known is None:
            return Faces.none()
        new = overlaps(self.boxes, self.boxes[:0] if known is None else known)
        return self._faces(self.boxes[new.max(axis=1, initial=0) < 0.3])

    def refine(self, image: Picture, boxes: Floats) -> tuple[Faces, Ints]:
        """Those of them that a box is on."""
        self.looked.append(len(boxes))
        over = overlaps(boxes, self.boxes)
        here = np.flatnonzero(over.max(axis=1, initial=0) > 0.4)
        return self._faces(self.boxes[over[here].argmax(axis=1)] if len(here) else boxes[:0]), here

    def _faces(self, boxes: Floats) -> Faces:
        points = boxes.reshape(-1, 2, 2).mean(axis=1)[:, None].repeat(5, axis=1)
        return Faces(boxes, points, np.ones(len(boxes), np.float32))


def _wall(count: int) -> Floats:
    x, y = np.divmod(np.arange(count), 5)
    corner = np.stack([x * 120 + 20, y * 120 + 20], axis=1)
    return np.concatenate([corner, corner + 60], axis=1).astype(np.float32)


BLANK = np.zeros((720, 1280, 3), np.uint8)


def _run(
    follower: FaceFollower, frames: int, image: Bytes = BLANK, start: int = 0
) -> list[Tracked]:
    return [follower.follow(image, (start + k) * STEP) for k in range(frames)]


def test_known_faces_take_turns() -> None:
    """A budget of looks a frame, and nobody waits longer than their turn."""
    finder = Finder(_wall(49))
    seen = _run(FaceFollower(finder, rhythm=Rhythm(refresh=0.01, looks_at_once=12)), 26)
    assert finder.whole == 1
    assert max(finder.looked) == 12
    assert all(len(tracked.faces) == 49 for tracked in seen)
    waits = np.zeros(49, int)
    for tracked in seen[1:]:
        waits = np.where(tracked.fresh, 0, waits + 1)
        assert waits.max() <= 49 // 12 + 1


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (4, 4), (9, 4), (49, 14)])
def test_as_many_looks_as_time_asks_for(count: int, expected: int) -> None:
    """At 25 frames a second each of 49 has its turn every 0.15 s; a few are looked at always."""
    finder = Finder(_wall(count))
    _run(FaceFollower(finder), 20)
    assert max(finder.looked) == expected


@pytest.mark.parametrize("gap", [1.0, 1.7, 2.4])
def test_rare_pictures_lose_nobody(gap: float) -> None:
    """More faces than looks in a frame: all keep their numbers though frames are seconds apart."""
    follower = FaceFollower(Finder(_wall(49)))
    seen = [follower.follow(BLANK, k * gap) for k in range(12)]
    assert all(tracked.ids.tolist() == list(range(1, 50)) for tracked in seen)


def test_whom_the_tracker_has_forgotten_is_not_looked_for() -> None:
    """Faces that wait longer for their look than the tracker remembers are found anew."""
    tracker, rhythm = Tracker(Habits(memory=0.15)), Rhythm(looks_at_once=4)
    follower = FaceFollower(Finder(_wall(49)), tracker=tracker, rhythm=rhythm)
    seen = [follower.follow(BLANK, tenth / 10) for tenth in range(30)]
    assert all(0 < len(set(tracked.ids.tolist())) == len(tracked.faces) <= 49 for tracked in seen)


@pytest.mark.parametrize("gap", [2.4, 2.7, 60.0])
def test_rare_pictures_make_nothing_grow(gap: float) -> None:
    """However far apart pictures are, a tracker remembers the faces in view and no more."""
    tracker = Tracker()
    finder = Finder(_wall(9))
    follower = FaceFollower(finder, tracker=tracker)
    for k in range(40):
        finder.boxes = _wall(9)[k % 3 :]
        assert len(follower.follow(BLANK, k * gap).ids) >= 7
        assert len(tracker.predict(k * gap)[0]) <= 9
        assert len(follower._lost) <= 9


def test_the_search_is_spread_over_frames() -> None:
    """No frame but the first searches everything; half a second searches all of it."""
    finder = Finder(_wall(4))
    follower = FaceFollower(finder)
    seen = _run(follower, 1)
    per_frame = []
    for k in range(1, 40):
        before = finder.pieces
        seen.append(follower.follow(BLANK, k * STEP))
        per_frame.append(finder.pieces - before)
    assert [tracked.searched for tracked in seen].count(True) == 1
    whole = len(finder.plan(720, 1280, min_face=36))
    assert sum(per_frame[:13]) >= whole
    assert max(per_frame) <= whole / 3


def test_a_new_face_is_found_within_a_sweep() -> None:
    """Without a search of the whole frame."""
    finder = Finder(_wall(3))
    follower = FaceFollower(finder)
    _run(follower, 10)
    finder.boxes = _wall(4)
    seen = _run(follower, 15, start=10)
    assert seen[-1].ids.tolist() == [1, 2, 3, 4]
    assert finder.whole == 1


def test_a_hidden_face_gets_its_number_back() -> None:
    """A hand for two seconds; nobody else's number changes."""
    finder = Finder(_wall(5))
    follower = FaceFollower(finder)
    _run(follower, 25)
    finder.boxes = _wall(5)[np.array([0, 1, 3, 4])]
    hidden = _run(follower, 50, start=25)
    assert all(tracked.ids.tolist() == [1, 2, 4, 5] for tracked in hidden[1:])
    finder.boxes = _wall(5)
    back = _run(follower, 10, start=75)
    assert back[-1].ids.tolist() == [1, 2, 3, 4, 5]


def test_nobody() -> None:
    """An empty room is searched again and again, and costs no looks."""
    finder = Finder(_wall(0))
    seen = _run(FaceFollower(finder), 30)
    assert all(len(tracked.faces) == 0 for tracked in seen)
    assert sum(finder.looked) == 0
    assert finder.pieces > 0


def test_a_frame_of_another_size_is_searched_at_once() -> None:
    """The window was resized."""
    finder = Finder(_wall(3))
    follower = FaceFollower(finder)
    _run(follower, 3)
    assert follower.follow(BLANK[:480, :640], 3 * STEP).searched
    assert finder.whole == 2


def test_a_smaller_picture_of_the_same_shape_keeps_the_numbers() -> None:
    """Every face is a blank, so that only its place can tell who it is."""
    finder = Finder(_wall(12))
    follower = FaceFollower(finder)
    _run(follower, 5)
    for k, zoom in enumerate((0.5, 0.75, 1.0)):
        finder.boxes = _wall(12) * np.float32(zoom)
        image = np.zeros((round(720 * zoom), round(1280 * zoom), 3), np.uint8)
        seen = _run(follower, 5, image, start=5 * k + 5)
        assert all(tracked.ids.tolist() == list(range(1, 13)) for tracked in seen)
        order = seen[0].ids - 1
        assert np.allclose(seen[0].faces.boxes, finder.boxes[order])


def test_a_long_pause_asks_no_more_than_a_whole_search() -> None:
    """A stream that stops for a minute is begun again, not caught up with."""
    finder = Finder(_wall(3))
    follower = FaceFollower(finder)
    _run(follower, 2)
    finder.pieces = 0
    assert follower.follow(BLANK, 60.0).searched
    assert (finder.whole, finder.pieces) == (2, 0)
    follower.follow(BLANK, 62.0)
    assert finder.pieces <= len(finder.plan(720, 1280))


def test_rare_pictures_of_an_own_camera_cost_little() -> None:
    """A server that is busy asks for few; were each searched as a whole, it would stay busy."""
    finder = Finder(_wall(1))
    tracker = Tracker(Habits(memory=OWN_CAMERA.give_up_after))
    follower = FaceFollower(finder, tracker=tracker, rhythm=OWN_CAMERA)
    follower.follow(BLANK, 0.0)
    whole, searches = len(finder.plan(720, 1280)), finder.whole
    seen = [follower.follow(BLANK, 8.0 * k) for k in range(1, 11)]
    assert [one.ids.tolist() for one in seen] == [[1]] * 10
    assert finder.whole == searches
    assert whole / 2 < finder.pieces <= whole, "newcomers are looked for all the same"
    finder.boxes = finder.boxes + 300
    assert follower.follow(BLANK, 88.0).ids.tolist() == [2], "who has moved is found at once"


def test_a_corrupt_frame_changes_nothing() -> None:
    """It is refused, and the next one goes on."""
    finder = Finder(_wall(3))
    follower = FaceFollower(finder)
    _run(follower, 3)
    with pytest.raises(ImageError):
        follower.follow(np.zeros((0, 0, 3), np.uint8), 3 * STEP)
    assert follower.follow(BLANK, 4 * STEP).ids.tolist() == [1, 2, 3]


def _right(tracked: Tracked, frame: Frame) -> list[int | None]:
    """The track on every visible student's face."""
    boxes = np.stack([student.box for student in frame.visible if student.box is not None])
    over = overlaps(boxes, tracked.faces.boxes)
    return [int(tracked.ids[row.argmax()]) if row.max(initial=0) > 0.4 else None for row in over]


def test_a_drawn_class(quick_detector: Detector, gallery: Gallery) -> None:
    """Three seconds of nine lively students: all found, nobody swapped, nobody invented."""
    follower = FaceFollower(quick_detector)
    numbers: dict[str, set[int]] = {}
    found = shown = 0
    for frame in gallery.frames(3, 15):
        tracked = follower.follow(frame.image, frame.time)
        tracks = _right(tracked, frame)
        for student, track in zip(frame.visible, tracks, strict=True):
            shown += 1
            if track is not None:
                found += 1
                numbers.setdefault(student.student, set()).add(track)
        assert len(tracked.faces) <= len(frame.truth)
    assert found / shown > 0.98
    assert all(len(tracks) == 1 for tracks in numbers.values())
    assert len(set.union(*numbers.values())) == 9


def test_frames_of_all_sizes_in_one_stream(quick_detector: Detector, frame: Frame) -> None:
    """Faces, nothing, a stamp, half of it, faces again: no error, and found wherever they are."""
    nothing = np.zeros_like(frame.image)
    stream = [frame.image, nothing, nothing[:16, :16], frame.image[::2, ::2], frame.image]
    follower = FaceFollower(quick_detector)
    found = [len(follower.follow(image, k * STEP).faces) for k, image in enumerate(stream)]
    assert found[0] == found[-1] == 9
    assert found[1:3] == [0, 0]
    assert found[3] >= 8


def test_tiles_that_change_places(quick_detector: Detector, frame: Frame) -> None:
    """Noticed in the very frame, searched at once, and most are known again by their look."""
    follower = FaceFollower(quick_detector)
    before = follower.follow(frame.image, 0.0)
    follower.follow(frame.image, STEP)
    moved = frame.image.copy()
    tiles = [student.tile for student in frame.truth]
    for old, new in zip(tiles, tiles[1:] + tiles[:1], strict=True):
        moved[new[1] : new[3], new[0] : new[2]] = frame.image[old[1] : old[3], old[0] : old[2]]
    after = follower.follow(moved, 2 * STEP)
    assert after.searched
    here = dict(zip(_students(before, tiles), before.ids.tolist(), strict=True))
    there = dict(zip(_students(after, tiles), after.ids.tolist(), strict=True))
    kept = [there[(number + 1) % 9] == here[number] for number in here]
    swapped = [there[(number + 1) % 9] in set(here.values()) - {here[number]} for number in here]
    assert sum(kept) >= 7
    assert not any(swapped)


def _students(tracked: Tracked, tiles: Sequence[tuple[int, int, int, int]]) -> list[int]:
    """In which tile every face lies."""
    middles = (tracked.faces.boxes[:, :2] + tracked.faces.boxes[:, 2:]) / 2
    return [
        next(i for i, (x0, y0, x1, y1) in enumerate(tiles) if x0 <= x < x1 and y0 <= y < y1)
        for x, y in middles
    ]
