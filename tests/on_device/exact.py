"""Python's own reading, without half precision: browsers have none, and all processors agree."""

from __future__ import annotations

from dataclasses import replace

from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.faces.detector import FOLDER, Detector
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.shipped import shipped_checkpoint


def exact() -> Recognizer:
    """With `precision="f32"` a detector still does in half what changes no face; its points do."""
    pnet, rnet, onet = (
        CompiledNetwork(shipped_checkpoint() / FOLDER / f"{name}.onnx", precision="f32")
        for name in ("pnet", "rnet", "onet")
    )
    return replace(Recognizer.open(precision="f32"), detector=Detector(pnet, rnet, onet))
