"""Hours of two lessons with 50 students' own devices, against the server as it is installed.

    python benchmarks/endurance.py --seconds 10800
    python benchmarks/endurance.py --seconds 10800 --rate 1    # of each, beside other work
    python benchmarks/endurance.py --seconds 300 --times 2     # twice what this machine can read

Two teachers sign in with their passwords, open a class each, record it student by student, watch
it, mark moments and look at pages. The students join by the teachers' links, and now and then one
goes and comes back. Afterwards the record is read: every second of both lessons, every mark.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2 as httpx
import numpy as np
from web_load import drawn_pictures
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from fewshot_fer.records.store import Retention, Store
from fewshot_fer.web.school.accounts import Teacher, Teachers

NAMES: Final = ("Ada", "Bo")
_PASSWORD: Final = "only for this run"
_WARM_S: Final = 20.0
_SAMPLE_S: Final = 10.0
_MARK_S: Final = 15.0
_VISIT_S: Final = 5.0
_AWAY_S: Final = 3.0
_PAGES: Final = ("/health", "/class", "/api/v1/students", "/api/v1/classes", "/api/v1/sessions")


# ---------------------------------------------------------------------- the server


@dataclass(frozen=True)
class Server:
    """`fewshot-fer serve` in a folder of its own, and what the system knows of it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path) -> Server:
        """Start it, and wait until it answers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        place = {
            "SUPPORT_SETS": folder / "students", "RECORDS": f"sqlite:///{folder}/record.db",
            "PASSWORD": _PASSWORD,
        }  # fmt: skip
        told = {f"FEWSHOT_FER_{name}": str(value) for name, value in place.items()}
        command = [sys.executable, "-m", "fewshot_fer", "serve", "--port", str(port)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, env=os.environ | told | {"TMPDIR": str(folder / "tmp")},
                stdout=log, stderr=log,
            )  # fmt: skip
        server = cls(folder, port, process)
        for _ in range(600):
            with suppress(httpx.HTTPError):
                if httpx.get(f"{server.address}/health").status_code == 200:
                    return server
            time.sleep(0.2)
        raise SystemExit(f"The server did not start:\n{(folder / 'log').read_text()}")

    @property
    def address(self) -> str:
        """What browsers call it."""
        return f"http://localhost:{self.port}"

    def socket(self, path: str, cookie: str) -> connect:
        """A WebSocket as a browser opens it."""
        headers = {"Cookie": cookie, "Origin": self.address}
        return connect(
            f"{self.address.replace('http', 'ws')}{path}", additional_headers=headers,
            compression=None, max_size=None, open_timeout=60, ping_interval=None,
        )  # fmt: skip

    def sample(self) -> dict[str, float]:
        """Memory, descriptors and threads of all its processes; what lies on the disk."""
        found: Counter[str] = Counter()
        for process in _family(self.process.pid):
            with suppress(OSError):  # One that has just ended.
                status = Path(f"/proc/{process}/status").read_text()
                found["memory_mb"] += int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
                found["threads"] += int(re.findall(r"Threads:\s+(\d+)", status)[0])
                found["descriptors"] += sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
        files = [one for one in self.folder.rglob("*") if one.is_file()]
        found["files"] = len(files)
        found["disk_mb"] = sum(one.stat().st_size for one in files) / 1e6
        found["temporary"] = sum(1 for one in (self.folder / "tmp").rglob("*") if one.is_file())
        return {name: round(value, 2) for name, value in found.items()}


def _family(process: int) -> Iterator[int]:
    yield process
    with suppress(OSError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        for child in children:
            yield from _family(int(child))


# ---------------------------------------------------------------------- who takes part


@dataclass(eq=False)
class Lesson:
    """One teacher with an account, and the class that is recorded."""

    server: Server
    account: Teacher
    cookie: str = ""
    class_id: str = ""
    link: str = ""
    began: float = 0.0
    marks: int = 0
    views: int = 0
    answers: list[float] = field(default_factory=list)
    """Seconds that pages took."""

    async def open(self, browser: httpx.AsyncClient) -> ClientConnection:
        """Sign in, open a class, record it, and have a link for its students."""
        page = await browser.get("/sign-in")
        token = re.findall(r'name="token" value="([^"]+)"', page.text)[0]
        form = {"token": token, "next": "/", "name": self.account.name, "password": _PASSWORD}
        signed = await browser.post("/sign-in", data=form)
        assert signed.status_code == 303, signed.status_code
        self.cookie = _cookie(browser)
        made = await browser.post("/api/v1/classes", json={"name": self.account.name})
        assert made.status_code == 201, made.text
        self.class_id = made.json()["id"]
        line = await self.server.socket(f"/live/{self.class_id}", self.cookie)
        await line.send(json.dumps({"do": "invite", "address": self.server.address}))
        self.link = httpx.URL((await _told(line, "invited"))["url"]).path
        return line

    async def teach(self, line: ClientConnection, browser: httpx.AsyncClient, over: Over) -> None:
        """Mark moments and look at pages, until it is over."""
        marked = visited = time.monotonic()
        for number in over.ticks(1.0):
            await number
            now = time.monotonic()
            if now - marked > _MARK_S:
                marked, self.marks = now, self.marks + 1
                await line.send(json.dumps({"do": "mark", "text": f"moment {self.marks}"}))
            if now - visited > _VISIT_S:
                visited = now
                for path in _PAGES:
                    asked = time.monotonic()
                    answer = await browser.get(path)
                    self.answers.append(time.monotonic() - asked)
                    assert answer.status_code in (200, 429), (path, answer.status_code)

    async def watch(self, line: ClientConnection) -> None:
        """Take all that the class's page is told."""
        with suppress(ConnectionClosed):
            while True:
                message = await line.recv()
                self.views += isinstance(message, str) and '"type":"state"' in message[:40]


