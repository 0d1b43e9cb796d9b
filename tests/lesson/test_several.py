"""Several sources that make one class, and what is said when something is wrong with one; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.cli.show.desk import number_of, track_of
from fewshot_fer.lesson.health import Health, is_black
from fewshot_fer.lesson.overview import merged
from fewshot_fer.records.views import Seen, View
from tests.records.views import seen, view

# ---------------------------------------------------------------------- merging


def part(faces: Sequence[Seen], at: float = 10.0) -> View:
    return view(at, [replace(face, read_at=at) for face in faces])


def test_the_students_of_all_sources_make_one_class() -> None:
    one, two = part([seen("a", "happy"), seen(None, "sad", 2)]), part([seen("b", "happy")])
    whole = merged({"camera 0": one, "camera 1": two}, 10.0, 3)
    assert [(face.student, face.track, face.source) for face in whole.seen] == [
        ("a", 1, "camera 0"), (None, 2, "camera 0"), ("b", 1, "camera 1"),
    ]  # fmt: skip
    assert whole.shares.shares == {"happy": pytest.approx(2 / 3), "sad": pytest.approx(1 / 3)}
    assert (whole.shares.expected, whole.effort.faces, whole.effort.oldest) == (3, 3, 0.0)


@pytest.mark.parametrize("better", [0, 1])
def test_whoever_is_seen_twice_counts_once_by_the_better_look(better: int) -> None:
    parts = [part([seen("a", "happy")]), part([seen("a", "sad")])]
    unsure = replace(parts[1 - better].seen[0], reading=None)
    parts[1 - better] = replace(parts[1 - better], seen=(unsure,))
    (face,) = merged(dict(zip("xy", parts, strict=True)), 10.0, 3).seen
    assert (face.source, face.expression) == ("xy"[better], ("happy", "sad")[better])


def test_a_new_look_tells_more_than_an_old_one() -> None:
    late = part([seen("a", "happy")], at=5.0)
    (face,) = merged({"x": late, "y": part([seen("a", "sad")])}, 10.0, 3).seen
    assert face.expression == "sad"


def test_strangers_are_never_taken_for_one_another() -> None:
    parts = {"x": part([seen(None, "happy")]), "y": part([seen(None, "happy")])}
    assert len(merged(parts, 10.0, 3).seen) == 2


@pytest.mark.parametrize("sources", [1, 2, 5])
def test_a_number_means_one_track_of_one_source(sources: int) -> None:
    meant = [(place, track) for place in range(sources) for track in range(1, 40)]
    numbers = [number_of(place, track, sources) for place, track in meant]
    assert len(set(numbers)) == len(numbers)
    assert [track_of(number, sources) for number in numbers] == meant


# ---------------------------------------------------------------------- health


def show(health: Health, image: Bytes, time: float) -> None:
    health.picture((image.shape[1], image.shape[0]), time, dark=is_black(image))


def after(health: Health, images: Mapping[float, Bytes]) -> str | None:
    health.begin(0.0)
    for time, image in images.items():
        show(health, image, time)
    return health.said(max(images))


def noise(level: int, size: tuple[int, int] = (48, 64)) -> Bytes:
    rng = np.random.default_rng(0)
    return rng.integers(0, level, (*size, 3)).astype(np.uint8)


def test_a_black_picture_is_said_when_it_lasts() -> None:
    black = noise(15)
    assert "black" in (after(Health(), {0.0: black, 1.5: black, 3.0: black}) or "")
    assert after(Health(), {0.0: black, 1.5: black}) is None
    assert after(Health(), {0.0: black, 1.5: black, 3.0: noise(90)}) is None


def test_pictures_that_come_slowly_are_judged_by_themselves() -> None:
    black, light = noise(15), noise(90)
    assert after(Health(), {0.0: light, 3.0: light, 6.0: light}) is None
    assert after(Health(), {0.0: light, 3.0: black}) is None
    assert "black" in (after(Health(), {0.0: light, 3.0: black, 6.0: black}) or "")
    assert after(Health(), {0.0: black, 3.0: black, 6.0: light}) is None


def test_another_size_is_said_for_a_while() -> None:
    health = Health()
    assert after(health, {0.0: noise(200), 1.0: noise(200, (24, 32))}) == (
        "the picture has another size now, 32 x 24"
    )
    show(health, noise(200, (24, 32)), 20.0)
    assert health.said(20.0) is None


def test_a_source_that_scales_its_pictures_is_well() -> None:
    pictures = {0.0: noise(200), 1.0: noise(200, (24, 32))}
    assert after(Health(scales=True), pictures) is None


def test_a_picture_is_not_black_because_nobody_has_looked_for_long() -> None:
    health = Health()
    assert after(health, {0.0: noise(200), 1.0: noise(200)}) is None
    assert health.said(4.5) is None
    health.heard(30.0)
    assert health.said(31.0) is None
    assert health.said(40.0) == "nothing has come for 10 s"
