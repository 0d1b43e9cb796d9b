from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.drawn.gallery import StudentTruth
from fewshot_fer.drawn.scoring import Label, Scorer, matched, total
from fewshot_fer.records.views import Box

ADA: Box = (0, 0, 10, 10)
BO: Box = (100, 0, 110, 10)


def truth(
    name: str, box: Box | None, expression: str = "happy", *, hand: bool = False
) -> StudentTruth:
    return StudentTruth(
        student=name.lower(), name=name, tile=(0, 0, 50, 50), camera_on=box is not None,
        expression=expression, settled=True, visible=box is not None and not hand,
        box=None if box is None else np.array(box, np.float32), landmarks=None,
    )  # fmt: skip


def label(box: Box, expression: str | None = "happy", name: str | None = None) -> Label:
    return Label(box, name, expression)


@pytest.mark.parametrize(
    ("labels", "right", "found"),
    [
        ([label(ADA), label(BO, "sad")], 2, 2),
        ([label(ADA, "sad"), label(BO, "happy")], 0, 2),
        ([label(ADA)], 1, 1),
        ([label(ADA, None), label(BO, "sad")], 1, 2),
        ([label((1, 1, 11, 11)), label((104, 0, 114, 10), "sad")], 1, 1),
        ([label(ADA), label(ADA), label(BO, "sad")], 2, 2),
        ([], 0, 0),
    ],
    ids=[
        "all right", "swapped", "one missed", "one not read yet", "a box too far off",
        "two boxes on a face", "nothing",
    ],
)  # fmt: skip
def test_a_look_is_marked_by_where_boxes_lie(labels: list[Label], right: int, found: int) -> None:
    scorer = Scorer()
    scorer.mark(0.0, labels, [truth("Ada", ADA), truth("Bo", BO, "sad")])
    tally = scorer.tally
    assert (tally.visible, tally.right, tally.found) == (2, right, found)
    assert (tally.accuracy, tally.recall) == (right / 2, found / 2)
    assert sum(r for _, _, r in tally.students) == right
    assert [(name, seen) for name, seen, _ in tally.students] == [("Ada", 1), ("Bo", 1)]


def test_a_right_expression_under_another_students_name_is_wrong() -> None:
    scorer = Scorer()
    scorer.mark(0.0, [label(ADA, name="Bo"), label(BO, name="Bo")],
                [truth("Ada", ADA), truth("Bo", BO)])  # fmt: skip
    assert (scorer.tally.right, scorer.tally.misnamed) == (1, 1)


def test_those_whose_face_is_not_whole_do_not_count() -> None:
    scorer = Scorer()
    scorer.mark(0.0, [label(ADA)], [truth("Ada", ADA, hand=True), truth("Bo", None)])
    assert scorer.tally.visible == 0
    assert scorer.tally.false == 0


def test_a_box_on_nobody_is_false() -> None:
    scorer = Scorer()
    scorer.mark(0.0, [label(ADA), label((300, 300, 320, 320))], [truth("Ada", ADA)])
    assert scorer.tally.false == 1


def test_just_after_a_change_the_expression_before_counts_too() -> None:
    scorer = Scorer(tolerance=0.5)
    rights = []
    for k, shown in enumerate(["happy"] * 3 + ["sad"] * 7):
        before = scorer.tally.right
        scorer.mark(k / 10, [label(ADA, "happy")], [truth("Ada", ADA, shown)])
        rights.append(scorer.tally.right - before)
    assert rights == [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    assert scorer.tally.strict == 3


def test_just_after_a_change_the_new_expression_is_right_at_once() -> None:
    scorer = Scorer()
    scorer.mark(0.0, [label(ADA)], [truth("Ada", ADA, "happy")])
    scorer.mark(0.1, [label(ADA, "sad")], [truth("Ada", ADA, "sad")])
    assert scorer.tally.strict == 2


def test_mistakes_are_counted_by_kind() -> None:
    scorer = Scorer()
    for k in range(3):
        scorer.mark(float(k), [label(ADA, "fear"), label(BO, "sad")],
                    [truth("Ada", ADA, "surprise"), truth("Bo", BO, "neutral")])  # fmt: skip
    scorer.mark(3.0, [label(ADA, "fear")], [truth("Ada", ADA, "surprise")])
    assert scorer.tally.confused == (("surprise", "fear", 4), ("neutral", "sad", 3))
    both = total([scorer.tally, scorer.tally])
    assert both.confused[0] == ("surprise", "fear", 8)
    assert both.visible == 2 * scorer.tally.visible


def test_every_box_finds_one_student_at_most() -> None:
    near: Box = (0, 0, 10, 11)
    assert matched([near], [np.array(ADA, np.float32), np.array(near, np.float32)]) == {1: 0}
    assert matched([], [None]) == {}
