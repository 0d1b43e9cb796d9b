"""Reads facial expressions in a live online class and adapts to each student.

    import fewshot_fer as ff

    print(ff.read("photo.jpg"))                      # of strangers
    ours = ff.Class("students")                      # of students, from a few pictures of each
    ours.enroll("Anna", consent="Anna", happy="a.jpg", neutral=["b.jpg", "c.jpg"])
    print(ours.read("d.jpg", student="Anna"))

The names below are the whole of it for most programs; each is imported when it is asked for, so
that `import fewshot_fer` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewshot_fer.errors import FewshotFerError
    from fewshot_fer.lesson.engine import LessonEngine
    from fewshot_fer.lesson.opening import OpenClass
    from fewshot_fer.lesson.session import ClassSession
    from fewshot_fer.prototypes.classifier import PrototypeClassifier
    from fewshot_fer.python.classes import Class
    from fewshot_fer.python.reading import read
    from fewshot_fer.python.results import Result, Results
    from fewshot_fer.recognizer import Recognizer
    from fewshot_fer.stills import name_faces
    from fewshot_fer.students import Library, Roster

__version__ = "0.2.0"

_ROOMS = {
    "Class": "python.classes",
    "ClassSession": "lesson.session",
    "FewshotFerError": "errors",
    "LessonEngine": "lesson.engine",
    "Library": "students",
    "OpenClass": "lesson.opening",
    "PrototypeClassifier": "prototypes.classifier",
    "Recognizer": "recognizer",
    "Result": "python.results",
    "Results": "python.results",
    "Roster": "students",
    "name_faces": "stills",
    "read": "python.reading",
}

__all__ = [
    "Class",
    "ClassSession",
    "FewshotFerError",
    "LessonEngine",
    "Library",
    "OpenClass",
    "PrototypeClassifier",
    "Recognizer",
    "Result",
    "Results",
    "Roster",
    "name_faces",
    "read",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'fewshot_fer' has no attribute '{name}'")
    return getattr(import_module(f"fewshot_fer.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
