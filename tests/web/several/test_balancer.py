"""Two processes behind a real HAProxy, with a real PostgreSQL: one is killed in a lesson."""

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
import yaml
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from fewshot_fer.records.store import Store
from fewshot_fer.settings import Settings
from fewshot_fer.web.access.origin import PROXIES
from fewshot_fer.web.access.tokens import Signer
from fewshot_fer.web.server import PASSWORD
from fewshot_fer.web.workers import configuration
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


@needs_haproxy
@pytest.mark.parametrize("hosts", ["postgresql"], indirect=True)
def test_a_lesson_whose_process_is_killed_goes_on(hosts: list[Host]) -> None:
    host, port = hosts[0], free_port()
    with served(host, port):
        web = Web(host, port)
        web.until_it_answers()
        class_id = web.ask("POST", "/api/v1/classes", {"name": "7b"})["id"]
        lesson = f"/api/v1/classes/{class_id}"
        session = web.ask("POST", f"{lesson}/recording", {})["session"]
        web.ask("POST", f"{lesson}/marks", {"text": "before"})
        for _ in "ab":  # A second is written down once another one is seen.
            asyncio.run(web.shown(class_id))
            time.sleep(1.1)
        kept = host.place.folder / "lessons.json"
        holder = json.loads(kept.read_text())[0]["holder"]
        os.kill(int(holder.partition("-")[0]), signal.SIGKILL)
        asyncio.run(web.shown(class_id))
        now = json.loads(kept.read_text())[0]
        assert now["id"] == class_id
        assert now["holder"] != holder
        shown = web.ask("GET", lesson)
        assert (shown["session"], shown["recording"]) == (session, True)
        assert [mark["text"] for mark in shown["marks"]] == ["before"]
        assert web.ask("GET", "/api/v1/classes")["classes"][0]["id"] == class_id
        assert web.ask("DELETE", lesson)["session"] == session
        assert web.ask("GET", "/api/v1/classes")["classes"] == []
    with Store.open(host.settings.records) as store:
        recorded = store.read(session)
        assert recorded.session.ended is not None
        assert len(recorded.whole.seconds) == len(set(recorded.whole.seconds)) >= 2
        assert [mark.text for mark in recorded.marks] == ["before"]


@needs_haproxy
def test_haproxy_takes_the_configurations_that_we_make(tmp_path: Path) -> None:
    deployed = (REPOSITORY / "deploy" / "haproxy.cfg").read_text()
    assert deployed == configuration(":8501", ["4 app:8501"], behind="*", resolver="${RESOLVER}"), (
        "deploy/haproxy.cfg is what the template gives"
    )
    for number, text in enumerate((deployed, configuration("127.0.0.1:8501", ["127.0.0.1:1"]))):
        file = tmp_path / f"{number}.cfg"
        file.write_text(text)
        done = subprocess.run(
            [str(HAPROXY), "-c", "-f", str(file)], capture_output=True, text=True, check=False,
            env={"RESOLVER": "127.0.0.11:53"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_links_and_cookies_name_the_class_in_plain_text() -> None:
    """HAProxy reads it there; packed, as `itsdangerous` does when that is shorter, it could not."""
    signer = Signer(b"k" * 32, time.time)
    cookie = signer.sign("student", {"id": "1" * 64, "class": "3f" * 4}, lifetime_s=9)
    assert not cookie.startswith(".")


def test_kubernetes_runs_what_the_image_has() -> None:
    files = sorted((REPOSITORY / "deploy" / "kubernetes").glob("*.yaml"))
    parts = [part for file in files for part in yaml.safe_load_all(file.read_text())]
    kinds = {(part["kind"], part["metadata"]["name"]): part for part in parts}
    app = kinds["StatefulSet", "app"]["spec"]["template"]["spec"]["containers"][0]
    known = {f"FEWSHOT_FER_{field.upper()}" for field in Settings.model_fields}
    known |= {PASSWORD, PROXIES}
    assert {one["name"] for one in app["env"]} <= known
    assert "readinessProbe" in app
    # What HAProxy asks for by name is the service of the processes.
    assert "app:8501" in (REPOSITORY / "deploy" / "haproxy.cfg").read_text()
    service = kinds["Service", "app"]["spec"]
    assert service["clusterIP"] == "None"
    for of, chooses in (("StatefulSet", service), ("Deployment", kinds["Service", "web"]["spec"])):
        name = "app" if of == "StatefulSet" else "balancer"
        labels = kinds[of, name]["spec"]["template"]["metadata"]["labels"]
        assert chooses["selector"] == labels == kinds[of, name]["spec"]["selector"]["matchLabels"]
