"""Our detector and facenet_pytorch.MTCNN in turn, in one run, on the same pictures.

    python benchmarks/facenet.py --json
    python benchmarks/facenet.py --pictures FOLDER --threads 2 --repeats 9

The pictures are those of $FEWSHOT_FER_DATA/groups (photos, and every fortieth frame of a video),
or of --pictures, and frames of a drawn class. Every picture is looked at by the two in turn,
several times after a warm-up; the medians of every picture are added up.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reference import Numbers, Original, Suppression, load
from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.values import Faces
from fewshot_fer.images import read_image

SAME_BOX = 0.9
SAME_POINT = 0.02


def pictures(folder: Path | None) -> Iterator[tuple[str, Bytes]]:
    """Photos, video frames and drawn frames, as RGB."""
    for path in sorted(folder.iterdir()) if folder else []:
        if path.suffix == ".mp4":
            yield from _frames(path)
        else:
            yield path.name, read_image(path)
    for count in (1, 9, 25):
        frame = Gallery(invent_class(count, 1), invent_lesson(count, 1)).frame(1.0)
        yield f"drawn class of {count}, 720p", frame.image


def _frames(path: Path) -> Iterator[tuple[str, Bytes]]:
    video, number = cv2.VideoCapture(str(path)), 0
    while True:
        there, frame = video.read()
        if not there:
            return
        if number % 40 == 0:
            yield f"{path.name} frame {number}", np.ascontiguousarray(frame[..., ::-1], np.uint8)
        number += 1


def same(theirs: tuple[Numbers | None, Numbers, Numbers], ours: Faces) -> bool:
    """None missed, none added, boxes and points in the same places."""
    boxes, _, points = theirs
    if boxes is None:
        return len(ours) == 0
    if len(boxes) != len(ours):
        return False
    boxes, points = boxes.astype(np.float32), points.astype(np.float32)
    over = overlaps(boxes, ours.boxes)
    twin = over.argmax(axis=1)
    apart = np.abs(points - ours.landmarks[twin]).max(axis=(1, 2)) / (boxes[:, 2] - boxes[:, 0])
    return bool(
        len(set(twin.tolist())) == len(twin)
        and (over.max(axis=1) > SAME_BOX).all()
        and (apart < SAME_POINT).all()
    )


def compare(
    images: dict[str, Bytes],
    theirs: Original,
    suppression: Suppression,
    ours: Detector,
    repeats: int,
    clock: Callable[[], float],
) -> list[dict[str, Any]]:
    """Medians in milliseconds for every picture."""
    rows = []
    for name, image in images.items():
        equal = same(theirs.detect(image, landmarks=True), ours.detect(image))
        times: dict[str, list[float]] = {"ours": [], "theirs": [], "nms": []}
        for _ in range(repeats):
            suppression.seconds = 0.0
            times["theirs"].append(_timed(partial(theirs.detect, image, landmarks=True), clock))
            times["nms"].append(suppression.seconds)
            times["ours"].append(_timed(partial(ours.detect, image), clock))
        medians = {key: 1e3 * statistics.median(values) for key, values in times.items()}
        size = f"{image.shape[1]}x{image.shape[0]}"
        rows.append({"picture": name, "size": size, "same_faces": equal, **medians})
    return rows


def _timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def main() -> None:
    """Parse, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--pictures", type=Path, help="a folder of pictures and videos")
    parser.add_argument("--threads", type=int, default=1, help="of both")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--cpu-time", action="store_true", help="count processor time, on a machine that is busy"
    )
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    chosen = parser.parse_args()

    import torch

    torch.set_num_threads(chosen.threads)
    cv2.setNumThreads(chosen.threads)
    data = os.environ.get("FEWSHOT_FER_DATA")
    folder = chosen.pictures or (Path(data) / "groups" if data else None)
    theirs, suppression = load()
    ours = Detector.of(precision=chosen.precision, threads=chosen.threads)
    clock = time.process_time if chosen.cpu_time else time.perf_counter
    suppression.clock = clock
    rows = compare(dict(pictures(folder)), theirs, suppression, ours, chosen.repeats, clock)
    total = {key: sum(row[key] for row in rows) for key in ("ours", "theirs", "nms")}
    result = {
        "ours_ms": round(total["ours"], 1),
        "facenet_pytorch_ms": round(total["theirs"], 1),
        "nms_ms": round(total["nms"], 1),
        "ratio": round((total["theirs"] - total["nms"]) / total["ours"], 2),
        "same_faces": all(row["same_faces"] for row in rows),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {chosen.threads} thread(s)",
        "clock": "processor time" if chosen.cpu_time else "wall clock",
        "n_pictures": len(rows),
        "repeats": chosen.repeats,
        "pictures": [{**row, **{k: round(row[k], 1) for k in total}} for row in rows],
    }
    if chosen.json:
        print(json.dumps(result))
        return
    for row in rows:
        ratio = (row["theirs"] - row["nms"]) / row["ours"]
        print(
            f"{row['picture']:34} {row['size']:>10} ours {row['ours']:7.1f} ms  "
            f"facenet-pytorch {row['theirs']:7.1f} (of it nms {row['nms']:5.1f})  "
            f"ratio {ratio:5.2f}  same faces: {row['same_faces']}"
        )
    print({key: value for key, value in result.items() if key != "pictures"})


if __name__ == "__main__":
    main()
