"""What a teacher's page may ask of a lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from fewshot_fer.errors import FewshotFerError, RequestError
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.images import at_most
from fewshot_fer.languages import Phrase
from fewshot_fer.lesson.commands import (
    Collect,
    Command,
    End,
    Leave,
    Mark,
    Name,
    Pause,
    ReadOnDevice,
    Recalibrate,
    Record,
    Rename,
)  # fmt: skip
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import OnDevice
from fewshot_fer.students.classes import of_class
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.recalibration import undo
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.drawn import MOST, SOURCE, draw
from fewshot_fer.web.live.inviting import answer_knock, invite, knocks, reach, uninvite
from fewshot_fer.web.live.telling import recalibrated_message
from fewshot_fer.web.messages import (
    Done,
    Enrolled,
    FromClass,
    Kept,
    Photographs,
    Students,
    TakenBack,
)
from fewshot_fer.web.wire import data_url


@dataclass(frozen=True, slots=True)
class Later:
    """What a lesson was asked, and how its answer is said."""

    future: Future[Any]
    say: Callable[[Any], FromClass | None] = lambda _: None


Begun = Later | FromClass | None
Does = Callable[[AppState, LessonEngine, Mapping[str, Any], str], Begun]


def obey(app: AppState, lesson: LessonEngine, command: Mapping[str, Any], source: str) -> Begun:
    """Begin what a command says; the answer, if there is one. In a thread, as it may wait."""
    does = _KNOWN.get(command["do"])
    if does is None:
        raise RequestError(
            "There is no such command.",
            where=str(command["do"])[:40],
            next_step=Phrase("There are: {known}.", known=", ".join(sorted(_KNOWN))),
        )
    return does(app, lesson, command, source)


def _asks(make: Callable[[Mapping[str, Any]], Command[Any]]) -> Does:
    """A command that the lesson does; all who watch are told of it."""
    return lambda _, lesson, command, __: Later(lesson.ask(make(command)))


def _students(app: AppState, lesson: LessonEngine, *_: object) -> Students:
    there = of_class(app.library, lesson.name)
    students: list[Enrolled] = [{"id": one.id, "name": one.name} for one in there]
    recognises = not app.ready or app.opened().identity is not None
    return {"type": "students", "students": students, "recognises": recognises}


def _photographs(app: AppState, lesson: LessonEngine, *_: object) -> Photographs:
    """A small picture of everybody who keeps some, at rest if there is one."""
    found: dict[str, str] = {}
    for one in of_class(app.library, lesson.name):
        with suppress(FewshotFerError):  # Whoever was deleted in this moment has none.
            student = app.library.open(one.id)
            pictures = [r for r in student.references if r.kind == "image"]
            pictures.sort(key=lambda r: r.expression != NEUTRAL)
            if pictures:
                found[one.id] = data_url(at_most(app.library.portrait(student, pictures[0]), 72))
    return {"type": "photographs", "pictures": found}


def _name(app: AppState, lesson: LessonEngine, command: Mapping[str, Any], source: str) -> Later:
    track, student = command.get("track"), command.get("student")
    if not isinstance(track, int) or not (student is None or isinstance(student, str)):
        raise RequestError("Say `track` (a number) and `student` (an id, or null).")
    if student is not None:
        app.library.open(student)
    asked = lesson.ask(Name(str(command.get("source") or source), track, student))
    done: Done = {"type": "done", "did": "name", "track": track, "student": student}
    return Later(asked, lambda _: done)


def _record(command: Mapping[str, Any]) -> Record:
    return Record("per_student" if command.get("each") else "class")


def _read_on_device(
    app: AppState, lesson: LessonEngine, command: Mapping[str, Any], _: str
) -> Later:
    policy = command.get("policy")
    if policy not in get_args(OnDevice):
        raise RequestError("There is no such way to read.", next_step="Load the page again.")
    if policy != "off" and not app.on_device_files:
        raise RequestError(
            "Students' devices cannot read by themselves yet: what they need is not installed.",
            next_step="Run `fewshot-fer export --browser on_device` here, and start the app again.",
        )
    return Later(lesson.ask(ReadOnDevice(cast("OnDevice", policy))))


def _recalibrate(app: AppState, lesson: LessonEngine, command: Mapping[str, Any], _: str) -> Later:
    names = {one.id: one.name for one in app.library.students()}
    asked = lesson.ask(Recalibrate(resting=command.get("how") == "rest"))
    return Later(asked, lambda results: recalibrated_message(results, names))


def _undo(app: AppState, _: LessonEngine, command: Mapping[str, Any], __: str) -> TakenBack:
    """Take these calibrations back, by student; as if they had never been."""
    taken = command.get("undo")
    taken = taken if isinstance(taken, dict) else {}
    for student, calibration in taken.items():
        undo(app.roster, str(student), str(calibration))
    return {"type": "taken_back", "students": len(taken)}


def _keep(app: AppState, lesson: LessonEngine, *_: object) -> Later:
    """Keep the faces of this moment, in memory, to teach an expression from them."""

    def kept(faces: Mapping[str, list[Candidate]]) -> Kept:
        app.moments.keep(faces)
        return {"type": "kept", "students": len(faces)}

    return Later(lesson.ask(Collect(moment=True)), kept)


def _drawn(app: AppState, lesson: LessonEngine, command: Mapping[str, Any], _: str) -> None:
    students = command.get("students", 12)
    if not isinstance(students, int) or not 1 <= students <= MOST:
        raise RequestError(Phrase("A drawn class has 1 to {most} students.", most=MOST))
    if all(source.key != SOURCE for source in lesson.state.sources):
        draw(app, lesson, students)


def _plain(does: Callable[[AppState, LessonEngine, Mapping[str, Any]], FromClass]) -> Does:
    return lambda app, lesson, command, _: does(app, lesson, command)


def _leave(_: AppState, lesson: LessonEngine, __: object, source: str) -> Later:
    return Later(lesson.ask(Leave(source)))


MAY_WAIT: Final = frozenset({"undo"})
"""What waits for the library's lock: a moment that is marked does not wait behind it."""
_KNOWN: Final[Mapping[str, Does]] = {
    "students": _students,
    "photographs": _photographs,
    "name": _name,
    "mark": _asks(lambda command: Mark(str(command.get("text") or "")[:200])),
    "rename": _asks(lambda command: Rename(str(command.get("title") or ""))),
    "pause": _asks(lambda _: Pause()),
    "resume": _asks(lambda _: Pause(on=False)),
    "record": _asks(_record),
    "stop_recording": _asks(lambda _: Record("off")),
    "recalibrate": _recalibrate,
    "undo": _undo,
    "on_device": _read_on_device,
    "keep": _keep,
    "drawn": _drawn,
    "stop_drawn": _asks(lambda _: Leave(SOURCE)),
    "leave": _leave,
    "reach": _plain(reach),
    "invite": _plain(invite),
    "uninvite": _plain(uninvite),
    "knocks": _plain(lambda app, lesson, _: knocks(app, lesson)),
    "answer": _plain(answer_knock),
    "end": _asks(lambda _: End()),
}
