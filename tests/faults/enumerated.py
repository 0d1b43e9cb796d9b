"""Fails and kills every operation at every touch of the disk, and cuts the power there.

A program of its own, started with the shim (`python -m tests.faults` does that), because it forks.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final
from zlib import crc32

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.students.store import index
from tests.faults.disk import Disk, Event, Fault, PowerCuts, Touch, events, fingerprint, laid_out
from tests.faults.found import Seen, seen
from tests.faults.operations import BETWEEN, OPERATIONS, Place, Steps, furnished

FINE, OURS, BROKEN = 0, 3, 4
FAULTS: Final = (
    Fault.KILL, Fault.TORN, Fault.IO_ERROR, Fault.BROKEN, Fault.FULL, Fault.READ_ONLY,
    Fault.UNREADABLE,
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One case: what was done, what went wrong with the disk, and where."""

    operation: str
    fault: str
    at: int
    wrong: str = ""
    """What is not as it was promised."""


@dataclass(frozen=True)
class Bench:
    """Runs cases in copies of one furnished folder."""

    room: Path
    disk: Disk
    known: dict[str, Seen | str] = field(default_factory=dict)
    """What was found where the same bytes lay before, or why it was not readable."""

    @property
    def start(self) -> Path:
        return self.room / "start"

    @property
    def place(self) -> Place:
        return Place(self.room / "case")

    def fresh(self, source: Path | None = None) -> Place:
        shutil.rmtree(self.place.folder, ignore_errors=True)
        shutil.copytree(source or self.start, self.place.folder, symlinks=True)
        return self.place

    def promised(self, steps: Steps) -> list[Seen]:
        """What stands before, between and after the steps."""
        copy = Place(self.room / "promised")

        def look() -> Seen:
            shutil.rmtree(copy.folder, ignore_errors=True)
            shutil.copytree(self.place.folder, copy.folder)
            return seen(copy)

        self.fresh()
        return [look(), *(look() for _ in steps(self.place))]

    def run(self, steps: Steps, fault: Fault, at: int, journal: int = -1) -> tuple[int, int, int]:
        """Do it in a child: how it ended (negative: killed), steps done, touches of the disk."""
        came, told = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(self._in_child(steps, fault, at, journal, told))
        os.close(told)
        with os.fdopen(came, "rb") as pipe:
            words = pipe.read()
        _, status = os.waitpid(child, 0)
        touches = int(words.partition(b"#")[2] or -1)
        return os.waitstatus_to_exitcode(status), words.count(b"."), touches

    def _in_child(self, steps: Steps, fault: Fault, at: int, journal: int, told: int) -> int:
        code = FINE
        try:
            self.disk.arm(self.place.folder, fault, at, journal)
            for _ in steps(self.place):
                self.disk.done()
                os.write(told, b".")
        except FewshotFerError:
            code = OURS
        except BaseException:
            traceback.print_exc()
            code = BROKEN
        os.write(told, f"#{self.disk.touches}".encode())
        return code

    def judged(self, allowed: list[Seen], code: int, *, killed: bool) -> str:
        """What is wrong with what is found now."""
        if code == BROKEN:
            return "an exception that is none of ours"
        if code < 0 and not killed:
            return f"ended by signal {-code}"
        bytes_ = digest_of(self.place.folder)
        if bytes_ not in self.known:
            try:
                self.known[bytes_] = seen(self.place)
            except Exception as error:
                self.known[bytes_] = f"{type(error).__name__}: {error}"
        found = self.known[bytes_]
        if isinstance(found, str):
            return f"not readable afterwards: {found}"
        if found in allowed:
            return ""
        nearest = allowed[-1]
        return "another state: " + ", ".join(name for name in found if found[name] != nearest[name])


