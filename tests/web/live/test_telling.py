"""What a page is told of its class, in words."""

from __future__ import annotations

from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.recalibration import Recalibrated
from fewshot_fer.students.verdict import BeforeAfter, Score
from fewshot_fer.web.live.telling import recalibrated_message


def brought(student: str, before: float, after: float) -> Recalibrated:
    aside = BeforeAfter(Score(10, before, 0.9, 0.0), Score(10, after, 0.9, 0.0))
    return Recalibrated(student, f"cal-{student}", None, aside)


def test_recalibrating_a_class_is_told_in_a_sentence() -> None:
    few = Reason(Code.TOO_FEW_SURE)
    results: dict[str, Recalibrated | Reason] = {
        "a": brought("a", 0.5, 0.9), "b": brought("b", 0.9, 0.9), "c": brought("c", 0.9, 0.5),
        "d": few,
    }  # fmt: skip
    told = recalibrated_message(results, {"a": "Ada"})
    assert told["words"] == (
        "3 of 4 are fitted to today's light: 1 read better, 1 as before, 1 worse: take these back "
        "below. 1 could not be fitted and stays as before."
    )
    assert told["undo"] == {"a": "cal-a", "b": "cal-b", "c": "cal-c"}
    assert [one["helped"] for one in told["students"]] == [True, None, False, None]
    nothing = recalibrated_message({"d": few}, {})["words"]
    assert nothing == "Nothing was changed: the one who was seen could not be fitted."
    laughed = Reason(Code.NOT_AT_REST, expression="happy")
    told = recalibrated_message({"a": brought("a", 0.5, 0.9), "b": laughed}, {"b": "Ben"})
    assert told["words"].endswith("stays as before. No resting face: Ben.")