@dataclass(eq=False)
class Over:
    """When the lessons end."""

    until: float = float("inf")
    counts: bool = False

    def ticks(self, seconds: float) -> Iterator[Any]:
        """Something to await, again and again."""
        while time.monotonic() < self.until:
            yield asyncio.sleep(seconds)


@dataclass(eq=False)
class Student:
    """A device: it sends as often as the server asks for, or at a rate of its own."""

    server: Server
    cookie: str
    pictures: Sequence[bytes]
    rate: float | None = None
    asked: int = 0
    trips: list[float] = field(default_factory=list)
    labelled: int = 0
    came: int = 0
    goes: bool = False
    """They close their page and open it again."""

    async def take_part(self, over: Over) -> None:
        """Until it is over; whatever cuts the line, they come back."""
        while time.monotonic() < over.until:
            with suppress(ConnectionClosed, OSError):
                async with self.server.socket("/me/live", self.cookie) as line:
                    self.came, self.goes = self.came + 1, False
                    await self._send(line, over)
            await asyncio.sleep(_AWAY_S if time.monotonic() < over.until else 0)

    async def _send(self, line: ClientConnection, over: Over) -> None:
        number, next_, free = 0, 0.0, time.monotonic()
        while time.monotonic() < over.until and not self.goes:
            now = time.monotonic()
            due = free if self.rate is None else max(next_, now)
            await asyncio.sleep(max(0.0, due - now))
            self.asked += over.counts
            sent = time.monotonic()
            if self.rate is not None:
                next_ = due + 1 / self.rate
                if sent < free - 0.5 / self.rate:
                    continue  # It wants none yet: this picture is left out.
            await line.send(self.pictures[number % len(self.pictures)])
            answer = await _frame(line)
            free = sent + answer["every"] / 1000
            number += 1
            if over.counts and answer["type"] == "view":
                self.trips.append(time.monotonic() - sent)
                self.labelled += bool(answer["face"] and answer["face"]["best"])


def _cookie(browser: httpx.AsyncClient) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)


