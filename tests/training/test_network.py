"""The network, its losses and how pictures are changed before it sees them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fewshot_fer.training.losses import balanced_cross_entropy, instance_contrast
from fewshot_fer.training.network import EmbeddingNetwork, NetworkConfig, standardise
from tests.fakes.spots import drawn_faces
from tests.training.runs import TINY

FACES = drawn_faces(2)


def network() -> EmbeddingNetwork:
    torch.manual_seed(0)
    return EmbeddingNetwork(TINY.network, 7).eval()


def as_tensor(scale: float = 1.0, shift: float = 0.0) -> torch.Tensor:
    return torch.from_numpy(scale * FACES.images[:, None].astype(np.float32) + shift)


def test_the_parts_of_an_embedding_have_the_sizes_asked_for() -> None:
    out = network()(as_tensor())
    sizes = {name: tuple(part.shape) for name, part in out._asdict().items()}
    assert sizes == {
        "general": (14, 16), "detail": (14, 16), "grid": (14, 16 * 9), "votes": (14, 7),
        "own": (14, 7),
    }  # fmt: skip


def test_a_face_s_embedding_does_not_hang_on_the_others_in_the_batch() -> None:
    net = network()
    whole, alone = net(as_tensor()), net(as_tensor()[3:4])
    assert torch.allclose(whole.detail[3:4], alone.detail, atol=1e-5)


def test_brightness_is_taken_out_and_contrast_nearly() -> None:
    plain, brighter, duller = (standardise(as_tensor(*c)) for c in ((), (1, 30), (0.7, 0)))
    assert torch.allclose(plain, brighter, atol=1e-4)
    assert (plain - duller).abs().mean() < 0.1 * plain.abs().mean()
    assert not standardise(torch.full((1, 1, 48, 48), 90.0)).any()


def test_the_shipped_shape_keeps_to_its_budget() -> None:
    net = EmbeddingNetwork(NetworkConfig(), 7).eval()
    work = 0

    def count(layer: torch.nn.Module, given: tuple[torch.Tensor], out: torch.Tensor) -> None:
        nonlocal work
        assert isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)
        places = out.shape[2] * out.shape[3] if out.ndim == 4 else 1
        work += layer.weight.numel() * places

    for layer in net.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            layer.register_forward_hook(count)
    with torch.no_grad():
        net(torch.zeros(1, 1, 48, 48))
    assert 100e6 < work <= 130e6


def test_balance_makes_a_rare_expression_as_dear_as_a_common_one() -> None:
    share = torch.tensor([0.99, 0.01]).log()
    truth = torch.tensor([[0.0, 1.0]])
    plain = balanced_cross_entropy(torch.zeros(1, 2), truth, torch.zeros(2))
    balanced = balanced_cross_entropy(torch.zeros(1, 2), truth, share)
    assert plain.item() == pytest.approx(math.log(2))
    assert balanced.item() == pytest.approx(-math.log(0.01), rel=1e-4)


def test_faces_without_a_label_cost_nothing() -> None:
    logits = torch.tensor([[1.0, 2.0], [9.0, -9.0]])
    labelled = balanced_cross_entropy(logits[:1], torch.eye(2)[:1], torch.zeros(2))
    with_one_without = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    assert torch.equal(balanced_cross_entropy(logits, with_one_without, torch.zeros(2)), labelled)


def test_views_of_one_face_shall_be_alike_and_of_two_unlike() -> None:
    views = torch.eye(8)
    right = instance_contrast(views, views)
    wrong = instance_contrast(views, views.roll(1, 0))
    assert right < 0.1 < wrong
