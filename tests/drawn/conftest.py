from __future__ import annotations

import pytest

from fewshot_fer.drawn.roster import DrawnStudent, invent_class


@pytest.fixture(scope="session")
def drawn_class() -> tuple[DrawnStudent, ...]:
    return invent_class(9, seed=3)
