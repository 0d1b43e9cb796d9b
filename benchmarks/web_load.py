"""A class of students with their own cameras against the real server, over real WebSockets.

    python benchmarks/web_load.py --students 50 --seconds 60
    python benchmarks/web_load.py --students 50 --seconds 120 --stall --idle 200
    python benchmarks/web_load.py --students 50 --seconds 600          # is memory flat?

The server runs in a process of its own. Every student sends drawn pictures of their own face as
JPEG, 320 x 240, and takes the answer before the next one, as the student's page does. With --stall
or --idle the time is cut into turns, without and with the disturbance, and the two are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WIDTH, HEIGHT, QUALITY = 320, 240, 70
LOOKS: Final = ("neutral", "happy", "surprise", "sad", "neutral", "angry")
PICTURES_A_LOOK: Final = 6
TURNS: Final = 6
LATE_S: Final = 5.0


# ---------------------------------------------------------------------- the server


def serve(folder: Path, port: int, people: int) -> None:
    """In the child: the real server with one class; prints who may come in, then serves."""
    from fewshot_fer.settings import Settings
    from fewshot_fer.students.store.consent import agreed
    from fewshot_fer.web.app_state import AppState
    from fewshot_fer.web.server import serve as run

    records = f"sqlite:///{folder}/record.db"
    service = AppState(Settings(support_sets=folder / "students", records=records, port=port))
    running = service.lessons.open("load")
    service.portal.devices.most = 2 * people  # the limit of a class is not what is measured here
    library, signer = service.library, service.credentials.signer
    cookies = []
    for number in range(people):
        student = library.create(f"Student {number}", agreed("load", library.now()))
        who = {"student": student.id, "class": running.id}
        cookies.append(signer.sign("student", who, lifetime_s=86_400.0))
    print(json.dumps({"class": running.id, "cookies": cookies}), flush=True)
    run(service, host="127.0.0.1", port=port)


@dataclass(slots=True)
class Server:
    """The child process, and what the system knows of it."""

    process: subprocess.Popen[str]
    port: int
    class_id: str
    cookies: list[str]

    @classmethod
    def start(cls, folder: Path, people: int) -> Server:
        """Start it and wait for who may come in."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        command = [sys.executable, __file__, "--serve", str(folder), str(port), str(people)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        return cls(process, port, told["class"], told["cookies"])

    @property
    def megabytes(self) -> float:
        """Memory that it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    @property
    def cpu_seconds(self) -> float:
        """Processor time that it has used."""
        parts = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self, path: str, cookie: str = "") -> connect:
        """A WebSocket; it takes one message at a time, so who does not read holds the line."""
        headers = {"Cookie": f"fewshot_fer_student={cookie}"} if cookie else {}
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers=headers, compression=None, max_queue=1, open_timeout=60,
        )  # fmt: skip


# ---------------------------------------------------------------------- the class


def drawn_pictures(students: int) -> list[list[bytes]]:
    """Of every student a few seconds of pictures as JPEG; some faces serve several students."""
    from fewshot_fer.drawn.files import to_jpeg
    from fewshot_fer.drawn.portrait import Look, Sitter
    from fewshot_fer.drawn.roster import invent_class
    from fewshot_fer.drawn.webcam import sensor_noise

    faces = []
    for one in invent_class(min(students, 12), seed=0):
        sitter = Sitter(one, one.webcam(0), WIDTH, HEIGHT)
        rng = np.random.default_rng(one.seed)
        pictures = []
        for expression in LOOKS:
            for k in range(PICTURES_A_LOOK):
                shot = sitter.shot(Look(expression, x=0.02 * np.sin(k))).image
                noise = sensor_noise(rng, WIDTH, HEIGHT, 3.0)
                noisy = np.clip(shot.astype(np.int16) + noise, 0, 255).astype(np.uint8)
                pictures.append(to_jpeg(noisy, QUALITY))
        faces.append(pictures)
    return [faces[k % len(faces)] for k in range(students)]


@dataclass(slots=True)
class Tally:
    """What came back in one kind of turns."""

    asked: int = 0
    trips: list[float] = field(default_factory=list)
    labelled: int = 0
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of the round trips stays under."""
        return 1000 * float(np.percentile(self.trips, share)) if self.trips else float("nan")

    def shown(self) -> dict[str, float | int]:
        """For the report."""
        return {
            "pictures": self.asked,
            "served": round(len(self.trips) / max(1, self.asked), 4),
            "labelled": round(self.labelled / max(1, len(self.trips)), 4),
            "a_second": round(len(self.trips) / max(0.001, self.seconds), 1),
            **{f"p{share}_ms": round(self.percentile(share), 1) for share in (50, 95, 99)},
        }


@dataclass(slots=True)
class Clock:
    """Which turn it is: pictures sent now count there."""

    tally: Tally | None = None
    over: bool = False


async def student(
    socket_: ClientConnection, pictures: Sequence[bytes], offset: float, rate: float, clock: Clock
) -> None:
    """Send at a steady rate, unless the server asks for fewer; what is left out counts."""
    begin = perf_counter() + offset
    number, next_ = 0, 0.0
    while not clock.over:
        due = begin + number / rate
        wait = due - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tally = clock.tally
        if tally is not None:
            tally.asked += 1
        now = perf_counter()
        if next_ <= now < due + 1 / rate:
            every = await _round_trip(socket_, pictures[number % len(pictures)], tally)
            next_ = now + every - 0.5 / rate
        number += 1


