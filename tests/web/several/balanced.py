"""Two workers behind a real HAProxy."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from tests.fakes.waiting import PATIENCE_S
from tests.web.portal.device import drawn
from tests.web.several.conftest import Host

REPOSITORY = Path(__file__).parents[3]
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
needs_haproxy = pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def served(host: Host, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Two workers, with the settings of a host."""
    folder = Path(host.settings.support_sets).parent
    env = {
        f"FEWSHOT_FER_{k.upper()}": str(v)
        for k, v in host.settings.model_dump(include={"support_sets", "records", "shared"}).items()
        if v
    }
    command = [sys.executable, "-m", "fewshot_fer", "serve", "--workers", "2", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            command, cwd=REPOSITORY, stdout=log, stderr=log,
            env={**os.environ, **env, "FEWSHOT_FER_PASSWORD": "correct horse"},
        )  # fmt: skip
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(PATIENCE_S)
        finally:
            running.kill()
            running.wait()


class Web:
    """What a program sees of it."""

    def __init__(self, host: Host, port: int) -> None:
        self.port = port
        self.token, _ = host.known.tokens.make("a test")
        self.header = {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, method=method,
            headers={**self.header, "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def until_it_answers(self) -> None:
        end = time.monotonic() + 4 * PATIENCE_S
        while True:
            try:
                self.ask("GET", "/api/v1/students")
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.2)
            else:
                return

    async def shown(self, class_id: str) -> float:
        """Send pictures until one is read, coming back as a page does; seconds."""
        began = time.monotonic()
        while time.monotonic() - began < 2 * PATIENCE_S:
            try:
                address = f"ws://127.0.0.1:{self.port}/live/{class_id}"
                async with connect(address, additional_headers=self.header, max_size=None) as line:
                    await line.send(drawn())
                    async with asyncio.timeout(PATIENCE_S):
                        while json.loads(await line.recv())["type"] != "view":
                            pass
                    await asyncio.sleep(0.5)
                    return time.monotonic() - began
            except (OSError, WebSocketException, InvalidStatus):
                await asyncio.sleep(0.3)
        raise AssertionError("no picture is read")
