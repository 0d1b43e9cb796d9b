"""Kills a writer at every single file operation of every kind of change.

Run as a program of its own, because it forks: `python -m tests.students.store.killing FOLDER`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from fewshot_fer.students.store.contents import names_of
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, calibration, library_at, reference

TOUCHES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")
Operation = Callable[[Library], object]
View = dict[str, tuple[str, dict[str, bytes]]]

OPERATIONS: dict[str, Operation] = {
    "create": lambda lib: lib.create("Carla", AGREED, [reference("happy", 7), reference("sad", 8)]),
    "add": lambda lib: lib.add("s001", [reference("sad", 3), reference("fear", 4)]),
    "drop": lambda lib: lib.drop("s001", lib.open("s001").references[:1]),
    "remove": lambda lib: lib.remove("s001"),
}


def view(library: Library) -> View:
    """What a reader sees of everybody; fails when a page names a file that is not there."""
    seen: View = {}
    for summary in library.students():
        student = library.open(summary.id)
        files = {name: library.read_file(student, name) for name in names_of(student)}
        seen[student.id] = repr(student), files
    return seen


def killed_at(count: int, folder: Path, operation: Operation) -> bool:
    """Run the operation in a child that dies before its count-th touch; whether it was killed."""
    child = os.fork()
    if child == 0:
        left = count

        def die(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in TOUCHES and str(folder) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        library = library_at(folder, start=3)
        sys.addaudithook(die)
        operation(library)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def kill_everywhere(folder: Path, start: Path, operation: Operation) -> dict[str, int]:
    """Kill at each touch in turn; every time the old or the new state must stand."""
    old = view(library_at(start))
    shutil.copytree(start, folder / "after")
    operation(library_at(folder / "after", start=3))
    new = view(library_at(folder / "after"))
    assert old != new
    outcomes = {"old": 0, "new": 0}
    for count in range(1, 1000):
        place = folder / str(count)
        shutil.copytree(start, place)
        if not killed_at(count, place, operation):
            return outcomes
        found = view(Library(place))
        assert found in (old, new), f"a third state after touch {count}"
        outcomes["old" if found == old else "new"] += 1
        assert verify(Library(place)) == []
        shutil.rmtree(place)
    raise AssertionError("the operation never ended")


def main(folder: Path) -> None:
    os.fsync = lambda fd: None  # A killed process loses nothing that the system has.
    start = folder / "start"
    library = library_at(start)
    library.create("Anna", AGREED, [reference("happy", 1), reference("sad", 2)])
    library.create("Ben", AGREED, [reference("happy", 6)])
    library.calibrate("s001", calibration(0))
    outcomes = {
        name: kill_everywhere(folder / name, start, operation)
        for name, operation in OPERATIONS.items()
    }
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
