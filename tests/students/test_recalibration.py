from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import FaceError, StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.recalibration import (
    Recalibrated,
    compare,
    history,
    recalibrate,
    recalibrate_class,
    undo,
)
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.calibration import MOST_FRAMES
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference
from tests.students.people import AGREED, tree
from tests.students.recogniser import TinyRecogniser, mean_of, shown

# Another day's light moves every look of the student by this.
LIGHT = np.array([5, -5, 4, 0, 0, -4, 4, 0, 0], np.float32)


@pytest.fixture
def roster(library: Library) -> Roster:
    library.create("Anna", AGREED, [NewReference(name, portrait=shown(name, 1)) for name in BASIC])
    return Roster(library, TinyRecogniser())


def looks(*expressions: str) -> Floats:
    return np.stack([mean_of(name) + LIGHT for name in expressions])


def right(roster: Roster) -> int:
    return sum(
        reading.expression == name
        for reading, name in zip(roster.read(looks(*BASIC), "s001"), BASIC, strict=True)
    )


def test_a_resting_face_brings_the_other_expressions_back(roster: Roster) -> None:
    before = right(roster)
    frames = looks(*["neutral"] * 8)
    came = recalibrate(roster, "s001", frames, ["neutral"] * 8, how="resting face")
    assert right(roster) == 7 > before
    assert came.references is not None
    assert came.references.before.right == 1.0


def test_frames_kept_aside_tell_what_it_brought(roster: Roster) -> None:
    labels = [*BASIC, *BASIC]
    aside = recalibrate(roster, "s001", looks(*labels), labels, how="frames").kept_aside
    assert aside is not None
    assert aside.after.pictures == 7
    assert aside.after.right == 1.0
    assert aside.before.right is not None
    assert aside.before.right < 1.0
    few = recalibrate(roster, "s001", looks("happy"), ["happy"], how="one picture")
    assert few.kept_aside is None
    assert few.helped is None
    assert "nothing tells" in few.in_words


def test_it_says_in_plain_words_whether_it_helped(roster: Roster) -> None:
    labels = [*BASIC, *BASIC]
    came = recalibrate(roster, "s001", looks(*labels), labels, how="frames")
    assert came.helped
    assert came.in_words.startswith("It helped: of 7 pictures set aside to test it, ")
    assert "7 after." in came.in_words
    # Every second frame teaches, and its label is wrong: smiles that are called neutral.
    mixed = [name for label in BASIC for name in ("happy", label)]
    called = [name for label in BASIC for name in ("neutral", label)]
    harmful = recalibrate(roster, "s001", looks(*mixed) - LIGHT, called, how="frames")
    assert harmful.helped is False
    assert "It did not help" in harmful.in_words
    same = recalibrate(roster, "s001", looks(*labels) - LIGHT, labels, how="frames")
    assert same.helped is None
    assert same.in_words.startswith("It made no difference: of 7 pictures")


def test_unlabelled_frames_are_scored_without_a_truth(roster: Roster) -> None:
    came = recalibrate(roster, "s001", looks(*BASIC) - 0.5 * LIGHT, None, how="class")
    assert came.kept_aside is not None
    assert came.kept_aside.before.right is None


def test_undo_is_the_identity_bit_for_bit(roster: Roster) -> None:
    before = tree(roster.library.folder), roster.prototypes("s001").points.copy()
    recalibrate(roster, "s001", looks("happy"), ["happy"], how="one picture")
    assert not np.array_equal(roster.prototypes("s001").points, before[1])
    undo(roster, "s001")
    assert tree(roster.library.folder) == before[0]
    np.testing.assert_array_equal(roster.prototypes("s001").points, before[1])
    with pytest.raises(StudentError, match="no calibration"):
        undo(roster, "s001")


