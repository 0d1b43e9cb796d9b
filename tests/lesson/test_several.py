"""Several sources that make one class, and what is said when one of them fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import LibraryError, SourceError
from fewshot_fer.lesson.health import Health
from fewshot_fer.lesson.live import LiveClass, Source
from fewshot_fer.lesson.merging import Part, merged, number_of, track_of
from fewshot_fer.lesson.naming import OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import Captured
from fewshot_fer.records.views import Seen, View
from tests.lesson.colours import FINE, Colours, Places, Pupils, picture
from tests.records.views import seen, view

CLASS = {"a": "Ada", "b": "Bo", "c": "Cem"}

# ---------------------------------------------------------------------- merging


def part(place: int, faces: Sequence[Seen], at: float = 10.0) -> Part:
    own = view(at - 7.0, [replace(face, read_at=at - 7.0) for face in faces])
    return Part(f"camera {place}", place, own, at)


def test_the_students_of_all_sources_make_one_class() -> None:
    parts = [part(0, [seen("a", "happy"), seen(None, "sad", 2)]), part(1, [seen("b", "happy")])]
    whole = merged(parts, 2, 10.0, 3)
    assert [(face.student, face.track, face.source) for face in whole.seen] == [
        ("a", 2, "camera 0"), (None, 4, "camera 0"), ("b", 3, "camera 1"),
    ]  # fmt: skip
    assert whole.shares.shares == {"happy": pytest.approx(2 / 3), "sad": pytest.approx(1 / 3)}
    assert (whole.shares.expected, whole.effort.faces, whole.effort.oldest) == (3, 3, 0.0)


@pytest.mark.parametrize("better", [0, 1])
def test_whoever_is_seen_twice_counts_once_by_the_better_look(better: int) -> None:
    parts = [part(0, [seen("a", "happy")]), part(1, [seen("a", "sad")])]
    worse = parts[1 - better].view
    unsure = replace(worse.seen[0], reading=None)
    parts[1 - better] = replace(parts[1 - better], view=replace(worse, seen=(unsure,)))
    (face,) = merged(parts, 2, 10.0, 3).seen
    assert (face.source, face.expression) == (f"camera {better}", ("happy", "sad")[better])


def test_a_new_look_tells_more_than_an_old_one() -> None:
    late = part(0, [seen("a", "happy")], at=5.0)
    (face,) = merged([late, part(1, [seen("a", "sad")])], 2, 10.0, 3).seen
    assert face.expression == "sad"


def test_strangers_are_never_taken_for_one_another() -> None:
    parts = [part(0, [seen(None, "happy")]), part(1, [seen(None, "happy")])]
    assert len(merged(parts, 2, 10.0, 3).seen) == 2


@pytest.mark.parametrize("sources", [1, 2, 5])
def test_a_number_means_one_track_of_one_source(sources: int) -> None:
    meant = [(place, track) for place in range(sources) for track in range(1, 40)]
    numbers = [number_of(place, track, sources) for place, track in meant]
    assert len(set(numbers)) == len(numbers)
    assert [track_of(number, sources) for number in numbers] == meant


# ---------------------------------------------------------------------- watching


@dataclass
class Opened:
    """A class of coloured squares."""

    members: Pupils = field(default_factory=lambda: Pupils(CLASS))
    refreshed: int = 0

    def watch(self, *, student: str | None = None, cores: float | None = None) -> ClassSession:
        namer = OneStudent(student) if student is not None else None
        return ClassSession(Colours(), self.members, follower=Places(), assess=FINE, namer=namer)

    def refresh(self) -> None:
        self.refreshed += 1


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def showing(
    image: Bytes, go_on: Event, *times: float, error: Exception | None = None
) -> Iterator[Captured]:
    """Pictures at once, then nothing until it may go on to its end."""
    for time in times:
        yield Captured(image, time)
    go_on.wait(5)
    if error is not None:
        raise error


def watch_all(live: LiveClass, until: int) -> list[View]:
    """So many views."""
    found: list[View] = []
    while len(found) < until:
        one = live.look(5)
        assert one is not None
        found.append(one)
    return found


def test_two_sources_are_one_class_and_a_face_is_named_by_its_number() -> None:
    stop = Event()
    gallery = Source("gallery", showing(picture(["happy", "sad"]), stop, 50.0))
    single = Source("Cem", showing(picture(["neutral"]), stop, 3.0), student="c")
    with LiveClass(Opened(), [gallery, single], clock=Clock()) as live:
        last = watch_all(live, 2)[-1]
        assert sorted((face.source, face.name) for face in last.seen) == [
            ("Cem", "Cem"), ("gallery", None), ("gallery", None),
        ]  # fmt: skip
        assert last.shares.sure == 3
        sad = next(face.track for face in last.seen if face.expression == "sad")
        live.name(sad, "b")
        assert live.size_of("gallery") == (100, 50)
        assert sorted(live.looks()) == ["c"]
        stop.set()
        while not live.over:
            live.look(5)


def test_a_source_that_breaks_off_is_said_and_the_others_go_on() -> None:
    stop, broken = Event(), Event()
    error = SourceError("The camera has stopped sending pictures.", next_step="Check the cable.")
    clock = Clock()
    one = Source("camera 0", showing(picture(["happy"]), stop, 1.0, 2.0))
    two = Source("camera 1", showing(picture(["sad"]), broken, 1.0, error=error))
    with LiveClass(Opened(), [one, two], clock=clock) as live:
        watch_all(live, 2)
        broken.set()
        while live.look(5) is not None:
            pass
        assert live.notes() == [
            "camera 1: The camera has stopped sending pictures. Check the cable."
        ]
        assert not live.over
        assert live.error is None
        stop.set()
        while not live.over:
            live.look(5)
        assert "camera 0: is at its end." in live.notes()
        assert live.error is None


def test_where_all_break_off_that_is_the_error() -> None:
    go = Event()
    go.set()
    sources = [
        Source(name, showing(picture([None]), go, error=SourceError(name))) for name in ("x", "y")
    ]
    with LiveClass(Opened(), sources) as live:
        while not live.over:
            live.look(5)
        assert live.error is not None
        assert live.error.what == "x"


def test_a_mistake_of_ours_is_not_taken_for_a_broken_source() -> None:
    go = Event()
    go.set()
    sources = [Source("x", showing(picture([None]), go, error=ZeroDivisionError()))]
    with LiveClass(Opened(), sources) as live, pytest.raises(ZeroDivisionError):
        live.look(5)


def test_who_is_shown_by_a_silent_source_does_not_count_any_more() -> None:
    stop, later, clock = Event(), Event(), Clock()

    def twice() -> Iterator[Captured]:
        yield Captured(picture(["happy"]), 0.0)
        later.wait(5)
        yield Captured(picture(["happy"]), 30.0)

    silent = Source("camera 1", showing(picture(["sad"]), stop, 0.0))
    with LiveClass(Opened(), [Source("camera 0", twice()), silent], clock=clock) as live:
        assert len(watch_all(live, 2)[-1].seen) == 2
        clock.now += 30.0
        assert live.notes() == [
            "camera 0: nothing has come for 30 s", "camera 1: nothing has come for 30 s",
        ]  # fmt: skip
        later.set()
        (last,) = watch_all(live, 1)
        assert [face.source for face in last.seen] == ["camera 0"]
        assert live.notes() == ["camera 1: nothing has come for 30 s"]
        stop.set()


def test_the_library_is_looked_at_again_while_nothing_comes() -> None:
    stop, clock, opened = Event(), Clock(), Opened()
    with LiveClass(opened, [Source("x", showing(picture([None]), stop))], clock=clock) as live:
        live.look(0)
        clock.now += 2.5
        live.look(0)
        assert opened.refreshed == 1
        assert live.notes() == []
        clock.now += 3.0
        assert live.notes() == ["x: no picture yet, for 6 s"]
        stop.set()


def test_a_library_that_cannot_be_read_is_said_and_the_lesson_goes_on() -> None:
    @dataclass
    class Broken(Opened):
        def refresh(self) -> None:
            super().refresh()
            if self.refreshed == 1:
                raise LibraryError("A student's page is damaged.")

    stop, clock, opened = Event(), Clock(), Broken()
    with LiveClass(
        opened, [Source("x", showing(picture(["happy"]), stop, 0.0))], clock=clock
    ) as live:
        watch_all(live, 1)
        clock.now += 2.5
        live.look(0)
        assert live.notes() == ["the students' folder: A student's page is damaged."]
        clock.now += 2.5
        live.look(0)
        assert all("damaged" not in note for note in live.notes())
        assert live.elapsed == 5.0
        stop.set()


# ---------------------------------------------------------------------- health


def after(health: Health, images: Mapping[float, Bytes]) -> str | None:
    health.begin(0.0)
    for time, image in images.items():
        health.picture(image, time)
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


def test_while_a_picture_is_judged_the_one_before_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    health, said = Health(), []

    def slowly(image: Bytes) -> bool:
        said.append(health.said(6.0))
        return False

    health.picture(noise(90), 3.0)
    monkeypatch.setattr("fewshot_fer.lesson.health.is_black", slowly)
    health.picture(noise(90), 6.0)
    assert said == [None]


def test_another_size_is_said_for_a_while() -> None:
    health = Health()
    assert after(health, {0.0: noise(200), 1.0: noise(200, (24, 32))}) == (
        "the picture has another size now, 32 x 24"
    )
    health.picture(noise(200, (24, 32)), 20.0)
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
