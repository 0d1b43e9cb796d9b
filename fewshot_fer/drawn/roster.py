"""The drawn class: students with names, invented from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fewshot_fer.drawn.figure.person import Person, invent_person
from fewshot_fer.drawn.webcam import Webcam, invent_webcam

_NAMES: Final = (
    "Ada", "Bilal", "Chiara", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas",
    "Kemi", "Lars", "Maya", "Nils", "Olga", "Pablo", "Quinn", "Rosa", "Samir", "Tove", "Uma",
    "Viktor", "Wanda", "Xenia", "Yusuf", "Zoe", "Amir", "Bea", "Carlos", "Dina", "Emil", "Fatou",
    "Gita", "Hugo", "Iris", "Jamal", "Kaya", "Leo", "Mina", "Noor", "Otto", "Priya", "Rafael",
    "Sofia", "Theo", "Ulla", "Vera", "Wei", "Yara",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawnStudent:
    """A student who exists only on paper."""

    id: str
    name: str
    person: Person
    seed: int
    """Decides the room and, with a session's number, the light and the camera."""

    def webcam(self, session: int) -> Webcam:
        """The student's light and camera in a session."""
        return invent_webcam(np.random.default_rng([self.seed, session]))


def invent_class(students: int, seed: int) -> tuple[DrawnStudent, ...]:
    """A class of students; a larger class of the same seed begins with the same students."""
    return tuple(_invent_student(seed, i) for i in range(students))


def _invent_student(seed: int, number: int) -> DrawnStudent:
    rounds, place = divmod(number, len(_NAMES))
    name = _NAMES[place] + (f" {rounds + 1}" if rounds else "")
    rng = np.random.default_rng([seed, number])
    person = invent_person(rng)
    return DrawnStudent(name.lower().replace(" ", "-"), name, person, int(rng.integers(2**31)))
