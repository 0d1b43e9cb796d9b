from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.figure.face import FacePlace
from fewshot_fer.drawn.webcam import Webcam, invent_webcam, sensor_noise

PLAIN = Webcam(side_light=0.0, vignette=0.0, blur=0.0, quality=100)


def grey(height: int = 90, width: int = 160) -> Bytes:
    return np.full((height, width, 3), 120, np.uint8)


def test_a_plain_camera_changes_nothing() -> None:
    assert np.array_equal(PLAIN.develop(grey()), grey())


@pytest.mark.parametrize("bend", [-0.1, 0.1])
def test_a_bent_lens_moves_picture_and_truth_together(bend: float) -> None:
    lens = Webcam(side_light=0.0, vignette=0.0, blur=0.0, quality=100, bend=bend)
    spots = np.array([[30, 30], [290, 30], [160, 90], [30, 150], [290, 150]], np.float32)
    place = FacePlace(np.array([10, 10, 310, 170], np.float32), spots)
    bent = lens.place(place, 320, 180)
    assert np.abs(bent.landmarks - spots).max() > 5
    for spot, seen in zip(spots.astype(int), bent.landmarks, strict=True):
        scene = np.zeros((180, 320, 3), np.uint8)
        scene[spot[1] - 3 : spot[1] + 4, spot[0] - 3 : spot[0] + 4] = 255
        weight = lens.develop(scene)[..., 0].astype(float)
        y, x = np.mgrid[0:180, 0:320]
        centre = [(x * weight).sum() / weight.sum(), (y * weight).sum() / weight.sum()]
        assert centre == pytest.approx(seen, abs=0.6)


def test_the_lamp_lights_its_own_side() -> None:
    from_right = Webcam(lamp=(0.5, 0.0, 1.0), side_light=0.2, vignette=0.0, quality=100)
    picture = from_right.develop(grey())
    assert picture[:, -20:].mean() > picture[:, :20].mean() + 20


def test_tint_and_exposure_are_seen() -> None:
    warm = Webcam(side_light=0.0, vignette=0.0, quality=100, tint=(1.1, 1.0, 0.9), exposure=0.8)
    red, green, blue = warm.develop(grey()).mean(axis=(0, 1))
    assert red > green > blue
    assert green == pytest.approx(0.8 * 120, abs=1)


def test_cameras_differ() -> None:
    webcams = {invent_webcam(np.random.default_rng(seed)) for seed in range(20)}
    assert len(webcams) == 20


@pytest.mark.parametrize(("width", "height"), [(101, 55), (641, 481)])
def test_noise_has_the_asked_size_and_strength(width: int, height: int) -> None:
    noise = sensor_noise(np.random.default_rng(0), width, height, 5.0)
    assert noise.shape == (height, width, 3)
    assert noise.std() == pytest.approx(5.0, rel=0.3)
    assert abs(noise.mean()) < 0.2
