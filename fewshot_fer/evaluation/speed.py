"""How fast the live way is, from a frame that goes in to labelled students that come out.

Frames come from whoever asks (drawn ones, with the truth); making them is not timed. They carry
the times of a camera of a given rate, so what a session does per second does not depend on how
busy the machine is.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import DataError
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.records.views import Timings, View

OVERLAP: Final = 0.4
STAGES: Final = tuple(field.name for field in fields(Timings) if field.name != "total")

Look = Callable[[Bytes, float], View]


@dataclass(frozen=True, slots=True)
class MarkedFrame:
    """A frame [h,w,3], its time, and the true boxes [n,4] of the faces that are whole in it."""

    image: Bytes
    time: float
    boxes: Floats


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """One class size at one frame size."""

    fps: float
    """Frames a second that could be worked off."""
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """Processor time of a frame, the median: what counts when the machine is busy otherwise."""
    recall: float
    """The share of whole faces that carry a label."""
    embeddings_per_student_s: float
    n_frames: int
    stages_ms: Mapping[str, float]
    """The mean of every stage."""
    rss_mb: float


def measure_live(
    look: Look, shots: Iterable[MarkedFrame], *, students: int, warm_up_s: float = 1.0
) -> LiveFigures:
    """Show a session every shot; the first ones, in which engines warm up, do not count."""
    spent: list[float] = []
    worked: list[float] = []
    stages: list[list[float]] = []
    shown = labelled = embedded = 0
    start = last = 0.0
    for shot in shots:
        began, worked_before = perf_counter(), process_time()
        view = look(shot.image, shot.time)
        took, work = perf_counter() - began, process_time() - worked_before
        if shot.time < warm_up_s:
            start = last = shot.time
            continue
        spent.append(took)
        worked.append(work)
        last = shot.time
        stages.append([getattr(view.timings, stage) for stage in STAGES])
        shown += len(shot.boxes)
        labelled += _labelled(view, shot.boxes)
        embedded += view.effort.read
    if not spent:
        raise DataError(
            "No frame is left to measure.", next_step="Give more seconds than the warm-up takes."
        )
    times = 1e3 * np.array(spent)
    return LiveFigures(
        fps=round(1e3 * len(times) / float(times.sum()), 1),
        p50_ms=round(float(np.median(times)), 2),
        p99_ms=round(float(np.percentile(times, 99)), 2),
        cpu_ms=round(1e3 * float(np.median(worked)), 2),
        recall=round(labelled / shown, 4) if shown else 1.0,
        embeddings_per_student_s=round(embedded / max(students * (last - start), 1e-9), 2),
        n_frames=len(times),
        stages_ms=dict(zip(STAGES, (1e3 * np.mean(stages, axis=0)).round(2).tolist(), strict=True)),
        rss_mb=resident_mb(),
    )


def _labelled(view: View, boxes: Floats) -> int:
    """How many of the true boxes [n,4] carry a face with a label."""
    read = [seen.box for seen in view.seen if seen.reading is not None]
    said = np.array(read, dtype=np.float32).reshape(-1, 4)
    return int((overlaps(boxes, said).max(axis=1, initial=0) >= OVERLAP).sum())


@dataclass(frozen=True, slots=True)
class Soak:
    """A long run: memory at its parts, and whether it grows."""

    minutes: float
    n_frames: int
    rss_mb: tuple[float, ...]
    """At the end of every tenth of the run."""
    growth_mb_per_hour: float
    """The slope over the second half, when everything has been used once."""


def soak(
    look: Look,
    shots: Iterable[MarkedFrame],
    minutes: float,
    clock: Callable[[], float] = perf_counter,
) -> Soak:
    """Show a session shots for some minutes and watch the memory."""
    began, frames = clock(), 0
    seen: list[tuple[float, float]] = []
    for shot in shots:
        look(shot.image, shot.time)
        frames += 1
        passed = (clock() - began) / 60
        if passed >= minutes * (len(seen) + 1) / 10:
            seen.append((passed, resident_mb()))
        if passed >= minutes:
            break
    half = np.array(seen[len(seen) // 2 :], dtype=np.float64).reshape(-1, 2)
    slope = float(np.polyfit(half[:, 0], half[:, 1], 1)[0]) if len(half) > 1 else 0.0
    minutes_passed = (clock() - began) / 60
    rss = tuple(round(mb, 1) for _, mb in seen)
    return Soak(round(minutes_passed, 2), frames, rss, round(60 * slope, 1))


def cold_start(picture: Path) -> float:
    """Seconds from the start of a new process to the labels of one picture, the best of three."""
    command = [sys.executable, "-m", "fewshot_fer", "analyze", str(picture), "--json"]
    return round(min(_seconds(command) for _ in range(3)), 2)


def _seconds(command: list[str]) -> float:
    began = perf_counter()
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise DataError("A new process could not label a picture.", where=finished.stderr.strip())
    return perf_counter() - began


def resident_mb() -> float:
    """The memory that this process holds."""
    status = Path("/proc/self/statm")
    if status.exists():
        pages = int(status.read_text(encoding="ascii").split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def machine() -> str:
    """The processor, its cores, and how busy it is with other things."""
    name = platform.processor() or platform.machine()
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"
