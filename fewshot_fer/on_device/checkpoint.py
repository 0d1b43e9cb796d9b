"""The browser checkpoint: a folder that the web app serves and a browser checks.

    manifest.json       format, checkpoint, and the SHA-256 and size of every other file
    card.json, prior.safetensors    of the checkpoint, as they are
    embedding.onnx      its network in eight bits
    pnet.onnx, rnet.onnx, onet.onnx    the detector
    ort.mjs, ort.wasm   the engine

The manifest's own SHA-256 is its seal: it stands in the address from which it is served, so that
a browser may keep the files for good, and sees when one of them is another. Beside every file
lies the same one compressed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fewshot_fer.errors import CheckpointError
from fewshot_fer.files import read_part

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
EMBEDDING: Final = "embedding.onnx"
COMPRESSED: Final = ".br"


@dataclass(frozen=True, slots=True)
class BrowserCheckpoint:
    """A folder whose files are those that were written."""

    folder: Path
    seal: str
    checkpoint: str
    """The hash of the checkpoint that it was made of."""
    sizes: Mapping[str, tuple[int, int]]
    """By file: bytes as it is, and compressed."""

    @property
    def download(self) -> int:
        """The bytes that a browser asks for, once."""
        return sum(compressed for _, compressed in self.sizes.values())

    @classmethod
    def read(cls, folder: Path) -> BrowserCheckpoint:
        """The folder as it is, once every file was checked."""
        raw = read_part(folder / MANIFEST)
        try:
            manifest = json.loads(raw)
            files = {str(name): str(one["sha256"]) for name, one in manifest["files"].items()}
            checkpoint, version = str(manifest["checkpoint"]), manifest["format"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _wrong("The browser checkpoint's manifest cannot be read.", folder) from error
        if version != FORMAT:
            raise _wrong(f"The browser checkpoint has format {version}, not {FORMAT}.", folder)
        for name, hashed in files.items():
            if "/" in name or hashlib.sha256(read_part(folder / name)).hexdigest() != hashed:
                raise _wrong(f"{name} of the browser checkpoint was altered.", folder)
        names = (MANIFEST, *files)
        sizes = {
            name: (_size(folder / name), _size(folder / f"{name}{COMPRESSED}")) for name in names
        }
        return cls(folder, hashlib.sha256(raw).hexdigest(), checkpoint, sizes)


def _size(path: Path) -> int:
    return len(read_part(path))


def _wrong(what: str, folder: Path) -> CheckpointError:
    return CheckpointError(what, where=str(folder), next_step="Make it again.")
