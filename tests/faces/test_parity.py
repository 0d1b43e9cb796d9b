"""The same faces as facenet_pytorch.MTCNN, face by face."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.gallery import Frame
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.faces.detector import Detector
from fewshot_fer.images import read_image

if TYPE_CHECKING:
    from benchmarks.reference import Original

pytest.importorskip("torch")
reference = pytest.importorskip("benchmarks.reference")


@pytest.fixture(scope="module")
def original() -> Original:
    """facenet-pytorch's own detector."""
    if reference.weights() is None:
        pytest.skip("facenet-pytorch is not installed")
    theirs: Original = reference.load()[0]
    return theirs


def _same(original: Original, detector: Detector, image: Bytes, name: str) -> int:
    boxes, probabilities, points = original.detect(image, landmarks=True)
    faces = detector.detect(image)
    if boxes is None:
        assert len(faces) == 0, name
        return 0
    boxes, points = boxes.astype(np.float32), points.astype(np.float32)
    assert len(boxes) == len(faces), name
    over = overlaps(boxes, faces.boxes)
    twin = over.argmax(axis=1)
    assert len(set(twin.tolist())) == len(twin), name
    assert over.max(axis=1).min() > 0.9, name
    width = (boxes[:, 2] - boxes[:, 0])[:, None, None]
    assert (np.abs(points - faces.landmarks[twin]) / width).max() < 0.02, name
    assert np.allclose(probabilities.astype(float), faces.probabilities[twin], atol=1e-3), name
    return len(boxes)


def test_on_drawn_faces(original: Original, detector: Detector, frame: Frame) -> None:
    """Nine students, and odd cuts of them so that all roundings of sizes occur."""
    assert _same(original, detector, frame.image, "all") == 9
    for cut in (1, 2, 3, 7):
        part = np.ascontiguousarray(frame.image[cut : 301 + cut, : 431 + 2 * cut])
        assert _same(original, detector, part, f"cut by {cut}") >= 1


@pytest.mark.parametrize(
    ("thresholds", "factor", "min_face"),
    [((0.6, 0.7, 0.7), 0.709, 40), ((0.8, 0.9, 0.95), 0.8, 25), ((0.5, 0.5, 0.5), 0.6, 30)],
)
def test_parameters_mean_the_same(
    networks: Path,
    frame: Frame,
    thresholds: tuple[float, float, float],
    factor: float,
    min_face: int,
) -> None:
    """Thresholds, factor and smallest face, one set after the other."""
    if reference.weights() is None:
        pytest.skip("facenet-pytorch is not installed")
    theirs, _ = reference.load(thresholds=list(thresholds), factor=factor, min_face_size=min_face)
    ours = Detector.of(
        networks.parent, precision="f32", thresholds=thresholds, factor=factor, min_face=min_face
    )
    _same(theirs, ours, frame.image, "with other parameters")


def test_on_the_group_photos(original: Original, detector: Detector, research_data: Path) -> None:
    """Every photo, and one frame of the video."""
    found = {}
    for path in sorted((research_data / "groups").glob("*.jpg")):
        image = read_image(path)
        if path.name == "dlib_bald_guys.jpg":
            image = np.ascontiguousarray(image[::2, ::2])
        found[path.name] = _same(original, detector, image, path.name)
    assert found.pop("dlib_bald_guys.jpg") >= 23
    assert found == {
        "dlib_2008_001009.jpg": 2,
        "dlib_2008_002470.jpg": 6,
        "dlib_2009_004587.jpg": 2,
        "facenet_multiface.jpg": 6,
    }
