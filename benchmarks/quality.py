"""How often a face is called poor, and why: drawn faces with and without a hand, and real ones.

    python benchmarks/quality.py --json

Real people are those of $FEWSHOT_FER_DATA, who all look into the camera with nothing before them:
whatever is called poor there is a false alarm.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.figure.geometry import Pose
from fewshot_fer.drawn.portrait import Look, Sitter
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.expressions import BASIC
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.quality import assess
from fewshot_fer.images import read_image


def drawn(hand: bool, talking: float = 0.0) -> Iterator[Bytes]:
    """Every student of a drawn class, with three expressions each, a little turned."""
    rng = np.random.default_rng(11)
    for student in invent_class(49, 11):
        sitter = Sitter(student, student.webcam(0), 320, 240)
        for expression in rng.choice(list(BASIC), 3):
            pose = Pose(yaw=float(rng.uniform(-15, 15)), pitch=float(rng.uniform(-8, 8)))
            yield sitter.shot(Look(str(expression), pose=pose, hand=hand, talking=talking)).image


def people(name: str) -> Iterator[Bytes]:
    """All pictures of one set of real people."""
    data = os.environ.get("FEWSHOT_FER_DATA")
    folder = Path(data or "nowhere") / name / "images"
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        yield read_image(path)


def alarms(detector: Detector, images: Iterator[Bytes]) -> dict[str, Any]:
    """How many faces are found, and how many of them are poor for which reason."""
    reasons: Counter[str] = Counter()
    shown = found = 0
    for image in images:
        shown += 1
        faces = detector.detect(image)[:1]
        for quality in assess(image, faces):
            found += 1
            if quality.reason is not None:
                reasons[quality.reason.code] += 1
    return {"pictures": shown, "found": found, "poor": dict(reasons)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    detector = Detector.of()
    result = {
        "drawn": alarms(detector, drawn(hand=False)),
        "drawn, talking": alarms(detector, drawn(hand=False, talking=1.0)),
        "drawn, a hand before the mouth": alarms(detector, drawn(hand=True)),
        **{name: alarms(detector, people(name)) for name in ("persons_jaffe", "persons_kdef20")},
    }
    print(json.dumps(result, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
