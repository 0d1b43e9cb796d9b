"""Several processes behind one port of one machine: HAProxy, and one that keeps all running.

Each is started anew when it dies. What it held is taken up by another one meanwhile.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from fewshot_fer.errors import FewshotFerError, ServerError
from fewshot_fer.files import write_atomically
from fewshot_fer.records.folders import web_folder
from fewshot_fer.records.store import Store
from fewshot_fer.settings import Settings
from fewshot_fer.shared import Beats, Shared
from fewshot_fer.web import server
from fewshot_fer.web.access.files import Place, private_folder
from fewshot_fer.web.access.origin import PROXIES
from fewshot_fer.web.app_state import FORSAKEN_S, AppState
from fewshot_fer.web.certificates import Certificate
from fewshot_fer.web.holding import Holdings, Several
from fewshot_fer.web.listening import bound
from fewshot_fer.web.school.accounts import Teachers

_LOOK_S: Final = 0.2
_REST_S: Final = 1.0
"""So long after a process has died the next one begins."""
_STOP_S: Final = 20.0
_LOOK_AGAIN_S: Final = 60.0
_HERE: Final = "127.0.0.1"
_TEMPLATE: Final = Path(__file__).parent / "templates" / "haproxy.cfg"
_PLACES: Final = ("/usr/sbin/haproxy", "/usr/local/sbin/haproxy")
_START: Final = "from fewshot_fer.web.workers import work; work()"


@dataclass(slots=True)
class _Process:
    """One process that is kept running."""

    start: Callable[[], subprocess.Popen[str]]
    running: subprocess.Popen[str] | None = None
    died: float = field(default=-1e9)

    def keep(self) -> None:
        """Start it, anew where it has died."""
        if self.running is not None and self.running.poll() is not None:
            self.running, self.died = None, time.monotonic()
        if self.running is None and time.monotonic() - self.died > _REST_S:
            self.running = self.start()

    def stop(self) -> None:
        """Tell it to end, and wait for that."""
        if self.running is None:
            return
        self.running.terminate()
        try:
            self.running.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()


def serve(
    settings: Settings,
    workers: int,
    *,
    password: str | None,
    certificate: Certificate | None = None,
    demo: int = 0,
    over: Event | None = None,
) -> None:
    """Run so many processes until stopped (or `over`)."""
    program, over = _program(), over or Event()
    if certificate is not None:
        certificate.check()
    bound(settings.host, settings.port).close()
    ports = _free_ports(workers)
    before = {one: signal.signal(one, lambda *_: over.set()) for one in server.stops()}
    with TemporaryDirectory(prefix="fewshot-fer-balancer-") as folder, ExitStack() as at_the_end:
        for one, handler in before.items():
            at_the_end.callback(signal.signal, one, handler)
        file = Path(folder) / "haproxy.cfg"
        write_atomically(file, _configuration(settings, ports, certificate, Path(folder)).encode())
        told = {"settings": settings.model_dump(mode="json"), "password": password, "demo": demo}
        told["workers"] = max(1, (os.cpu_count() or 1) // workers)
        kept = [
            _Process(lambda port=port, number=number: _worker(told, port, number))  # type: ignore[misc]
            for number, port in enumerate(ports, 1)
        ]
        kept.append(_Process(lambda: _quiet([program, "-db", "-f", str(file)])))
        forsaken = Forsaken(settings)
        try:
            while not over.wait(_LOOK_S):
                for process in kept:
                    process.keep()
                if not settings.shared:
                    forsaken.look(time.monotonic())
        finally:
            for process in reversed(kept):
                process.stop()
            if not settings.shared:
                end_all(settings)


def _configuration(
    settings: Settings, ports: list[int], certificate: Certificate | None, folder: Path
) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    bind = f"{host}:{settings.port}"
    if certificate is not None:
        both = certificate.certificate.read_bytes() + b"\n" + certificate.key.read_bytes()
        write_atomically(folder / "both.pem", both)
        bind += f" ssl crt {folder / 'both.pem'}"
    behind = " ".join(os.environ.get(PROXIES, "").replace(",", " ").split())
    return configuration(bind, [f"{_HERE}:{port}" for port in ports], behind=behind)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        found = [held.enter_context(socket.create_server((_HERE, 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in found]


def _quiet(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True)


def _worker(told: Mapping[str, Any], port: int, number: int) -> subprocess.Popen[str]:
    """A process; its input stays open for as long as it shall live."""
    told = {**told, "port": port, "name": f"process{number}"}
    env = {**os.environ}
    if env.get(PROXIES, "*") != "*":
        env[PROXIES] = f"{_HERE},{env[PROXIES]}"
    made = subprocess.Popen(
        [sys.executable, "-c", _START], stdin=subprocess.PIPE, text=True, env=env,
        start_new_session=True,
    )  # fmt: skip
    assert made.stdin is not None
    with suppress(OSError):
        made.stdin.write(json.dumps(told) + "\n")
        made.stdin.flush()
    return made


# ---------------------------------------------------------------------- the balancer


def configuration(
    bind: str, servers: Sequence[str], *, behind: str = "", resolver: str = ""
) -> str:
    """Text for HAProxy 2.6 or later.

    `bind` is where it listens (`:8501`, perhaps with `ssl crt FILE`). `servers` are addresses of
    processes, or, with a `resolver` of names, one `COUNT NAME:PORT`. `behind` are the addresses of
    proxies before it, which say who a visitor is.
    """
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(bind=bind, servers=servers, behind=behind, resolver=resolver) + "\n"


def _program() -> str:
    """Where HAProxy is."""
    found = shutil.which("haproxy") or next((one for one in _PLACES if Path(one).exists()), None)
    if found is None:
        raise ServerError(
            "Several workers need HAProxy, which is not here.",
            next_step="Install it (apt install haproxy), or leave out --workers.",
        )
    return found


# ---------------------------------------------------------------------- the end


def end_all(settings: Settings, wanted: Callable[[str], bool] = lambda _: True) -> None:
    """End what nobody holds any more: the lessons of a server that is stopped, of all teachers."""
    own = web_folder(settings.records)
    teachers = Teachers(own, time.time)
    _end_all(own, own, settings.records, wanted)
    for one in teachers.listed():
        records = teachers.settings_of(one, settings).records
        _end_all(own, teachers.folder_of(one), records, wanted)


def _end_all(own: Path, folder: Path, records: str, wanted: Callable[[str], bool]) -> None:
    holdings = Holdings(Place(folder), "", Beats(private_folder(own)))
    for one in holdings.all():
        if not (holdings.is_free(one) and wanted(one.id) and holdings.end(one)):
            continue
        with suppress(FewshotFerError):
            if one.kept.session is not None and one.kept.mode != "off":
                with Store.open(records) as store:
                    store.end(one.kept.session)


@dataclass(slots=True)
class Forsaken:
    """Ends what nobody took up after its process died, all of them in a power cut, say.

    A page that is open comes back and does so within seconds; for as long as nobody may watch a
    lesson that is held, it waits for one.
    """

    settings: Settings
    _free: dict[str, float] = field(default_factory=dict)
    """Since when nobody holds a lesson, as far as is known here."""
    _looked: float = -math.inf

    def look(self, now: float) -> None:
        """Look every minute; a folder that cannot be read now is read later."""
        if now - self._looked < _LOOK_AGAIN_S:
            return
        before, self._free, self._looked = self._free, {}, now
        with suppress(FewshotFerError):
            end_all(self.settings, lambda lesson: self._is_over(lesson, before, now))

    def _is_over(self, lesson: str, before: Mapping[str, float], now: float) -> bool:
        self._free[lesson] = before.get(lesson, now)
        return now - self._free[lesson] > FORSAKEN_S


# ---------------------------------------------------------------------- in a process


def several(settings: Settings) -> Several:
    """What this process is among others of its machine, or of several servers."""
    me = f"{os.getpid()}-{token_hex(4)}"
    if settings.shared:
        shared = Shared(settings.shared)
        return Several(me, shared, shared)
    return Several(me, Beats(private_folder(web_folder(settings.records))))


def work() -> None:
    """One of the processes; what it is to do comes by its input."""
    told = json.loads(sys.stdin.readline())
    Thread(target=_end_with_parent, daemon=True).start()
    settings = Settings.model_validate(told["settings"])
    app = AppState(
        settings, password=told["password"], demo=told["demo"], workers=told["workers"],
        several=several(settings), new_id=lambda: f"{told['name']}-{token_hex(4)}",
    )  # fmt: skip
    server.serve(app, host=_HERE, port=told["port"])


def _end_with_parent() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
