"""The browser's scripts: their own tests in Node, and the types of the messages."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest

from fewshot_fer.web import messages
from tests.web.static.declarations import FILE, declarations
from tests.web.static.described import described

HERE = Path(__file__).parent
SCRIPTS = sorted(Path(messages.__file__).parent.joinpath("static").rglob("*.js"))


@pytest.mark.skipif(which("node") is None, reason="there is no Node here")
@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.js")), ids=lambda file: file.stem)
def test_scripts_do_what_they_are_for(file: Path) -> None:
    done = subprocess.run(
        ["node", "--test", file], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_the_messages_are_those_of_python() -> None:
    written = FILE.read_text(encoding="utf-8")
    assert written == declarations(), "run: python -m tests.web.static.declarations"


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_is_short(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


def test_a_message_that_is_not_described_is_seen() -> None:
    """So that the check of every other test's messages (conftest.py) can fail."""
    newer = {"type": "skipped", "reason": "newer"}
    assert described(newer)
    assert described({"type": "error", "code": "x", "what": "", "next_step": None, "every": 100})
    for other in ({"type": "skipped", "reason": "tired"}, newer | {"more": 1}, {"type": "skipped"}):
        assert not described(other)
