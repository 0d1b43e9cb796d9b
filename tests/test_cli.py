"""The command line: what it lists, prints and exits with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import typer

from fewshot_fer import __version__
from fewshot_fer.cli import app
from fewshot_fer.cli.show import output
from fewshot_fer.errors import FewshotFerError, SourceError
from tests.fakes.waiting import PATIENCE_S

REPOSITORY = Path(__file__).parent.parent
HEAVY = ("torch", "cv2", "openvino", "faiss", "numpy", "streamlit", "pydantic")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "entry", [["cli.py"], ["-m", "fewshot_fer"]], ids=["cli.py", "python -m fewshot_fer"]
)
def test_every_entry_is_the_same_command(entry: list[str]) -> None:
    done = python(*entry, "--version")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, __version__, "")


def test_help_lists_the_commands_and_loads_nothing_heavy() -> None:
    script = f"""
import sys
from fewshot_fer.cli import main
try:
    main(["--help"])
except SystemExit as leaving:
    assert leaving.code == 0, leaving.code
assert not [name for name in {HEAVY} if name in sys.modules]
"""
    done = python("-c", script)
    assert (done.returncode, done.stderr) == (0, "")
    assert "doctor" in done.stdout


def test_every_command_has_help_and_takes_json(capsys: pytest.CaptureFixture[str]) -> None:
    for path in commands(typer.main.get_command(app.build())):
        assert app.run([*path, "--help"]) == 0
        shown = capsys.readouterr().out
        assert "--json" in shown, path


def commands(group: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    children = getattr(group, "commands", None)
    if children is None:
        return [path]
    return [leaf for name, child in children.items() for leaf in commands(child, (*path, name))]


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["doctor", "--no-such-option"], ["doctor", "--port", "x"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_an_error_of_ours_is_shown_in_three_lines_and_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, SourceError("No camera.", where="camera 0", next_step="Plug one in."))
    assert app.run(["fail"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "Error: No camera.",
        "  where: camera 0",
        "  next:  Plug one in.",
    ]


def test_what_an_error_says_is_not_markup(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, SourceError("[red]No[/] [camera]"))
    app.run(["fail"])
    assert capsys.readouterr().err == "Error: [red]No[/] [camera]\n"


def fail_with(monkeypatch: pytest.MonkeyPatch, error: FewshotFerError) -> None:
    def fail() -> None:
        raise error

    whole = app.build()
    whole.command()(fail)
    monkeypatch.setattr(app, "build", lambda: whole)


def test_an_unknown_setting_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FEWSHOT_FER_TREADS", "2")
    assert app.run(["doctor", "--json"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Did you mean `threads`?" in shown.err


def test_the_settings_file_is_the_one_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").write_text("port: 0")
    assert app.run(["--settings", str(tmp_path / "mine.yaml"), "doctor"]) == 1
    assert "mine.yaml: port" in capsys.readouterr().err


def test_json_is_one_object_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    error = FewshotFerError("x")
    output.write_json(
        {
            "path": Path("a/b"),
            "array": np.array([[1.5, np.nan]], np.float32),
            "number": np.int64(3),
            "infinite": float("inf"),
            "name": "Zoë",
            "nested": [{"truth": np.bool_(True)}, None],
        }
    )
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert json.loads(shown) == {
        "path": "a/b",
        "array": [[1.5, None]],
        "number": 3,
        "infinite": None,
        "name": "Zoë",
        "nested": [{"truth": True}, None],
    }
    assert str(error) == "x"


def test_names_that_the_terminal_cannot_show_do_not_stop_it() -> None:
    script = """
from fewshot_fer.cli import app
from fewshot_fer.cli.show import output
from fewshot_fer.errors import SourceError

def fail() -> None:
    output.console().print(output.table("Zo\\xeb", ["name"], [["\\udcff"]]))
    output.write_json({"name": "Zo\\xeb \\udcff"})
    raise SourceError("Zo\\xeb")

whole = app.build()
whole.command()(fail)
app.build = lambda: whole
assert app.run(["fail"]) == 1
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "Error: Zo?\n")
    assert json.loads(done.stdout.splitlines()[-1]) == {"name": "Zoë \udcff"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk to write to")
@pytest.mark.parametrize("words", ["doctor --json", "doctor", "--help"])
def test_a_full_disk_is_an_error_of_ours(words: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "cli.py", *words.split()],
            cwd=REPOSITORY,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The output cannot be written")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("moment", "how"),
    [
        ("importing", "SIGINT"), ("running", "SIGINT"), ("watching", "SIGINT"),
        ("running", "SIGHUP"), ("watching", "SIGTERM"),
    ],
)  # fmt: skip
def test_what_is_stopped_exits_with_130_no_traceback_and_nothing_left(
    moment: str, how: str, tmp_path: Path
) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW[moment])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05)
        process.send_signal(signal.Signals[how])
        _, shown = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert "Traceback" not in shown
    assert list(temporary.iterdir()) == []


SLOW = {
    "importing": """
import sys, time
from fewshot_fer.cli import main

class Slow:
    def find_spec(self, name, path, target=None):
        if name == "typer":
            print("ready", flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Slow())
main(["--help"])
""",
    "running": """
import time
from fewshot_fer.cli import app, main

def wait() -> None:
    print("ready", flush=True)
    time.sleep(60)

whole = app.build()
whole.command()(wait)
app.build = lambda: whole
main(["wait"])
""",
    "watching": """
from fewshot_fer.cli import main
from fewshot_fer.drawn import demo

class Telling(demo.Cohort):
    def enrol(self, *given):
        print("ready", flush=True)
        return super().enrol(*given)

demo.Cohort = Telling
main(["demo", "--students", "2", "--seconds", "1", "--json"])
""",
}
