from __future__ import annotations

from datetime import UTC, datetime

from fewshot_fer.students import Library, Picture, agreed, gallery
from tests.students.recogniser import enrolment_at, shown


def test_a_notebook_shows_the_pictures_and_trusts_no_name(library: Library) -> None:
    consent = agreed("Anna", datetime.now(UTC))
    pictures = [Picture("happy", shown("happy", 1))]
    anna = enrolment_at(library).enroll("<b>Anna", pictures, consent).student
    page = gallery(library, anna.id)._repr_html_()
    assert page.count("<img") == 1
    assert "data:image/png;base64,iVBOR" in page
    assert "<b>Anna" not in page.replace("<b>&lt;b&gt;Anna", "")
