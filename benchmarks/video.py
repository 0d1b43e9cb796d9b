"""How long `analyze` takes for a video: processor time, which other programs do not disturb.

python benchmarks/video.py VIDEO [--every SECONDS] [--repeats N]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, thread_time

from fewshot_fer.faces.follower import FaceFollower
from fewshot_fer.lesson.clips import RHYTHM, watch_clip
from fewshot_fer.lesson.members import Strangers
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import video
from fewshot_fer.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class Cost:
    """What one reading of the video took, in seconds."""

    worked: float
    longest: float
    """Of the thread that works longest: the other one takes the pictures out of the file."""
    waited: float
    frames: int
    length: float


def read_whole(path: Path, every: float, recognizer: Recognizer) -> Cost:
    """Read the video from beginning to end."""
    follower = FaceFollower(recognizer.detector, rhythm=RHYTHM)
    session = ClassSession(recognizer, Strangers(recognizer.generic), follower=follower)
    began, worked, path_began = perf_counter(), process_time(), thread_time()
    clip = watch_clip(path, session, every=every)
    longest = thread_time() - path_began
    worked, waited = process_time() - worked, perf_counter() - began
    times = [frame.time for frame in clip.frames]
    return Cost(
        worked, longest, waited, len(times), times[-1] * len(times) / max(1, len(times) - 1)
    )


def decode_only(path: Path, every: float) -> float:
    """Processor seconds for taking the pictures out of the file."""
    began = process_time()
    for _ in video(path, every=every):
        pass
    return process_time() - began


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("video", type=Path)
    parser.add_argument("--every", type=float, default=0.0)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    recognizer = Recognizer.open()
    costs = [read_whole(given.video, given.every, recognizer) for _ in range(given.repeats)]
    worked = median(cost.worked for cost in costs)
    longest = max(worked / 2, median(cost.longest for cost in costs))
    print(json.dumps({
        "length_s": round(costs[0].length, 2),
        "frames": costs[0].frames,
        "processor_s": round(worked, 2),
        "of_that_decoding_s": round(decode_only(given.video, given.every), 2),
        "longest_thread_s": round(longest, 2),
        "times_real_time_on_two_cores": round(costs[0].length / longest, 2),
        "least_wall_s": round(min(cost.waited for cost in costs), 2),
        "repeats": given.repeats,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
