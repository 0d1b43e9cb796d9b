"""Static quantisation of the embedding network: the same graph in eight bits.

The first layer and the head stay in full precision: the first sees what all the rest is made of,
and the head's answers are what distances are measured between. Needs `onnx`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.engine import Ranges

if TYPE_CHECKING:
    import onnx

Runs = Callable[["onnx.ModelProto", Floats], list[Floats]]
"""Runs a graph on a batch; its outputs."""

_BINS: Final = 2048
_SHRUNK: Final = np.linspace(0.3, 1.0, 71)


def activations(model: onnx.ModelProto) -> list[str]:
    """The tensors between the layers that are computed in eight bits."""
    inside = [node for node in model.graph.node if node.op_type == "Conv"][1:]
    shortcuts = {node.input[0] for node in inside}
    pooled = [
        n for n in model.graph.node if n.op_type == "AveragePool" and n.output[0] in shortcuts
    ]
    sums = [n for n in model.graph.node if n.op_type == "Add" and _is_of_pictures(model, n)]
    rectified = {n.input[0]: n.output[0] for n in model.graph.node if n.op_type == "Relu"}
    found = [name for node in (*inside, *pooled) for name in node.input[:1]]
    # What is rectified at once is never seen as it was before.
    found += [rectified.get(node.output[0], node.output[0]) for node in (*inside, *sums)]
    return list(dict.fromkeys(found))


def _is_of_pictures(model: onnx.ModelProto, node: onnx.NodeProto) -> bool:
    made = {
        name for one in model.graph.node if one.op_type in ("Conv", "Relu") for name in one.output
    }
    return all(name in made for name in node.input)


def calibrated(
    model: onnx.ModelProto, squares: Floats, run: Runs
) -> dict[str, tuple[float, float]]:
    """For each tensor the range that loses least, on pictures [n, 1, 48, 48]."""
    import onnx

    names, seen = activations(model), onnx.ModelProto()
    seen.CopyFrom(model)
    seen.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names
    )
    outputs = run(seen, squares)[len(model.graph.output) :]
    return {name: _best_range(values) for name, values in zip(names, outputs, strict=True)}


def _best_range(values: Floats) -> tuple[float, float]:
    """The part of what was seen that, cut into 255 steps, is nearest to all that was seen."""
    least, most = min(float(values.min()), 0.0), max(float(values.max()), 1e-6)
    counts, edges = np.histogram(values, _BINS, (least, most))
    middles: Doubles = (edges[1:] + edges[:-1]) / 2

    def loss(shrunk: float) -> float:
        low, high = least * shrunk, most * shrunk
        step = (high - low) / 255
        near = np.clip(np.rint((middles - low) / step) * step + low, low, high)
        return float((counts * (middles - near) ** 2).sum())

    best = float(min(_SHRUNK, key=loss))
    return least * best, most * best


def quantised(model: onnx.ModelProto, ranges: Ranges) -> bytes:
    """The network in eight bits, as an ONNX file; the same bytes from the same numbers."""
    import onnx
    from onnx import helper, numpy_helper

    graph = model.graph
    weights = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    stored: dict[str, onnx.TensorProto] = {one.name: one for one in graph.initializer}
    inside = [node.output[0] for node in graph.node if node.op_type == "Conv"][1:]
    scales: dict[str, float] = {}
    nodes: list[onnx.NodeProto] = []

    def store(name: str, values: object) -> str:
        stored[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def restored(name: str, eight: str, scale: str, zero: str | None, axis: int = 1) -> None:
        given = [eight, scale, *([zero] if zero else [])]
        nodes.append(helper.make_node("DequantizeLinear", given, [name], axis=axis))

    for node in graph.node:
        made = onnx.NodeProto()
        made.CopyFrom(node)
        made.input[:] = [f"{name}:again" if name in scales else name for name in node.input]
        if node.output[0] in inside:
            _, kernel, bias = node.input
            sizes = np.abs(weights[kernel]).max(axis=(1, 2, 3)) / 127
            whole = np.rint(weights[kernel] / sizes[:, None, None, None]).astype(np.int8)
            finest = (sizes * scales[node.input[0]]).astype(np.float32)
            restored(f"{kernel}:again", store(kernel, whole),
                     store(f"{kernel}:scale", sizes.astype(np.float32)), None, 0)  # fmt: skip
            restored(f"{bias}:again", store(bias, np.rint(weights[bias] / finest).astype(np.int32)),
                     store(f"{bias}:scale", finest), None, 0)  # fmt: skip
            made.input[1:] = [f"{kernel}:again", f"{bias}:again"]
        nodes.append(made)
        for name in node.output:
            if name in ranges:
                low, high = ranges[name]
                scales[name] = step = (high - low) / 255
                scale = store(f"{name}:scale", np.float32(step))
                zero = store(f"{name}:zero", np.uint8(round(-low / step)))
                eight = f"{name}:eight"
                nodes.append(helper.make_node("QuantizeLinear", [name, scale, zero], [eight]))
                restored(f"{name}:again", eight, scale, zero)
    small = helper.make_graph(nodes, graph.name, graph.input, graph.output, list(stored.values()))
    whole_model = helper.make_model(small, opset_imports=model.opset_import)
    whole_model.ir_version = model.ir_version
    onnx.checker.check_model(whole_model)
    return bytes(whole_model.SerializeToString(deterministic=True))
