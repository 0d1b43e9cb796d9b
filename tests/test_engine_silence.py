"""The engine calls nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.fakes.waiting import PATIENCE_S

REPOSITORY = Path(__file__).parent.parent
CALLS = """
import socket

class Calls(socket.socket):
    def connect(self, address):
        print("called", address, flush=True)
        raise OSError("nobody is there")

socket.socket = Calls
from fewshot_fer.engine import engine_version
from fewshot_fer.recognizer import Recognizer

engine_version()
Recognizer.open()
import sys

print("telemetry", sys.modules["openvino_telemetry"])
"""


def test_opening_the_recogniser_calls_nobody_and_leaves_no_trace_at_home(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLS],
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stdout == "telemetry None\n"
    assert not (tmp_path / "intel").exists()
