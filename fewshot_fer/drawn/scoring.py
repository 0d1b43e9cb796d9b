"""Compares what was said of a drawn class with the truth; the only place that knows both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.drawn.gallery import StudentTruth
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.records.views import Box, View

SAME_FACE: Final = 0.5
"""From this overlap (intersection over union) on, a box is a student's face."""
TOLERANCE_S: Final = 0.5
"""For this long after a change the expression before it counts as right too: nobody can know a
change before it was seen more than once. `strict` in a tally is without it."""


@dataclass(frozen=True, slots=True)
class Label:
    """What was said of one face: where it is, whose, and what it shows."""

    box: Box
    name: str | None
    expression: str | None
    sure: bool = True


def labels_of(view: View) -> tuple[Label, ...]:
    """What a session says. The best name is scored also where it is shown as unsure."""
    return tuple(
        Label(
            face.box,
            face.name,
            face.reading.expression if face.reading else None,
            face.reading is not None and face.reading.unsure is None,
        )
        for face in view.seen
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of students in looks; only of students whose whole face was to be seen."""

    visible: int = 0
    found: int = 0
    right: int = 0
    strict: int = 0
    unsure: int = 0
    misnamed: int = 0
    false: int = 0
    """Boxes on no student's face at all."""
    confused: tuple[tuple[str, str, int], ...] = ()
    """Truth, label and how often, most often first."""
    students: tuple[tuple[str, int, int], ...] = ()
    """Name, how often to be seen and how often right."""

    @property
    def accuracy(self) -> float:
        """The share of student-seconds labelled right; a face that was missed is wrong."""
        return self.right / max(1, self.visible)

    @property
    def strict_accuracy(self) -> float:
        """The same with no patience for changes."""
        return self.strict / max(1, self.visible)

    @property
    def recall(self) -> float:
        """The share of the faces that were found."""
        return self.found / max(1, self.visible)

    @property
    def unsure_share(self) -> float:
        """The share of the faces found that are shown as unsure."""
        return self.unsure / max(1, self.found)


def total(tallies: Iterable[Tally]) -> Tally:
    """All counts together."""
    every = list(tallies)
    confused: Counter[tuple[str, str]] = Counter()
    for tally in every:
        confused.update({(truth, label): n for truth, label, n in tally.confused})
    counts = ("visible", "found", "right", "strict", "unsure", "misnamed", "false")
    sums = {name: sum(getattr(tally, name) for tally in every) for name in counts}
    students = tuple(student for tally in every for student in tally.students)
    return replace(Tally(**sums), confused=_sorted(confused), students=students)


@dataclass(slots=True)
class Scorer:
    """Marks look after look; the looks of one lesson must come in order."""

    tolerance: float = TOLERANCE_S
    _counts: Counter[str] = field(default_factory=Counter)
    _confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    _seen: Counter[str] = field(default_factory=Counter)
    _right: Counter[str] = field(default_factory=Counter)
    _shown: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """When each student's true expressions began."""

    def mark(self, time: float, labels: Sequence[Label], truth: Sequence[StudentTruth]) -> None:
        """Mark one look."""
        for student in truth:
            shown = self._shown.setdefault(student.student, [])
            if not shown or shown[-1][1] != student.expression:
                shown.append((time, student.expression))
        visible = [student for student in truth if student.visible]
        pairs = matched([label.box for label in labels], [s.box for s in visible])
        for i, student in enumerate(visible):
            self._mark_student(time, student, labels[pairs[i]] if i in pairs else None)
        self._counts["false"] += self._on_nobody(labels, truth)

    @property
    def tally(self) -> Tally:
        """The counts until now."""
        count = self._counts
        return Tally(
            count["visible"], count["found"], count["right"], count["strict"], count["unsure"],
            count["misnamed"], count["false"], _sorted(self._confused),
            tuple((name, seen, self._right[name]) for name, seen in self._seen.items()),
        )  # fmt: skip

    def _mark_student(self, time: float, student: StudentTruth, label: Label | None) -> None:
        self._counts["visible"] += 1
        self._seen[student.name] += 1
        if label is None:
            return
        misnamed = label.name not in (None, student.name)
        right = label.expression in self._accepted(student.student, time) and not misnamed
        self._right[student.name] += right
        self._counts.update(
            found=1,
            right=int(right),
            strict=int(label.expression == student.expression and not misnamed),
            unsure=int(not label.sure),
            misnamed=int(misnamed),
        )
        if not right and label.expression is not None:
            self._confused[student.expression, label.expression] += 1

    def _accepted(self, student: str, time: float) -> set[str]:
        """The expression of this moment, and those that ended a moment ago."""
        shown = self._shown[student]
        ended = [later for later, _ in shown[1:]] + [np.inf]
        return {
            name
            for (_, name), end in zip(shown, ended, strict=True)
            if time - end < self.tolerance - 1e-9
        }

    @staticmethod
    def _on_nobody(labels: Sequence[Label], truth: Sequence[StudentTruth]) -> int:
        """Boxes that lie on no face, not even one behind a hand."""
        if not labels:
            return 0
        places = _boxes([s.box for s in truth if s.box is not None])
        over = overlaps(_boxes([label.box for label in labels]), places)
        return int((over.max(axis=1, initial=0) < SAME_FACE / 2).sum())


def matched(boxes: Sequence[Box], truth: Sequence[Floats | None]) -> dict[int, int]:
    """For every true box that was found the index of the box that found it, each used once."""
    known = [i for i, box in enumerate(truth) if box is not None]
    over = overlaps(_boxes([truth[i] for i in known]), _boxes(boxes))
    pairs: dict[int, int] = {}
    while over.size and over.max() >= SAME_FACE:
        row, column = np.unravel_index(int(over.argmax()), over.shape)
        pairs[known[int(row)]] = int(column)
        over[row], over[:, column] = 0, 0
    return pairs


def _boxes(boxes: Sequence[Box | Floats | None]) -> Floats:
    return np.array([np.asarray(box) for box in boxes], np.float32).reshape(-1, 4)


def _sorted(confused: Counter[tuple[str, str]]) -> tuple[tuple[str, str, int], ...]:
    return tuple((truth, label, n) for (truth, label), n in confused.most_common())
