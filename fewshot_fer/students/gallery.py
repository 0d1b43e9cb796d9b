"""A student's references to look at, in a notebook or on a page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Student

_CELL: Final = Markup(
    '<figure style="display:inline-block;margin:4px;text-align:center"><img width="96" alt="{}" '
    'src="data:image/png;base64,{}"><figcaption>{}</figcaption></figure>'
)


@dataclass(frozen=True, slots=True)
class Gallery:
    """The references of a student as PNG by expression; notebooks show them as pictures."""

    student: Student
    pictures: tuple[tuple[str, bytes], ...]

    def _repr_html_(self) -> str:
        cells = Markup().join(
            _CELL.format(name, base64.b64encode(data).decode(), name)
            for name, data in self.pictures
        )
        who = self.student
        return Markup("<div><b>{}</b> ({})<br>{}</div>").format(who.name, who.id, cells)


def gallery(library: Library, student_id: str) -> Gallery:
    """A student's references; kept vectors have no picture."""
    student = library.open(student_id)
    return Gallery(
        student,
        tuple(
            (reference.expression, library.read_file(student, reference.file))
            for reference in student.references
            if reference.kind == "image"
        ),
    )
