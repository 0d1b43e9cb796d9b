"""The whole way with the shipped checkpoint, on drawn people."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fewshot_fer as ff
from fewshot_fer.drawn.files import reference_picture, reference_pictures
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.expressions import BASIC
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.students import Library
from tests.students.people import tree

ANNA, BEN = invent_class(2, seed=3)


def test_a_student_is_read_better_than_a_stranger_in_another_light(
    recognizer: Recognizer, library: Library
) -> None:
    ours = ff.Class(library.folder, recognizer=recognizer)
    pictures = dict(reference_pictures(ANNA))
    student = ours.enroll("Anna", pictures, consent="Anna", same_person=True).student
    later = list(reference_pictures(ANNA, session=1))
    faces = [recognizer.vectors(image, recognizer.find(image)) for _, image in later]

    def right(who: str | None) -> int:
        readings = ours.roster.read(np.concatenate(faces), who)
        return sum(r.expression == e for r, (e, _) in zip(readings, later, strict=True))

    stranger = right(None)
    assert right(student.id) >= max(6, stranger)
    ours.recalibrate("Anna", neutral=reference_picture(ANNA, "neutral", session=1))
    assert right(student.id) >= max(6, stranger)


def test_one_picture_in_other_clothes_is_still_one_picture(
    recognizer: Recognizer, library: Library
) -> None:
    ours = ff.Class(library.folder, recognizer=recognizer)
    happy = reference_picture(BEN, "happy")
    ours.enroll("Ben", consent="Ben", happy=happy)
    before = tree(library.folder)
    smaller = cv2.resize(happy, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    darker = (happy * 0.85).astype(np.uint8)
    for disguised in (smaller, darker):
        with pytest.raises(ReferenceImageError, match="nearly the same picture"):
            ours.add("Ben", happy=np.asarray(disguised, np.uint8))
    assert tree(library.folder) == before
    others = {e: reference_picture(BEN, e) for e in BASIC if e != "happy"}
    added = ours.add("Ben", others, same_person=True, keep_doubtful=True)
    assert added.student.counts == dict.fromkeys(BASIC, 1)


def test_pictures_that_cannot_teach_are_refused(recognizer: Recognizer, tmp_path: Path) -> None:
    ours = ff.Class(tmp_path / "students", recognizer=recognizer)
    happy = reference_picture(ANNA, "happy")
    face = np.concatenate(recognizer.find(happy).boxes).astype(int)
    tiny = cv2.resize(happy, None, fx=24 / (face[3] - face[1]), fy=24 / (face[3] - face[1]))
    canvas = np.full((240, 320, 3), 90, np.uint8)
    canvas[: tiny.shape[0], : tiny.shape[1]] = tiny
    bad = {
        "No face|too small": canvas,
        "faces in this picture": np.hstack([happy, reference_picture(BEN, "sad")]),
        "No face": np.full((480, 640, 3), 128, np.uint8),
        "blurred|No face": cv2.GaussianBlur(happy, (0, 0), 0.06 * float(face[3] - face[1])),
        "dark|No face": (happy * 0.05).astype(np.uint8),
    }
    for said, image in bad.items():
        with pytest.raises(ReferenceImageError, match=said):
            ours.enroll("Anna", consent="Anna", happy=np.asarray(image, np.uint8))
    assert tree(tmp_path) == {}
