"""Two processes behind a real HAProxy, with a real PostgreSQL: one is killed in a lesson."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import time
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from fewshot_fer.records.store import Store
from fewshot_fer.settings import Settings
from fewshot_fer.web.access.origin import PROXIES
from fewshot_fer.web.access.tokens import Signer
from fewshot_fer.web.access.who import ROUTED
from fewshot_fer.web.server import PASSWORD
from fewshot_fer.web.workers import configuration
from tests.fakes.waiting import PATIENCE_S
from tests.web.several.balanced import HAPROXY, REPOSITORY, Web, free_port, needs_haproxy, served
from tests.web.several.conftest import Host


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


class Says(BaseHTTPRequestHandler):
    """A process that says what it is sent."""

    def do_GET(self) -> None:
        said = json.dumps([self.connection.getsockname()[1], self.headers.get_all(ROUTED)]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@needs_haproxy
def test_a_process_is_told_for_which_class_it_was_chosen(tmp_path: Path) -> None:
    port, signer = free_port(), Signer(b"k" * 32, time.time, "3fa0")
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Says) for _ in "abcd"]
    for one in servers:
        Thread(target=one.serve_forever, daemon=True).start()
    file = tmp_path / "haproxy.cfg"
    here = [f"127.0.0.1:{one.server_port}" for one in servers]
    file.write_text(configuration(f"127.0.0.1:{port}", here))
    running = subprocess.Popen([str(HAPROXY), "-db", "-f", str(file)])
    cookie = signer.sign("student", {"student": "s", "class": "7b"}, lifetime_s=999)
    link = signer.sign("join", {"id": "1", "class": "7b"}, lifetime_s=999)
    forged = Signer(b"f" * 32, time.time).sign("student", {"class": "7c"}, lifetime_s=999)

    def ask(path: str, *lines: str) -> list[Any]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as asked:
            asked.putrequest("GET", path)
            for line in lines:
                asked.putheader(*line.split(": ", 1))
            asked.endheaders()
            return list(json.load(asked.getresponse()))

    try:
        end = time.monotonic() + PATIENCE_S
        while True:
            with suppress(OSError, ValueError):
                place, told = ask("/live/7b")
                break
            assert time.monotonic() < end
            time.sleep(0.1)
        mine = f"Cookie: fewshot_fer_student={cookie}"
        assert told == ["7b"]
        encoded = "".join(f"%{ord(letter):x}" for letter in link)
        for path in (f"/join/{link}", f"/join/{link.replace('~', '%7E')}", f"/%6aoin/{encoded}"):
            assert ask(path, f"{ROUTED}: 7c") == [place, ["7b"]], path
        for path in ("/me", "/me/facts", "/%6de/facts"):
            assert ask(path, mine) == [place, ["7b"]], path
        # These reach any process: it is told so, and takes nothing.
        assert ask("/me", mine, f"Cookie: fewshot_fer_student={forged}")[1] == ["7c"]
        assert ask("/me", f"Cookie: \xa0fewshot_fer_student={cookie}", f"{ROUTED}: 7b")[1] == [""]
        # A class is in the process that opened it; where that is away, or unknown, in another one.
        for number, one in enumerate(servers, 1):
            assert ask(f"/live/process{number}-1f") == [one.server_port, [f"process{number}-1f"]]
        servers[0].shutdown()
        servers[0].server_close()
        others = [one.server_port for one in servers[1:]]
        assert ask("/live/process1-1f")[0] in others
        assert ask("/live/process9-1f")[0] in others
    finally:
        running.terminate()
        running.wait()
        for one in servers:
            one.shutdown()
            one.server_close()


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
