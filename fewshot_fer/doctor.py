"""Looks at this machine: what is there, what is missing, and how to mend it."""

from __future__ import annotations

import errno
import os
import platform
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

from fewshot_fer import __version__
from fewshot_fer.errors import FewshotFerError, ServerError
from fewshot_fer.files import check_writable
from fewshot_fer.settings import Settings
from fewshot_fer.shipped import NETWORKS, licence_of, shipped_checkpoint

State = Literal["fine", "note", "broken"]

LIBRARIES = ("numpy", "opencv-python-headless", "faiss-cpu", "openvino", "typer", "pydantic")
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "web": ("starlette", "uvicorn", "websockets"),
    "pages": ("streamlit",),
    "on-device": ("onnx", "brotli"),
    "train": ("torch", "onnx", "matplotlib"),
    "parquet": ("pyarrow",),
    "postgres": ("psycopg",),
    "screen": ("mss",),
}
"""What tells that an extra is installed."""
_SAME_ANSWER: Final = 0.99
"""In half precision or eight bits it is 0.9999; an engine that was wrong on ARM gave 0.2."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `note` is worth knowing, `broken` has to be mended."""

    name: str
    state: State
    found: str
    mend: str = ""


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which they are best mended."""
    return [
        _python(),
        _libraries(),
        _extras(),
        _engine(settings),
        _checkpoint(settings),
        _identity(settings),
        _licences(settings),
        _folder("students' folder", settings.support_sets),
        _records(settings.records),
        _data(settings.data),
        _port(settings.host, settings.port),
        _camera(),
    ]


def healthy(checks: Iterable[Check]) -> bool:
    """Whether nothing has to be mended."""
    return all(check.state != "broken" for check in checks)


def versions(names: Iterable[str]) -> Mapping[str, str | None]:
    """The installed version of every named distribution, None for those that are missing."""
    return {name: _version(name) for name in names}


def check_port(host: str, port: int) -> None:
    """Raise unless a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            used = error.errno == errno.EADDRINUSE
            raise ServerError(
                "The port is in use." if used else f"Nobody can listen here: {error.strerror}.",
                where=f"{host}:{port}",
                next_step=f"Stop what listens there, or choose another: FEWSHOT_FER_PORT={port + 1}"
                if used
                else "Choose a host of this machine, such as 127.0.0.1, and a port above 1023.",
            ) from error


def _python() -> Check:
    found = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Check("python", "fine", found)
    return Check("python", "note", found, "Use Python 3.11, 3.12 or 3.13: those are tried.")


def _libraries() -> Check:
    found = versions(LIBRARIES)
    missing = [name for name, number in found.items() if number is None]
    listed = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    listed = f"fewshot-fer {__version__}, {listed}"
    if missing:
        return Check(
            "libraries",
            "broken",
            f"{listed}; missing: {', '.join(missing)}",
            "Install again: pip install --force-reinstall fewshot-fer",
        )
    return Check("libraries", "fine", listed)


def _extras() -> Check:
    there = [extra for extra, names in EXTRAS.items() if all(versions(names).values())]
    missing = [extra for extra in EXTRAS if extra not in there]
    return Check(
        "extras",
        "note" if missing else "fine",
        ", ".join(there) or "none",
        f"Only if you need them: pip install 'fewshot-fer[{','.join(missing)}]'" if missing else "",
    )


def _engine(settings: Settings) -> Check:
    from fewshot_fer.engine import engine_version, native_precisions

    native = native_precisions()
    found = f"{engine_version()}; this processor computes in {' and '.join(native)}"
    if settings.precision in native or "int8" in native:
        return Check("engine", "fine", found)
    return Check(
        "engine",
        "note",
        found,
        f"{settings.precision} works here but gains nothing; `precision: f32` is more exact.",
    )


