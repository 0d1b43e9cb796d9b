"""A running class: pictures in, one picture of the class out, and what is written down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.errors import FaceError, ImageError, SourceError
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.classes import RunningClass

WAIT = 60.0


def look(running: RunningClass, jpeg: bytes, source: str = "gallery:a", **more: Any) -> Any:
    return running.offer(source, jpeg, **more).result(WAIT)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def enrolled(service: AppState, name: str) -> str:
    return service.library.create(name, agreed(name, service.library.now())).id


def test_a_picture_is_answered_with_its_face(service: AppState, jpegs: dict[str, bytes]) -> None:
    running = service.classes.open("7b")
    view = look(running, jpegs["happy"])
    assert view["type"] == "view"
    assert [face["expression"] for face in view["seen"]] == ["happy"]
    assert view["source"] == "gallery:a"


def test_what_must_not_be_decoded_never_reaches_a_worker(service: AppState) -> None:
    with pytest.raises(ImageError):
        service.classes.open().offer("gallery:a", b"text")


def test_all_sources_are_one_class(service: AppState, jpegs: dict[str, bytes]) -> None:
    running = service.classes.open()
    anna = enrolled(service, "Anna")
    service.opened().members.refresh()
    states = []

    def told() -> bool:
        look(running, jpegs["happy"], f"device:{anna}", student=anna)
        look(running, jpegs["neutral"])
        states.append(running.state)
        return states[-1].shares.sure == 2

    until(told)
    state = states[-1]
    assert state.shares.shares == {"happy": 0.5, "neutral": 0.5}
    assert state.present == (anna,)
    assert {source.kind for source in state.sources} == {"gallery", "device"}


def test_a_pause_looks_at_nothing(service: AppState, jpegs: dict[str, bytes]) -> None:
    running = service.classes.open()
    running.pause()
    assert look(running, jpegs["happy"])["reason"] == "paused"
    running.resume()
    assert look(running, jpegs["happy"])["type"] == "view"


def test_viewers_see_the_same_without_a_second_analysis(
    service: AppState, jpegs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    original = ClassSession.look

    def counted(self: ClassSession, *frame: Any) -> Any:
        nonlocal looks
        looks += 1
        return original(self, *frame)

    monkeypatch.setattr(ClassSession, "look", counted)

    async def watch() -> None:
        running = service.classes.open()
        viewers = [running.subscribe() for _ in range(3)]
        answer = await asyncio.wrap_future(running.offer("gallery:a", jpegs["happy"]))
        for viewer in viewers:
            async for sent in viewer:
                if sent.message["type"] == "view":
                    assert sent.jpeg == jpegs["happy"]
                    assert sent.message["seen"] == answer["seen"]
                    break
            running.unsubscribe(viewer)

    asyncio.run(asyncio.wait_for(watch(), WAIT))
    assert looks == 1


def test_a_students_own_picture_is_shown_to_nobody(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    anna = enrolled(service, "Anna")

    async def watch() -> None:
        running = service.classes.open()
        viewer = running.subscribe()
        await asyncio.wrap_future(running.offer(f"device:{anna}", jpegs["happy"], anna))
        running.tell({"type": "enough"})
        async for sent in viewer:
            assert sent.jpeg is None
            if sent.message["type"] == "enough":
                break

    asyncio.run(asyncio.wait_for(watch(), WAIT))


def test_numbers_are_recorded_and_kept_at_the_end(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    running = service.classes.open("7b")
    session = running.record(each=False)

    def seen() -> bool:
        look(running, jpegs["happy"])
        return running.state.shares.sure > 0

    until(seen)
    running.mark(" group   work ")
    service.close()
    with service.store() as store:
        recorded = store.read(session)
    assert recorded.session.class_name == "7b"
    assert recorded.session.ended is not None
    assert recorded.whole.counts.sum() > 0
    assert [mark.text for mark in recorded.marks] == ["group work"]
    assert look(running, jpegs["happy"])["reason"] == "ended"


def test_marks_made_before_the_recording_and_in_a_pause_are_kept(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    running = service.classes.open()
    running.mark("a test")
    session = running.record(each=False)

    def seen() -> bool:
        look(running, jpegs["happy"])
        return running.state.shares.sure > 0

    until(seen)
    running.pause()
    running.mark("")
    running.resume()
    running.pause()
    running.resume()
    service.close()
    with service.store() as store:
        marks = store.read(session).marks
    assert [mark.text for mark in marks] == [
        "a test (before the recording)",
        "Marked (in the pause)",
    ]
    assert marks[0].second == 0


def test_a_class_begins_with_its_first_picture(
    make_service: Callable[..., AppState], jpegs: dict[str, bytes]
) -> None:
    ahead = 0.0
    service = make_service(clock=lambda: time.monotonic() + ahead)
    running = service.classes.open()
    ahead += 400.0
    assert running.time == 0.0
    assert running.alone >= 400.0
    assert look(running, jpegs["happy"])["time"] < 60.0
    assert running.state.sources[0].said is None


def test_smaller_pictures_of_a_source_keep_names_and_are_no_trouble(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    anna = enrolled(service, "Anna")
    service.opened().members.refresh()
    running = service.classes.open()
    track = look(running, jpegs["happy"])["seen"][0]["track"]
    running.say_who("gallery:a", track, anna)
    large = decode_image(jpegs["happy"])
    height, width = large.shape[:2]
    for part in (0.75, 0.6, 1.0):
        size = round(part * width), round(part * height)
        small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        for _ in range(2):
            view = look(running, to_jpeg(np.asarray(small, np.uint8), 90))
            assert view["size"] == list(size)
            assert [(face["track"], face["name"]) for face in view["seen"]] == [(track, "Anna")]
        assert running.state.sources[0].said is None


def test_a_face_is_named_by_hand(service: AppState, jpegs: dict[str, bytes]) -> None:
    anna = enrolled(service, "Anna")
    service.opened().members.refresh()
    running = service.classes.open()
    track = look(running, jpegs["happy"])["seen"][0]["track"]
    running.say_who("gallery:a", track, anna)
    assert look(running, jpegs["happy"])["seen"][0]["name"] == "Anna"
    running.say_who("gallery:a", track, None)
    assert look(running, jpegs["happy"])["seen"][0]["name"] is None
    with pytest.raises(SourceError):
        running.say_who("gallery:b", track, anna)


def test_who_is_deleted_is_forgotten_while_the_lesson_goes_on(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    anna = enrolled(service, "Anna")
    service.opened().members.refresh()
    running = service.classes.open()
    track = look(running, jpegs["happy"])["seen"][0]["track"]
    running.say_who("gallery:a", track, anna)

    def remembered() -> bool:
        look(running, jpegs["happy"])
        return anna in running.looks(60.0)

    until(remembered)
    service.library.remove(anna)
    until(lambda: anna not in running.looks(60.0))
    assert look(running, jpegs["happy"])["seen"][0]["student"] is None


def test_the_timeline_grows(service: AppState, jpegs: dict[str, bytes]) -> None:
    running = service.classes.open()

    def told() -> bool:
        look(running, jpegs["happy"])
        return bool(running.state_message(0)["timeline"]["stretches"])

    until(told)
    start, shares, covered = running.state_message(0)["timeline"]["stretches"][0]
    assert (start, shares, covered) == (0, {"happy": 1.0}, 1.0)


def test_a_mistake_of_ours_costs_one_picture_and_not_the_lesson(
    service: AppState, jpegs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = service.classes.open()
    with monkeypatch.context() as broken:
        broken.setattr(ClassSession, "look", lambda *_: [][0])
        with pytest.raises(FaceError):
            look(running, jpegs["happy"])
    assert look(running, jpegs["happy"])["seen"]


def test_a_class_that_everybody_left_ends_and_its_record_is_kept(
    make_service: Callable[..., AppState], jpegs: dict[str, bytes]
) -> None:
    ahead = 0.0
    service = make_service(clock=lambda: time.monotonic() + ahead)
    running = service.classes.open()
    session = running.record(each=False)

    def seen() -> bool:
        look(running, jpegs["happy"])
        return running.state.shares.sure > 0

    async def watch() -> None:
        nonlocal ahead
        viewer = running.subscribe()
        ahead += 2 * 3600
        service.classes.close_forsaken()
        assert not running.ended
        running.unsubscribe(viewer)

    until(seen)
    asyncio.run(watch())
    running.leave("gallery:a")
    ahead += 29 * 60
    service.classes.close_forsaken()
    assert not running.ended
    ahead += 2 * 60
    until(lambda: running.ended)
    until(lambda: service.classes.all() == ())
    with service.store() as store:
        assert store.read(session).session.ended is not None


def test_a_class_that_ended_is_not_found(service: AppState) -> None:
    running = service.classes.open()
    service.classes.close(running.id)
    with pytest.raises(SourceError):
        service.classes.get(running.id)
    assert service.classes.all() == ()
