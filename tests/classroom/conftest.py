"""What several tests of the live class watch."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from fewshot_fer.errors import CheckpointError
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.simulation.demo import drawn_pictures


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of two drawn students: a busy machine may need one for the first look."""
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
