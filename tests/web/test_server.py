"""Where the server listens, and what makes HTTPS."""

from __future__ import annotations

import socket
import ssl
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from fewshot_fer.errors import RecordError, ServerError
from fewshot_fer.records.folders import web_folder
from fewshot_fer.web import certificates, patience, server
from fewshot_fer.web.certificates import Certificate, self_signed
from fewshot_fer.web.listening import bound
from tests.web.house import house_at


def test_a_port_that_is_taken_is_said() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(ServerError, match="cannot listen"),
    ):
        bound("127.0.0.1", other.getsockname()[1])


def test_a_host_that_is_none_is_said(free_port: int) -> None:
    with pytest.raises(ServerError, match="cannot listen"):
        bound("256.0.0.1", free_port)


@pytest.mark.skipif(sys.platform != "linux", reason="the machine has one address of its own")
def test_one_address_holds_half_of_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST_CONNECTIONS", 4)
    with ExitStack() as ends, bound("127.0.0.1", 0) as listening:
        where = listening.getsockname()

        held = []  # As who served them may hold them for a while after they were closed.

        def came(address: str) -> None:
            ends.enter_context(socket.create_connection(where, source_address=(address, 0)))
            held.append(ends.enter_context(listening.accept()[0]))

        for _ in range(2):
            came("127.0.0.1")
        with pytest.raises(ConnectionAbortedError):
            came("127.0.0.1")
        for address in ("127.0.0.2", "127.0.0.3"):
            came(address)
        with pytest.raises(ConnectionAbortedError):
            came("127.0.0.4")
        ends.pop_all().close()
        came("127.0.0.1")


def test_a_lesson_whose_end_could_not_be_written_is_no_good_end(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = house_at(tmp_path)

    def stopped(*_: object, **__: object) -> None:
        app.lessons.trouble = RecordError("The disk is full.")

    monkeypatch.setattr(uvicorn.Server, "run", stopped)
    with pytest.raises(RecordError, match="full"):
        server.serve(app, host="127.0.0.1", port=free_port)


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


def test_a_certificate_of_its_own_is_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    made = self_signed(tmp_path, "0.0.0.0")
    first = made.certificate.read_bytes()
    assert made.key.stat().st_mode & 0o077 == 0
    assert self_signed(tmp_path, "0.0.0.0").certificate.read_bytes() == first
    assert ssl.create_default_context(cafile=str(made.certificate)).cert_store_stats() == {
        "x509": 1, "crl": 0, "x509_ca": 0,
    }  # fmt: skip


def test_https_with_it_is_trusted_under_the_names_of_this_machine(tmp_path: Path) -> None:
    made = self_signed(tmp_path, "192.0.2.7")
    offers, trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    offers.load_cert_chain(made.certificate, made.key)
    trusts.load_verify_locations(made.certificate)
    for name, fits in (("localhost", True), ("192.0.2.7", True), ("example.org", False)):
        assert shakes_hands(offers, trusts, name) is fits


def shakes_hands(offers: ssl.SSLContext, trusts: ssl.SSLContext, name: str) -> bool:
    """Whether who trusts one finds it under a name; both talk in memory."""
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = offers.wrap_bio(there, here, server_side=True)
    client = trusts.wrap_bio(here, there, server_hostname=name)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError:
            return False
    return True


def test_one_that_ends_soon_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = self_signed(tmp_path, "127.0.0.1").certificate.read_bytes()
    monkeypatch.setattr(certificates, "_RENEW", timedelta(days=366))
    assert self_signed(tmp_path, "127.0.0.1").certificate.read_bytes() != first


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
