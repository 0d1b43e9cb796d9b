"""What the doctor finds, and what it says to do."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fewshot_fer import doctor
from fewshot_fer.arrays import Floats
from fewshot_fer.cli import app
from fewshot_fer.doctor import Check, examine, healthy
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.settings import Settings

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def check(name: str, **settings: object) -> Check:
    return next(c for c in examine(Settings.model_validate(settings)) if c.name == name)


def test_a_machine_that_has_everything_is_healthy(free_port: int) -> None:
    checks = examine(Settings(port=free_port))
    assert [c for c in checks if c.state == "broken"] == []
    assert healthy(checks)


def test_everything_that_is_not_fine_says_what_to_do(taken_port: int) -> None:
    Path("file").touch()
    checks = examine(
        Settings(
            port=taken_port,
            support_sets=Path("file/x"),
            records="sqlite:///file/x/records.db",
            data=Path("nowhere"),
            checkpoint=Path("nowhere"),
        )
    )
    broken = {c.name for c in checks if c.state == "broken"}
    assert broken == {"port", "students' folder", "records", "data", "checkpoint"}
    assert [c.name for c in checks if c.state != "fine" and not c.mend] == []


def test_a_port_in_use_is_seen_and_another_is_named(taken_port: int) -> None:
    found = check("port", port=taken_port)
    assert found.state == "broken"
    assert f"FEWSHOT_FER_PORT={taken_port + 1}" in found.mend


def test_an_address_of_another_machine_is_no_port_in_use() -> None:
    found = check("port", host="203.0.113.7")
    assert found.state == "broken"
    assert "in use" not in found.found
    assert "127.0.0.1" in found.mend


def test_the_password_of_a_database_is_not_shown() -> None:
    found = check("records", records="postgresql://user:secret@host/db")
    assert "secret" not in found.found
    assert "host/db" in found.found


def test_a_missing_camera_is_worth_a_note_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    found = check("camera")
    assert (found.state, found.found) == ("note", "none")
    assert found.mend


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("numpy", "no-such-library"))
    found = check("libraries")
    assert found.state == "broken"
    assert "missing: no-such-library" in found.found


def test_extras_that_are_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"web": ("numpy",), "odd": ("numpy", "no-such-library")})
    found = check("extras")
    assert (found.state, found.found) == ("note", "web")
    assert "fewshot-fer[odd]" in found.mend


def test_a_processor_without_bf16_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fewshot_fer.engine.native_precisions", lambda: ("f32",))
    assert check("engine", precision="bf16").state == "note"
    assert check("engine", precision="f32").state == "fine"


def test_an_engine_that_answers_wrongly_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = CompiledNetwork.__call__

    def wrong(network: CompiledNetwork, batch: Floats) -> tuple[Floats, ...]:
        return tuple(one[..., ::-1] for one in answers(network, batch))

    assert check("checkpoint").state == "fine"
    monkeypatch.setattr(CompiledNetwork, "__call__", wrong)
    found = check("checkpoint")
    assert found.state == "broken"
    assert "answers are not the network's" in found.found


def test_json_and_exit_code_tell_the_same(
    free_port: int, taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for port, code in ((free_port, 0), (taken_port, 1)):
        assert app.run(["doctor", "--json", "--port", str(port)]) == code
        shown = json.loads(capsys.readouterr().out)
        assert shown["healthy"] is (code == 0)
        assert {"name", "state", "found", "mend"} == set(shown["checks"][0])


def test_the_table_names_every_check(free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["doctor", "--port", str(free_port)]) == 0
    shown = capsys.readouterr().out
    for name in ("python", "libraries", "engine", "checkpoint", "records", "port", "camera"):
        assert name in shown


def test_a_path_that_fits_stands_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("/nowhere") / ("a" * 35)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FEWSHOT_FER_SUPPORT_SETS", str(folder))
    app.run(["doctor"])
    assert str(folder) in capsys.readouterr().out


def test_a_long_path_is_folded_and_never_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / ("a" * 60) / ("b" * 60)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FEWSHOT_FER_SUPPORT_SETS", str(folder))
    app.run(["doctor"])
    assert str(folder) in "".join(capsys.readouterr().out.split())