def test_the_newest_is_in_use_and_the_history_says_so(roster: Roster) -> None:
    first = recalibrate(roster, "s001", looks("happy"), ["happy"], how="one picture")
    mine = roster.prototypes("s001").points
    second = recalibrate(roster, "s001", -looks("sad"), ["sad"], how="one picture")
    assert [(e.calibration, e.in_use) for e in history(roster, "s001")] == [
        (first.calibration, False),
        (second.calibration, True),
    ]
    here = datetime(2026, 3, 2, 12, tzinfo=UTC).astimezone()
    told = f"{here.day} March 2026, {here:%H:%M}, one picture"
    assert history(roster, "s001")[0].in_words == told
    both = compare(roster, "s001", "none", second.calibration[:8])
    assert both.before.right == 1.0
    assert both.after.right is not None
    assert both.after.right < 1.0
    undo(roster, "s001", second.calibration[:8])
    np.testing.assert_array_equal(roster.prototypes("s001").points, mine)
    with pytest.raises(StudentError, match="0 calibrations"):
        compare(roster, "s001", "none", "zz")


def test_another_checkpoint_sets_a_calibration_aside_until_it_returns(roster: Roster) -> None:
    recalibrate(roster, "s001", looks("happy"), ["happy"], how="one picture")
    mine = roster.prototypes("s001").points
    other = Roster(roster.library, TinyRecogniser(checkpoint_hash="b" * 64))
    (entry,) = history(other, "s001")
    assert (entry.in_use, entry.set_aside) == (False, True)
    assert not np.array_equal(other.prototypes("s001").points, mine)
    with pytest.raises(StudentError, match="another checkpoint"):
        compare(other, "s001", "none", entry.calibration)
    again = Roster(roster.library, TinyRecogniser())
    np.testing.assert_array_equal(again.prototypes("s001").points, mine)


def test_bad_calibrations_store_nothing(roster: Roster) -> None:
    before = tree(roster.library.folder)
    with pytest.raises(FaceError, match="no usable face"):
        recalibrate(roster, "s001", looks("happy")[:0], None, how="class")
    with pytest.raises(StudentError, match="Did you mean 'happy'"):
        recalibrate(roster, "s001", looks("happy"), ["hapy"], how="one picture")
    with pytest.raises(StudentError, match="no student"):
        recalibrate(roster, "s009", looks("happy"), ["happy"], how="one picture")
    assert tree(roster.library.folder) == before


def test_too_few_sure_frames_change_nothing(roster: Roster) -> None:
    before = tree(roster.library.folder)
    with pytest.raises(FaceError, match="Too few frames are sure"):
        recalibrate(roster, "s001", looks("happy"), None, how="class")
    assert tree(roster.library.folder) == before


def test_a_class_is_recalibrated_from_what_is_sure(roster: Roster) -> None:
    roster.library.create("Ben", AGREED, [NewReference("happy", portrait=shown("happy", 5))])
    frames = np.concatenate([looks(*BASIC)] * 2) - 0.5 * LIGHT
    results = recalibrate_class(roster, {"s001": frames, "s002": frames[:1]})
    assert isinstance(results["s001"], Recalibrated)
    assert results["s002"] == Reason(Code.TOO_FEW_SURE)
    assert [len(roster.library.open(one).calibrations) for one in ("s001", "s002")] == [1, 0]


def test_who_clearly_laughs_is_not_taken_for_a_resting_face(roster: Roster) -> None:
    roster.library.create(
        "Ben", AGREED, [NewReference(name, portrait=shown(name, 5)) for name in BASIC]
    )
    rests, laughs = (np.stack([mean_of(name)] * 8) for name in ("neutral", "happy"))
    results = recalibrate_class(roster, {"s001": rests, "s002": laughs}, label="neutral")
    assert isinstance(results["s001"], Recalibrated)
    assert results["s002"] == Reason(Code.NOT_AT_REST, expression="happy")
    assert roster.library.open("s002").calibrations == ()


def test_a_long_lesson_is_thinned_evenly(roster: Roster) -> None:
    drift = np.linspace(0, 1, 500, dtype=np.float32)[:, None]
    frames: Floats = np.repeat(looks("neutral"), 500, 0) + drift
    recalibrate(roster, "s001", frames, ["neutral"] * 500, how="resting face")
    student = roster.library.open("s001")
    kept = roster.library.calibration(student, student.calibrations[0])
    assert len(kept.z) == MOST_FRAMES == len(kept.labels or ())
    np.testing.assert_array_equal(kept.z[[0, -1]], frames[[0, -1]])
