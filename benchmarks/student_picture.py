"""What a picture of a student's own camera costs: processor time of the networks, and of the rest.

    python benchmarks/student_picture.py
    python benchmarks/student_picture.py --against ../other-checkout   # the two in turn, as ratios

Ten drawn students send JPEG of 320 x 240, five a second each; every picture is decoded, followed,
read and smoothed in one thread, without the web. On a busy machine only the ratios say anything.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import numpy as np

sys.path.insert(0, os.environ.get("CHECKOUT", str(Path(__file__).resolve().parent.parent)))

from benchmarks.web_load import drawn_pictures
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.lesson.commands import Source
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.stream import Offer, read
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.web.app_state import AppState

STUDENTS: Final = 10
RATE: Final = 5.0
WARM: Final = 200
ROUND: Final = 50
Row = tuple[float, float]
"""Milliseconds of the networks and of the rest."""


def work(folder: str) -> None:
    """In the child: for every line that comes, a round of pictures; what each cost goes out."""
    spent = [0.0]
    plain = CompiledNetwork.__call__

    def timed(self: CompiledNetwork, batch: Any) -> Any:
        began = time.thread_time()
        answer = plain(self, batch)
        spent[0] += time.thread_time() - began
        return answer

    CompiledNetwork.__call__ = timed  # type: ignore[method-assign]
    settings = Settings(support_sets=Path(folder) / "students", records=f"sqlite:///{folder}/r.db")
    app = AppState(settings, workers=1)
    pictures, library = drawn_pictures(STUDENTS), app.library
    ids = [library.create(str(k), agreed("x", library.now())).id for k in range(STUDENTS)]
    app.opened().refresh()
    sources = [Source(one, "device", one) for one in ids]
    sessions: list[ClassSession | None] = [None] * STUDENTS

    def picture(number: int) -> Row:
        turn, who = divmod(number, STUDENTS)
        slot: SimpleQueue[Offer] = SimpleQueue()
        jpeg = pictures[who][turn % len(pictures[who])]
        slot.put(Offer(sources[who], jpeg, turn / RATE))
        spent[0], began = 0.0, time.thread_time()
        done = read(slot, sessions[who], lambda: app.opened().watch(sources[who]), 0.0, None)
        whole = time.thread_time() - began
        if done.error is not None:
            raise done.error
        sessions[who] = done.session
        return 1e3 * spent[0], 1e3 * (whole - spent[0])

    number = 0
    for line in sys.stdin:
        rows = [picture(number + k) for k in range(int(line))]
        number += len(rows)
        print(json.dumps(rows), flush=True)
    app.close()


class Side:
    """A checkout at work in a process of its own."""

    def __init__(self, checkout: Path, folder: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--work", folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"CHECKOUT": str(checkout.resolve()), "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.rows: list[Row] = []
        self.ask(WARM)

    def ask(self, pictures: int) -> Row:
        """So many pictures; the mean."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(pictures, file=self._process.stdin, flush=True)
        rows: list[Row] = [(net, rest) for net, rest in json.loads(self._process.stdout.readline())]
        self.rows += rows if pictures != WARM else []
        networks, rest = np.mean(rows, axis=0).tolist()
        return networks, rest

    def shown(self) -> dict[str, float]:
        """Medians."""
        networks, rest = np.median(self.rows, axis=0).round(2).tolist()
        return {"networks_ms": networks, "rest_ms": rest}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8, help=f"of {ROUND} pictures")
    parser.add_argument("--against", type=Path, help="another checkout of this project")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work)
        return
    here = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        sides = [Side(here, one)] + ([Side(given.against, two)] if given.against else [])
        means = np.array([[side.ask(ROUND) for side in sides] for _ in range(given.rounds)])
    result: dict[str, Any] = {"pictures": given.rounds * ROUND, **sides[0].shown()}
    if given.against:
        ratios = {"networks": means[..., 0], "rest": means[..., 1], "all": means.sum(axis=2)}
        result["against"] = sides[1].shown() | {
            f"{name}_ratio": np.percentile(each[:, 1] / each[:, 0], [0, 50, 100]).round(2).tolist()
            for name, each in ratios.items()
        }
    print(json.dumps(result | {"load": os.getloadavg()[0]}, indent=1))


if __name__ == "__main__":
    main()
