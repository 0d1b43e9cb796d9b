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
from fewshot_fer.students.among import Doubt, doubts, of_one_person, without_doubles
from fewshot_fer.students.card import Card, card_of
from fewshot_fer.students.gate import Candidate, Gate, Picture, Refusal
from fewshot_fer.students.interfaces import Identifies
from fewshot_fer.students.names import display_name, expression_name, known_expression
from fewshot_fer.students.records import Consent, Keeps, NewReference, Student
from fewshot_fer.students.roster import Roster

Progress = Callable[[int, int], None]
Decides = Callable[[Doubt], bool]
Incoming = Picture | Candidate


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What came of it: the student, what was learnt, and which pictures were left out."""

    student: Student
    card: Card
    refused: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class _Checked:
    candidates: tuple[Candidate, ...]
    z: Floats
    refused: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Brings pictures of students into a roster's library."""

    roster: Roster
    gate: Gate
    identify: Identifies | None = None
    skip_refused: bool = False
    keep: Decides = lambda _: True
    progress: Progress = lambda _done, _all: None

    def enroll(
        self,
        name: str,
        pictures: Sequence[Incoming],
        consent: Consent | None,
        *,
        keeps: Keeps = "images",
        keep_until: date | None = None,
        another: bool = False,
    ) -> Enrolled:
        """A new student; with `another`, even when somebody has this name already."""
        name = display_name(name)
        if consent is None:
            raise ConsentError(
                "Nobody has agreed yet, so nothing is stored.",
                next_step="Say who agreed with --consent 'NAME'.",
            )
        if not another:
            self.roster.library.refuse_namesake(name)
        checked = self._checked(pictures, None, ())
        student = self.roster.library.create(
            name,
            consent,
            self._new(checked),
            keeps=keeps,
            keep_until=keep_until,
            namesake=another,
        )
        return self._enrolled(student, checked)

    def add(
        self, student_id: str, pictures: Sequence[Incoming], *, own: Sequence[str] = ()
    ) -> Enrolled:
        """More pictures of a student, perhaps of new expressions of their own (`own`)."""
        student = self.roster.library.open(student_id)
        checked = self._checked(pictures, student, own)
        student = self.roster.library.add(student_id, self._new(checked), own=own)
        return self._enrolled(student, checked)

    def _checked(
        self, pictures: Sequence[Incoming], student: Student | None, own: Sequence[str]
    ) -> _Checked:
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
        if self.identify is not None:
            candidates, strangers = of_one_person(candidates, there, self.identify)
            refused += strangers
        self._stop_if_refused(refused, candidates)
        return self._without_doubtful(candidates, refused, student)

    def _without_doubtful(
        self, candidates: list[Candidate], refused: list[Refusal], student: Student | None
    ) -> _Checked:
        z = self._vectors(candidates)
        z_there, labels_there = z[:0], tuple[str, ...]()
        if student is not None:
            _, known = self.roster.known(student.id)
            z_there, labels_there = known.z, known.labels
        doubtful = doubts(candidates, z, z_there, labels_there, self.roster.learn)
        unwanted = {doubt.source for doubt in doubtful if not self.keep(doubt)}
        kept = [i for i, c in enumerate(candidates) if c.source not in unwanted]
        if not kept:
            raise ReferenceImageError("No picture is left.", next_step="Nothing was stored.")
        return _Checked(
            tuple(candidates[i] for i in kept), z[kept], tuple(refused), tuple(doubtful)
        )

    def _stop_if_refused(self, refused: list[Refusal], candidates: list[Candidate]) -> None:
        if not refused or (self.skip_refused and candidates):
            return
        if len(refused) == 1:
            raise refused[0].as_error()
        lines = "\n".join(f"  {r.source}: {r.what} {r.next_step}" for r in refused)
        raise ReferenceImageError(
            f"{len(refused)} pictures cannot be used:\n{lines}",
            next_step="Nothing was stored. Replace them, or leave them out with --skip-refused.",
        )

    def _there(self, student: Student | None) -> tuple[Bytes, tuple[str, ...]]:
        """The portraits [n,192,192,3] that a student has already, and their labels."""
        pictures = [r for r in student.references if r.kind == "image"] if student else []
        portraits = [self.roster.library.portrait(student, r) for r in pictures] if student else []
        return (
            np.array(portraits, np.uint8).reshape(-1, 192, 192, 3),
            tuple(reference.expression for reference in pictures),
        )

    def _vectors(self, candidates: Sequence[Candidate]) -> Floats:
        portraits = np.array([c.portrait for c in candidates], np.uint8)
        return self.roster.recogniser.vectors_of(portraits.reshape(-1, 192, 192, 3))

    def _new(self, checked: _Checked) -> list[NewReference]:
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

    def _enrolled(self, student: Student, checked: _Checked) -> Enrolled:
        return Enrolled(student, card_of(self.roster, student.id), checked.refused, checked.doubts)
