"""Classes that are watched now; their pictures travel over the WebSocket `/live/{class_id}`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, Final, TypeVar

from fewshot_fer.errors import MissingError, RequestError, SourceError
from fewshot_fer.lesson.commands import (
    Command,
    End,
    Mark,
    Pause,
    Recalibrate,
    Record,
    Results,
    Source,
)  # fmt: skip
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.registry import session_of
from fewshot_fer.web.api.shapes import live as shapes
from fewshot_fer.web.api.table import Call, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall
from fewshot_fer.web.live.drawn import draw
from fewshot_fer.web.live.telling import answer_message, recalibrated_message, state_of
from fewshot_fer.web.wire import size_of

T = TypeVar("T")
MOST: Final = 8

operation = Group("Live")
_ONE = "/classes/{class_id}"


@operation("GET", "/classes", shapes.Classes)
def list_classes(call: AnyCall) -> object:
    """List the classes that are watched."""
    return {"classes": [state_of(one.state) for one in call.app.lessons.all()]}


@operation("POST", "/classes", shapes.Class, body=shapes.OpenClass, status=201)
def open_class(call: Call[Nothing, shapes.OpenClass]) -> object:
    """Open a class.

    With `drawn` a drawn class sits in it. Pictures go to the WebSocket `/live/{class_id}` (one
    JPEG a message, answered as JSON), with the same token.
    """
    if len(call.app.lessons.all()) >= MOST:
        raise RequestError(
            f"{MOST} classes are watched already.", next_step="End one of them first."
        )
    opened = call.app.lessons.open(call.body.name)
    if call.body.drawn is not None:
        draw(call.app, opened, call.body.drawn)
    return state_of(opened.state)


@operation("GET", _ONE, shapes.Class)
def show_class(call: AnyCall) -> object:
    """Show a class as it is now."""
    return state_of(_lesson(call).state)


@operation("POST", f"{_ONE}/frames", "application/json", query=shapes.FrameQuery, pictures="frame")
def send_frame(call: Call[shapes.FrameQuery, Nothing]) -> object:
    """Look at one picture of a class.

    JPEG of at most 2 MB and 4 megapixels; the answer is a message of the live view.
    """
    if len(call.uploads) != 1:
        raise RequestError("One picture was expected.", next_step="Send one JPEG.")
    jpeg = call.uploads[0].data
    size_of(jpeg)
    source = Source(f"gallery:{call.query.source}")
    return _then(_lesson(call).offer(source, jpeg), answer_message)


@operation("POST", f"{_ONE}/marks", shapes.Class, body=shapes.MarkForm, status=201)
def mark_moment(call: Call[Nothing, shapes.MarkForm]) -> object:
    """Mark this moment."""
    return _asked(call, Mark(call.body.text))


@operation("POST", f"{_ONE}/pause", shapes.Class)
def pause_class(call: AnyCall) -> object:
    """Look at nothing for a while."""
    return _asked(call, Pause())


@operation("POST", f"{_ONE}/resume", shapes.Class)
def resume_class(call: AnyCall) -> object:
    """Look again."""
    return _asked(call, Pause(on=False))


@operation("POST", f"{_ONE}/recording", shapes.Class, body=shapes.RecordForm)
def record_class(call: Call[Nothing, shapes.RecordForm]) -> object:
    """Write down what is seen from now on."""
    return _asked(call, Record("per_student" if call.body.each else "class"))


@operation("DELETE", f"{_ONE}/recording", shapes.Ended)
def stop_recording(call: AnyCall) -> object:
    """Write nothing more."""
    return _then(_lesson(call).ask(Record("off")), lambda session: {"session": session})


@operation(
    "POST",
    f"{_ONE}/recalibrations",
    shapes.ClassRecalibrated,
    body=shapes.RecalibrateClass,
    errors=(422,),
)
def recalibrate_class(call: Call[Nothing, shapes.RecalibrateClass]) -> object:
    """Fit everybody who is seen to today's light.

    From the last minute; with `resting` from the last seconds, in which all are at rest. `undo`
    names each calibration, to be taken back.
    """
    names = {one.id: one.name for one in call.app.library.students()}

    def shown(results: Results) -> object:
        came = recalibrated_message(results, names)
        return {"students": came["students"], "undo": came["undo"]}

    return _then(_lesson(call).ask(Recalibrate(call.body.resting)), shown)


@operation("DELETE", _ONE, shapes.Ended)
def end_class(call: AnyCall) -> object:
    """End a class and keep what was recorded."""
    return _then(_lesson(call).ask(End()), lambda ended: {"session": session_of(ended)})


def _lesson(call: AnyCall) -> LessonEngine:
    try:
        return call.app.lessons.get(call.path["class_id"])
    except SourceError as error:
        raise MissingError(error.what, next_step="GET /api/v1/classes lists them.") from error


def _asked(call: AnyCall, command: Command[Any]) -> object:
    """How a lesson stands once it has done this."""
    lesson = _lesson(call)
    return _then(lesson.ask(command), lambda _: state_of(lesson.state))


def _then(asked: Future[T], show: Callable[[T], object]) -> Future[object]:
    """What is shown of an answer, once it is there; no thread waits for it."""
    shown: Future[object] = Future()

    def pass_on(done: Future[T]) -> None:
        try:
            shown.set_result(show(done.result()))
        except Exception as error:
            with suppress(InvalidStateError):
                shown.set_exception(error)

    asked.add_done_callback(pass_on)
    return shown
