"""What is stored about a student, in words that they understand."""

from __future__ import annotations

from fewshot_fer.errors import RecordError
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.languages import Phrase, Say
from fewshot_fer.palette import colour, ordered
from fewshot_fer.records.folders import waiting_files
from fewshot_fer.reports.words import row
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.messages import Expression, Known

Facts = list[tuple[str, str]]


def facts_of(app: AppState, student: Student, say: Say) -> Facts:
    """Line by line what is stored: what it is, and how much of it."""
    agreed = say.day(student.consent.at.astimezone())
    if student.consent.by != student.name:
        agreed += f", {student.consent.by}"
    others = [say(name) for name in app.library.expressions(student) if name not in student.counts]
    own = [say(name) for name in sorted(student.counts)]
    return [
        (say("Your name"), student.name),
        (say("Your agreement"), agreed),
        (say("Face pictures"), str(len(student.references) or say("none"))),
        (say("Read as you show it"), say(row(own)) or say("none")),
        (say("Read as everybody shows it"), say(row(others)) or say("none")),
        (say("Light adjustments"), str(len(student.calibrations) or say("none"))),
        (say("Recorded lessons"), say(_lessons(app, student.id))),
    ]


def facts_message(app: AppState, roster: Roster, student_id: str, say: Say) -> Known:
    """The same for the live page, with the expressions and the adjustment that may be undone."""
    student = app.library.open(student_id)
    names = app.library.expressions(student)
    here = roster.recogniser.checkpoint_hash
    fitting = [
        sha for sha, calibration in roster.calibrations(student) if calibration.checkpoint == here
    ]
    counts = student.counts
    expressions: list[Expression] = [
        {"name": name, "colour": colour(name, names), "count": counts.get(name, 0)}
        for name in sorted(ordered(names), key=lambda name: name != NEUTRAL)
    ]
    return {
        "type": "facts",
        "facts": facts_of(app, student, say),
        "expressions": expressions,
        "calibration": fitting[-1] if fitting else None,
    }


def _lessons(app: AppState, student: str) -> str:
    """In how many recorded lessons there are numbers of their own."""
    records = app.settings.records
    if records.startswith("sqlite:///"):
        # Looking must not make a record where there is none.
        file = waiting_files(records)
        if not file.with_name(file.name.removesuffix("-waiting-")).exists():
            return "none"
    try:
        with app.store() as store:
            each = [session.id for session in store.sessions() if session.each]
            return str(sum(student in store.students_of(one) for one in each) or "none")
    except RecordError:
        return Phrase("cannot be told now")