async def _told(line: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        message = await line.recv()
        if isinstance(message, str) and json.loads(message)["type"] == kind:
            found: dict[str, Any] = json.loads(message)
            return found


async def _frame(line: ClientConnection) -> dict[str, Any]:
    while True:
        answer: dict[str, Any] = json.loads(await line.recv())
        if answer.get("frame"):
            return answer


async def joined(server: Server, link: str, number: int, pictures: Sequence[bytes]) -> Student:
    """Somebody who opens the link, agrees to everything and is in."""
    form = {"name": f"Student {number}", "read": "yes", "numbers": "yes", "pictures": "yes"}
    async with _browser(server) as browser:
        done = await browser.post(link, data=form)
        assert done.headers.get("location") == "/me", (done.status_code, done.text[:300])
        return Student(server, _cookie(browser), pictures)


def _browser(server: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=server.address,
        headers={"origin": server.address},
        timeout=60,
        # Sooner than the server closes one: who asks just then is not answered.
        limits=httpx.Limits(keepalive_expiry=2.0),
    )


# ---------------------------------------------------------------------- the run


async def run(server: Server, options: argparse.Namespace) -> dict[str, object]:
    """Both lessons from beginning to end; what was measured."""
    accounts = Teachers(server.folder / "record-web", time.time)
    lessons = [Lesson(server, accounts.add(name, _PASSWORD)) for name in NAMES]
    await asyncio.sleep(6.0)  # The server sees new accounts every few seconds.
    over, samples = Over(), list[dict[str, float]]()
    pictures = drawn_pictures(options.students)
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(_browser(server)) for _ in lessons]
        pairs = list(zip(lessons, browsers, strict=True))
        lines = [await lesson.open(browser) for lesson, browser in pairs]
        watching = [
            asyncio.create_task(lesson.watch(line))
            for lesson, line in zip(lessons, lines, strict=True)
        ]
        students = [
            await joined(server, lessons[k % len(lessons)].link, k, pictures[k])
            for k in range(options.students)
        ]
        for one in students:
            one.rate = options.rate
        for lesson, line in zip(lessons, lines, strict=True):
            await line.send(json.dumps({"do": "record", "each": True}))
            lesson.began = time.monotonic()
        at_work = [asyncio.create_task(one.take_part(over)) for one in students]
        for (lesson, browser), line in zip(pairs, lines, strict=True):
            at_work.append(asyncio.create_task(lesson.teach(line, browser, over)))
        await asyncio.sleep(_WARM_S)
        if options.times:
            over.counts, measured = True, 20.0
            await asyncio.sleep(measured)
            able = sum(len(one.trips) for one in students) / measured
            for one in students:
                one.rate = options.times * able / len(students)
                one.trips, one.asked = [], 0
        begun, over.counts = time.monotonic(), True
        over.until = begun + options.seconds
        for number in over.ticks(min(_SAMPLE_S, options.seconds / 6)):
            await number
            samples.append(server.sample())
            if not options.times:
                students[len(samples) % len(students)].goes = True
            sys.stderr.write(f"{time.monotonic() - begun:7.0f} s  {samples[-1]}\n")
        over.counts, lasted = False, time.monotonic() - begun
        await asyncio.wait(at_work[: len(students)], timeout=30)
        for line in lines:
            await line.send('{"do":"stop_recording"}')
        ended = time.monotonic()
        await asyncio.sleep(3.0)
        for line in lines:
            await line.close()
        wrong = await asyncio.gather(*at_work, *watching, return_exceptions=True)
    return {
        "seconds": round(lasted), "students": len(students), "teachers": len(lessons),
        "machine_load": [round(one, 1) for one in os.getloadavg()],
        "went_wrong": [repr(one) for one in wrong if isinstance(one, Exception)],
        **_pictures(students, lasted), **_flat(samples),
        "pages_p95_ms": _ms([one for lesson in lessons for one in lesson.answers], 95),
        "pages_most_ms": _ms([one for lesson in lessons for one in lesson.answers], 100),
        "pages": sum(len(lesson.answers) for lesson in lessons),
        "came_back": sum(one.came - 1 for one in students),
        "record": [_kept(server, accounts, one, ended) for one in lessons],
        "log_lines": (server.folder / "log").read_text().splitlines()[:20],
    }  # fmt: skip


def _pictures(students: Sequence[Student], lasted: float) -> dict[str, object]:
    counts = sorted(len(one.trips) for one in students)
    trips = [trip for one in students for trip in one.trips]
    return {
        "pictures_a_second": round(len(trips) / lasted, 1),
        "offered_a_second": round(sum(one.asked for one in students) / lasted, 1),
        "labelled": round(sum(one.labelled for one in students) / max(1, len(trips)), 3),
        "p50_ms": _ms(trips, 50), "p95_ms": _ms(trips, 95), "p99_ms": _ms(trips, 99),
        "least_of_median": round(counts[0] / max(1, counts[len(counts) // 2]), 3),
        "most_of_median": round(counts[-1] / max(1, counts[len(counts) // 2]), 3),
    }  # fmt: skip


def _ms(seconds: Sequence[float], share: float) -> float:
    return round(1000 * float(np.percentile(seconds, share)), 1) if seconds else float("nan")


def _flat(samples: Sequence[dict[str, float]]) -> dict[str, object]:
    """Of each: what it was in the first and the last third (medians), and the most."""
    third = max(1, len(samples) // 3)
    return {
        name: {
            "first_third": float(np.median([one[name] for one in samples[:third]])),
            "last_third": float(np.median([one[name] for one in samples[-third:]])),
            "most": max(one[name] for one in samples),
        }
        for name in samples[0]
    }


def _kept(server: Server, accounts: Teachers, lesson: Lesson, ended: float) -> dict[str, object]:
    """What the record holds of a lesson, and what of it is missing."""
    file = accounts.folder_of(lesson.account) / "record.db"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as raw:
        whole = raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store.open(f"sqlite:///{file}", retention=Retention(students=None)) as store:
        (session,) = store.sessions()
        read = store.read(session.id)
        each = {who: len(t.seconds) for who, t in store.student_seconds(session).items()}
    seconds = read.whole.seconds.tolist()
    return {
        "sound": whole, "ended": session.ended is not None, "seconds": len(seconds),
        "missing": len(set(range(seconds[0], seconds[-1] + 1)) - set(seconds)),
        "taught_s": round(ended - lesson.began, 1),
        "marks_missing": lesson.marks - len(read.marks),
        "students": len(each), "student_seconds": sum(each.values()),
    }  # fmt: skip


def main() -> None:
    """Run, print one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10_800.0)
    parser.add_argument(
        "--rate", type=float, help="pictures a second of each, not as many as asked"
    )
    parser.add_argument("--times", type=float, help="so many times what the machine can read")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="endurance-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "tmp").mkdir()
        server = Server.start(Path(folder))
        try:
            print(json.dumps(asyncio.run(run(server, options)), indent=1))
        finally:
            server.process.terminate()
            server.process.wait(timeout=60)


if __name__ == "__main__":
    main()
