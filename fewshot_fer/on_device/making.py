"""Makes the browser checkpoint from a checkpoint and the engine's package. Needs extra `device`."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.embedding.checkpoint import EXPRESSION, MODEL, PRIOR, RANGES, Checkpoint
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.errors import CheckpointError, DataError
from fewshot_fer.faces.detector import FOLDER, PARTS
from fewshot_fer.files import check_seal, read_part, sha256, write_atomically
from fewshot_fer.on_device.checkpoint import (
    COMPRESSED,
    EMBEDDING,
    FORMAT,
    MANIFEST,
    BrowserCheckpoint,
)
from fewshot_fer.on_device.quantising import calibrated, quantised
from fewshot_fer.shipped import CARD

ENGINE: Final = "onnxruntime-web"
ENGINE_VERSION: Final = "1.30.0"
ADDRESS: Final = f"https://registry.npmjs.org/{ENGINE}/-/{ENGINE}-{ENGINE_VERSION}.tgz"
INTEGRITY: Final = (
    "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZ"
    "ClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
)
_ENGINE_FILES: Final = {
    "ort.mjs": "ort.wasm.bundle.min.mjs",
    "ort.wasm": "ort-wasm-simd-threaded.wasm",
}
_CALIBRATED_ON: Final = 256
_PATIENCE_S: Final = 60.0


def make(
    folder: Path, checkpoint: Path, engine: Path | None = None, *, effort: int = 11
) -> BrowserCheckpoint:
    """Write the folder; the engine is fetched where its package is not given.

    Less `effort` (0 to 11) is quicker, and more to download.
    """
    read = Checkpoint.read(checkpoint / EXPRESSION)
    check_seal(checkpoint / FOLDER, PARTS)
    files = {
        EMBEDDING: quantised(_model(read.model), read.ranges),
        **{name: read_part(read.folder / name) for name in (CARD, PRIOR)},
        **{name: read_part(checkpoint / FOLDER / name) for name in PARTS},
        **_engine(engine),
    }
    manifest = {
        "format": FORMAT,
        "checkpoint": read.hash,
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(files.items())
        },
    }
    for name, data in files.items():
        _write(folder / name, data, effort)
    # Last of all: without it the folder is none.
    _write(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode(), effort)
    return BrowserCheckpoint.read(folder)


def _write(path: Path, data: bytes, effort: int) -> None:
    import brotli

    small = brotli.compress(data, quality=effort, lgwin=24)
    write_atomically(path.with_name(path.name + COMPRESSED), small, 0o644)
    write_atomically(path, data, 0o644)


# ------------------------------------------------------------------ eight bits


def calibrate(checkpoint: Path, faces: Bytes, seed: int) -> Path:
    """Write what the eight bits of a checkpoint's network are spread over, by training faces."""
    read = Checkpoint.read(checkpoint / EXPRESSION)
    if len(faces) < _CALIBRATED_ON:
        raise DataError(f"{len(faces)} faces are too few to calibrate a network.")
    some = np.random.default_rng(seed).permutation(len(faces))[:_CALIBRATED_ON]
    ranges = calibrated(_model(read.model), faces[some][:, None].astype(np.float32), _run)
    said = {
        "network": sha256(read.model),
        "ranges": {k: [*map(_short, v)] for k, v in ranges.items()},
    }
    path = read.folder / RANGES
    write_atomically(path, (json.dumps(said, indent=1) + "\n").encode(), 0o644)
    return path


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _model(path: Path) -> Any:
    import onnx

    return onnx.load_model_from_string(read_part(path))


def _run(model: Any, batch: Floats) -> list[Floats]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / MODEL
        path.write_bytes(model.SerializeToString())
        return list(CompiledNetwork(path, precision="f32")(batch))


# ------------------------------------------------------------------ the engine


def _engine(package: Path | None) -> dict[str, bytes]:
    """The engine's two files: from its package, a folder that npm made of it, or the registry."""
    if package is not None and package.is_dir():
        return {
            name: read_part(package / "dist" / inside) for name, inside in _ENGINE_FILES.items()
        }
    data = _fetched() if package is None else read_part(package)
    found = "sha512-" + b64encode(hashlib.sha512(data).digest()).decode()
    if found != INTEGRITY:
        raise CheckpointError(
            f"This is not {ENGINE} {ENGINE_VERSION} as its makers published it.",
            where=str(package or ADDRESS),
            next_step="Fetch it again, or give the package yourself.",
        )
    with tarfile.open(fileobj=io.BytesIO(data)) as packed:
        return {
            name: packed.extractfile(f"package/dist/{inside}").read()  # type: ignore[union-attr]
            for name, inside in _ENGINE_FILES.items()
        }


def _fetched() -> bytes:
    try:
        with urlopen(ADDRESS, timeout=_PATIENCE_S) as answer:
            return bytes(answer.read())
    except (URLError, OSError) as error:
        raise CheckpointError(
            f"The engine for browsers could not be fetched: {error}.",
            where=ADDRESS,
            next_step="Try again, or fetch it elsewhere and give the file.",
        ) from error
