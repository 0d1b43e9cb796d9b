"""Batches go to the engine in few sizes, and come back as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fewshot_fer import engine
from fewshot_fer.engine import CompiledNetwork, batch_size


def test_few_sizes_hardly_larger() -> None:
    counts = range(1, 513)
    assert len({batch_size(count) for count in counts}) <= 60
    assert all(count <= batch_size(count) <= count * 9 / 8 for count in counts)


@pytest.mark.parametrize(("machine", "kept"), [("x86_64", True), ("AMD64", True), ("arm64", False)])
def test_layers_stay_prepared_only_where_that_is_right(
    repository: Path, monkeypatch: pytest.MonkeyPatch, machine: str, *, kept: bool
) -> None:
    """On ARM, with a cache, layers of one shape answered with each other's weights."""
    core, asked = engine._core(), list[dict[str, object]]()

    class Listening:
        read_model = staticmethod(core.read_model)

        @staticmethod
        def compile_model(model: object, device: str, options: dict[str, object]) -> object:
            asked.append(options)
            return core.compile_model(model, device, options)

    monkeypatch.setattr(engine, "_core", Listening)
    monkeypatch.setattr("platform.machine", lambda: machine)
    CompiledNetwork(repository / "checkpoints" / "mtcnn" / "pnet.onnx")
    assert ["CPU_RUNTIME_CACHE_CAPACITY" in one for one in asked] == [kept]


@pytest.mark.parametrize("count", [1, 17, 33, 67])
def test_filling_up_changes_no_answer(repository: Path, count: int) -> None:
    """Every item's answer is the one that it gets alone."""
    network = CompiledNetwork(repository / "checkpoints" / "mtcnn" / "rnet.onnx", precision="f32")
    batch = np.random.default_rng(count).random((count, 24, 24, 4), dtype=np.float32) * 255
    (answers,) = network(batch)
    assert answers.shape == (count, 5)
    for item, answer in zip(batch, answers, strict=True):
        np.testing.assert_allclose(network(item[None])[0][0], answer, rtol=1e-4, atol=1e-4)
