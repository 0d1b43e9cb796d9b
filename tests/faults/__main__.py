"""`python -m tests.faults [--every N] [--kills N] [--only KIND]`: see reliability.md."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fakes.postgres import postgres_programs
from tests.faults.disk import built


def ran(module: str, *arguments: str, **more: str) -> int:
    """Run a part as a program of its own: it forks."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"} | more
    begun = time.monotonic()
    program = [sys.executable, "-m", f"tests.faults.{module}", *arguments]
    done = subprocess.run(program, env=environment, check=False)
    sys.stdout.write(f"  {time.monotonic() - begun:.0f} s\n")
    sys.stdout.flush()
    return done.returncode


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.faults")
    options.add_argument("--every", type=int, default=1, help="only every so many-th touch")
    options.add_argument("--kills", type=int, default=1000, help="kills of one writer")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--seconds", default="inf", help="of kills of one kind, at most")
    options.add_argument("--only", help="enumerated, alone, backups, two, lessons or servers")
    chosen = options.parse_args()
    seed, kills = str(chosen.seed), chosen.kills
    counts = dict.fromkeys(("backups", "two", "lessons"), kills // 10)
    counts |= {"alone": kills, "servers": kills // 50}
    failed = 0
    with TemporaryDirectory(prefix="faults-") as folder:
        if chosen.only in (None, "enumerated"):
            shim = built(Path(folder))
            if shim is None:
                sys.stderr.write("There is no C compiler (`cc`), which `enumerated` needs.\n")
                return 2
            failed |= ran("enumerated", str(chosen.every), seed, LD_PRELOAD=str(shim))
        for kind, count in counts.items():
            there = kind != "servers" or postgres_programs() is not None
            if chosen.only in (None, kind) and there:
                failed |= ran("moments", kind, str(max(1, count)), seed, folder, chosen.seconds)
    return failed


if __name__ == "__main__":
    sys.exit(main())
