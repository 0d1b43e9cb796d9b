"""Classes that are watched now; their pictures travel over the WebSocket `/live/{class_id}`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from fewshot_fer.errors import MissingError, RequestError, SourceError
from fewshot_fer.web.api.shapes import live as shapes
from fewshot_fer.web.api.table import Call, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall
from fewshot_fer.web.classes import RunningClass
from fewshot_fer.web.drawn import draw
from fewshot_fer.web.recalibrating import recalibrate

MOST: Final = 8

operation = Group("Live")
_ONE = "/classes/{class_id}"


@operation("GET", "/classes", shapes.Classes)
def list_classes(call: AnyCall) -> object:
    """List the classes that are watched."""
    return {"classes": [_shown(one) for one in call.app.classes.all()]}


@operation("POST", "/classes", shapes.Class, body=shapes.OpenClass, status=201)
def open_class(call: Call[Nothing, shapes.OpenClass]) -> object:
    """Open a class.

    With `drawn` a drawn class sits in it. Pictures go to the WebSocket `/live/{class_id}` (one
    JPEG a message, answered as JSON), with the same token.
    """
    if len(call.app.classes.all()) >= MOST:
        raise RequestError(
            f"{MOST} classes are watched already.", next_step="End one of them first."
        )
    opened = call.app.classes.open(call.body.name)
    if call.body.drawn is not None:
        draw(call.app, opened, call.body.drawn)
    return _shown(opened)


@operation("GET", _ONE, shapes.Class)
def show_class(call: AnyCall) -> object:
    """Show a class as it is now."""
    return _shown(_class(call))


@operation("POST", f"{_ONE}/frames", "application/json", query=shapes.FrameQuery, pictures="frame")
def send_frame(call: Call[shapes.FrameQuery, Nothing]) -> object:
    """Look at one picture of a class.

    JPEG of at most 2 MB and 4 megapixels; the answer is a message of the live view.
    """
    if len(call.uploads) != 1:
        raise RequestError("One picture was expected.", next_step="Send one JPEG.")
    return _class(call).offer(f"gallery:{call.query.source}", call.uploads[0].data)


@operation("POST", f"{_ONE}/marks", shapes.Class, body=shapes.MarkForm, status=201)
def mark_moment(call: Call[Nothing, shapes.MarkForm]) -> object:
    """Mark this moment."""
    running = _class(call)
    mark = running.mark(call.body.text)
    running.tell({"type": "marked", "second": mark.second, "text": mark.text})
    return _shown(running)


@operation("POST", f"{_ONE}/pause", shapes.Class)
def pause_class(call: AnyCall) -> object:
    """Look at nothing for a while."""
    running = _class(call)
    running.pause()
    running.tell({"type": "paused"})
    return _shown(running)


@operation("POST", f"{_ONE}/resume", shapes.Class)
def resume_class(call: AnyCall) -> object:
    """Look again."""
    running = _class(call)
    running.resume()
    running.tell({"type": "resumed"})
    return _shown(running)


@operation("POST", f"{_ONE}/recording", shapes.Class, body=shapes.RecordForm)
def record_class(call: Call[Nothing, shapes.RecordForm]) -> object:
    """Write down what is seen from now on."""
    running = _class(call)
    running.record(each=call.body.each)
    return _shown(running)


@operation("DELETE", f"{_ONE}/recording", shapes.Ended)
def stop_recording(call: AnyCall) -> object:
    """Write nothing more."""
    return {"session": _class(call).stop_recording()}


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
    came = recalibrate(call.app, _class(call), resting=call.body.resting)
    return {"students": came["students"], "undo": came["undo"]}


@operation("DELETE", _ONE, shapes.Ended)
def end_class(call: AnyCall) -> object:
    """End a class and keep what was recorded."""
    return {"session": call.app.classes.close(_class(call).id)}


def _class(call: AnyCall) -> RunningClass:
    try:
        found: RunningClass = call.app.classes.get(call.path["class_id"])
    except SourceError as error:
        raise MissingError(error.what, next_step="GET /api/v1/classes lists them.") from error
    return found


def _shown(running: RunningClass) -> object:
    return asdict(running.state)
