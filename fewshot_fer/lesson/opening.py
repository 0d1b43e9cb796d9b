"""Opens a class for watching: recogniser, library, members and who is who, wired once for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from fewshot_fer.arrays import Floats
from fewshot_fer.faces.identity import Identity, weights
from fewshot_fer.lesson.budget import Budget
from fewshot_fer.lesson.members import Enrolled
from fewshot_fer.lesson.naming import Namer, OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.who import EnrolledNamer, KnownFaces
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.recording import Recording
from fewshot_fer.settings import Settings
from fewshot_fer.students.recalibration import Recalibrated, recalibrate_class
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library


@dataclass(slots=True)
class OpenClass:
    """A class that can be watched; not for two threads at once, as its recogniser."""

    settings: Settings
    recognizer: Recognizer
    library: Library
    roster: Roster
    members: Enrolled
    identity: Identity | None
    """Tells faces apart; None where its network is not installed."""
    _faces: KnownFaces | None = field(default=None, repr=False)

    @classmethod
    def open(cls, settings: Settings, recognizer: Recognizer | None = None) -> Self:
        """The class of the settings; with a recogniser that is open already, or one of its own."""
        recognizer = recognizer or Recognizer.of(settings)
        library = Library(settings.support_sets)
        roster = Roster(library, recognizer)
        members = Enrolled(roster, PrototypeIndex(recognizer.generic))
        identity = Identity.open() if weights() is not None else None
        return cls(settings, recognizer, library, roster, members, identity)

    @property
    def name(self) -> str:
        """What earlier sessions of this class are found by."""
        return class_name(self.settings)

    def watch(self, *, student: str | None = None, cores: float | None = None) -> ClassSession:
        """A session for one source; `student` (an id) is the one whom it shows."""
        return ClassSession(
            self.recognizer, self.members, namer=self.namer(student), budget=Budget(cores)
        )

    def namer(self, student: str | None = None) -> Namer | None:
        """Who is who in one source: the one student whom it shows, or all by their faces."""
        if student is not None:
            return OneStudent(student)
        if self.identity is None:
            return None
        if self._faces is None:
            self._faces = KnownFaces(self.library, self.identity)
        return EnrolledNamer(self.identity, self._faces)

    def recording(self) -> Recording:
        """What may be written down of this class; nothing until it is started."""
        return Recording(self.settings.records, self.library, self.name)

    def recalibrate(self, looks: Mapping[str, Floats]) -> dict[str, Recalibrated | str]:
        """Fit everybody in view to today's light, from vectors [n,D] of this lesson by student.

        Only frames that are sure count; of who was left as they were, it says why.
        """
        here = {student: z for student, z in looks.items() if self.members.name(student)}
        results = recalibrate_class(self.roster, here)
        self.refresh()
        return results

    def refresh(self) -> None:
        """Take in what has changed in the library; cheap enough for every second."""
        self.members.refresh()
        if self._faces is not None:
            self._faces.refresh()


def recognizer_of(settings: Settings) -> Recognizer:
    """The recogniser that the settings ask for."""
    return Recognizer.of(settings)


def class_name(settings: Settings) -> str:
    """The name of the students' folder, where one was chosen."""
    if settings.support_sets == Settings.model_fields["support_sets"].default:
        return ""
    return settings.support_sets.resolve().name
