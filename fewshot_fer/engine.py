"""Runs a network file with OpenVINO; the one place that knows the engine.

A network is anything that maps a float32 batch to float32 outputs, so that tests
can put a plain function in its place.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import CheckpointError

if TYPE_CHECKING:
    from types import ModuleType

    import openvino

Precision = Literal["f32", "bf16"]
Ranges = Mapping[str, tuple[float, float]]
"""By tensor: the least and the most that eight bits are spread over."""

_PREPARED: Final = 160
"""Layers that stay prepared for a size; by default thousands do: 200 batch sizes cost 160 MB.

On ARM the engine keeps none, and must not: one layer would answer with another one's weights.
"""


_STEPS: Final = 8
"""Batches are filled up to one of so many sizes between 2^k and 2^(k+1): at most an eighth more."""


class Network(Protocol):
    """A batch in, the network's outputs out."""

    def __call__(self, batch: Floats) -> tuple[Floats, ...]:
        """Run one batch; the first axis is the batch's."""
        ...


def _silent_openvino() -> ModuleType:
    """The engine, which on import tells its makers so over the network, unless it cannot."""
    # Without the module that does it, openvino takes its own stub.
    sys.modules.setdefault("openvino_telemetry", cast("ModuleType", None))
    import openvino

    return cast("ModuleType", openvino)


@lru_cache(maxsize=1)
def _core() -> openvino.Core:
    return _silent_openvino().Core()


class CompiledNetwork:
    """A compiled network; as many threads as there are `callers` may ask it at once.

    Each caller's question is worked on by `threads` of the engine. With `ranges` a processor
    without bf16 computes in eight bits what they are known of, where bf16 is asked for.
    """

    def __init__(
        self,
        path: Path,
        *,
        precision: Precision = "bf16",
        threads: int = 1,
        callers: int = 1,
        ranges: Ranges | None = None,
    ) -> None:
        try:
            model = _core().read_model(path)
            if ranges and precision == "bf16" and native_precisions()[0] == "int8":
                _make_eight_bits(model, ranges)
            compiled = _core().compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_NUM_THREADS": threads * callers,
                    "NUM_STREAMS": callers,
                    "INFERENCE_PRECISION_HINT": precision,
                    "PERFORMANCE_HINT": "LATENCY",
                    # By default every process would pin its threads to the same first cores.
                    "ENABLE_CPU_PINNING": False,
                    **({"CPU_RUNTIME_CACHE_CAPACITY": _PREPARED} if _is_x86() else {}),
                },
            )
        except RuntimeError as error:
            raise CheckpointError(
                "The network cannot be read.",
                where=str(path),
                next_step="Run `fewshot-fer doctor`; if it is damaged, install or export it again.",
            ) from error
        _give_back()
        self._free: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        self._tensor = _silent_openvino().Tensor
        for _ in range(callers):
            self._free.put(compiled.create_infer_request())

    def __call__(self, batch: Floats) -> tuple[Floats, ...]:
        """Run one batch and copy the outputs out of the engine's buffers."""
        request, count = self._free.get(), len(batch)
        try:
            # A tensor of its own kind costs the engine's Python half of what an array does.
            given = self._tensor(_filled_up(batch), shared_memory=True)
            found = request.infer(given, share_inputs=True, share_outputs=True)
            return tuple(np.array(one[:count], np.float32) for one in found.values())
        finally:
            self._free.put(request)


def _make_eight_bits(model: openvino.Model, ranges: Ranges) -> None:
    """Convolutions of whose input a range is known take eight bits; sums stay as they are.

    So do kernels of one pixel: they are little work and a third of the error.
    """
    from openvino import opset13 as made

    def spread(layer: Any, port: int, low: Floats, high: Floats, levels: int) -> None:
        ends = made.constant(low), made.constant(high)
        eight = made.fake_quantize(layer.input_value(port), *ends, *ends, levels)
        layer.input(port).replace_source_output(eight.output(0))

    for layer in model.get_ordered_ops():
        if layer.get_type_name() != "Convolution":
            continue
        known = ranges.keys() & layer.input_value(0).get_names()
        kernel: Floats = layer.input_value(1).get_node().data
        if known and kernel.shape[2:] != (1, 1):
            ends = np.array(ranges[min(known)], np.float32).reshape(2, 1, 1, 1, 1)
            spread(layer, 0, ends[0], ends[1], 256)
            most = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True)
            spread(layer, 1, -most, most, 255)


def _give_back() -> None:
    """Memory that compiling needed goes back to the system at once, where the C library can."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _is_x86() -> bool:
    return platform.machine().lower() in ("x86_64", "amd64")


def batch_size(count: int) -> int:
    """The size of batch that so many items go in: few sizes in all, as each costs memory."""
    step = max(1, (1 << max(count - 1, 0).bit_length()) // (2 * _STEPS))
    return -(-count // step) * step


def _filled_up(batch: Floats) -> Floats:
    """The batch, with nothing behind it up to one of the few sizes; no item sees another."""
    size = batch_size(len(batch))
    if size == len(batch):
        return np.ascontiguousarray(batch)
    filled = np.zeros((size, *batch.shape[1:]), batch.dtype)
    filled[: len(batch)] = batch
    return filled


def engine_version() -> str:
    """The engine's name and version."""
    return f"OpenVINO {_silent_openvino().__version__.split('-')[0]}"


def native_precisions() -> tuple[str, ...]:
    """What this processor computes in, the quickest that is used first."""
    able = _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if "BF16" in able:
        return "bf16", "f32"
    return ("int8", "f32") if "INT8" in able and _is_x86() else ("f32",)
