"""Reads facial expressions in a live online class and adapts to each student.

The names below are the whole of it for most programs; each is imported when it is asked for,
so that `import fewshot_fer` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewshot_fer.lesson.engine import LessonEngine
    from fewshot_fer.lesson.opening import OpenClass
    from fewshot_fer.lesson.session import ClassSession
    from fewshot_fer.recognizer import Recognizer
    from fewshot_fer.stills import name_faces
    from fewshot_fer.students import (
        Library,
        Roster,
        add_references,
        enroll,
        recalibrate,
    )

__version__ = "0.1.0"

__all__ = [
    "ClassSession",
    "LessonEngine",
    "Library",
    "OpenClass",
    "Recognizer",
    "Roster",
    "add_references",
    "enroll",
    "name_faces",
    "recalibrate",
]

_ROOMS = {
    "ClassSession": "fewshot_fer.lesson.session",
    "LessonEngine": "fewshot_fer.lesson.engine",
    "OpenClass": "fewshot_fer.lesson.opening",
    "Recognizer": "fewshot_fer.recognizer",
    "name_faces": "fewshot_fer.stills",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'fewshot_fer' has no attribute '{name}'")
    return getattr(import_module(_ROOMS.get(name, "fewshot_fer.students")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
