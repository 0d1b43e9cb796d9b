"""facenet_pytorch.MTCNN as it is, without the torchvision that it asks for.

It needs torchvision for one operator only, non-maximum suppression. A stand-in in numpy takes
its place while the package is imported; how long it takes is counted, so that a comparison can
leave it out.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

PACKAGE = "facenet_pytorch"


Numbers = npt.NDArray[np.float32]


class Original(Protocol):
    """What is used of facenet_pytorch.MTCNN."""

    def detect(
        self, img: npt.NDArray[np.uint8], landmarks: bool
    ) -> tuple[Numbers | None, Numbers, Numbers]:
        """Boxes [n,4] or None, probabilities [n] and points [n,5,2]."""
        ...


class Suppression:
    """torchvision.ops.boxes.batched_nms for one image, and the time it has taken."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.clock: Callable[[], float] = time.perf_counter

    def __call__(
        self, boxes: torch.Tensor, scores: torch.Tensor, images: torch.Tensor, limit: float
    ) -> torch.Tensor:
        """The indices left, best first."""
        start = self.clock()
        kept = _greedy(boxes.numpy(), scores.numpy(), limit)
        self.seconds += self.clock() - start
        return torch.from_numpy(kept)


def _greedy(boxes: Numbers, scores: Numbers, limit: float) -> npt.NDArray[np.int64]:
    rest = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = []
    while len(rest):
        best, rest = rest[0], rest[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        common = np.prod(np.maximum(high - low, 0), axis=1)
        rest = rest[common / (areas[best] + areas[rest] - common) <= limit]
    return np.array(kept, dtype=np.int64)


def weights() -> Path | None:
    """The folder of pnet.pt, rnet.pt and onet.pt, where the package is installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data"


def load(**options: object) -> tuple[Original, Suppression]:
    """A facenet_pytorch.MTCNN that keeps all faces, and its stand-in for torchvision."""
    suppression = Suppression()
    with _stand_ins(suppression):
        module = importlib.import_module(f"{PACKAGE}.models.mtcnn")
    return module.MTCNN(keep_all=True, **options), suppression


@contextmanager
def _stand_ins(suppression: Suppression) -> Iterator[None]:
    """Let the package's own __init__ out as well: it imports what detection does not need."""
    folder = weights()
    assert folder is not None, f"{PACKAGE} is not installed"
    names = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
    modules = {name: ModuleType(name) for name in (*names, "torchvision.ops")}
    modules["torchvision.ops.boxes"] = ModuleType("torchvision.ops.boxes")
    modules["torchvision.ops.boxes"].__dict__["batched_nms"] = suppression
    modules["torchvision.transforms"].__dict__["functional"] = modules[names[-1]]
    for name in (PACKAGE, f"{PACKAGE}.models"):
        modules[name] = ModuleType(name)
        modules[name].__path__ = [str(folder.parent / name.removeprefix(PACKAGE).lstrip("."))]
    before = dict(sys.modules)
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - set(before):
            if name.partition(".")[0] in {"torchvision", PACKAGE}:
                del sys.modules[name]
        sys.modules.update({name: before[name] for name in modules if name in before})
