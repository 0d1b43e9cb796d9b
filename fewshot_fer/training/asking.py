"""Teachers at work: what several of them say of pictures, as one."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fewshot_fer.arrays import Floats
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.files import write_atomically
from fewshot_fer.training.bank import Answers
from fewshot_fer.training.config import check_same
from fewshot_fer.training.export import as_onnx
from fewshot_fer.training.network import half_precision
from fewshot_fer.training.scores import softmax
from fewshot_fer.training.teacher import Teacher, read_teacher

_OUTPUTS = ("votes", "own", "features")
Said = tuple[Floats, Floats, Floats]


class _Heads(nn.Module):
    """A teacher with plain outputs."""

    def __init__(self, teacher: Teacher) -> None:
        super().__init__()
        self.teacher = teacher

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits by votes and by own labels [n, c], features [n, w]."""
        out = self.teacher(faces)
        return out.votes, out.own, out.general


class Teachers:
    """Answers with the mean of all probabilities and everybody's features side by side."""

    def __init__(self, teachers: Sequence[Teacher], device: str = "cpu") -> None:
        self.expressions = teachers[0].expressions
        for other in teachers[1:]:
            check_same(other.expressions, self.expressions, "Another teacher")
        self._asked = [_reader(teacher, torch.device(device)) for teacher in teachers]

    def __call__(self, pictures: Tensor) -> Answers:
        """Ask all of them about pictures [n, 1, 48, 48]."""
        said = [asked(pictures) for asked in self._asked]
        votes, own, features = zip(*said, strict=True)
        return Answers(
            np.mean([softmax(logits) for logits in votes], axis=0),
            np.mean([softmax(logits) for logits in own], axis=0),
            np.concatenate(features, axis=1),
        )


def open_teachers(paths: Sequence[Path], device: str) -> tuple[Teachers, tuple[str, ...]]:
    """Teachers from their files, and the files' hashes."""
    teachers = Teachers([read_teacher(path) for path in paths], device)
    return teachers, tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)


def _reader(teacher: Teacher, device: torch.device) -> Callable[[Tensor], Said]:
    """On a GPU torch asks; on a processor the engine, which is two to three times as fast."""
    heads = _Heads(teacher).eval()
    if device.type == "cpu":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "teacher.onnx"
            write_atomically(path, as_onnx(heads, _OUTPUTS))
            network = CompiledNetwork(path, threads=torch.get_num_threads())

        def by_engine(pictures: Tensor) -> Said:
            votes, own, features = network(pictures.numpy())
            return votes, own, features

        return by_engine
    heads = heads.to(device)

    @torch.no_grad()
    def by_torch(pictures: Tensor) -> Said:
        with half_precision(device):
            votes, own, features = heads(pictures.to(device))
        return tuple(part.float().cpu().numpy() for part in (votes, own, features))

    return by_torch
