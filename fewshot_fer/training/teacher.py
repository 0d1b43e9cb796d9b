"""A teacher: a face recogniser's backbone, fine-tuned to name expressions.

Who can tell faces apart has learnt more of faces than FER-2013 holds. A teacher is large and
slow and never leaves the training: it labels the pictures that the student learns from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional as F

from fewshot_fer.errors import TrainingError
from fewshot_fer.expressions import BASIC
from fewshot_fer.files import write_atomically
from fewshot_fer.training.network import Embedding

SIDE = 112
WIDTH = 1024
SFACE = "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"
_ZOOM, _RISE = 0.86, -0.06  # FER-2013's square within what a face recogniser expects

Layer = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Backbone:
    """Layers in order, and their tensors by `body.place.name`.

    A layer is ["conv", in/groups, out, kernel, stride, padding, groups], ["bn", width, epsilon]
    or ["prelu", width].
    """

    layers: tuple[Layer, ...]
    tensors: dict[str, Tensor]


class Teacher(nn.Module):
    """Faces [n, 1, 48, 48] with values 0..255 to an `Embedding` whose general part is wide."""

    def __init__(
        self,
        layers: Sequence[Layer],
        names: Sequence[str] = BASIC,
        *,
        width: int = WIDTH,
        side: int = SIDE,
    ) -> None:
        super().__init__()
        self.layers, self.expressions = tuple(layers), tuple(names)
        self.body = nn.Sequential(*(_built(layer) for layer in layers))
        self.votes = nn.Linear(width, len(names))
        self.own = nn.Linear(width, len(names))
        matrix = torch.tensor([[1 / _ZOOM, 0, 0], [0, 1 / _ZOOM, _RISE]])
        grid = F.affine_grid(matrix[None], [1, 1, side, side], align_corners=False)
        self.register_buffer("grid", grid, persistent=False)

    def forward(self, faces: Tensor) -> Embedding:
        """The label heads read the mean of the last grid; much of it is dropped in training."""
        grid = self.get_buffer("grid").expand(faces.shape[0], -1, -1, -1)
        large = F.grid_sample(faces, grid, padding_mode="border", align_corners=False)
        even = large - large.mean((2, 3), keepdim=True)
        even = 0.45 * even / (large.std((2, 3), keepdim=True) + 4)
        features = self.body(even.expand(-1, 3, -1, -1)).mean((2, 3))
        kept = F.dropout(features, 0.4, self.training)
        return Embedding(features, features, features, self.votes(kept), self.own(kept))


def read_backbone(path: Path) -> Backbone:
    """SFace's layers from its published ONNX file, whose hash is known, up to its first `bn1`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    if hashlib.sha256(data).hexdigest() != SFACE:
        raise TrainingError(
            "This is not SFace's file: its hash is another.",
            where=str(path),
            next_step="Take face_recognition_sface_2021dec.onnx of OpenCV's zoo, whole.",
        )
    return backbone_of(data)


def backbone_of(data: bytes) -> Backbone:
    """The convolutions, norms and slopes of an ONNX graph, in order, until it is flattened."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(data).graph
    held = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()).float()
            for one in graph.initializer}  # fmt: skip
    layers: list[Layer] = []
    tensors: dict[str, Tensor] = {}
    for node in graph.node:
        values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [held[name] for name in node.input if name in held]
        place = f"body.{len(layers)}"
        if node.op_type == "Conv":
            weight, groups = inputs[0], int(values.get("group", 1))
            stride, padding = values.get("strides", [1])[0], values.get("pads", [0])[0]
            layers.append(["conv", weight.shape[1], weight.shape[0], weight.shape[2],
                           stride, padding, groups])  # fmt: skip
            tensors[f"{place}.weight"] = weight
        elif node.op_type == "BatchNormalization":
            layers.append(["bn", len(inputs[0]), float(values.get("epsilon", 1e-5))])
            names = ("weight", "bias", "running_mean", "running_var")
            tensors |= {f"{place}.{name}": one for name, one in zip(names, inputs, strict=True)}
        elif node.op_type == "PRelu":
            layers.append(["prelu", inputs[0].numel()])
            tensors[f"{place}.weight"] = inputs[0].reshape(-1)
        elif node.op_type in {"Dropout", "Flatten", "Reshape", "Gemm", "MatMul"}:
            break
    return Backbone(tuple(layers), tensors)


def beginning(backbone: Backbone, names: Sequence[str] = BASIC, side: int = SIDE) -> Teacher:
    """A teacher that knows faces and has still to learn expressions."""
    teacher = Teacher(backbone.layers, names, width=_width(backbone.layers), side=side)
    teacher.load_state_dict(backbone.tensors, strict=False)
    return teacher


def write_teacher(path: Path, teacher: Teacher) -> None:
    """Weights, layers and expressions in one file that runs no code."""
    tensors = {name: value.cpu().contiguous() for name, value in teacher.state_dict().items()}
    write_atomically(path, save(tensors, {
        "layers": json.dumps(teacher.layers), "expressions": json.dumps(teacher.expressions),
    }))  # fmt: skip


def read_teacher(path: Path) -> Teacher:
    """A teacher that was trained, ready to be asked."""
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            tensors = {_named(name): file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        layers = json.loads(about["layers"])
        # Teachers without a list were trained when there were seven.
        names = json.loads(about["expressions"]) if "expressions" in about else BASIC
        teacher = Teacher(layers, names, width=_width(layers))
        tensors.pop("th", None)
        teacher.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, ValueError, IndexError, TypeError,
            RuntimeError) as error:  # fmt: skip
        raise _unreadable(path, error) from error
    return teacher.eval()


def _named(name: str) -> str:
    """Heads were called by one letter once."""
    head, dot, rest = name.partition(".")
    return {"v": "votes", "o": "own"}.get(head, head) + dot + rest


def _width(layers: Sequence[Layer]) -> int:
    return int(next(layer[2] for layer in reversed(layers) if layer[0] == "conv"))


def _built(layer: Layer) -> nn.Module:
    kind, *values = layer
    if kind == "conv":
        inner, width, kernel, stride, padding, groups = values
        return nn.Conv2d(inner * groups, width, kernel, stride, padding, groups=groups, bias=False)
    if kind == "bn":
        return nn.BatchNorm2d(values[0], eps=values[1])
    if kind == "prelu":
        return nn.PReLU(values[0])
    raise ValueError(f"unknown layer {kind!r}")


def _unreadable(path: Path, error: Exception) -> TrainingError:
    first_line = (str(error).splitlines() or [repr(error)])[0]
    return TrainingError(
        f"The teacher cannot be read: {first_line}.",
        where=str(path),
        next_step="Give the file that `train` wrote, or SFace's ONNX file, whole.",
    )
