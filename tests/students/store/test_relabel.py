from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.errors import StudentError
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, reference


def test_a_reference_moves_to_another_expression_and_leaves_nothing_behind(
    library: Library,
) -> None:
    given = [reference("happy", 1), reference("happy", 2)]
    anna = library.create("Anna", AGREED, given)
    first = anna.references[0]
    before = library.portrait(anna, first)
    after = library.relabel(anna.id, first, "Sad")
    assert after.counts == {"happy": 1, "sad": 1}
    moved = after.reference(first.sha)
    assert np.array_equal(library.portrait(after, moved), before)
    assert library.read_file(after, moved.sidecar)
    assert not (library.folder / anna.id / first.file).exists()
    assert verify(library, None) == []
    with pytest.raises(StudentError, match="hapy"):
        library.relabel(anna.id, moved, "hapy")
