"""From a trained network to a checkpoint: ONNX, the fitted prior, the card, the seal."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor, nn

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.embedding import Embedder, seal
from fewshot_fer.embedding.checkpoint import FORMAT, MODEL, PRIOR, Card
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.files import write_atomically
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.prototypes.stored import prior_arrays
from fewshot_fer.shipped import CARD
from fewshot_fer.training.data import FaceSet, log_shares
from fewshot_fer.training.network import FACE, EmbeddingNetwork


class _Features(nn.Module):
    """The network with one output, as it is exported."""

    def __init__(self, network: EmbeddingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, faces: Tensor) -> Tensor:
        """[n, 1, 48, 48] -> [n, general + detail + c + c]."""
        out = self.network(faces)
        return torch.cat([out.general, out.detail, out.votes, out.own], 1)


@dataclass(frozen=True, slots=True)
class Parity:
    """How near the exported network is to the trained one: the smallest cosine of any face."""

    f32: float
    bf16: float


def blocks_of(network: EmbeddingNetwork) -> dict[str, slice]:
    """Which slice of a feature vector is what."""
    sizes = {
        "general": network.config.general,
        "detail": network.config.detail,
        "votes": network.votes.out_features,
        "own": network.own.out_features,
    }
    blocks, start = {}, 0
    for name, size in sizes.items():
        blocks[name] = slice(start, start + size)
        start += size
    return blocks


def write_network(network: EmbeddingNetwork, path: Path) -> None:
    """Write the ONNX file of the embedding network."""
    write_atomically(path, as_onnx(_Features(network).eval().cpu(), ("features",)))


def as_onnx(module: nn.Module, outputs: Sequence[str]) -> bytes:
    """An ONNX file of a module that takes faces [n, 1, 48, 48]."""
    buffer = io.BytesIO()
    target: Any = buffer  # A buffer will do, though the annotation names only paths.
    with warnings.catch_warnings():
        # The tracing exporter needs nothing but torch; it calls itself a legacy.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            module,
            (torch.zeros(2, 1, FACE, FACE),),
            target,
            input_names=["faces"],
            output_names=list(outputs),
            dynamic_axes={name: {0: "n"} for name in ("faces", *outputs)},
            opset_version=17,
            dynamo=False,
        )
    return buffer.getvalue()


def compare(network: EmbeddingNetwork, path: Path, faces: Bytes) -> Parity:
    """The exported network against torch, on faces [n, 48, 48]."""
    batch = faces[:, None].astype(np.float32)
    with torch.no_grad():
        truth = _Features(network).eval()(torch.from_numpy(batch)).numpy()

    def nearness(precision: Any) -> float:
        found = CompiledNetwork(path, precision=precision)(batch)[0]
        lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(truth, axis=1)
        return float(((found * truth).sum(1) / lengths).min())

    return Parity(nearness("f32"), nearness("bf16"))


def open_unfitted(network: EmbeddingNetwork, folder: Path) -> Embedder:
    """Write the network and open it before a prior exists, to embed what it is fitted on."""
    write_network(network, folder / MODEL)
    return Embedder(CompiledNetwork(folder / MODEL), Card((), blocks_of(network), (), (), {}))


def write_checkpoint(
    folder: Path,
    prior: Prior,
    blocks: Mapping[str, slice],
    faces: FaceSet,
    details: Mapping[str, Any],
) -> str:
    """Write the prior, the card and the seal beside the network; returns the hash."""
    write_atomically(folder / PRIOR, save(prior_arrays(prior)))
    card = {
        "format": FORMAT,
        "names": list(prior.names),
        "blocks": {name: [part.start, part.stop] for name, part in blocks.items()},
        "log_share_votes": _log_share(faces.vote_shares()),
        "log_share_own": _log_share(faces.own_shares()),
        **details,
    }
    write_atomically(folder / CARD, (json.dumps(card, indent=1) + "\n").encode())
    return seal(folder)


def _log_share(shares: Floats) -> list[float]:
    return [round(float(value), 5) for value in log_shares(shares)]
