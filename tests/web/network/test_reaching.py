"""What is said before anybody is invited: whether an address works, and what it takes."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from fewshot_fer.web.network.reaching import answers, own_address, reach_of
from tests.web.portal.device import School


@pytest.mark.parametrize("address", ["http://localhost:8501/", "http://127.0.0.1:8501/live"])
def test_this_machine_alone_is_no_place_to_invite_to(address: str) -> None:
    found = reach_of(address, 8501, "192.168.1.20")
    assert not found.works
    assert "no other device" in found.what
    assert "--host 0.0.0.0" in found.command
    assert "--self-signed" in found.command
    assert found.then == "https://192.168.1.20:8501"
    assert "127.0.0.1:8501" in found.proxy


def test_without_https_no_device_gives_its_camera() -> None:
    found = reach_of("http://faces.school.example/", 80, None)
    assert not found.works
    assert "HTTPS" in found.what


def test_an_address_must_answer() -> None:
    assert reach_of("https://faces.school.example/", 443, None).works
    assert not reach_of("https://faces.school.example/", 443, None, answers=False).works


def test_the_server_asks_itself(school: School, free_port: int) -> None:
    assert answers(f"{school.address}/students")
    assert not answers(f"http://127.0.0.1:{free_port}/")
    assert not answers("file:///etc/passwd")
    assert own_address() is None or own_address() != "0.0.0.0"


def test_it_is_led_nowhere_else(school: School) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("location", f"{school.address}/health")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        assert not answers(f"http://127.0.0.1:{other.server_port}/")
        other.shutdown()
