"""How much sooner an archive of recorded lessons is read by two processes, and by Ray, than by one.

    python benchmarks/archive.py [--videos 24] [--seconds 4] [--rounds 2] --where 1 --where 2
    ray start --head --num-cpus 2; python benchmarks/archive.py --where 127.0.0.1:6379

The archive is drawn. Every place reads it in turn, in one run; the documents have to be the same
to the byte. Starting the processes is in the time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2

from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import invent_lesson
from fewshot_fer.drawn.roster import invent_class


def write_archive(folder: Path, videos: int, seconds: float) -> None:
    """Videos of six drawn students each, ten pictures a second."""
    kind = cv2.VideoWriter.fourcc(*"MJPG")
    for number in range(videos):
        gallery = Gallery(invent_class(6, seed=number), invent_lesson(6, seed=number))
        film = cv2.VideoWriter(str(folder / f"{number:03}.avi"), kind, 10, (1280, 720))
        for frame in gallery.frames(seconds, fps=10):
            film.write(cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
        film.release()


def read(folder: Path, where: str) -> tuple[float, bytes]:
    """Seconds that it took, and what came out."""
    command = [sys.executable, "-m", "fewshot_fer", "analyze", str(folder), "--json"]
    began = time.monotonic()
    done = subprocess.run([*command, "--cluster", where], capture_output=True, check=True)
    return time.monotonic() - began, done.stdout


def main() -> None:
    """Every place in turn; one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each video")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--where", action="append", required=True, help="as `analyze --cluster`")
    asked = parser.parse_args()
    took: dict[str, list[float]] = {where: [] for where in asked.where}
    said = set()
    with tempfile.TemporaryDirectory() as folder:
        write_archive(Path(folder), asked.videos, asked.seconds)
        for _ in range(asked.rounds):
            for where in asked.where:
                seconds, document = read(Path(folder), where)
                took[where].append(round(seconds, 1))
                said.add(document)
    first = took[asked.where[0]]
    times = {where: [round(a / b, 2) for a, b in zip(first, some, strict=True)]
             for where, some in took.items()}  # fmt: skip
    print(json.dumps({"seconds": took, "times_as_fast_as_the_first": times,
                      "different_documents": len(said), "load": os.getloadavg()}))  # fmt: skip


if __name__ == "__main__":
    main()
