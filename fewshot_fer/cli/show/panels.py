"""The headings under which `fewshot-fer --help` lists the commands."""

from __future__ import annotations

from typing import Final

START: Final = "To begin"
CLASS: Final = "In class"
STUDENTS: Final = "Students"
LOOK: Final = "Look"
MEASURE: Final = "Train and measure"

ORDER: Final = (START, CLASS, STUDENTS, LOOK, MEASURE)
