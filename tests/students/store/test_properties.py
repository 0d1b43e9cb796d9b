from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fewshot_fer.errors import StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import export_student, import_student
from fewshot_fer.students.store.names import LONGEST_NAME, display_name
from fewshot_fer.students.store.records import NewReference, from_yaml, to_yaml
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, calibration, everything, library_at, reference, tree

few = settings(max_examples=8)
pictures = st.lists(
    st.builds(reference, st.sampled_from(BASIC), st.integers(0, 9)), min_size=1, max_size=4
)


def _is_name(text: str) -> bool:
    try:
        return bool(display_name(text))
    except StudentError:
        return False


names = st.text(min_size=1, max_size=LONGEST_NAME).filter(_is_name)


@contextmanager
def temporary_library() -> Iterator[Library]:
    with tempfile.TemporaryDirectory() as folder:
        yield library_at(Path(folder) / "support_sets")


@few
@given(names, pictures)
def test_any_name_is_kept_as_it_is_shown(name: str, given_pictures: list[NewReference]) -> None:
    with temporary_library() as library:
        made = library.create(name, AGREED, given_pictures)
        assert library.open(made.id) == made
        assert made.name == display_name(name)
        assert library.find(made.name) == made
        assert from_yaml(made.id, to_yaml(made), where="") == made


@few
@given(pictures, pictures)
def test_enrol_then_remove_leaves_no_byte(
    first: list[NewReference], second: list[NewReference]
) -> None:
    with temporary_library() as library:
        library.create("Ben", AGREED, first)
        before = tree(library.folder)
        library.create("Annabella", AGREED, second)
        library.calibrate("s002", calibration(0))
        library.students()
        library.remove("s002")
        assert tree(library.folder) == before
        left = everything(library.folder)
        assert b"Annabella" not in left
        assert b"s002" not in left


@few
@given(pictures.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_enrolling_does_not_matter(
    orders: tuple[list[NewReference], list[NewReference]],
) -> None:
    trees = []
    for order in orders:
        with temporary_library() as library:
            library.create("Anna", AGREED)
            for one in order:
                library.add("s001", [one])
            trees.append({n: d for n, d in tree(library.folder).items() if not n.endswith(".json")})
    assert trees[0] == trees[1]


@few
@given(pictures, st.lists(st.integers(0, 5), unique=True, max_size=3))
def test_recalibrate_then_undo_is_the_identity(
    some: list[NewReference], earlier: list[int]
) -> None:
    with temporary_library() as library:
        library.create("Anna", AGREED, some)
        for seed in earlier:
            library.calibrate("s001", calibration(seed))
        before = tree(library.folder)
        newest = library.calibrate("s001", calibration(9)).calibrations[-1]
        library.uncalibrate("s001", newest)
        assert tree(library.folder) == before


@few
@given(names, pictures)
def test_export_then_import_is_the_identity(name: str, some: list[NewReference]) -> None:
    with temporary_library() as here, temporary_library() as there:
        here.create(name, AGREED, some)
        here.calibrate("s001", calibration(1))
        packed = export_student(here, "s001", here.folder.parent / "s.zip")
        import_student(there, packed)
        assert tree(there.folder) == tree(here.folder)


WRITER = """
import sys
from pathlib import Path
from fewshot_fer.students.store.contents import encode_reference
from tests.students.people import library_at, reference
library = library_at(Path(sys.argv[1]))
for seed in range(int(sys.argv[2]), int(sys.argv[2]) + 8):
    new = reference("happy", seed)
    library.add("s001", [new])
    if seed % 2:
        library.drop("s001", [encode_reference(new, "images")[0]])
"""


def test_two_processes_act_as_if_one_came_after_the_other(library: Library) -> None:
    library.create("Anna", AGREED, [reference("happy", seed) for seed in range(3)])
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(library.folder), str(start)],
            cwd=Path(__file__).parents[3],
        )
        for start in (100, 200)
    ]
    while any(writer.poll() is None for writer in writers):
        student = library.open("s001")
        assert 3 <= len(student.references) <= 19
    assert [writer.returncode for writer in writers] == [0, 0]
    # Each adds eight and drops four of them: no change is lost.
    assert len(library.open("s001").references) == 3 + 16 - 8
    assert verify(library) == []


def test_two_writers_operations_equal_some_serial_order(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    operations: list[Callable[[Library], object]] = [
        lambda lib: lib.add("s001", [reference("sad", 5)]),
        lambda lib: lib.rename("s001", "Anne"),
        lambda lib: lib.drop("s001", lib.open("s001").references[:1]),
        lambda lib: lib.calibrate("s001", calibration(3)),
    ]

    def start(name: str) -> Library:
        library = library_at(tmp_path / name)
        library.create("Anna", AGREED, [reference("happy", 1)])
        return library

    serial = []
    for number, order in enumerate(permutations(operations)):
        library = start(f"serial-{number}")
        for operation in order:
            operation(library)
        serial.append(tree(library.folder))
    for repetition in range(3):
        library = start(f"together-{repetition}")
        with ThreadPoolExecutor(4) as pool:
            others = [library_at(library.folder) for _ in operations]
            for done in [pool.submit(op, lib) for op, lib in zip(operations, others, strict=True)]:
                done.result()
        assert tree(library.folder) in serial
