"""Expected accuracy after an enrolment (the card), and the reference that would help most.

Accuracy: each reference read by what the others teach, where an expression has two or more;
and beside it an estimate for every expression. The estimate draws samples of this student from
the model (the point, how unsure the point still is, and a sample's own noise of 1 in every
direction) and takes the mean probability that the right one would be given: probabilities are
calibrated on people who were left out, so that their mean says how many are right. One more
reference that looks as expected leaves the points where they are and makes them surer, so its
gain is the difference of two estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fewshot_fer.languages import Phrase
from fewshot_fer.prototypes.expected import expected
from fewshot_fer.prototypes.prototypes import Prototypes
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.vectors import StudentVectors

_WORTH_SAYING = 0.005
_AGREEING = 0.5


@dataclass(frozen=True, slots=True)
class Learnt:
    """One expression: its references, the share the others name right, and the estimate."""

    expression: str
    references: int
    checked: float | None
    estimated: float


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a student."""

    student: str
    name: str
    learnt: tuple[Learnt, ...]
    """The student's own expressions first, then those that are read as everybody's."""
    helps_most: str | None
    gain: float
    set_aside: int

    @property
    def expected(self) -> float:
        """Of looks that show each expression equally often, the share that is named right."""
        return sum(one.estimated for one in self.learnt) / max(1, len(self.learnt))

    @property
    def own(self) -> tuple[str, ...]:
        """Expressions that are read as this student shows them; the others as everybody does."""
        return tuple(one.expression for one in self.learnt if one.references)

    @property
    def whose(self) -> str:
        """Which expressions are the student's own, and which are everybody's, in a line."""
        others = [Phrase(one.expression) for one in self.learnt if not one.references]
        shown = tuple(map(Phrase, self.own))
        own = Phrase("Their own: {names}.", names=shown or Phrase("none yet"))
        theirs = "{own} As everybody shows it: {names}."
        return Phrase(theirs, own=own, names=tuple(others)) if others else own

    @property
    def advice(self) -> str:
        """What to do next, in a line."""
        if self.set_aside:
            return Phrase(
                "{count} references are vectors of another checkpoint: enrol again with pictures, "
                "or bring that checkpoint back.",
                count=self.set_aside,
            )
        if self.disagreeing:
            return Phrase(
                "The references of {expression} do not agree with each other: look whether each "
                "shows it.",
                expression=self.disagreeing[0],
            )
        if self.helps_most is None:
            return Phrase("Nothing more is needed.")
        has = any(one.expression == self.helps_most and one.references for one in self.learnt)
        start = Phrase("One more") if has else Phrase("A picture")
        if self.gain < _WORTH_SAYING:
            little = "{start} of {expression} may help a little."
            return Phrase(little, start=start, expression=self.helps_most)
        return Phrase(
            "{start} of {expression} would help most: about {gain} in 100 more looks named right.",
            start=start, expression=self.helps_most, gain=f"{100 * self.gain:.0f}",
        )  # fmt: skip

    @property
    def disagreeing(self) -> tuple[str, ...]:
        """Expressions half of whose references, or more, the others take for something else."""
        return tuple(
            one.expression
            for one in self.learnt
            if one.checked is not None and one.checked <= _AGREEING
        )


def card_of(roster: Roster, student_id: str, *, seed: int = 0) -> Card:
    """The card of a student as they stand now, without any lesson's calibration."""
    student, known = roster.known(student_id)
    prototypes = roster.learn(known.z, known.labels)
    estimates = expected(roster.recogniser.prior, prototypes, np.random.default_rng(seed))
    checks = checked(roster, known)
    gains = {
        name: _gain(roster, known, prototypes, name, seed)
        - float(np.mean(list(estimates.values())))
        for name in prototypes.names
    }
    counts = {name: known.labels.count(name) for name in prototypes.names}
    best = max(gains, key=lambda name: (round(gains[name], 3), -counts[name]))
    worth = gains[best] >= _WORTH_SAYING or counts[best] == 0
    return Card(
        student=student.id,
        name=student.name,
        learnt=tuple(
            Learnt(name, counts[name], checks.get(name), estimates[name])
            for name in sorted(prototypes.names, key=lambda name: not counts[name])
        ),
        helps_most=best if worth else None,
        gain=max(0.0, gains[best]) if worth else 0.0,
        set_aside=len(known.elsewhere),
    )


def checked(roster: Roster, known: StudentVectors) -> Mapping[str, float]:
    """By expression of two references or more: the share that the others name right."""
    right: dict[str, list[bool]] = {}
    for i, label in enumerate(known.labels):
        if known.labels.count(label) >= 2:
            reading = roster.learn(*known.but(i)).read(known.z[i : i + 1])[0]
            right.setdefault(label, []).append(reading.expression == label)
    return {label: float(np.mean(answers)) for label, answers in right.items()}


def _gain(
    roster: Roster, known: StudentVectors, prototypes: Prototypes, name: str, seed: int
) -> float:
    """The mean estimate with one more reference of this name that looks as expected."""
    likeliest = int(prototypes.log_modes.argmax())
    likely = prototypes.points[likeliest, prototypes.names.index(name)][None]
    more = roster.learn(np.concatenate([known.z, likely]), (*known.labels, name))
    shares = expected(roster.recogniser.prior, more, np.random.default_rng(seed))
    return float(np.mean(list(shares.values())))
