"""Whether two processes behind the balancer read more pictures than one, in turn in one run.

    python benchmarks/web_workers.py [--students 40] [--seconds 30] [--rounds 3]

`fewshot-fer serve --workers N`, with HAProxy before it, of one worker and of two; two classes, with
two workers one in each. Students send as in `web_load.py`. The script that plays them takes its
part of the same two cores, which is told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from web_load import Clock, Tally, drawn_pictures, own_cpu, student
from websockets.asyncio.client import connect

from fewshot_fer.records.folders import web_folder
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.files import Place

CLASSES: Final = 2
PASSWORD: Final = "correct horse battery"
WARM_S: Final = 10.0


@dataclass(frozen=True)
class School:
    """A server of some workers, and who may come in."""

    folder: Path
    port: int
    known: Credentials
    token: str

    @classmethod
    def at(cls, folder: Path) -> School:
        """Nothing runs yet."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        place = Place(web_folder(f"sqlite:///{folder}/record.db"))
        known = Credentials(place, now=time.time, password=PASSWORD)
        return cls(folder, port, known, known.tokens.make("load")[0])

    @contextmanager
    def served(self, workers: int) -> Iterator[subprocess.Popen[bytes]]:
        """So many workers."""
        env = os.environ | {
            "FEWSHOT_FER_SUPPORT_SETS": str(self.folder / "students"),
            "FEWSHOT_FER_RECORDS": f"sqlite:///{self.folder}/record.db",
            "FEWSHOT_FER_PASSWORD": PASSWORD,
        }
        command = ["serve", "--workers", str(workers), "--port", str(self.port)]
        running = subprocess.Popen(
            [sys.executable, "-m", "fewshot_fer", *command], env=env, stdout=subprocess.DEVNULL
        )
        try:
            yield running
        finally:
            running.terminate()
            running.wait(timeout=60)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """A program's request."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    def classes(self, workers: int) -> list[str]:
        """Two classes, held by as many workers as there may be."""
        while True:
            try:
                self.ask("GET", "/api/v1/classes")
                break
            except OSError:
                time.sleep(0.2)
        held: dict[str, str] = {}
        while len(held) < CLASSES:
            # A program is with one process by its token, and its classes are where it opened them.
            program = replace(self, token=self.known.tokens.make("load")[0])
            made = program.ask("POST", "/api/v1/classes", {"name": "load"})["id"]
            holder = self._holder(made) if workers > 1 else made
            if holder in held:
                program.ask("DELETE", f"/api/v1/classes/{made}")
            else:
                held[holder] = made
        return list(held.values())

    def _holder(self, class_id: str) -> str:
        kept = json.loads((self.known.place.folder / "lessons.json").read_text())
        return str(next(one["holder"] for one in kept if one["id"] == class_id))

    def cookie(self, student: str, class_id: str) -> str:
        """What a student's browser holds."""
        who = {"student": student, "class": class_id}
        return self.known.signer.sign("student", who, lifetime_s=86_400.0)


def people(folder: Path, count: int) -> list[str]:
    """Students who agreed."""
    library = Library.of(Settings(support_sets=folder / "students"))
    made = [f"Student {number}" for number in range(count)]
    return [library.create(name, agreed("load", library.now())).id for name in made]


async def lesson(
    school: School, cookies: list[str], pictures: list[list[bytes]], options: argparse.Namespace
) -> tuple[Tally, float]:
    """Students send; what came back, and how many cores this script took."""
    tally, clock = Tally(), Clock()
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(
                connect(
                    f"ws://127.0.0.1:{school.port}/me/live",
                    additional_headers={"Cookie": f"fewshot_fer_student={cookie}"},
                    compression=None, max_queue=1, open_timeout=60,
                )
            )
            for cookie in cookies
        ]  # fmt: skip
        at_work = [
            asyncio.create_task(
                student(one, pictures[k], k / len(sockets) / options.rate, options.rate, clock)
            )
            for k, one in enumerate(sockets)
        ]
        await asyncio.sleep(WARM_S)
        own, began = own_cpu(), time.perf_counter()
        clock.tally = tally
        await asyncio.sleep(options.seconds)
        clock.tally = None
        tally.seconds = time.perf_counter() - began
        own = (own_cpu() - own) / tally.seconds
        clock.over = True
        _, late = await asyncio.wait(at_work, timeout=5.0)
        for task in late:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
    return tally, own


def main() -> None:
    """Parse, run, print one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=5.0, help="pictures a second of each")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pictures = drawn_pictures(options.students)
    rounds: list[dict[str, Any]] = []
    for _ in range(options.rounds):
        round_: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
        for workers in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                school = School.at(Path(folder))
                ids = people(school.folder, options.students)
                with school.served(workers):
                    classes = school.classes(workers)
                    cookies = [
                        school.cookie(one, classes[k % CLASSES]) for k, one in enumerate(ids)
                    ]
                    tally, own = asyncio.run(lesson(school, cookies, pictures, options))
            round_[str(workers)] = tally.shown() | {"load_script_cores": round(own, 2)}
        round_["ratio"] = round(round_["2"]["a_second"] / round_["1"]["a_second"], 2)
        print(json.dumps(round_), file=sys.stderr, flush=True)
        rounds.append(round_)
    ratios = [one["ratio"] for one in rounds]
    print(
        json.dumps(
            {"ratio": statistics.median(ratios), "ratios": ratios, "rounds": rounds}, indent=1
        )
    )


if __name__ == "__main__":
    main()
