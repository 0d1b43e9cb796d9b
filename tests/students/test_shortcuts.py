from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.students import (
    Gate,
    Library,
    Roster,
    add_references,
    enroll,
    gallery,
    recalibrate,
)
from fewshot_fer.students.shortcuts import Pictures
from tests.students.recogniser import TinyRecogniser, face, good, shown


def test_enrol_add_recalibrate_in_a_line_each(library: Library, tmp_path: Path) -> None:
    roster = Roster(library, TinyRecogniser())
    gate = Gate(roster.recogniser.find, good)
    path = tmp_path / "h.png"
    cv2.imwrite(str(path), cv2.cvtColor(shown("happy", 1), cv2.COLOR_RGB2BGR))
    pictures: Pictures = {
        "happy": [path],
        "sad": str(path.with_name("s.png")),
        "fear": shown("fear", 2),
    }
    cv2.imwrite(str(tmp_path / "s.png"), cv2.cvtColor(shown("sad", 3), cv2.COLOR_RGB2BGR))
    anna = enroll(roster, "Anna", pictures, agreed_by="Anna", gate=gate)
    assert anna.student.counts == {"fear": 1, "happy": 1, "sad": 1}
    look = face(np.array([9, -9, 0, 0, 9, 0, 0, -9, 0], np.float32))
    added = add_references(roster, "s001", {"confused": look}, gate=gate)
    assert added.student.own_expressions == ("confused",)
    came = recalibrate(roster, "s001", {"neutral": shown("neutral", 4, 2.0)}, gate=gate)
    assert came.kept_aside is None
    black = np.zeros((192, 192, 3), np.uint8)
    with pytest.raises(ReferenceImageError, match="No face"):
        recalibrate(roster, "s001", {"neutral": black}, gate=gate)


def test_a_notebook_shows_the_pictures_and_trusts_no_name(library: Library) -> None:
    roster = Roster(library, TinyRecogniser())
    gate = Gate(roster.recogniser.find, good)
    enroll(roster, "<b>Anna", {"happy": shown("happy", 1)}, agreed_by="Anna", gate=gate)
    page = gallery(library, "s001")._repr_html_()
    assert page.count("<img") == 1
    assert "data:image/png;base64,iVBOR" in page
    assert "<b>Anna" not in page.replace("<b>&lt;b&gt;Anna", "")