def _checkpoint(settings: Settings) -> Check:
    """Open it as a command would: networks, seal and arrays."""
    from fewshot_fer.recognizer import Recognizer

    try:
        recognizer = Recognizer.of(settings)
    except FewshotFerError as error:
        return Check("checkpoint", "broken", f"{error.where}: {error.what}", error.next_step)
    place = settings.checkpoint or shipped_checkpoint()
    alike = _as_opencv(place, settings)
    if alike < _SAME_ANSWER:
        return Check(
            "checkpoint",
            "broken",
            f"the engine's answers are not the network's: {alike:.2f} like those of OpenCV",
            "Do not read faces here. Tell us what machine it is; try another version of openvino.",
        )
    return Check("checkpoint", "fine", f"{recognizer.checkpoint_hash[:12]} in {place}")


def _as_opencv(checkpoint: Path, settings: Settings) -> float:
    """How alike two engines that know nothing of each other see noise: their answers' cosine."""
    import cv2
    import numpy as np

    from fewshot_fer.embedding import Checkpoint, Embedder
    from fewshot_fer.embedding.checkpoint import EXPRESSION
    from fewshot_fer.measures import SQUARE

    read = Checkpoint.read(checkpoint / EXPRESSION)
    noise = np.random.default_rng(0).integers(0, 256, (1, SQUARE, SQUARE), dtype=np.uint8)
    ours = Embedder.of(read, precision=settings.precision).embed_squares(noise).ravel()
    other = cv2.dnn.readNetFromONNX(str(read.model))
    other.setInput(noise[None].astype(np.float32))
    theirs = other.forward().ravel()
    return float(ours @ theirs / (np.linalg.norm(ours) * np.linalg.norm(theirs)))


def _identity(settings: Settings) -> Check:
    """Open the network that tells people apart."""
    from fewshot_fer.faces.identity import Identity

    try:
        Identity.of(settings)
    except FewshotFerError as error:
        return Check("identity", "broken", f"{error.where}: {error.what}", error.next_step)
    return Check("identity", "fine", str(settings.identity or "the network that is shipped"))


def _licences(settings: Settings) -> Check:
    """The code is for every use; whether the networks are depends on what they learnt from."""
    here, own = settings.checkpoint or shipped_checkpoint(), settings.identity
    told = {name: licence_of((shipped_checkpoint() if name == "identity" else here) / name)
            for name in NETWORKS if not (name == "identity" and own)}  # fmt: skip
    listed = [f"{name} {one.weights if one else 'not said'}" for name, one in told.items()]
    uses = [f"{name}: {one.commercial_use}." for name, one in told.items() if one]
    mend = f"Commercial use: {' '.join(uses)}" if uses else "Ask who trained them."
    return Check("licences", "note", f"code MIT; weights: {', '.join(listed)}", mend)


def _folder(name: str, folder: Path) -> Check:
    try:
        check_writable(folder)
    except FewshotFerError as error:
        return Check(name, "broken", str(error.where), f"{error.what} {error.next_step}")
    there = "" if folder.exists() else " (made when it is needed)"
    return Check(name, "fine", f"{folder.absolute()}{there}")


def _records(url: str) -> Check:
    if not url.startswith("sqlite:///"):
        return Check("records", "fine", url.rsplit("@", 1)[-1])
    return _folder("records", Path(url.removeprefix("sqlite:///")).parent)


def _data(folder: Path | None) -> Check:
    if folder is None:
        return Check("data", "note", "not set", "Only for training: set FEWSHOT_FER_DATA.")
    if not folder.is_dir():
        return Check(
            "data", "broken", f"{folder} is not a folder", "Mend or unset FEWSHOT_FER_DATA."
        )
    return Check("data", "fine", str(folder))


def _port(host: str, port: int) -> Check:
    try:
        check_port(host, port)
    except ServerError as error:
        return Check("port", "broken", f"{error.where}: {error.what}", error.next_step)
    return Check("port", "fine", f"{host}:{port} is free")


def _camera() -> Check:
    mend = "Plug one in, close the program that uses it, or read a video file instead."
    if sys.platform == "linux" and not list(Path("/dev").glob("video*")):
        return Check("camera", "note", "none", mend)
    import cv2

    camera = cv2.VideoCapture(0)
    try:
        opened, _ = camera.read()
    finally:
        camera.release()
    if not opened:
        return Check("camera", "note", "none that gives a picture", mend)
    return Check("camera", "fine", "camera 0 gives a picture")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
