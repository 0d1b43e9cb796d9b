"""The numbers that hold the browser's scripts to Python: drawn people only.

python -m tests.on_device.numbers    # writes tests/on_device/numbers.json
"""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.embedding.embedder import squares_of
from fewshot_fer.faces.align import portraits, similarities
from fewshot_fer.faces.quality import assess
from fewshot_fer.images import at_most
from fewshot_fer.lesson.smoothing import Smoother
from fewshot_fer.lesson.watching import Watching
from fewshot_fer.prototypes import Prototypes
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.web.portal.on_device.sending import prototypes_message
from tests.on_device.exact import exact

FILE = Path(__file__).with_name("numbers.json")
_SIDE = 288


def pictures() -> list[Bytes]:
    """Four people as cameras see them: upright, half outside, dark and coarse, far away."""
    people = invent_class(12, seed=1)
    near, cut, dark, far = (
        reference_picture(people[place], name)
        for place, name in ((7, "happy"), (2, "surprise"), (4, "neutral"), (9, "angry"))
    )
    dimmed = np.asarray(0.2 * dark, np.uint8)
    height, width = far.shape[:2]
    wide = np.full((2 * height, 2 * width, 3), 90, np.uint8)
    wide[height // 2 : height // 2 + height, width // 2 : width // 2 + width] = far
    small = (at_most(one, _SIDE) for one in (near, cut[:, 250:], dimmed, wide))
    # In fewer shades and without the grain of a camera the file is a third as long.
    calm = (cv2.medianBlur(np.ascontiguousarray(one), 3) for one in small)
    return [np.asarray(one // 4 * 4, np.uint8) for one in calm]


def numbers(recognizer: Recognizer) -> dict[str, Any]:
    """What Python makes of the pictures, step by step."""
    vectors, faces = [], []
    for picture in pictures():
        found = recognizer.find(picture)[:1]
        again, _ = recognizer.detector.refine(picture, found.boxes)
        aligned = portraits(picture, found.landmarks)
        features = recognizer.embedder(aligned)
        vectors.append(recognizer.prior.project(features)[0])
        quality = assess(picture, found, aligned)[0]
        faces.append(
            {
                "width": picture.shape[1],
                "height": picture.shape[0],
                "pixels": packed(picture),
                "box": numbers_of(found.boxes[0]),
                "followed": [numbers_of(one) for one in again.boxes],
                "points": numbers_of(found.landmarks[0]),
                "probability": float(found.probabilities[0]),
                "matrix": numbers_of(similarities(found.landmarks)[0]),
                "square": packed(squares_of(aligned)[0]),
                "portrait": packed(aligned[0, ::4, ::4]),
                "quality": {
                    name: round(float(getattr(quality, name)), 5)
                    for name in ("sharpness", "brightness", "contrast", "yaw", "pitch", "roll",
                                 "inside", "mouth", "score")
                } | {"flaw": quality.reason.code if quality.reason else None},
                "features": float32(features[0]),
                "vector": float32(vectors[-1]),
            }
        )  # fmt: skip
    people = [
        _person(recognizer, [vectors[k] for k in which], labels)
        for which, labels in (
            ((), ()),
            ((2,), ("neutral",)),
            ((0, 2, 3, 0), ("happy", "neutral", "angry", "happy")),
            ((1, 2), ("yawn", "neutral")),
        )
    ]
    for one in people:
        one["readings"] = _readings(recognizer, one.pop("prototypes"), vectors)
    return {
        "checkpoint": recognizer.checkpoint_hash,
        "faces": faces,
        "people": people,
        "smoothed": _smoothed(recognizer, vectors),
        "watched": _watched(recognizer, vectors),
    }


def _person(recognizer: Recognizer, z: list[Floats], labels: tuple[str, ...]) -> dict[str, Any]:
    stacked = np.stack(z) if z else np.zeros((0, len(recognizer.prior.beta)), np.float32)
    known = recognizer.prior.learn(stacked, labels)
    return {
        "references": [
            {"expression": name, "vector": float32(one)}
            for name, one in zip(labels, z, strict=True)
        ],
        "prototypes": known,
        # Of two are enough: a new expression is among them.
        "numbers": prototypes_message(known, recognizer.rates, recognizer.checkpoint_hash)
        if len(set(labels)) > 1
        else None,
    }


def _readings(recognizer: Recognizer, known: Prototypes, vectors: list[Floats]) -> list[Any]:
    read = known.read(np.stack(vectors), rates=recognizer.rates)
    return [_said(one) for one in read]


def _smoothed(recognizer: Recognizer, vectors: list[Floats]) -> list[Any]:
    """The faces shown in turn, now and then none, and what is believed."""
    smoother = Smoother(rates=recognizer.rates)
    order = np.random.default_rng(0).integers(0, len(vectors), 40)
    told, time = [], 0.0
    for k, which in enumerate(np.sort(order)):
        time += 0.1 if k % 11 else 2.5
        reading = recognizer.generic.read(vectors[which][None], rates=recognizer.rates)[0]
        before = smoother.shown("", time)
        smoother.add("", reading, time)
        after = smoother.shown("", time)
        assert after is not None
        told.append({"time": round(time, 3), "face": int(which), "after": _said(after),
                     "before": None if before is None else _said(before)})  # fmt: skip
    return told


def _watched(recognizer: Recognizer, vectors: list[Floats]) -> list[Any]:
    """Two faces shown in turn, both moved alike; what is read once that has been learnt."""
    watching, generic = Watching(recognizer.prior, recognizer.rates), recognizer.generic
    moved = 0.6 * np.sin(np.arange(len(vectors[0])))
    told = []
    for k in range(60):
        z = (vectors[(0, 2)[k % 3 == 0]] + moved).astype(np.float32)
        rates = watching.rates
        read = generic.read(watching.settled("", z)[None], rates=rates)[0]
        watching.see("", z, generic, 0.6 * k)
        watching.note(read.scores)
        if k % 10 == 9:
            rates_now = watching.rates.over(recognizer.prior.names)
            told.append({"look": k, "said": _said(read), "rates": numbers_of(rates_now)})
    return told


def _said(reading: Reading) -> dict[str, Any]:
    return {
        "best": reading.expression,
        "scores": {name: round(one, 7) for name, one in reading.scores.items()},
        "unsure": reading.unsure.code if reading.unsure else None,
    }


def packed(values: Bytes) -> str:
    """Bytes, compressed, as text."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values).tobytes(), 9)).decode()


def float32(values: Floats) -> str:
    """Little-endian float32 as text."""
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()


def numbers_of(values: Any) -> list[Any]:
    """Rounded, so that the file is short."""
    return np.round(np.asarray(values, np.float64), 5).tolist()  # type: ignore[no-any-return]


if __name__ == "__main__":
    FILE.write_text(json.dumps(numbers(exact())) + "\n")
