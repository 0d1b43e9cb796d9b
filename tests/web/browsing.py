"""A real browser with a camera that shows a drawn student, before a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from fewshot_fer.drawn.files import reference_picture, write_mjpeg
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.students.enrolment.enrolment import Enrolment, kept
from fewshot_fer.students.enrolment.gate import Gate, Picture
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from tests.fakes.waiting import PATIENCE_S

_PICTURES_A_SECOND = 30
_SHOWN_S = 3
_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Server:
    """`fewshot-fer serve` in a folder of its own."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    link: str = ""
    """What the server showed: it signs the teacher in, once."""

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def records(self) -> str:
        return f"sqlite:///{self.folder / 'fewshot-fer.db'}"

    def start(self) -> None:
        command = [sys.executable, "-m", "fewshot_fer", "serve", "--json"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FEWSHOT_FER_")}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *self.options], cwd=self.folder, env=environment,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.wait()
        assert self.process.stdout is not None
        self.link = json.loads(self.process.stdout.readline())["link"]

    def opening(self, path: str = "/") -> str:
        """What the teacher opens first."""
        return f"{self.link}&next={path}"

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while True:
            assert self.process is not None
            if self.process.poll() is not None:
                pytest.fail(f"the server has ended: {self.process.communicate()[1]}")
            assert time.monotonic() < end, "the server does not answer"
            try:
                with urlopen(f"{self.address}/health", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end as a service manager does; the exit code, and what it said."""
        assert self.process is not None
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        code, self.process = self.process.returncode, None
        return code, said


@contextmanager
def serving(folder: Path, port: int, *options: str) -> Iterator[Server]:
    """A server that is stopped at the end."""
    server = Server(folder, port, options)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.stop()


@dataclass
class Watched:
    """A page, and what was wrong with it."""

    page: Any
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def listen(self) -> None:
        def said(message: Any) -> None:
            if message.type == "error" and "ERR_CONNECTION_REFUSED" not in message.text:
                self.errors.append(message.text)

        def asked(request: Any) -> None:
            if request.url.split(":")[0] in ("http", "https", "ws", "wss") and not any(
                request.url.split("/")[2].startswith(host) for host in ("localhost", "127.0.0.1")
            ):
                self.foreign.append(request.url)

        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", asked)


@dataclass
class Sent:
    """All that a browser says to anybody, as its own network log has it."""

    page: Any
    texts: list[str] = field(default_factory=list)
    _bodies: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, page: Any) -> Sent:
        made, log = cls(page), page.context.new_cdp_session(page)
        log.send("Network.enable", {"maxPostDataSize": 10_000_000})
        log.on("Network.webSocketFrameSent", made._frame)
        log.on("Network.requestWillBeSent", made._request)
        return made

    @property
    def bodies(self) -> list[int]:
        """How long binary frames and the bodies of requests were, until now."""
        self.page.wait_for_timeout(100)  # The log is heard only while the page is spoken with.
        return self._bodies

    def _frame(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        if frame["opcode"] == 1:
            self.texts.append(frame["payloadData"])
        else:
            self._bodies.append(len(frame["payloadData"]))

    def _request(self, event: dict[str, Any]) -> None:
        request = event["request"]
        if request.get("hasPostData") or request["method"] not in ("GET", "HEAD"):
            self._bodies.append(len(request.get("postData", "")) or 1)


@contextmanager
def browser(camera: Path | None = None, **context: Any) -> Iterator[Watched]:
    """A page in Chromium; with a camera, or without any."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = which("chromium") or which("chromium-browser") or which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium here")
    flags = ["--no-sandbox", "--disable-gpu"]
    if camera is not None:
        flags += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=flags)
        try:
            page = chromium.new_context(**context).new_page()
            page.set_default_timeout(1000 * PATIENCE_S)
            watched = Watched(page)
            watched.listen()
            yield watched
        except Exception as error:
            error.add_note(f"The page said:\n{page.inner_text('body')}")
            raise
        finally:
            chromium.close()


def wrong(page: Any, *, besides: str = ".nothing") -> list[str]:
    """What axe finds that keeps somebody from using a page: light and wide, dark and narrow.

    `besides` is a part that is not ours to mend.
    """
    if not _AXE.exists():
        pytest.skip("axe-core is not installed: npm ci")
    before, found = page.viewport_size, []
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    for scheme, width, height in (("light", 1440, 900), ("dark", 390, 844)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(700)  # Streamlit's colours change by and by.
        # Without preloading: it looks for imported sheets beside the page, not beside their sheet.
        options = "{ preload: false, resultTypes: ['violations'] }"
        look = f"(besides) => axe.run({{ exclude: [besides] }}, {options})"
        seen = page.evaluate(look, besides)
        found += [
            f"{scheme}: {one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}"
            for one in seen["violations"]
            if one["impact"] in ("serious", "critical")
        ]
    page.set_viewport_size(before)
    return found


def film(path: Path, person: DrawnStudent, *expressions: str) -> Path:
    """A clip in which a person shows one expression after the other, some seconds each."""
    pictures = [reference_picture(person, name) for name in expressions]
    write_mjpeg(path, (one for one in pictures for _ in range(_SHOWN_S * _PICTURES_A_SECOND)))
    return path


def zoe_is_enrolled(recognizer: Recognizer, folder: Path, drawn: DrawnStudent) -> Library:
    """With a picture of her resting face, in the library of this folder."""
    roster = OpenClass.open(Settings(support_sets=folder), recognizer).roster
    resting = Picture("neutral", reference_picture(drawn, "neutral"))
    consent = agreed("Zoe's mother", roster.library.now())
    Enrolment(roster, Gate(recognizer.find), keep=kept).enroll("Zoe", [resting], consent)
    return roster.library


def zoe_is_seen(page: Any) -> None:
    """Start the camera, say who it shows, and wait until she is seen to be happy."""
    page.get_by_role("button", name="A camera").click()
    page.locator(".face").click()
    page.get_by_role("dialog", name="Who is this?").get_by_role("button", name="Zoe").click()
    page.locator(".face b").get_by_text("Zoe").wait_for()
    page.locator(".face .what").get_by_text("happy", exact=True).wait_for()
