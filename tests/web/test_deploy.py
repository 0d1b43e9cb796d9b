"""The deployment files speak of what is there, and what they start starts and stops."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from fewshot_fer.settings import Settings
from fewshot_fer.web.server import PASSWORD
from tests.fakes.waiting import PATIENCE_S

REPOSITORY = Path(__file__).parents[2]
DEPLOYED = ["Dockerfile", "compose.yaml", "Procfile", "deploy/fewshot-fer.service",
            "deploy/many.yaml", "docs/scale.md",
            "deploy/example.env", "docs/deploy.md"]  # fmt: skip


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DEPLOYED)
def test_every_variable_is_one_that_is_read(name: str) -> None:
    known = {f"FEWSHOT_FER_{field.upper()}" for field in Settings.model_fields} | {PASSWORD}
    assert set(re.findall(r"FEWSHOT_FER_[A-Z_]*[A-Z]", text_of(name))) <= known


@pytest.mark.parametrize("name", ["Dockerfile", "requirements.txt", "deploy/fewshot-fer.service"])
def test_every_extra_is_one_of_the_project(name: str) -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    asked = {
        e for found in re.findall(r"[.r]\[([a-z,]+)\]", text_of(name)) for e in found.split(",")
    }
    assert asked
    assert asked <= set(project["optional-dependencies"])


def test_the_builder_is_given_what_the_wheel_is_made_of_and_no_student() -> None:
    let_in = {line[1:] for line in text_of(".dockerignore").splitlines() if line.startswith("!")}
    assert {"pyproject.toml", "fewshot_fer", "checkpoints", "constraints.txt"} <= let_in
    assert "support_sets" not in let_in
    assert [name for name in let_in if not (REPOSITORY / name).exists()] == []


def test_the_composition_reads_as_yaml_and_mounts_what_exists() -> None:
    services = yaml.safe_load(text_of("compose.yaml"))["services"]
    more = yaml.safe_load(text_of("deploy/many.yaml"))["services"]
    assert set(more) - set(services) == {"balancer"}
    services = {f"{k}{n}": v for n, one in enumerate((services, more)) for k, v in one.items()}
    mounts = [volume.split(":")[0] for service in services.values()
              for volume in service.get("volumes", []) if volume.startswith("./")]  # fmt: skip
    assert mounts
    assert all((REPOSITORY / mount).is_file() for mount in mounts)
    asked = set(re.findall(r"\$\{([A-Z_]+)", text_of("compose.yaml")))
    assert asked == set(re.findall(r"^([A-Z_]+)=", text_of("deploy/example.env"), re.MULTILINE))


@pytest.mark.parametrize(("password", "starts"), [("", False), ("a long enough one", True)])
def test_the_service_does_not_start_without_a_password(password: str, starts: bool) -> None:
    (line,) = re.findall(
        r"^ExecStartPre=(.*)$", text_of("deploy/fewshot-fer.service"), re.MULTILINE
    )
    command = shlex.split(line.replace("$$", "$"))
    done = subprocess.run(command, env={PASSWORD: password}, capture_output=True, check=False)
    assert (done.returncode == 0) == starts
    assert (b"Choose" in done.stderr) != starts


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answers(port: int, path: str) -> int | None:
    """The status of a page; None while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


def test_what_the_platform_starts_answers_on_its_port_and_stops_when_told(tmp_path: Path) -> None:
    command = text_of("Procfile").removeprefix("web: ").replace(
        " fewshot-fer ", f" {shlex.quote(sys.executable)} -m fewshot_fer "
    )  # fmt: skip
    port, secret = free_port(), "a long enough password"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PORT": str(port),
                   "PYTHONPATH": str(REPOSITORY), PASSWORD: secret}  # fmt: skip
    log = tmp_path / "log"
    with log.open("wb") as out:
        started = subprocess.Popen(
            ["/bin/sh", "-c", f"exec env {command}"],
            cwd=tmp_path, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        end = time.monotonic() + PATIENCE_S
        while answers(port, "/health") != 200:
            assert started.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        assert answers(port, "/api/v1/students") == 401
        started.send_signal(signal.SIGTERM)
        assert started.wait(PATIENCE_S) in (0, -signal.SIGTERM)
    finally:
        started.kill()
        started.wait()
    assert secret not in log.read_text()
    assert (tmp_path / "fewshot-fer-web").stat().st_mode & 0o077 == 0