async def _round_trip(socket_: ClientConnection, picture: bytes, tally: Tally | None) -> float:
    """One picture and its answer; seconds that the server wants between two pictures."""
    sent = perf_counter()
    await socket_.send(picture)
    while True:
        answer = json.loads(await socket_.recv())
        if answer.get("frame"):
            break
    if tally is not None and answer["type"] == "view":
        tally.trips.append(perf_counter() - sent)
        face = answer["face"]
        tally.labelled += face is not None and face["best"] is not None
    return float(answer["every"]) / 1000


async def _stalled(socket_: ClientConnection, picture: bytes, rate: float) -> None:
    """Send and never read."""
    try:
        while True:
            await socket_.send(picture)
            await asyncio.sleep(1 / rate)
    except ConnectionClosed:
        return


@asynccontextmanager
async def disturbed(
    server: Server, cookies: list[str], picture: bytes, options: argparse.Namespace
) -> AsyncIterator[None]:
    """Viewers and students who do not read, and others who say nothing."""
    async with AsyncExitStack() as stack:
        tasks = []
        if options.stall:
            await stack.enter_async_context(server.connect(f"/live/{server.class_id}"))
            deaf = await stack.enter_async_context(server.connect("/me/live", cookies[0]))
            tasks.append(asyncio.create_task(_stalled(deaf, picture, options.rate)))
        for cookie in cookies[1 : 1 + options.idle]:
            silent = await stack.enter_async_context(server.connect("/me/live", cookie))
            while json.loads(await silent.recv())["type"] != "hello":
                pass
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def lesson(server: Server, options: argparse.Namespace) -> dict[str, object]:
    """The whole run; what was measured."""
    pictures = drawn_pictures(options.students)
    alone, beside = Tally(), Tally()
    clock = Clock()
    memory: list[tuple[float, float]] = []
    async with AsyncExitStack() as stack:
        mine = server.cookies[: options.students]
        sockets = [await stack.enter_async_context(server.connect("/me/live", one)) for one in mine]
        at_work = [
            asyncio.create_task(
                student(one, pictures[k], k / options.students / options.rate, options.rate, clock)
            )
            for k, one in enumerate(sockets)
        ]
        await asyncio.sleep(options.warm)
        used, own, began = server.cpu_seconds, own_cpu(), perf_counter()
        both = options.stall or options.idle
        turns = TURNS if both else max(1, round(options.seconds / 10))
        for turn in range(turns):
            tally = beside if both and turn % 2 else alone
            async with AsyncExitStack() as only_now:
                if tally is beside:
                    others = server.cookies[options.students :]
                    await only_now.enter_async_context(
                        disturbed(server, others, pictures[0][0], options)
                    )
                    await asyncio.sleep(2.0)
                clock.tally = tally
                turn_began = perf_counter()
                await asyncio.sleep(options.seconds / turns)
                clock.tally = None
                tally.seconds += perf_counter() - turn_began
            memory.append((round(perf_counter() - began, 1), round(server.megabytes, 1)))
            if both:
                await asyncio.sleep(1.0)
        passed = perf_counter() - began
        used, own = server.cpu_seconds - used, own_cpu() - own
        clock.over = True
        _, late = await asyncio.wait(at_work, timeout=LATE_S)
        for task in late:
            task.cancel()
        for broken in await asyncio.gather(*at_work, return_exceptions=True):
            if isinstance(broken, Exception):
                print(f"a student's line broke: {broken!r}", file=sys.stderr)
    result: dict[str, object] = {
        "students": options.students,
        "rate": options.rate,
        "alone": alone.shown(),
        "server_cores": round(used / passed, 2),
        "server_ms_a_picture": round(1000 * used / passed / rate_of(alone, beside), 2),
        "load_script_cores": round(own / passed, 2),
        "machine_load": [round(one, 1) for one in os.getloadavg()],
        "memory_mb": dict(zip(("first", "last", "most"), _span(memory), strict=True)),
    }
    if both:
        result |= {"stall": options.stall, "idle": options.idle, "beside": beside.shown()}
        result["p95_change"] = round(beside.percentile(95) / alone.percentile(95) - 1, 3)
    if options.memory:
        result["memory_by_time"] = memory
    return result


def _span(memory: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    held = [megabytes for _, megabytes in memory]
    return held[0], held[-1], max(held)


def rate_of(*tallies: Tally) -> float:
    """Pictures served in a second, in all turns."""
    seconds = sum(one.seconds for one in tallies)
    return max(0.1, sum(len(one.trips) for one in tallies) / max(0.001, seconds))


def own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Parse, run, print one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=5.0, help="pictures a second of each")
    parser.add_argument("--warm", type=float, default=8.0, help="seconds before it counts")
    parser.add_argument("--stall", action="store_true", help="beside: who does not read")
    parser.add_argument("--idle", type=int, default=0, help="beside: so many who say nothing")
    parser.add_argument("--memory", action="store_true", help="tell memory over time")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(Path(options.serve[0]), int(options.serve[1]), int(options.serve[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        server = Server.start(Path(folder), options.students + options.idle + 1)
        try:
            print(json.dumps(asyncio.run(_after_start(server, options)), indent=1))
        finally:
            server.process.terminate()
            server.process.wait(timeout=30)


async def _after_start(server: Server, options: argparse.Namespace) -> dict[str, object]:
    for _ in range(240):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        except OSError:
            await asyncio.sleep(0.25)
        else:
            writer.close()
            return await lesson(server, options)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
