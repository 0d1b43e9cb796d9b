"""Kills writers at moments of chance: one alone, one of two, and one who records a lesson.

What a writer was told is done must be there; what it was at may be done or not. A recording may
lose its last two seconds, and nothing before.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from fewshot_fer.backup import backup, restore
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.store import Store
from fewshot_fer.students.store.contents import encode_reference
from fewshot_fer.students.store.library import Library
from tests.fakes.postgres import Server, postgres_programs
from tests.faults.found import Seen, content, seen
from tests.faults.operations import SHOWN, Place, furnished
from tests.records.views import Class, faces_at, second
from tests.students.people import AGREED, calibration, reference

LOSES_S: Final = 2
_LENGTH: Final = 24
_Change = Callable[[Library], object]


def changes(rng: Random, whose: str) -> list[_Change]:
    """A sequence of changes of one student, and of others who come and go."""

    def drop(library: Library, seed: int) -> None:
        known = library.open(whose).references
        one = encode_reference(reference("sad", seed), "images")[0]
        library.drop(whose, [one] if one in known else known[:1])

    def one(number: int) -> _Change:
        seed = rng.randrange(5)
        return rng.choice(
            (
                lambda lib: lib.create(f"Visitor {number}", AGREED, [reference("fear", seed)]),
                lambda lib: lib.add(whose, [reference("sad", seed)]),
                lambda lib: drop(lib, seed),
                lambda lib: lib.rename(whose, f"Name {number}"),
                lambda lib: lib.calibrate(whose, calibration(seed)),
                lambda lib: lib.remove(lib.students()[-1].id) if len(lib.students()) > 3 else None,
            )
        )

    return [one(number) for number in range(_LENGTH)]


def _work(place: Place, rng: Random) -> Iterator[None]:
    """The library and the record, turn by turn."""
    library, store = place.library(), place.store()
    session = store.begin("random", per_student=True)
    yield
    for number, change in enumerate(changes(rng, "s001")):
        change(library)
        yield
        store.write(session, [second(number, SHOWN)])
        yield
    store.close()


def _child(work: Iterator[None]) -> tuple[int, int]:
    """Start it; its process, and where it tells what is done."""
    came, told = os.pipe()
    child = os.fork()
    if child:
        os.close(told)
        return child, came
    try:
        for _ in work:
            os.write(told, b".")
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(4)


def _over(child: int, came: int) -> tuple[int, int]:
    """How it ended, and how much it had done."""
    with os.fdopen(came, "rb") as pipe:
        done = len(pipe.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), done


def _copied(start: Path, to: Path) -> Place:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(start, to)
    return Place(to)


def alone(room: Path, count: int, seed: int) -> Iterator[str]:
    """So many kills of one writer, in up to ten sequences; what is wrong, or nothing."""
    furnished(room / "start")
    sequences = max(1, min(10, count // 20))
    for sequence in range(seed, seed + sequences):
        place = _copied(room / "start", room / "case")
        states = [seen(_copied(place.folder, room / "copy"))]
        for _ in _work(place, Random(sequence)):
            states.append(seen(_copied(place.folder, room / "copy")))  # noqa: PERF401
        _copied(room / "start", room / "case")
        begun = time.monotonic()
        _over(*_child(_work(place, Random(sequence))))
        lasts = time.monotonic() - begun
        for case in range(-(-count // sequences)):
            _copied(room / "start", room / "case")
            child, came = _child(_work(place, Random(sequence)))
            time.sleep(Random(f"{sequence} {case}").uniform(0, lasts))
            os.kill(child, signal.SIGKILL)
            _, done = _over(child, came)
            yield _judged(place, states[done : done + 2])


def _judged(place: Place, allowed: Sequence[Seen]) -> str:
    try:
        return "" if seen(place) in allowed else "another state"
    except Exception as error:
        return f"not readable afterwards: {type(error).__name__}: {error}"


def backups(room: Path, count: int, seed: int) -> Iterator[str]:
    """Backups at moments of chance beside a writer: restored, each is one moment of it."""
    furnished(room / "start")
    place = _copied(room / "start", room / "case")
    states = [content(place)]
    begun = time.monotonic()
    for _ in _work(place, Random(seed)):
        states.append(content(place))  # noqa: PERF401
    lasts = (time.monotonic() - begun) / 2
    for case in range(count):
        place, other = _copied(room / "start", room / "case"), Place(room / "other")
        shutil.rmtree(other.folder, ignore_errors=True)
        file = room / "kept.zip"
        file.unlink(missing_ok=True)
        child, came = _child(_work(place, Random(seed)))
        time.sleep(Random(f"{seed} {case}").uniform(0, lasts))
        backup(place.settings, file)
        code, _ = _over(child, came)
        restore(other.settings, file)
        fine = code == 0 and content(other) in states
        yield "" if fine else f"another moment; the writer ended with {code}"


def two(room: Path, count: int, seed: int) -> Iterator[str]:
    """One of two writers is killed; the other loses nothing and need not wait for the dead."""
    furnished(room / "start")

    def work(place: Place, whose: str) -> Iterator[None]:
        library, store = place.library(), place.store()
        session = store.begin(whose, per_student=True)
        for number in range(8):
            library.add(whose, [reference("sad", 100 + number)])
            store.write(session, [second(number, {whose: "sad"})])
            yield
        store.close()

    for case in range(seed, seed + count):
        place = _copied(room / "start", room / "case")
        killed, kept = _child(work(place, "s001")), _child(work(place, "s002"))
        time.sleep(Random(case).uniform(0, 0.4))
        os.kill(killed[0], signal.SIGKILL)
        _, done = _over(*killed)
        code, all_done = _over(*kept)
        if (code, all_done) != (0, 8):
            yield f"the other writer ended with {code} after {all_done} changes"
            continue
        try:
            found, library = seen(place), place.library()
            more = {who: len(library.open(who).references) - 2 for who in SHOWN}
            fine = more["s002"] == 8 and more["s001"] in (done, done + 1) and found["record"]
            yield "" if fine else f"{more} of {done} and 8 changes are there"
        except Exception as error:
            yield f"not readable afterwards: {type(error).__name__}: {error}"


def lessons(room: Path, count: int, seed: int, *, at_once: int = 40) -> Iterator[str]:
    """Lessons that are recorded at their real pace and killed; so many at once."""
    shutil.rmtree(room / "lessons", ignore_errors=True)

    def record(place: Place) -> Iterator[None]:
        place.folder.mkdir(parents=True)
        with SessionWriter.begin(place.url, Class(), "7b", per_student=True) as tape:
            for number in itertools.count():  # On a busy machine a second takes longer.
                tape.note(faces_at(number))
                yield
                time.sleep(1.0)

    cases = [Place(room / "lessons" / str(number)) for number in range(count)]
    for first in range(0, count, at_once):
        batch = cases[first : first + at_once]
        running = [_child(record(place)) for place in batch]
        rng = Random(f"{seed} {first}")
        ends = sorted((rng.uniform(3.0, 9.0), k) for k in range(len(batch)))
        begun = time.monotonic()
        for at, k in ends:
            time.sleep(max(0.0, at - (time.monotonic() - begun)))
            os.kill(running[k][0], signal.SIGKILL)
        for place, child in zip(batch, running, strict=True):
            _, noted = _over(*child)
            with place.store() as store:
                seconds = store.read().whole.seconds.tolist() if noted else []
            lost = noted - len(seconds)
            fine = seconds == list(range(len(seconds))) and lost <= LOSES_S
            yield "" if fine else f"{lost} of {noted} seconds are missing: {seconds}"


def servers(room: Path, count: int, seed: int) -> Iterator[str]:
    """PostgreSQL crashes in the middle of a recording and comes back: nothing is lost."""
    programs = postgres_programs()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed")
    # A short path: that of a socket must not be longer than 107 letters.
    with TemporaryDirectory(prefix="fer", ignore_cleanup_errors=True) as folder:
        server = Server(programs, Path(folder))
        for case in range(seed, seed + count):
            rng, url = Random(case), server.new_database()
            stops = rng.randrange(1, 12)
            os.chdir(room)
            with SessionWriter.begin(url, Class(), per_student=True, try_again=0.05) as tape:
                for k in range(14):
                    tape.note(faces_at(k))
                    time.sleep(rng.uniform(0, 0.05))
                    if k == stops:
                        server.stop()
                    if k == stops + 2:
                        server.start()
            with Store.open(url) as store:
                found = store.read().whole.seconds.tolist()
            left = sorted(one.name for one in room.glob("*-waiting-*"))
            yield "" if (found, left) == (list(range(14)), []) else f"{found}, {left}"
        server.stop()


KINDS: Final = {
    "alone": alone, "backups": backups, "two": two, "lessons": lessons, "servers": servers
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """`KIND COUNT SEED FOLDER [SECONDS]`: how many kills there were by then, and what was wrong."""
    kind, count, seed = arguments[0], int(arguments[1]), int(arguments[2])
    until = time.monotonic() + float(arguments[4] if len(arguments) > 4 else "inf")
    kills = wrong = 0
    for what in KINDS[kind](Path(arguments[3]), count, seed):
        kills += 1
        if what:
            wrong += 1
            sys.stderr.write(f"{kind}: {what}\n")
        if time.monotonic() > until:
            break
    what = "backups" if kind == "backups" else "kills"
    sys.stdout.write(f"{kind}: {kills} {what}, {wrong} not as promised\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
