"""Enrols a student: pictures pass the gate, teach, and the card says what was learnt.

Nothing is stored before everything has been looked at, and nothing without consent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import ConsentError, ReferenceImageError
from fewshot_fer.languages import Phrase, many
from fewshot_fer.measures import NO_PORTRAITS
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.enrolment.card import Card, card_of
from fewshot_fer.students.enrolment.cross_checks import (
    Doubt,
    Proposed,
    of_one_person,
    questions,
    without_doubles,
)
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal, stacked
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.interfaces import Identifies
from fewshot_fer.students.store.names import display_name, expression_name, known_expression
from fewshot_fer.students.store.records import Consent, Keeps, NewReference, Student

Progress = Callable[[int, int], None]
Decides = Callable[[Doubt], bool]
Incoming = Picture | Candidate


def kept(doubt: Doubt) -> bool:
    """The word of somebody who knows that all pictures show what they are said to."""
    return doubt.kept


@dataclass(frozen=True, slots=True)
class EnrolmentResult:
    """What came of it: the student, what was learnt, and which pictures were left out.

    `added` counts the pictures that came in; `unchecked` says what nobody has looked at.
    """

    student: Student
    card: Card
    refused: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]
    added: int = 0
    is_new: bool = True
    unchecked: Reason | None = None

    def __str__(self) -> str:
        return f"{self.in_words} {self.card.advice}"

    @property
    def in_words(self) -> str:
        """What happened, in a line."""
        name, student = self.student.name, self.student.id
        if self.is_new:
            return Phrase("{name} ({student}) is enrolled.", name=name, student=student)
        return many(
            self.added, "{count} picture was added to {name} ({student}).",
            "{count} pictures were added to {name} ({student}).", name=name, student=student,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Pictures that were looked at, alone and among the others; nothing is stored yet.

    `candidates` may teach (with vectors z [n,D]); `refused` may not; `doubts` are questions
    about candidates.
    """

    candidates: tuple[Candidate, ...]
    z: Floats
    refused: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]

    def decided(self, keep: Decides) -> Looked:
        """With every question answered: candidates that are not to be kept are gone."""
        answered = tuple(replace(doubt, kept=keep(doubt)) for doubt in self.doubts)
        unwanted = {doubt.place for doubt in answered if not doubt.kept}
        kept = [i for i in range(len(self.candidates)) if i not in unwanted]
        return Looked(tuple(self.candidates[i] for i in kept), self.z[kept], self.refused, answered)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Brings pictures of students into a roster's library.

    `same_person` is somebody's word that all pictures show the student; without it and without
    `identify` the result says that nobody has checked.
    """

    roster: Roster
    gate: Gate
    identify: Identifies | None = None
    same_person: bool = False
    skip_refused: bool = False
    keep: Decides = lambda _: False
    """Answers questions; unasked, what is asked about is left out."""
    goes_on: bool = False
    """Whether it goes on without any picture where all were left out so."""
    progress: Progress = lambda _done, _all: None

    def enroll(
        self,
        name: str,
        pictures: Sequence[Incoming],
        consent: Consent | None,
        *,
        keeps: Keeps = "images",
        keep_until: date | None = None,
        classes: Sequence[str] = (),
        another: bool = False,
    ) -> EnrolmentResult:
        """A new student; with `another`, even when somebody has this name already."""
        name = display_name(name)
        if consent is None:
            raise ConsentError(Reason(Code.NOBODY_AGREED))
        if not another:
            self.roster.library.refuse_namesake(name)
        checked = self._checked(pictures, None, ())
        student = self.roster.library.create(
            name,
            consent,
            self._new(checked),
            keeps=keeps,
            keep_until=keep_until,
            classes=classes,
            namesake=another,
        )
        return self._enrolled(student, checked, is_new=True)

    def add(
        self, student_id: str, pictures: Sequence[Incoming], *, own: Sequence[str] = ()
    ) -> EnrolmentResult:
        """More pictures of a student, perhaps of new expressions of their own (`own`)."""
        student = self.roster.library.open(student_id)
        checked = self._checked(pictures, student, own)
        student = self.roster.library.add(student_id, self._new(checked), own=own)
        return self._enrolled(student, checked, is_new=False)

    def look(
        self,
        pictures: Sequence[Incoming],
        student_id: str | None = None,
        *,
        own: Sequence[str] = (),
    ) -> Looked:
        """Look at pictures without storing any; its candidates may be handed to `enroll`, `add`."""
        library = self.roster.library
        return self._look(pictures, library.open(student_id) if student_id else None, own)

    def _checked(
        self, pictures: Sequence[Incoming], student: Student | None, own: Sequence[str]
    ) -> Looked:
        """Looked at, with no refusal that is not allowed and every question answered."""
        looked = self._look(pictures, student, own)
        self._stop_if_refused(looked.refused, looked.candidates)
        decided = looked.decided(self.keep)
        if not decided.candidates and not (self.goes_on and decided.doubts):
            raise ReferenceImageError("No picture is left.", next_step="Nothing was stored.")
        return decided

    def _look(
        self, pictures: Sequence[Incoming], student: Student | None, own: Sequence[str]
    ) -> Looked:
        """Every picture looked at, alone and among the others."""
        known = (*self.roster.library.expressions(student), *map(expression_name, own))
        named = [known_expression(picture.expression, known) for picture in pictures]
        if not pictures:
            raise ReferenceImageError(
                "There is no picture to learn from.",
                next_step="Give at least one, such as neutral=photo.jpg.",
            )
        looked: list[Candidate | Refusal] = []
        for done, (picture, name) in enumerate(zip(pictures, named, strict=True), start=1):
            tidy = replace(picture, expression=name)
            looked.append(tidy if isinstance(tidy, Candidate) else self.gate.look(tidy))
            self.progress(done, len(pictures))
        refused = [seen for seen in looked if isinstance(seen, Refusal)]
        candidates = [seen for seen in looked if isinstance(seen, Candidate)]
        there, labels = self._there(student)
        candidates, doubles = without_doubles(candidates, there, labels)
        refused += doubles
        if self.identify is not None and not self.same_person:
            candidates, strangers = of_one_person(candidates, there, self.identify)
            refused += strangers
        z = self.roster.recogniser.vectors_of(stacked(candidates))
        z_there, labels_there = z[:0], tuple[str, ...]()
        if student is not None:
            _, theirs = self.roster.known(student.id)
            z_there, labels_there = theirs.z, theirs.labels
        asked = questions(Proposed(candidates, z, z_there, labels_there, self.roster.learn))
        return Looked(tuple(candidates), z, tuple(refused), tuple(asked))

    def _stop_if_refused(self, refused: Sequence[Refusal], candidates: Sequence[Candidate]) -> None:
        if not refused or (self.skip_refused and candidates):
            return
        if len(refused) == 1:
            raise refused[0].as_error()
        pictures = "\n".join(f"  {one.as_error()}" for one in refused)
        raise ReferenceImageError(
            Reason(Code.PICTURES_REFUSED, count=len(refused), pictures=pictures)
        )

    def _there(self, student: Student | None) -> tuple[Bytes, tuple[str, ...]]:
        """The portraits [n,192,192,3] that a student has already, and their labels."""
        if student is None:
            return NO_PORTRAITS, ()
        pictures = [r for r in student.references if r.kind == "image"]
        portraits = [self.roster.library.portrait(student, r)[None] for r in pictures]
        return np.concatenate([NO_PORTRAITS, *portraits]), tuple(r.expression for r in pictures)

    def _new(self, checked: Looked) -> list[NewReference]:
        return [
            NewReference(
                expression=candidate.expression,
                portrait=candidate.portrait,
                vector=vector,
                checkpoint=self.roster.recogniser.checkpoint_hash,
                quality=candidate.quality,
                source=Path(candidate.source).name,
            )
            for candidate, vector in zip(checked.candidates, checked.z, strict=True)
        ]

    def _enrolled(self, student: Student, checked: Looked, *, is_new: bool) -> EnrolmentResult:
        several = len(student.references) > 1
        trusted = self.identify is not None or self.same_person
        return EnrolmentResult(
            student=student,
            card=card_of(self.roster, student.id),
            refused=checked.refused,
            doubts=checked.doubts,
            added=len(checked.candidates),
            is_new=is_new,
            unchecked=Reason(Code.NOBODY_CHECKED) if several and not trusted else None,
        )
