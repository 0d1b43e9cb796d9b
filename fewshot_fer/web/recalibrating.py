"""Recalibrates everybody who is seen, for today's light; and takes it back."""

from __future__ import annotations

from typing import Any, Final

from fewshot_fer.errors import FaceError
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.sentences import sentence
from fewshot_fer.students.recalibration import Recalibrated, recalibrate_class, undo
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.classes import RunningClass
from fewshot_fer.web.wire import Message

RESTING_S: Final = 4.0
MINUTE_S: Final = 60.0


def recalibrate(service: AppState, running: RunningClass, *, resting: bool) -> Message:
    """From the last minute, or from a few seconds in which all were at rest."""
    roster = service.roster
    looks = running.looks(RESTING_S if resting else MINUTE_S)
    if not looks:
        raise FaceError(
            "Nobody of the class is recognised just now.",
            next_step="Enrol students first, or click a face and say who it is.",
        )
    label, how = (NEUTRAL, "resting face") if resting else (None, "class")
    results = recalibrate_class(roster, looks, label=label, how=how)
    names = {one.id: one.name for one in service.library.students()}
    done = {s: r for s, r in results.items() if isinstance(r, Recalibrated)}
    return {
        "type": "recalibrated",
        "students": [
            {
                "student": student,
                "name": names.get(student, student),
                "done": isinstance(result, Recalibrated),
                "words": result.in_words if isinstance(result, Recalibrated) else sentence(result),
            }
            for student, result in results.items()
        ],
        "undo": {student: result.calibration for student, result in done.items()},
    }


def take_back(service: AppState, calibrations: Any) -> Message:
    """Undo these calibrations, by student; as if they had never been."""
    taken = calibrations if isinstance(calibrations, dict) else {}
    for student, calibration in taken.items():
        undo(service.roster, str(student), str(calibration))
    return {"type": "taken_back", "students": len(taken)}
