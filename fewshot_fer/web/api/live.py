"""Classes that are watched now; their pictures travel over the WebSocket `/live/{class_id}`."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.errors import FaceError, MissingError, RequestError, SourceError
from fewshot_fer.lesson.commands import (
    Command,
    End,
    Mark,
    Pause,
    Recalibrate,
    Record,
    Rename,
    Source,
)
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import LessonState, OnDevice
from fewshot_fer.lesson.registry import session_of
from fewshot_fer.records.views import ClassShares
from fewshot_fer.web import messages
from fewshot_fer.web.api.calls import Asked, Operation, Plain, Sent, Shape, pictures, sent
from fewshot_fer.web.live.drawn import draw
from fewshot_fer.web.live.telling import answer_message, recalibrated_message, standing
from fewshot_fer.web.wire import size_of

T = TypeVar("T")
MOST: Final = 8
_IN_TIME_S: Final = 30.0
routes: Final = APIRouter(prefix="/classes", tags=["Live"], route_class=Operation)
_ONE: Final = "/{class_id}"

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Class = TypedDict("Class", {
    "id": str, "name": str, "title": str, "started": float, "seconds": float, "paused": bool,
    "ended": bool, "recording": bool, "each": bool, "session": int | None, "trouble": str | None,
    "sources": list[messages.Source], "viewers": int, "present": list[str],
    "shares": ClassShares, "marks": list[messages.Mark], "on_device": OnDevice,
})
"""A class that is watched now; `on_device`: whether students' devices may, should or must read."""

Classes = TypedDict("Classes", {"classes": list[Class]})
"""All that are watched, the latest last."""

ClassRecalibrated = TypedDict("ClassRecalibrated", {
    "students": list[messages.RecalibratedStudent], "undo": dict[str, str],
})
"""What it brought, and the calibration of each student."""

Ended = TypedDict("Ended", {"session": int | None})
"""The session that was recorded, if one was."""
# fmt: on


class OpenClass(Shape):
    """A class to watch."""

    name: str = Field(default="", max_length=200)
    title: str = Field(default="", max_length=200, description="what the lesson is called")
    drawn: int | None = Field(default=None, ge=1, le=50, description="so many drawn students")


class ClassChange(Shape):
    """What to change about a class that is watched."""

    title: str = Field(max_length=200, description="what the lesson is called")


class MarkForm(Shape):
    """What to call this moment."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


class RecordForm(Shape):
    """What to write down: numbers of the class, or of every student too."""

    each: bool = False


class RecalibrateClass(Shape):
    """What the class is doing."""

    resting: bool = Field(default=False, description="all are at rest just now")


class Stream(Shape):
    """Which stream a picture belongs to; its faces are followed from one picture to the next."""

    source: str = Field(default="api", pattern="^[a-z0-9-]{1,40}$")


async def _lesson(call: Asked, class_id: str) -> LessonEngine:
    try:
        return await call.threads.run(call.asker, call.app.lessons.get, class_id)
    except SourceError as error:
        raise MissingError(error.what, next_step="GET /api/v1/classes lists them.") from error


Lesson = Annotated[LessonEngine, Depends(_lesson)]


@routes.get("")
async def list_classes(call: Asked) -> Classes:
    """List the classes that are watched."""
    return {"classes": [_shown(one) for one in call.app.running()]}


@routes.post("", status_code=201)
def open_class(call: Asked, body: OpenClass) -> Class:
    """Open a class.

    With `drawn` a drawn class sits in it. Pictures go to the WebSocket `/live/{class_id}` (one
    JPEG a message, answered as JSON), with the same token.
    """
    if len(call.app.running()) >= MOST:
        raise RequestError(
            f"{MOST} classes are watched already.", next_step="End one of them first."
        )
    opened = call.app.lessons.open(body.name)
    if body.title:
        opened.ask(Rename(body.title)).result(_IN_TIME_S)
    if body.drawn is not None:
        draw(call.app, opened, body.drawn)
    return _shown(opened.state)


@routes.get(_ONE)
async def show_class(lesson: Lesson) -> Class:
    """Show a class as it is now."""
    return _shown(lesson.state)


@routes.patch(_ONE)
async def change_class(lesson: Lesson, body: ClassChange) -> Class:
    """Give the lesson a title, also in its record."""
    return await _told(lesson, Rename(body.title))


@routes.post(f"{_ONE}/frames", openapi_extra=pictures(Plain))
async def send_frame(
    call: Annotated[Sent[Plain], sent(Plain)], lesson: Lesson, query: Annotated[Stream, Query()]
) -> messages.View | messages.Skipped:
    """Look at one picture of a class.

    JPEG of at most 2 MB and 4 megapixels; the answer is a message of the live view.
    """
    if len(call.uploads) != 1:
        raise RequestError("One picture was expected.", next_step="Send one JPEG.")
    jpeg = call.uploads[0].data
    size_of(jpeg)
    return answer_message(await _in_time(lesson.offer(Source(f"gallery:{query.source}"), jpeg)))


@routes.post(f"{_ONE}/marks", status_code=201)
async def mark_moment(lesson: Lesson, body: MarkForm) -> Class:
    """Mark this moment."""
    return await _told(lesson, Mark(body.text))


@routes.post(f"{_ONE}/pause")
async def pause_class(lesson: Lesson) -> Class:
    """Look at nothing for a while."""
    return await _told(lesson, Pause())


@routes.post(f"{_ONE}/resume")
async def resume_class(lesson: Lesson) -> Class:
    """Look again."""
    return await _told(lesson, Pause(on=False))


@routes.post(f"{_ONE}/recording")
async def record_class(lesson: Lesson, body: RecordForm) -> Class:
    """Write down what is seen from now on."""
    return await _told(lesson, Record("per_student" if body.each else "class"))


@routes.delete(f"{_ONE}/recording")
async def stop_recording(lesson: Lesson) -> Ended:
    """Write nothing more."""
    return {"session": await _in_time(lesson.ask(Record("off")))}


@routes.post(f"{_ONE}/recalibrations")
async def recalibrate_class(
    call: Asked, lesson: Lesson, body: RecalibrateClass
) -> ClassRecalibrated:
    """Fit everybody who is seen to today's light.

    From the last minute; with `resting` from the last seconds, in which all are at rest. `undo`
    names each calibration, to be taken back.
    """
    students = await call.threads.run(call.asker, call.app.library.students)
    results = await _in_time(lesson.ask(Recalibrate(body.resting)))
    came = recalibrated_message(results, {one.id: one.name for one in students})
    return {"students": came["students"], "undo": came["undo"]}


@routes.delete(_ONE)
async def end_class(lesson: Lesson) -> Ended:
    """End a class and keep what was recorded."""
    return {"session": session_of(await _in_time(lesson.ask(End())))}


async def _told(lesson: LessonEngine, command: Command[Any]) -> Class:
    """How a lesson stands once it has done this."""
    await _in_time(lesson.ask(command))
    return _shown(lesson.state)


def _shown(state: LessonState) -> Class:
    seen = state.view.seen if state.view is not None else ()
    return {
        **standing(state),
        "started": state.started,
        "seconds": state.seconds,
        "present": [face.student for face in seen if face.student is not None],
        "shares": state.shares,
    }


async def _in_time(asked: Future[T]) -> T:
    """What a lesson answers; no thread waits for it."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(asked), _IN_TIME_S)
    except TimeoutError as error:
        raise FaceError("The picture was not read in time.", next_step="Try again.") from error
