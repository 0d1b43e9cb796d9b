"""What every test may use."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


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
    from fewshot_fer.errors import CheckpointError
    from fewshot_fer.recognizer import Recognizer

    try:
        Recognizer.open()
    except CheckpointError:
        pytest.skip("there is no trained checkpoint")
    path = tmp_path_factory.mktemp("clip") / "class.avi"
    pictures = drawn_pictures(2, 0, 8.0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 8, (1280, 720))
    for _ in range(32):
        writer.write(cv2.cvtColor(next(pictures).image, cv2.COLOR_RGB2BGR))
    writer.release()
    return path
