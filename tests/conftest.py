"""What every test may use."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from fewshot_fer.recognizer import Recognizer

REPOSITORY = Path(__file__).parent.parent
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# A job in the background is started with Ctrl-C ignored, and what the tests start inherits that;
# a signal that is handled here is the default there.
signal.signal(signal.SIGINT, signal.default_int_handler)
if os.name == "posix" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # The same of nohup.
    signal.signal(signal.SIGHUP, lambda *_: None)

# Where it is set, Python's pipes are other objects than where it is not, as with those who use us.
os.environ.pop("PYTHONUNBUFFERED", None)

# How long anything takes says nothing on a machine that is busy.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--allowed-skips",
        type=Path,
        metavar="FILE",
        help="reasons for which a test may be skipped, one a line; any other skip is a failure",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return no_silent_skip(report, item.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return no_silent_skip(report, collector.config)


def no_silent_skip(report: Report, config: pytest.Config) -> Report:
    """A skip for a reason that the list does not have becomes a failure."""
    allowed: Path | None = config.getoption("--allowed-skips")
    if allowed is None or not isinstance(report.longrepr, tuple) or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if reason not in allowed.read_text().splitlines():
        report.outcome = "failed"
        report.longrepr = f"Skipped, which {allowed} does not allow: {reason}"
    return report


@pytest.fixture(autouse=True)
def _own_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the settings of whoever runs the tests away; the data folder has its own fixture."""
    for name in list(os.environ):
        if name.startswith("FEWSHOT_FER_") and name != "FEWSHOT_FER_DATA":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The shipped one, opened once for all tests."""
    from fewshot_fer.recognizer import Recognizer

    return Recognizer.open()


@pytest.fixture(scope="session")
def research_data() -> Path:
    """The folder of FER-2013 and the people's sets, or a skip."""
    folder = os.environ.get("FEWSHOT_FER_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("FEWSHOT_FER_DATA names no folder of research data")
    return Path(folder)


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with nothing in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of two drawn students: a busy machine may need one for the first look."""
    import cv2

    from fewshot_fer.drawn.demo import drawn_pictures

    path = tmp_path_factory.mktemp("clip") / "class.avi"
    pictures = drawn_pictures(2, 0, 8.0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 8, (1280, 720))
    for _ in range(32):
        writer.write(cv2.cvtColor(next(pictures).image, cv2.COLOR_RGB2BGR))
    writer.release()
    return path
