from __future__ import annotations

import numpy as np

from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference
from tests.students.people import AGREED, everything, library_at
from tests.students.recogniser import TinyRecogniser, face, mean_of, shown


def of(expression: str, seed: int, offset: float = 2.0) -> NewReference:
    return NewReference(expression, portrait=shown(expression, seed, offset))


def test_pictures_are_embedded_once_and_by_no_later_process(library: Library) -> None:
    library.create("Anna", AGREED, [of("happy", 1), of("sad", 2)])
    recogniser = TinyRecogniser()
    points = Roster(library, recogniser).prototypes("s001").points
    assert recogniser.portraits_embedded == 2
    again = TinyRecogniser()
    later = Roster(library_at(library.folder), again)
    np.testing.assert_array_equal(later.prototypes("s001").points, points)
    assert again.portraits_embedded == 0
    library.add("s001", [of("fear", 3)])
    assert not np.array_equal(later.prototypes("s001").points, points)
    assert again.portraits_embedded == 1


def test_the_cache_is_only_a_cache(library: Library) -> None:
    library.create("Anna", AGREED, [of("happy", 1)])
    points = Roster(library, TinyRecogniser()).prototypes("s001").points
    (cache,) = (library.folder / "s001" / "cache").iterdir()
    for damage in (lambda: cache.write_bytes(b"x"), lambda: cache.write_bytes(b""), cache.unlink):
        damage()
        fresh = TinyRecogniser()
        np.testing.assert_array_equal(Roster(library, fresh).prototypes("s001").points, points)
        assert fresh.portraits_embedded == 1
    other = TinyRecogniser(checkpoint_hash="b" * 64)
    Roster(library, other).prototypes("s001")
    assert other.portraits_embedded == 1


def test_a_dropped_reference_leaves_the_cache_too(library: Library) -> None:
    anna = library.create("Anna", AGREED, [of("happy", 1), of("sad", 2)])
    roster = Roster(library, TinyRecogniser())
    roster.prototypes("s001")
    gone = anna.references[0]
    library.drop("s001", [gone])
    assert gone.sha.encode() not in everything(library.folder)


def test_who_is_removed_is_not_recognised_at_once(library: Library) -> None:
    library.create("Anna", AGREED, [of("happy", 1)])
    roster = Roster(library, TinyRecogniser())
    roster.prototypes("s001")
    library_at(library.folder).remove("s001")
    assert library.stamp("s001") is None


def test_a_class_expression_serves_who_never_showed_it(library: Library) -> None:
    look = np.array([9, -9, 0, 0, 9, 0, 0, -9, 0], np.float32)
    library.add_expression("confused")
    for offset in (-2.0, 0.0, 2.5):
        library.create(
            "A",
            AGREED,
            [
                of("neutral", 1, offset),
                of("happy", 2, offset),
                NewReference("confused", portrait=face(look + offset)),
            ],
        )
    library.create("Ben", AGREED, [of("neutral", 7, 1.5), of("sad", 8, 1.5)])
    roster = Roster(library, TinyRecogniser())
    readings = roster.read(np.stack([look + 1.5, mean_of("sad") + 1.5]), "s004")
    assert [reading.expression for reading in readings] == ["confused", "sad"]
    (taught,) = roster.class_expressions()
    middle = roster.recogniser.prior.middle
    np.testing.assert_allclose(taught.point, middle + 0.85 * (look - middle), atol=1.5)
    assert roster.read(look[None])[0].expression == "confused"
    library.remove_expression("confused")
    assert "confused" not in roster.prototypes("s004").names
    assert "confused" not in roster.prototypes("s001").names
