"""Whether a face shows what was asked for, by all that is known of its student until now.

People at large are only the beginning: every picture that was taken teaches how this student
differs, so that a resting face that looks sad to a general recogniser is not taken for *sad*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.enrolment.gate import Candidate, stacked
from fewshot_fer.students.roster import Roster


class Judge:
    """Reads the faces of one student, or of somebody who is not enrolled yet."""

    def __init__(self, roster: Roster, student: str | None = None) -> None:
        self._roster = roster
        none = roster.recogniser.vectors_of(stacked(()))
        known = roster.known(student)[1] if student is not None else None
        self._z, self._labels = (known.z, known.labels) if known is not None else (none, ())
        self._classwide = roster.class_expressions()
        self.learn(())

    def learn(self, taken: Sequence[Candidate]) -> None:
        """These are the student's, and show what they are called."""
        z = self._roster.recogniser.vectors_of(stacked(taken))
        labels = [*self._labels, *(one.expression for one in taken)]
        both = np.concatenate([self._z, z])
        self._knows = self._roster.learn(both, labels, class_expressions=self._classwide)

    def unlike(self, seen: Candidate) -> Reason | None:
        """Why a face does not show what it is called; None where it does."""
        reading = self._knows.read(self._roster.recogniser.vectors_of(stacked([seen])))[0]
        other = looks_like(seen.expression, reading.scores)
        if other is None:
            return None
        code = Code.STILL_AT_REST if other == NEUTRAL else Code.LIKE_ANOTHER
        return Reason(code, expression=seen.expression, looks_like=other)


def looks_like(asked: str, scores: Mapping[str, float]) -> str | None:
    """What a face shows instead of what was asked for; None where it may be that.

    Nobody knows yet how an expression looks that has no score: it differs from a resting face.
    """
    best = max(scores, key=lambda name: scores[name])
    if asked in scores:
        return best if best != asked else None
    return NEUTRAL if best == NEUTRAL else None
