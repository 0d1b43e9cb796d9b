"""What a view does to a face, a batch at a time."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from fewshot_fer.training.augment import AugmentConfig, Views, render
from tests.fakes.spots import drawn_faces

FACES = torch.from_numpy(drawn_faces(2).images[:, None]).float()
STILL = AugmentConfig(
    rotate_degrees=0, scale=0, shift=0, erase=0, flip=False, light=0, compress=0, soften=0
)


def still(count: int = len(FACES), **changes: float) -> Views:
    """Views that change nothing but what is said."""
    views = Views.draw(count, np.random.default_rng(0), STILL)
    plain = {"stretch": 1.0, "contrast": 1.0, "noise": 0.0, "gamma": 1.0, **changes}
    return replace(views, **{name: torch.full((count,), value) for name, value in plain.items()})


def test_a_view_that_changes_nothing_shows_the_face_itself() -> None:
    assert torch.allclose(render(FACES, still()), FACES, atol=1e-2)


def test_views_are_drawn_by_the_generator_alone_and_show_a_picture() -> None:
    one, same, other = (
        render(FACES, Views.draw(len(FACES), np.random.default_rng(seed), AugmentConfig()))
        for seed in (0, 0, 1)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert one.min() >= 0
    assert one.max() <= 255


def test_a_view_is_the_same_in_any_batch() -> None:
    views = Views.draw(len(FACES), np.random.default_rng(2), AugmentConfig())
    rows = torch.tensor([5, 1, 9])
    assert torch.allclose(render(FACES[rows], views[rows]), render(FACES, views)[rows], atol=1e-3)


def test_pictures_of_one_session_share_its_light_and_not_its_tilt() -> None:
    views = Views.draw(20, np.random.default_rng(3), AugmentConfig(), session=True)
    for name in ("gamma", "contrast", "ramp", "blur", "quality", "noise"):
        assert len(set(getattr(views, name).tolist())) == 1
    assert len(set(views.angle.tolist())) == 20


def test_a_mirror_turns_left_to_right() -> None:
    mirrored = render(FACES, replace(still(), mirror=-torch.ones(len(FACES))))
    assert torch.allclose(mirrored, FACES.flip(3), atol=1e-2)


def test_a_shift_moves_by_its_share_of_the_side() -> None:
    moved = render(FACES, still(shift_x=2 * 6 / 48))
    assert torch.allclose(moved[..., :42], FACES[..., 6:], atol=0.1)


def test_gamma_darkens_and_a_lens_softens() -> None:
    assert (render(FACES, still(gamma=3.0)).mean((1, 2, 3)) < FACES.mean((1, 2, 3)) - 20).all()
    soft = render(FACES, still(blur=1.2))
    assert soft.mean().item() == pytest.approx(FACES.mean().item(), rel=0.02)
    assert (soft.diff(dim=3).abs().mean() < 0.6 * FACES.diff(dim=3).abs().mean()).item()


@pytest.mark.parametrize("quality", [30, 60, 85])
def test_compression_is_that_of_jpeg(quality: int) -> None:
    ours = render(FACES, still(quality=float(quality)))
    for face, mine in zip(FACES[:, 0].numpy().astype(np.uint8), ours[:, 0].numpy(), strict=True):
        _, packed = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])
        theirs = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.float32)
        assert np.abs(theirs - mine).mean() < 0.5 * np.abs(theirs - face).mean()


def test_something_before_the_face_covers_its_rectangle_alone() -> None:
    cover = torch.zeros(len(FACES), 4)
    cover[0] = torch.tensor([10.0, 5.0, 20.0, 30.0])
    covered = render(FACES, replace(still(fill=7.0), cover=cover))
    assert (covered[0, 0, 10:20, 5:30] == 7).all()
    untouched = torch.ones(48, 48, dtype=torch.bool)
    untouched[10:20, 5:30] = False
    assert torch.allclose(covered[0, 0][untouched], FACES[0, 0][untouched], atol=1e-2)
    assert torch.allclose(covered[1:], FACES[1:], atol=1e-2)


def test_no_faces_are_no_pictures() -> None:
    assert render(FACES[:0], still(0)).shape == (0, 1, 48, 48)
