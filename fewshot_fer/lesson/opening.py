"""Opens a class for watching: recogniser, library, members and who is who, wired once for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final, Self

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.faces.follower import FaceFollower, Rhythm
from fewshot_fer.faces.identity import Identity
from fewshot_fer.faces.tracker import Habits, Tracker
from fewshot_fer.lesson.budget import Budget
from fewshot_fer.lesson.commands import Results, Source
from fewshot_fer.lesson.events import CheckIns, Kept
from fewshot_fer.lesson.members import Enrolled
from fewshot_fer.lesson.naming import Namer, OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.watching import Watching
from fewshot_fer.lesson.who import EnrolledNamer, KnownFaces
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.store import Retention
from fewshot_fer.settings import Settings
from fewshot_fer.students.recalibration import recalibrate_class
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.interfaces import space_of
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.reader import mirrored

OWN_CAMERA: Final = Rhythm(sweep=1.5, sweep_in_sight=6.0, at_once_in_sight=0.1, give_up_after=30.0)
"""Before a student's own camera new faces are rare, and searching for them costs most.

A busy server asks for few pictures: were each searched as a whole, it would be busy for ever.
"""


@dataclass(slots=True)
class OpenClass:
    """A class that can be watched, by as many threads as its recogniser has callers."""

    settings: Settings
    recognizer: Recognizer
    library: Library
    roster: Roster
    members: Enrolled
    identity: Identity
    """Tells faces apart."""
    of: str = ""
    """Which class, ..."""
    whole: OpenClass | None = field(default=None, repr=False)
    """... and everybody, of whom it is a part; None where it is everybody itself."""
    faces: KnownFaces | None = field(default=None, repr=False)
    """Everybody as the identity network knows them; None until it has looked at them."""
    _classes: dict[str, OpenClass] = field(default_factory=dict, repr=False)
    _changing: Lock = field(default_factory=Lock, repr=False)
    """One takes in what has changed; who only reads does not wait for that."""

    @classmethod
    def open(cls, settings: Settings, recognizer: Recognizer | None = None) -> Self:
        """The class of the settings; with a recogniser that is open already, or one of its own."""
        recognizer = recognizer or Recognizer.of(settings)
        names, space = recognizer.prior.names, space_of(recognizer)
        library = Library(settings.support_sets, names, space=space, mirror=mirrored(settings))
        roster = Roster(library, recognizer)
        members = Enrolled(roster, PrototypeIndex(recognizer.generic))
        return cls(settings, recognizer, library, roster, members, Identity.of(settings))

    def opened(self, name: str = "") -> OpenClass:
        """One class of the library, of whose students alone it knows; else everybody.

        What was opened as a class stays one: of a class that is removed nobody is left.
        """
        whole = self.whole or self
        with whole._changing:
            if name not in whole._classes and name in whole.library.classes():
                members = Enrolled(whole.roster, PrototypeIndex(whole.recognizer.generic), name)
                whole._classes[name] = replace(
                    whole, members=members, of=name, whole=whole, faces=None
                )
        return whole._classes.get(name, whole)

    def know_faces(self) -> None:
        """Look at the faces of everybody; thirty take seconds."""
        (self.whole or self).faces = KnownFaces(self.library, self.identity)

    @property
    def name(self) -> str:
        """What earlier sessions of this class are found by."""
        return self.of or class_name(self.settings)

    def watch(self, source: Source | None = None) -> ClassSession:
        """A session for a source.

        Who has not agreed is read only among drawn people, or where the settings say so.
        """
        source = source or Source("")
        return ClassSession(
            self.recognizer,
            self.members,
            follower=self._follower(own=source.student is not None),
            namer=source.namer or self.namer(source.student),
            watching=self.watching(),
            budget=Budget(source.cores),
            everybody=source.kind == "drawn" or self.settings.reads == "everybody",
        )

    def _follower(self, *, own: bool) -> FaceFollower:
        """Follows the faces of one source, a student's own camera or another."""
        if not own:
            return FaceFollower(self.recognizer.detector)
        tracker = Tracker(Habits(memory=OWN_CAMERA.give_up_after))
        return FaceFollower(self.recognizer.detector, tracker=tracker, rhythm=OWN_CAMERA)

    def watching(self) -> Watching:
        """Learns the faces of one source, and how often expressions occur in this lesson."""
        learns_rates = self.settings.base_rates == "lesson"
        return Watching(self.recognizer.prior, self.recognizer.rates, learns_rates=learns_rates)

    def namer(self, student: str | None = None) -> Namer:
        """Who is who in one source: the one student whom it shows, or all by their faces."""
        if student is not None:
            return OneStudent(student)
        return EnrolledNamer(lambda: (self.whole or self).faces, among=lambda: self.members.ids)

    def recalibrate(
        self, looks: Mapping[str, Iterable[Floats]], *, resting: bool = False
    ) -> Results:
        """Fit everybody in view to today's light, from vectors [n,D] of this lesson by student.

        Of looks that are not all of resting faces only those count that are sure.
        """
        here = {who: np.stack(list(z)) for who, z in looks.items() if self.members.name(who)}
        label, how = (NEUTRAL, "resting face") if resting else (None, "class")
        results = recalibrate_class(self.roster, here, label=label, how=how)
        self.refresh()
        return results

    def refresh(self) -> None:
        """Take in what has changed in the library; cheap enough for every second."""
        whole = self.whole or self
        with whole._changing:
            for one in (whole, *whole._classes.values()):
                one.members.refresh()
            if whole.faces is not None:
                whole.faces.refresh()

    def forget_who_left(self) -> None:
        """Remember nobody who is not enrolled any more, also while no lesson runs."""
        self.roster.forget_who_left()
        if set((self.whole or self).members.ids) - {one.id for one in self.library.students()}:
            self.refresh()

    # ------------------------------------------------------------------ as a lesson's host

    def begin_recording(self, name: str, *, per_student: bool) -> SessionWriter:
        """A new session in the record."""
        return SessionWriter.begin(
            self.settings.records,
            self.library,
            name,
            per_student=per_student,
            retention=Retention.of(self.settings),
        )

    def go_on_recording(self, kept: Kept) -> SessionWriter:
        """The session that another process recorded in."""
        return SessionWriter.go_on(
            self.settings.records,
            self.library,
            kept.session or 0,
            kept.session_began,
            per_student=kept.mode == "per_student",
            retention=Retention.of(self.settings),
        )

    def check_ins(self, session: int) -> CheckIns:
        """Nobody is looked for while the lesson goes on: the report does that."""
        return ()


def class_name(settings: Settings) -> str:
    """The name of the students' folder, where one was chosen."""
    if settings.support_sets == Settings.model_fields["support_sets"].default:
        return ""
    return settings.support_sets.resolve().name
