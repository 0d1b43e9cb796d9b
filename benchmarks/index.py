"""How the index of all students' prototypes grows: memory, building, changing, searching.

    OMP_NUM_THREADS=1 python benchmarks/index.py --students 50 --students 5000 --students 100000

Every student has seven or eight prototypes around random points; fifty faces belong to fifty
students. Times are processor time of one thread. Exact means: the same nearest prototype as plain
numpy for every face, and the largest relative difference of any squared distance.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import thread_time
from typing import Annotated

import numpy as np
import typer

from fewshot_fer.arrays import Floats
from fewshot_fer.embedding import Checkpoint
from fewshot_fer.prototypes import Prior, PrototypeIndex, Prototypes
from fewshot_fer.prototypes.stored import read_prior
from fewshot_fer.shipped import shipped_checkpoint

FACES = 50


def main(
    students: Annotated[list[int], typer.Option(help="How many; may be repeated.")],
    rounds: Annotated[int, typer.Option(help="Searches and changes to time.")] = 300,
    seed: int = 0,
) -> None:
    """One process for each size, so that memory is its own."""
    for count in students:
        if len(students) == 1:
            print(json.dumps(measure(count, rounds, seed)))
        else:
            arguments = ["--students", str(count), "--rounds", str(rounds), "--seed", str(seed)]
            subprocess.run([sys.executable, __file__, *arguments], check=True)


def measure(count: int, rounds: int, seed: int) -> dict[str, object]:
    """The figures of one size."""
    rng = np.random.default_rng(seed)
    prior = _prior()
    before = _memory()
    index = PrototypeIndex(prior.learn(_looks(prior, rng, 0), ()))
    learnt = [_learn(prior, rng, own=i % 2 == 1) for i in range(64)]
    built = 0.0
    for i in range(count):
        known = learnt[i % 64]
        offset = rng.standard_normal((1, len(prior.beta)), np.float32)
        mine = replace(known, points=known.points + offset)
        start = thread_time()
        index.put(f"s{i}", mine)
        built += thread_time() - start
    memory = _memory() - before
    owners = [f"s{i}" for i in rng.choice(count, FACES, replace=False)]
    faces = _looks(prior, rng, FACES)
    searching = _times(rounds, lambda: index.read(owners, faces))
    mine = index.prototypes(owners[0])
    changing = _times(rounds, lambda: index.put(owners[0], mine))
    leaving = _times(rounds, lambda: _leave_and_come(index, owners[1]))
    return {
        "students": count,
        "memory_mb": round(memory / 1e6, 1),
        "build_s": round(built, 3),
        "search_50_ms": _quantiles(searching),
        "change_one_us": _quantiles(changing, 1e6),
        "leave_and_come_us": _quantiles(leaving, 1e6),
        **_exact(index, owners, faces),
    }


def _exact(index: PrototypeIndex, owners: list[str], faces: Floats) -> dict[str, object]:
    """Against numpy, face by face."""
    same, worst = 0, 0.0
    for owner, face in zip(owners, faces, strict=True):
        found = index.squares(owner, face[None])[0]
        oracle = index.prototypes(owner).squares(face[None])[0]
        same += int(found.argmin() == oracle.argmin())
        worst = max(worst, float(np.abs(found / oracle - 1).max()))
    return {"same_nearest": f"{same} of {len(faces)}", "largest_difference": f"{worst:.1e}"}


def _prior() -> Prior:
    read = Checkpoint.read(shipped_checkpoint() / "expression")
    return read_prior(read.arrays, read.card.names)


def _looks(prior: Prior, rng: np.random.Generator, count: int) -> Floats:
    return rng.standard_normal((count, len(prior.beta)), np.float32) * 2


def _learn(prior: Prior, rng: np.random.Generator, *, own: bool) -> Prototypes:
    names = (*prior.names, *(("confused",) if own else ()))
    return prior.learn(_looks(prior, rng, len(names)), names)


def _leave_and_come(index: PrototypeIndex, student: str) -> None:
    prototypes = index.prototypes(student)
    index.remove(student)
    index.put(student, prototypes)


def _times(rounds: int, act: Callable[[], object]) -> Floats:
    act()
    taken = []
    for _ in range(rounds):
        start = thread_time()
        act()
        taken.append(thread_time() - start)
    return np.array(taken)


def _quantiles(seconds: Floats, factor: float = 1e3) -> dict[str, float]:
    return {
        "median": round(float(np.median(seconds)) * factor, 3),
        "p99": round(float(np.quantile(seconds, 0.99)) * factor, 3),
    }


def _memory() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    typer.run(main)