def digest_of(folder: Path) -> str:
    """The same for the same names and bytes."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        data = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"/"
        whole.update(f"{path.relative_to(folder)}\0".encode() + data)
    return whole.hexdigest()


def cases(
    bench: Bench, name: str, faults: tuple[Fault, ...], every: int, offset: int
) -> Iterator[Outcome]:
    """Every fault at every touch (or every so many) of one operation."""
    steps = OPERATIONS[name]
    promised = bench.promised(BETWEEN.get(name, steps))
    for fault in faults:
        bench.fresh()
        _, _, touches = bench.run(steps, fault, 0)
        # Another place for every fault, so that few cases see much.
        first = 1 + (offset + crc32(f"{name} {fault}".encode())) % every
        for at in range(first, touches + 1, every):
            bench.fresh()
            code, done, _ = bench.run(steps, fault, at)
            allowed = _allowed(name, promised, done) if code != FINE else promised[-1:]
            killed = fault in (Fault.KILL, Fault.TORN)
            wrong = bench.judged(allowed, code, killed=killed)
            yield Outcome(name, fault.name, at, wrong)


def _allowed(name: str, promised: list[Seen], done: int) -> list[Seen]:
    """What was done stays; the step that was cut off happened whole or not at all."""
    if name in BETWEEN:
        return promised if done == 0 else promised[-1:]
    return promised[done : done + 2]


def power_cuts(bench: Bench, name: str, every: int, offset: int) -> Iterator[Outcome]:
    """What may be left of an operation wherever the power is cut."""
    steps = OPERATIONS[name]
    promised = bench.promised(BETWEEN.get(name, steps))
    bench.fresh()
    with (bench.room / "journal").open("w+b") as journal:
        bench.run(steps, Fault.NONE, 0, journal.fileno())
        journal.seek(0)
        happened = list(events(journal.read()))
    cuts, known, done = PowerCuts(bench.start, bench.place.folder), set[int](), 0
    for at, event in enumerate([*happened, None], start=1):
        if event is None or (_tells(event) and (at + offset) % every == 0):
            for left in cuts.left(Random(at)):
                if (mark := fingerprint(left)) in known:
                    continue
                known.add(mark)
                shutil.rmtree(bench.place.folder)
                bench.place.folder.mkdir()
                laid_out(left, bench.place.folder, bench.place.folder)
                yield Outcome(
                    name, "POWER CUT", at,
                    bench.judged(_allowed(name, promised, done), FINE, killed=True),
                )  # fmt: skip
        if event is not None:
            done += event.touch is Touch.DONE
            known = known if event.touch is not Touch.DONE else set()
            cuts.play(event)


def _tells(event: Event) -> bool:
    """Whether more may be lost before this than before the next."""
    return event.touch not in (Touch.OPEN, Touch.WRITE)


def enumerate_all(
    names: list[str],
    every: int,
    offset: int,
    told: Callable[[Outcome], None],
    done: Callable[[str], None],
) -> None:
    """Every operation, every fault, every touch; `done` hears of each operation that is over."""
    index._FEW = 0  # So that the list of students is written down for two as well.
    with TemporaryDirectory(prefix="faults-", dir=_in_memory()) as folder:
        bench = Bench(Path(folder), Disk())
        furnished(bench.start)
        for name in names:
            bench.known.clear()
            for outcome in cases(bench, name, FAULTS, every, offset):
                told(outcome)
            for outcome in power_cuts(bench, name, every, offset):
                told(outcome)
            done(name)


def _in_memory() -> str | None:
    """A place that is quick; nothing here asks a disk to keep anything."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main(arguments: list[str]) -> int:
    """`EVERY OFFSET [OPERATION…]`: every so many-th touch; a table of cases, and what was wrong."""
    every, offset = int(arguments[0]), int(arguments[1])
    counts: dict[str, int] = {}
    wrong: list[Outcome] = []

    def told(outcome: Outcome) -> None:
        counts[outcome.fault] = counts.get(outcome.fault, 0) + 1
        if outcome.wrong:
            wrong.append(outcome)
            sys.stderr.write(f"{outcome}\n")

    def done(name: str) -> None:
        so_far = f"{sum(counts.values())} cases, {len(wrong)} not as promised"
        sys.stderr.write(f"  {name} is done: {so_far}\n")

    enumerate_all(arguments[2:] or list(OPERATIONS), every, offset, told, done)
    told_of = ", ".join(f"{count} {fault.lower()}" for fault, count in counts.items())
    sys.stdout.write(f"enumerated: {sum(counts.values())} cases, {len(wrong)} not as promised\n")
    sys.stdout.write(f"  {told_of}\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
