"""Enrols students, recalibrates them and keeps what is known about them; loses nothing."""

from __future__ import annotations

from fewshot_fer.students.enrolment.card import Card, card_of
from fewshot_fer.students.enrolment.enrolment import Enrolment, EnrolmentResult, Looked
from fewshot_fer.students.enrolment.gate import Gate, Picture
from fewshot_fer.students.gallery import Gallery, gallery
from fewshot_fer.students.recalibration import compare, history, recalibrate_class, undo
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.consent import agreed, consent_text
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import export_student, import_student
from fewshot_fer.students.store.records import Consent, Reference, Student
from fewshot_fer.students.store.verify import verify

__all__ = [
    "Card",
    "Consent",
    "Enrolment",
    "EnrolmentResult",
    "Gallery",
    "Gate",
    "Library",
    "Looked",
    "Picture",
    "Reference",
    "Roster",
    "Student",
    "agreed",
    "card_of",
    "compare",
    "consent_text",
    "export_student",
    "gallery",
    "history",
    "import_student",
    "recalibrate_class",
    "undo",
    "verify",
]
