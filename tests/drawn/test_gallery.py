from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import Beat, Lesson, LessonPlan, Role, Span, invent_lesson
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.drawn.tiles import layout

HAPPY = Role((Beat(0.0, "happy"),))
LATE = Role((Beat(0.0, "sad"),), away=(Span(0.0, 1.0),))
DARK = Role((Beat(0.0, "fear"),), camera_off=(Span(0.0, 1.0),))
HIDDEN = Role((Beat(0.0, "angry"),), hands=(Span(0.0, 1.0),))


def small_gallery(students: tuple[DrawnStudent, ...], seed: int = 0, **options: float) -> Gallery:
    lesson = invent_lesson(len(students), seed, LessonPlan(seconds=8))
    return Gallery(students, lesson, width=480, height=270, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("presenting", [False, True])
def test_tiles_fill_the_window_without_overlap(size: tuple[int, int], presenting: bool) -> None:
    for n in range(1, 50):
        tiles = layout(n, *size, presenting)
        assert len(tiles) == (min(n, 14) if presenting else n)
        covered = np.zeros(size[::-1], int)
        for tile in tiles:
            assert tile.x >= 0 <= tile.y
            assert tile.x1 <= size[0]
            assert tile.y1 <= size[1]
            covered[tile.y : tile.y1, tile.x : tile.x1] += 1
        assert covered.max() == 1
        if not presenting:
            assert covered.mean() > 0.45, n


def test_an_empty_call_has_no_tiles() -> None:
    assert layout(0, 1280, 720) == []


def test_any_order_of_times_gives_the_same_bytes(drawn_class: tuple[DrawnStudent, ...]) -> None:
    times = [0.2, 4.4, 7.1]
    forwards, backwards = small_gallery(drawn_class), small_gallery(drawn_class)
    first = [forwards.frame(t).image for t in times]
    second = [backwards.frame(t).image for t in reversed(times)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not any(np.array_equal(a, b) for a, b in combinations(first, 2))


def test_a_small_cache_changes_nothing_but_time(drawn_class: tuple[DrawnStudent, ...]) -> None:
    students = drawn_class[:3]
    plenty, tight = small_gallery(students), small_gallery(students, cache_mb=0.2)
    for time in (0.0, 2.0, 4.0, 0.0):
        assert np.array_equal(plenty.frame(time).image, tight.frame(time).image)


def test_the_cache_keeps_to_its_bound(drawn_class: tuple[DrawnStudent, ...]) -> None:
    gallery = small_gallery(drawn_class[:4], cache_mb=1.0)
    for k in range(20):
        gallery.frame(k * 0.4)
    assert 0.5e6 < gallery.cached_bytes <= 1.0e6


def test_sensor_noise_lives_even_when_nobody_moves(drawn_class: tuple[DrawnStudent, ...]) -> None:
    gallery = Gallery(drawn_class[:1], Lesson((HAPPY,)), width=320, height=180)
    frames = [gallery.frame(t / 25).image.astype(int) for t in range(4)]
    changes = [np.abs(a - b).mean() for a, b in combinations(frames, 2)]
    assert 0.3 < max(changes) < 12


def test_truth_names_who_is_where(drawn_class: tuple[DrawnStudent, ...]) -> None:
    students = drawn_class[:4]
    gallery = Gallery(students, Lesson((HAPPY, LATE, DARK, HIDDEN)))
    early, later = gallery.frame(0.5), gallery.frame(2.0)
    assert [t.student for t in early.truth] == [students[i].id for i in (0, 2, 3)]
    assert [t.student for t in early.visible] == [students[0].id]
    happy, dark, hidden = early.truth
    assert (happy.expression, happy.camera_on, happy.visible) == ("happy", True, True)
    assert (dark.camera_on, dark.visible, dark.box, dark.landmarks) == (False, False, None, None)
    assert (hidden.expression, hidden.camera_on, hidden.visible) == ("angry", True, False)
    assert [t.expression for t in later.visible] == ["happy", "sad", "fear", "angry"]


def test_faces_lie_in_their_own_tiles(drawn_class: tuple[DrawnStudent, ...]) -> None:
    gallery = Gallery(drawn_class, invent_lesson(9, 1), presenting=True)
    for truth in gallery.frame(3.0).visible:
        assert truth.box is not None
        x0, y0, x1, y1 = truth.tile
        bx0, by0, bx1, by1 = truth.box
        assert x0 <= bx0 < bx1 <= x1
        assert y0 <= by0 < by1 <= y1


def test_beside_a_slide_only_the_first_page_is_in_the_picture() -> None:
    students = invent_class(20, seed=0)
    gallery = Gallery(students, Lesson((HAPPY,) * 20), presenting=True)
    assert [t.student for t in gallery.frame(0.0).truth] == [s.id for s in students[:14]]


def test_another_session_shows_the_same_script_in_another_light(
    drawn_class: tuple[DrawnStudent, ...],
) -> None:
    lesson = invent_lesson(4, 0, LessonPlan(seconds=8))
    first, later = (
        Gallery(drawn_class[:4], lesson, session=session, width=480, height=270).frame(5.0)
        for session in (0, 1)
    )
    assert [t.expression for t in first.truth] == [t.expression for t in later.truth]
    assert np.abs(first.image.astype(int) - later.image).mean() > 4


def test_frames_come_at_the_asked_rate(drawn_class: tuple[DrawnStudent, ...]) -> None:
    gallery = Gallery(drawn_class[:1], Lesson((HAPPY,)), width=160, height=90)
    assert [frame.time for frame in gallery.frames(0.5, fps=10)] == [0.0, 0.1, 0.2, 0.3, 0.4]
