"""What a teacher's page may ask of a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fewshot_fer.errors import RequestError
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.classes import RunningClass
from fewshot_fer.web.drawn import MOST, draw
from fewshot_fer.web.inviting import answer_knock, invite, knocks, uninvite
from fewshot_fer.web.recalibrating import recalibrate, take_back
from fewshot_fer.web.wire import Message

Does = Callable[[AppState, RunningClass, Mapping[str, Any], str], Message | None]


def obey(
    service: AppState, running: RunningClass, command: Mapping[str, Any], source: str
) -> Message | None:
    """Do what a command says; the answer, if there is one."""
    does = _KNOWN.get(command["do"])
    if does is None:
        raise RequestError(
            "There is no such command.",
            where=str(command["do"])[:40],
            next_step=f"There are: {', '.join(sorted(_KNOWN))}.",
        )
    return does(service, running, command, source)


def _students(service: AppState, running: RunningClass, *_: object) -> Message:
    students = [{"id": one.id, "name": one.name} for one in service.library.students()]
    return {"type": "students", "students": students}


def _name(_: AppState, running: RunningClass, command: Mapping[str, Any], source: str) -> Message:
    track, student = command.get("track"), command.get("student")
    if not isinstance(track, int) or not (student is None or isinstance(student, str)):
        raise RequestError("Say `track` (a number) and `student` (an id, or null).")
    running.say_who(str(command.get("source") or source), track, student)
    return {"type": "done", "did": "name", "track": track, "student": student}


def _mark(_: AppState, running: RunningClass, command: Mapping[str, Any], __: str) -> None:
    mark = running.mark(str(command.get("text") or "")[:200])
    running.tell({"type": "marked", "second": mark.second, "text": mark.text})


def _pause(_: AppState, running: RunningClass, *__: object) -> None:
    running.pause()
    running.tell({"type": "paused"})


def _resume(_: AppState, running: RunningClass, *__: object) -> None:
    running.resume()
    running.tell({"type": "resumed"})


def _record(_: AppState, running: RunningClass, command: Mapping[str, Any], __: str) -> None:
    session = running.record(each=bool(command.get("each")))
    running.tell({"type": "recording", "session": session, "each": bool(command.get("each"))})


def _stop_recording(_: AppState, running: RunningClass, *__: object) -> None:
    session = running.stop_recording()
    running.tell({"type": "recorded", "session": session})


def _recalibrate(
    service: AppState, running: RunningClass, command: Mapping[str, Any], _: str
) -> Message:
    return recalibrate(service, running, resting=command.get("how") == "rest")


def _undo(service: AppState, _: RunningClass, command: Mapping[str, Any], __: str) -> Message:
    return take_back(service, command.get("undo"))


def _drawn(service: AppState, running: RunningClass, command: Mapping[str, Any], _: str) -> None:
    students = command.get("students", 12)
    if not isinstance(students, int) or not 1 <= students <= MOST:
        raise RequestError(f"A drawn class has 1 to {MOST} students.")
    if not running.draws:
        draw(service, running, students)


def _stop_drawn(_: AppState, running: RunningClass, *__: object) -> None:
    running.draws = False


def _invite(
    service: AppState, running: RunningClass, command: Mapping[str, Any], _: str
) -> Message:
    return invite(service, running, command)


def _uninvite(
    service: AppState, running: RunningClass, command: Mapping[str, Any], _: str
) -> Message:
    return uninvite(service, running, command)


def _knocks(service: AppState, running: RunningClass, *_: object) -> Message:
    return knocks(service, running)


def _answer(
    service: AppState, running: RunningClass, command: Mapping[str, Any], _: str
) -> Message:
    return answer_knock(service, running, command)


def _end(service: AppState, running: RunningClass, *_: object) -> None:
    service.classes.close(running.id)


_KNOWN: Final[Mapping[str, Does]] = {
    "students": _students,
    "name": _name,
    "mark": _mark,
    "pause": _pause,
    "resume": _resume,
    "record": _record,
    "stop_recording": _stop_recording,
    "recalibrate": _recalibrate,
    "undo": _undo,
    "drawn": _drawn,
    "stop_drawn": _stop_drawn,
    "invite": _invite,
    "uninvite": _uninvite,
    "knocks": _knocks,
    "answer": _answer,
    "end": _end,
}
