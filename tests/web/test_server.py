"""Where the server listens, and what makes HTTPS."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from shutil import which

import pytest

from fewshot_fer.errors import ServerError
from fewshot_fer.web import server
from fewshot_fer.web.app_state import web_folder
from fewshot_fer.web.certificates import Certificate, self_signed


def test_a_port_that_is_taken_is_said() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(ServerError, match="cannot listen"),
    ):
        server.bound("127.0.0.1", other.getsockname()[1])


def test_a_host_that_is_none_is_said(free_port: int) -> None:
    with pytest.raises(ServerError, match="cannot listen"):
        server.bound("256.0.0.1", free_port)


@pytest.mark.parametrize(
    ("env", "given", "port"),
    [
        ({}, None, None),
        ({"PORT": "8080"}, None, 8080),
        ({"PORT": "8080"}, 9000, 9000),
        ({"PORT": "8080", "FEWSHOT_FER_PORT": "9000"}, None, None),
        ({"PORT": ""}, None, None),
    ],
)
def test_a_host_of_web_apps_says_the_port(
    env: dict[str, str], given: int | None, port: int | None
) -> None:
    assert server.port_of(env, given) == port


@pytest.mark.parametrize("told", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(ServerError):
        server.port_of({"PORT": told}, None)


def test_the_password_leaves_the_environment() -> None:
    env = {server.PASSWORD: "correct horse"}
    assert server.taken_password(env) == "correct horse"
    assert env == {}
    assert server.taken_password(env) is None


@pytest.mark.skipif(which("openssl") is None, reason="there is no openssl here")
def test_a_certificate_of_its_own_is_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    made = self_signed(tmp_path, "0.0.0.0")
    first = made.certificate.read_bytes()
    assert made.key.stat().st_mode & 0o077 == 0
    assert self_signed(tmp_path, "0.0.0.0").certificate.read_bytes() == first
    context = ssl.create_default_context(cafile=str(made.certificate))
    assert context.cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_what_is_no_certificate_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("a.crt", "a.key"):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ServerError, match="cannot be used"):
        Certificate(tmp_path / "a.crt", tmp_path / "a.key").check()
    with pytest.raises(ServerError, match="cannot be used"):
        Certificate(tmp_path / "none", tmp_path / "none").check()


def test_private_files_lie_beside_the_record(tmp_path: Path) -> None:
    assert web_folder(f"sqlite:///{tmp_path / 'class.db'}") == tmp_path / "class-web"
    assert web_folder("postgresql://school/records").parent == Path()
