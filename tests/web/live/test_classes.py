"""A lesson held by the web app, with the shipped recogniser: pictures in, messages out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.errors import ImageError, SourceError
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.commands import Leave, Mark, Name, Record, Source, Unwatch, Watch
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import LessonState, Looked
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.telling import answer_message, event_message
from fewshot_fer.web.live.viewing import Viewer
from fewshot_fer.web.messages import State
from tests.fakes.waiting import until

WAIT = 60.0


def look(lesson: LessonEngine, jpeg: bytes, source: str = "gallery:a", **more: Any) -> Any:
    return answer_message(lesson.offer(Source(source, **more), jpeg).result(WAIT))


def told_of(state: LessonState, first: int = 0) -> State:
    message = event_message(state, first)
    assert message["type"] == "state"
    return message


def ask(lesson: LessonEngine, command: Any) -> Any:
    return lesson.ask(command).result(WAIT)


def until_sure(lesson: LessonEngine, jpeg: bytes) -> None:
    def seen() -> bool:
        look(lesson, jpeg)
        return lesson.state.shares.sure > 0

    assert until(seen)


def enrolled(service: AppState, name: str) -> str:
    student = service.library.create(name, agreed(name, service.library.now())).id
    service.opened().refresh()
    return student


def test_a_picture_is_answered_with_its_face(service: AppState, jpegs: dict[str, bytes]) -> None:
    view = look(service.lessons.open("7b"), jpegs["happy"])
    assert view["type"] == "view"
    assert [face["expression"] for face in view["seen"]] == ["happy"]
    assert view["source"] == "gallery:a"


def test_what_cannot_be_decoded_is_an_error_and_the_next_is_read(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    lesson = service.lessons.open()
    with pytest.raises(ImageError):
        look(lesson, b"text")
    assert look(lesson, jpegs["happy"])["seen"]


def test_all_sources_are_one_class(service: AppState, jpegs: dict[str, bytes]) -> None:
    lesson, anna = service.lessons.open(), enrolled(service, "Anna")
    states: list[LessonState] = []

    def told() -> bool:
        look(lesson, jpegs["happy"], f"device:{anna}", kind="device", student=anna)
        look(lesson, jpegs["neutral"])
        states.append(lesson.state)
        return states[-1].shares.sure == 2

    assert until(told)
    state = told_of(states[-1])
    assert state["shares"] == {"happy": 0.5, "neutral": 0.5}
    assert [one["student"] for one in state["people"]] == [anna]
    assert {source["kind"] for source in state["sources"]} == {"gallery", "device"}


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
        lesson = service.lessons.open()
        viewers = [Viewer() for _ in range(3)]
        for viewer in viewers:
            await asyncio.wrap_future(lesson.ask(Watch(viewer)))
        answer = await asyncio.wrap_future(lesson.offer(Source("gallery:a"), jpegs["happy"]))
        for viewer in viewers:
            async for event in viewer:
                if isinstance(event, Looked):
                    assert event is answer
                    assert event.jpeg == jpegs["happy"]
                    break

    asyncio.run(asyncio.wait_for(watch(), WAIT))
    assert looks == 1


def test_numbers_are_recorded_and_kept_at_the_end(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    lesson = service.lessons.open("7b")
    session = ask(lesson, Record("class"))
    until_sure(lesson, jpegs["happy"])
    ask(lesson, Mark(" group   work "))
    service.close()
    with service.store() as store:
        recorded = store.read(session)
    assert recorded.session.class_name == "7b"
    assert recorded.session.ended is not None
    assert recorded.whole.counts.sum() > 0
    assert [mark.text for mark in recorded.marks] == ["group work"]
    assert look(lesson, jpegs["happy"])["reason"] == "ended"


def test_a_class_begins_with_its_first_picture(
    make_service: Callable[..., AppState], jpegs: dict[str, bytes]
) -> None:
    ahead = 0.0
    service = make_service(clock=lambda: time.monotonic() + ahead)
    lesson = service.lessons.open()
    ahead += 400.0
    assert lesson.state.seconds == 0.0
    assert look(lesson, jpegs["happy"])["time"] < 60.0
    assert lesson.state.sources[0].said is None


def test_smaller_pictures_of_a_source_keep_names_and_are_no_trouble(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    lesson, anna = service.lessons.open(), enrolled(service, "Anna")
    track = look(lesson, jpegs["happy"])["seen"][0]["track"]
    ask(lesson, Name("gallery:a", track, anna))
    large = decode_image(jpegs["happy"])
    height, width = large.shape[:2]
    for part in (0.75, 0.6, 1.0):
        size = round(part * width), round(part * height)
        small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        for _ in range(2):
            view = look(lesson, to_jpeg(np.asarray(small, np.uint8), 90))
            assert view["size"] == list(size)
            assert [(face["track"], face["name"]) for face in view["seen"]] == [(track, "Anna")]
        assert lesson.state.sources[0].said is None


def test_a_face_is_named_by_hand_and_forgotten_with_its_student(
    service: AppState, jpegs: dict[str, bytes]
) -> None:
    lesson, anna = service.lessons.open(), enrolled(service, "Anna")
    track = look(lesson, jpegs["happy"])["seen"][0]["track"]
    ask(lesson, Name("gallery:a", track, anna))
    assert look(lesson, jpegs["happy"])["seen"][0]["name"] == "Anna"
    ask(lesson, Name("gallery:a", track, None))
    assert look(lesson, jpegs["happy"])["seen"][0]["name"] is None
    ask(lesson, Name("gallery:a", track, anna))
    service.library.remove(anna)
    assert until(lambda: look(lesson, jpegs["happy"])["seen"][0]["student"] is None)


def test_the_timeline_grows(service: AppState, jpegs: dict[str, bytes]) -> None:
    lesson = service.lessons.open()

    def told() -> bool:
        look(lesson, jpegs["happy"])
        return bool(lesson.state.timeline)

    assert until(told)
    assert told_of(lesson.state)["timeline"]["stretches"][0] == (0, {"happy": 1.0}, 1.0)
    assert told_of(lesson.state, 1)["timeline"]["from"] == 1


def test_a_class_that_everybody_left_ends_and_its_record_is_kept(
    make_service: Callable[..., AppState], jpegs: dict[str, bytes]
) -> None:
    ahead = 0.0
    service = make_service(clock=lambda: time.monotonic() + ahead)
    lesson = service.lessons.open()
    session = ask(lesson, Record("class"))
    until_sure(lesson, jpegs["happy"])

    def watching(_: object) -> None:
        """Somebody does."""

    ask(lesson, Watch(watching))
    ask(lesson, Leave("gallery:a"))
    ahead += 2 * 3600
    time.sleep(1.5)
    assert not lesson.state.ended
    ask(lesson, Unwatch(watching))
    ahead += 31 * 60
    assert until(lambda: service.lessons.all() == ())
    assert lesson.over.result(WAIT).recording.session == session
    with service.store() as store:
        assert store.read(session).session.ended is not None


def test_a_class_that_ended_is_not_found(service: AppState) -> None:
    lesson = service.lessons.open()
    lesson.close()
    with pytest.raises(SourceError):
        service.lessons.get(lesson.id)
    assert service.lessons.all() == ()
    assert service.lessons.latest(service.lessons.open) is not lesson
