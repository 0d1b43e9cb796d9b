"""What a student changes about themselves: pictures kept, the light learnt, that undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.students.enrolment.enrolment import Enrolment
from fewshot_fer.students.enrolment.gate import Candidate, Gate, stacked
from fewshot_fer.students.enrolment.showing import Judge
from fewshot_fer.students.recalibration import Recalibrated, recalibrate, undo
from fewshot_fer.students.store.names import known_expression
from fewshot_fer.students.store.records import Student
from fewshot_fer.students.verdict import BeforeAfter
from fewshot_fer.web.messages import Adjusted, Questions, Saved, Undone
from fewshot_fer.web.portal.coaching import Coach, Resting, Teaching

_BELIEVED: Final = 1
"""So many pictures may be asked about and left out. Beside more of them the others are wrong too
often: of drawn people whose seven pictures have three wrong ones, 15 of 80 were read worse for it
than strangers, and 6 where only this many may be left out."""


class Learner:
    """Changes one student; every method takes its time, so none belongs on the event loop."""

    def __init__(self, opened: OpenClass, student: str) -> None:
        self._opened = opened
        self._student = student
        self._gate = Gate(opened.recognizer.find)

    @property
    def student(self) -> Student:
        """Whom it changes, as they stand now."""
        return self._opened.library.open(self._student)

    def teaching(self, expressions: Sequence[Any]) -> Coach:
        """Ask for pictures of these expressions."""
        known = self._opened.library.expressions(self.student)
        named = [known_expression(str(name), known) for name in expressions[: len(known)]]
        judge = Judge(self._opened.roster, self._student)
        return Teaching(self._gate, list(dict.fromkeys(named)), judge)

    def adjusting(self, expression: str | None) -> Coach:
        """Ask for a resting face, or for one picture of an expression."""
        return Resting(self._gate) if expression is None else self.teaching([expression])

    def keep(
        self, pictures: Mapping[str, Candidate], answers: Mapping[str, str]
    ) -> Saved | Questions:
        """Store pictures as references, by how the page calls them; questions come first.

        An answer is what a picture shows, or nothing where it is to be left out. What is asked
        about and not answered is left out; where that is more than one picture, what remains is
        not believed either.
        """
        named = {
            key: replace(one, expression=answers.get(key) or one.expression)
            for key, one in pictures.items()
            if answers.get(key) != ""
        }
        enrolment = Enrolment(
            self._opened.roster,
            self._gate,
            identify=self._opened.identity,
            skip_refused=True,
            keep=lambda _: True,
        )
        if not named:
            raise ReferenceImageError("No picture was kept.", next_step="Nothing is stored.")
        looked = enrolment.look(list(named.values()), self._student)
        keys = {id(one.portrait): key for key, one in named.items()}
        asked = {
            keys[id(looked.candidates[doubt.place].portrait)]: doubt for doubt in looked.doubts
        }
        if not answers and asked:
            return {"type": "questions", "questions": [
                {"id": key, "words": doubt.question, "looks_like": doubt.looks_like}
                for key, doubt in asked.items()
            ]}  # fmt: skip
        unsaid = [key for key in {**asked, **answers} if not answers.get(key)]
        if len(unsaid) > _BELIEVED:
            raise ReferenceImageError(
                "Several pictures look like something else, so nothing is stored.",
                next_step="Say what each of them shows, or take them again.",
            )
        sure = [one for key, one in named.items() if key in answers or key not in asked]
        done = enrolment.add(self._student, sure)
        stored = "1 picture is" if done.added == 1 else f"{done.added} pictures are"
        self._opened.refresh()
        return {
            "type": "saved",
            "words": f"{stored} stored",
            "refused": [f"Left out {one.expression}: {one.error.what}" for one in done.refused],
            "advice": done.card.advice,
        }

    def adjust(self, pictures: Sequence[Candidate]) -> Adjusted:
        """Learn today's light from pictures whose expressions are known."""
        z = self._opened.recognizer.vectors_of(stacked(pictures))
        labels = [one.expression for one in pictures]
        how = "own device, one picture" if len(pictures) == 1 else "own device, resting face"
        done = recalibrate(self._opened.roster, self._student, z, labels, how=how)
        self._opened.refresh()
        before, after = _shares(done)
        return {
            "type": "adjusted",
            "words": done.in_words,
            "helped": done.helped,
            "before": before,
            "after": after,
            "calibration": done.calibration,
        }

    def undo(self, calibration: str | None) -> Undone:
        """Take an adjustment back."""
        undo(self._opened.roster, self._student, calibration)
        self._opened.refresh()
        return {"type": "undone", "words": "You are read as you were before this adjustment."}


def _shares(done: Recalibrated) -> tuple[str | None, str | None]:
    """How many of the pictures kept aside were named right before and after."""
    aside: BeforeAfter | None = done.kept_aside
    if aside is None or aside.before.right is None or aside.after.right is None:
        return None, None
    if aside.before.right == aside.after.right:
        return None, None
    return f"{100 * aside.before.right:.0f} % right", f"{100 * aside.after.right:.0f} % right"
