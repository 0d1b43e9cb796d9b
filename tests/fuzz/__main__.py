"""`python -m tests.fuzz [--cases N] [--seed N] [--only NAME] [--case N]`: see reliability.md."""

from __future__ import annotations

import argparse
import math
import os
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Final

from fewshot_fer.errors import FewshotFerError
from tests.fuzz.inputs import INPUTS, Input
from tests.fuzz.mutate import mutated
from tests.fuzz.pages import PAGES
from tests.fuzz.phones import LIMIT_S, PHONES

LIMIT_BYTES: Final = 500_000_000
ALL: Final = INPUTS | PHONES | PAGES
_PROGRESS: Final = struct.Struct("q")


class TooSlow(BaseException):
    """A case took too long; nothing that reads may catch it."""


def tried(name: str, made: Input, seed: int, number: int) -> str:
    """One case: what is wrong with it, or nothing."""
    data = mutated(made.seeds, Random(f"{name} {seed} {number}"))
    before = made.unchanged()
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        made.reads(data)
    except FewshotFerError:
        return "" if made.unchanged() == before else "changed by what was refused"
    except TooSlow:
        return f"longer than {LIMIT_S} s"
    except BaseException:
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def _work(name: str, seed: int, numbers: range, until: float, told: int) -> None:
    """In a child: a crash costs this input alone."""

    def too_slow(_: int, __: FrameType | None) -> None:
        raise TooSlow

    signal.signal(signal.SIGVTALRM, too_slow)
    with TemporaryDirectory(prefix="fuzz-") as folder:
        made = ALL[name](Path(folder))
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in numbers:
            os.write(told, _PROGRESS.pack(number))
            if wrong := tried(name, made, seed, number):
                sys.stderr.write(f"{name}, case {number}: {wrong}\n")
                os.write(told, _PROGRESS.pack(-1))
            grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun)
            if grown > LIMIT_BYTES:
                sys.stderr.write(f"{name}, case {number}: {grown / 1e6:.0f} MB more\n")
                os.write(told, _PROGRESS.pack(-1))
                begun += grown // 1024
            if time.monotonic() > until:
                return


def run(name: str, seed: int, numbers: range, until: float) -> tuple[int, int]:
    """How many cases were tried, and how many went wrong; a crash is one, and the rest goes on."""
    wrong = reached = 0
    first = numbers.start
    while first < numbers.stop:
        came, told = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _work(name, seed, range(first, numbers.stop), until, told)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(told)
        reached = first
        for number in _progress(came):
            reached, wrong = (reached, wrong + 1) if number < 0 else (number, wrong)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return reached + 1 - numbers.start, wrong
        if code == 1:
            raise SystemExit(f"{name} could not be set up")
        sys.stderr.write(f"{name}, case {reached}: ended with {code}\n")
        wrong, first = wrong + 1, reached + 1
    return len(numbers), wrong


def _progress(came: int) -> Iterator[int]:
    with os.fdopen(came, "rb") as pipe:
        while one := pipe.read(_PROGRESS.size):
            yield _PROGRESS.unpack(one)[0]


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--cases", type=int, default=1000, help="of each input")
    options.add_argument("--seconds", type=float, default=math.inf, help="of each input, at most")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only", choices=ALL, metavar="NAME", help=", ".join(ALL))
    options.add_argument("--case", type=int, help="this one alone, as a report names it")
    chosen = options.parse_args()
    numbers = range(chosen.cases) if chosen.case is None else range(chosen.case, chosen.case + 1)
    failed = 0
    for name in [chosen.only] if chosen.only else ALL:
        begun = time.monotonic()
        count, wrong = run(name, chosen.seed, numbers, begun + chosen.seconds)
        failed += wrong
        said = f"{name:24} {count:7} cases  {wrong:3} wrong  {time.monotonic() - begun:6.1f} s\n"
        sys.stdout.write(said)
        sys.stdout.flush()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
