"""Turns facenet-pytorch's three MTCNN weight files into the networks that the detector runs.

Three things are folded into the networks, so that the detector need not do them for every
frame: they take pixels as memory holds them (0..255, channels last, a fourth channel that is
ignored because four floats move faster than three), their first layer does the scaling, and
they give one output whose first channel is the log odds of a face.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from fewshot_fer.errors import CheckpointError
from fewshot_fer.faces.detector import FOLDER, PARTS
from fewshot_fer.files import SEAL, seal, write_atomically
from fewshot_fer.shipped import CARD, shipped_checkpoint


class PNet(nn.Module):
    """Proposes faces everywhere: [n,h,w,4] -> [n,5,h',w'] (log odds, four corner shifts)."""

    side: Final = (12, 12)
    free_axes: Final = {0: "n", 1: "h", 2: "w"}

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(4, 10, 3), nn.PReLU(10)
        self.pool1 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4 = nn.Conv2d(32, 5, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        """What the network finds."""
        x = self.pool1(self.prelu1(self.conv1(_channels_first(pixels))))
        x = self.prelu3(self.conv3(self.prelu2(self.conv2(x))))
        found: Tensor = self.conv4(x)
        return found


class RNet(nn.Module):
    """Rejects most proposals: [n,24,24,4] -> [n,5] (log odds, four corner shifts)."""

    side: Final = (24, 24)
    free_axes: Final = {0: "n"}

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(4, 28, 3), nn.PReLU(28)
        self.pool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2, self.prelu2 = nn.Conv2d(28, 48, 3), nn.PReLU(48)
        self.pool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5 = nn.Linear(128, 5)

    def forward(self, pixels: Tensor) -> Tensor:
        """What the network finds."""
        x = self.pool1(self.prelu1(self.conv1(_channels_first(pixels))))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu3(self.conv3(x))
        x = self.prelu4(self.dense4(_width_first(x)))
        found: Tensor = self.dense5(x)
        return found


class ONet(nn.Module):
    """Decides and finds the points: [n,48,48,4] -> [n,15] (log odds, four shifts, 5 x, 5 y)."""

    side: Final = (48, 48)
    free_axes: Final = {0: "n"}

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(4, 32, 3), nn.PReLU(32)
        self.pool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2, self.prelu2 = nn.Conv2d(32, 64, 3), nn.PReLU(64)
        self.pool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv3, self.prelu3 = nn.Conv2d(64, 64, 3), nn.PReLU(64)
        self.pool3 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6 = nn.Linear(256, 15)

    def forward(self, pixels: Tensor) -> Tensor:
        """What the network finds."""
        x = self.pool1(self.prelu1(self.conv1(_channels_first(pixels))))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu4(self.conv4(x))
        x = self.prelu5(self.dense5(_width_first(x)))
        found: Tensor = self.dense6(x)
        return found


NETWORKS: Final[Mapping[str, type[PNet] | type[RNet] | type[ONet]]] = {
    "pnet": PNet,
    "rnet": RNet,
    "onet": ONet,
}


def load(name: str, weights: Path) -> nn.Module:
    """One of NETWORKS with facenet-pytorch's weights."""
    network = NETWORKS[name]()
    try:
        network.load_state_dict(_folded(torch.load(weights, map_location="cpu", weights_only=True)))
    except (OSError, RuntimeError, ValueError, KeyError, EOFError) as error:
        raise CheckpointError(
            f"This is not facenet-pytorch's {name}.pt.",
            where=str(weights),
            next_step="Take the file from the folder facenet_pytorch/data of the wheel "
            "facenet-pytorch 2.6.0.",
        ) from error
    return network.eval()


def export(weights: Path, checkpoint: Path) -> list[Path]:
    """Write `checkpoint`/mtcnn from the folder with pnet.pt, rnet.pt and onet.pt."""
    written = []
    folder = checkpoint / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in NETWORKS:
        written.append(folder / f"{name}.onnx")
        write_atomically(written[-1], _as_onnx(load(name, weights / f"{name}.pt"), name))
    for name in (CARD, "CREDITS.txt"):
        written.append(folder / name)
        write_atomically(written[-1], (shipped_checkpoint() / FOLDER / name).read_bytes())
    seal(folder, PARTS)
    return [*written, folder / SEAL]


def _as_onnx(network: nn.Module, name: str) -> bytes:
    kind = NETWORKS[name]
    buffer = io.BytesIO()
    target: Any = buffer  # A buffer will do, though the annotation names only paths.
    found_axes = {0: "n", 2: "rows", 3: "columns"} if len(kind.free_axes) > 1 else {0: "n"}
    torch.onnx.export(
        network,
        (torch.zeros(1, *kind.side, 4),),
        target,
        input_names=["pixels"],
        output_names=["found"],
        dynamic_axes={"pixels": kind.free_axes, "found": found_axes},
        opset_version=17,
        dynamo=False,
    )
    return buffer.getvalue()


def _channels_first(pixels: Tensor) -> Tensor:
    """[n,h,w,4] -> [n,4,h,w]."""
    return pixels.permute(0, 3, 1, 2)


def _width_first(x: Tensor) -> Tensor:
    """Flatten in the order (width, height, channel) that the original's dense layers were fed."""
    return x.permute(0, 3, 2, 1).flatten(1)


def _folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The original's weights in the shape of our networks."""
    ours = {name: value for name, value in state.items() if "_" not in name}
    heads = sorted({name.split("_")[0] for name in state if "_" in name})
    for kind in ("weight", "bias"):
        for head in heads:
            outputs = [
                state[f"{head}_{i}.{kind}"] for i in (1, 2, 3) if f"{head}_{i}.{kind}" in state
            ]
            face_or_not = outputs[0]
            ours[f"{head}.{kind}"] = torch.cat([face_or_not[1:] - face_or_not[:1], *outputs[1:]])
    # (pixel - 127.5) / 128, then a layer without padding.
    weight = state["conv1.weight"] / 128
    ours["conv1.bias"] = state["conv1.bias"] - 127.5 * weight.sum(dim=(1, 2, 3))
    ours["conv1.weight"] = torch.cat([weight, torch.zeros_like(weight[:, :1])], dim=1)
    return ours
