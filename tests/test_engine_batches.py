"""Batches go to the engine in few sizes, and come back as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.engine import CompiledNetwork, batch_size


def test_few_sizes_hardly_larger() -> None:
    counts = range(1, 513)
    assert len({batch_size(count) for count in counts}) <= 60
    assert all(count <= batch_size(count) <= count * 9 / 8 for count in counts)


@pytest.mark.parametrize("count", [1, 17, 33, 67])
def test_filling_up_changes_no_answer(repository: Path, count: int) -> None:
    """Every item's answer is the one that it gets alone."""
    network = CompiledNetwork(repository / "checkpoints" / "mtcnn" / "rnet.onnx", precision="f32")
    batch = np.random.default_rng(count).random((count, 24, 24, 4), dtype=np.float32) * 255
    (answers,) = network(batch)
    assert answers.shape == (count, 5)
    for item, answer in zip(batch, answers, strict=True):
        np.testing.assert_allclose(network(item[None])[0][0], answer, rtol=1e-4, atol=1e-4)
