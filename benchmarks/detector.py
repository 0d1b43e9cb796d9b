"""Where a full detection's time goes, and how it grows with faces and with pixels.

    python benchmarks/detector.py --json
    python benchmarks/detector.py --plot docs/pictures/detector.svg

Drawn classes only, so anybody can run it. Processor time, one thread, medians; the floor is the
networks' own multiplications at the speed that a large matrix product reaches in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.evaluation.speed import machine
from fewshot_fer.faces import detector as module
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.follower import FaceFollower
from fewshot_fer.faces.sampling import AreaSampler

CLASSES: Final = (1, 9, 25, 49)
HEIGHTS: Final = (480, 720, 1080)
P_PER_PIXEL: Final = 27 * 10 + (90 * 16 + 144 * 32 + 32 * 5) / 4
R_PER_FACE: Final = 22**2 * 27 * 28 + 9**2 * 252 * 48 + 9 * 192 * 64 + 576 * 128 + 640
O_PER_FACE: Final = (
    46**2 * 27 * 32 + 21**2 * 288 * 64 + 8**2 * 576 * 64 + 9 * 256 * 128 + 1152 * 256 + 3840
)


class Stopwatch:
    """Adds up processor time by stage, and how much each stage had to do."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.work: dict[str, int] = defaultdict(int)

    def around(self, stage: str, call: Callable[..., Any], count: Callable[..., int]) -> Any:
        """The same call, timed."""

        def timed(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            result = call(*given, **named)
            self.seconds[stage] += time.process_time() - start
            self.work[stage] += count(*given)
            return result

        return timed


def frame(count: int, height: int) -> Bytes:
    """One moment of a drawn class."""
    lesson = invent_lesson(count, 1)
    gallery = Gallery(invent_class(count, 1), lesson, width=height * 16 // 9, height=height)
    return gallery.frame(1.0).image


def profile(detector: Detector, image: Bytes, repeats: int) -> dict[str, Any]:
    """Milliseconds and amounts of every stage of one detection."""
    watch = Stopwatch()
    plain = (AreaSampler.resized, AreaSampler.cut, module.suppress)
    nets = (detector.proposer, detector.refiner, detector.decider)

    def pixels(batch: Floats) -> int:
        return int(np.prod(batch.shape[:3]))

    arbiter = detector.arbiter
    detector.detect(image)
    detector.proposer = watch.around("P-Net", nets[0], pixels)
    detector.refiner = watch.around("R-Net", nets[1], len)
    detector.decider = watch.around("O-Net", nets[2], len)
    if detector.arbiter is not None:
        detector.arbiter = watch.around("O-Net again", detector.arbiter, len)
    AreaSampler.resized = watch.around("pyramid", plain[0], lambda *_: 1)
    AreaSampler.cut = watch.around("cutting", plain[1], lambda _, boxes, side: len(boxes))
    module.suppress = watch.around("suppression", plain[2], lambda boxes, *_: len(boxes))
    start = time.process_time()
    for _ in range(repeats):
        faces = detector.detect(image)
    total = time.process_time() - start
    AreaSampler.resized, AreaSampler.cut, module.suppress = plain
    detector.proposer, detector.refiner, detector.decider = nets
    detector.arbiter = arbiter
    stages = {stage: 1e3 * seconds / repeats for stage, seconds in watch.seconds.items()}
    stages["everything else"] = 1e3 * total / repeats - sum(stages.values())
    work = {stage: amount // repeats for stage, amount in watch.work.items()}
    multiplications = (
        work["P-Net"] * P_PER_PIXEL + work["R-Net"] * R_PER_FACE + work["O-Net"] * O_PER_FACE
    )
    return {
        "faces": len(faces),
        "total_ms": round(1e3 * total / repeats, 1),
        "stages_ms": {stage: round(ms, 1) for stage, ms in stages.items()},
        "work": work,
        "multiplications": round(multiplications),
        "floor_ms": round(1e3 * multiplications / matrix_speed(), 1),
    }


def matrix_speed(size: int = 768) -> float:
    """Multiplications a second of one thread in a large matrix product."""
    one = np.ones((size, size), np.float32)
    best = min(_seconds(lambda: one @ one) for _ in range(9))
    return size**3 / best


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def following(detector: Detector, count: int, height: int) -> float:
    """Milliseconds to follow a class for a frame, at 25 frames a second; the median."""
    lesson = invent_lesson(count, 1)
    gallery = Gallery(invent_class(count, 1), lesson, width=height * 16 // 9, height=height)
    follower, spent = FaceFollower(detector), []
    for shot in gallery.frames(3, 25):
        start = time.process_time()
        follower.follow(shot.image, shot.time)
        spent.append(time.process_time() - start)
    return round(1e3 * statistics.median(spent[10:]), 2)


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Two panels: searching a whole frame, and following from frame to frame."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    titles = {"search_ms": "searching a whole frame", "follow_ms": "following, per frame"}
    for panel, (key, title) in zip(panels, titles.items(), strict=True):
        for height in HEIGHTS:
            line = [(r["students"], r[key]) for r in rows if r["height"] == height]
            panel.plot(*zip(*line, strict=True), marker="o", label=f"{height}p")
        panel.set(title=title, xlabel="faces", ylabel="processor ms", ylim=(0, None))
        panel.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    exact, quick = Detector.of(precision="f32"), Detector.of()
    image = frame(9, 720)
    result: dict[str, Any] = {
        "machine": machine(),
        "profile_720p_9_faces": {
            "f32": profile(exact, image, chosen.repeats),
            "bf16": profile(quick, image, chosen.repeats),
        },
        "growth_bf16": [],
    }
    for height in HEIGHTS:
        for count in CLASSES:
            shot = frame(count, height)
            quick.detect(shot)
            spent = [_seconds(lambda shot=shot: quick.detect(shot)) for _ in range(chosen.repeats)]
            result["growth_bf16"].append(
                {
                    "students": count,
                    "height": height,
                    "search_ms": round(1e3 * statistics.median(spent), 1),
                    "follow_ms": following(quick, count, height),
                }
            )
    if chosen.plot:
        plot(result["growth_bf16"], chosen.plot)
    print(json.dumps(result, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
