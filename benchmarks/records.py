"""How large the record of a long session is, and how long its report takes.

    python benchmarks/records.py [--students 50] [--minutes 180] [--earlier 0] [--keep FOLDER]

Students show an expression for some seconds, then another; labels and scores are noisy. Three of
them change for good after half the time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from fewshot_fer.arrays import Ints
from fewshot_fer.expressions import BASIC
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second, StudentSecond
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import report_of

NAMES = (
    "Ada Aiko Amara Anna Ben Bruno Carla Chen Dana Diego Elif Emma Farid Finn Grace Hana Hugo Ines "
    "Ivan Jade Jonas Kaya Kofi Lena Leo Lucia Malik Mara Mateo Mina Nora Noah Olga Omar Paul Priya "
    "Quinn Rania Ravi Rosa Sami Sara Sofia Tariq Theo Uma Vera Wei Yara Zoe"
).split()


def shown(rng: np.random.Generator, seconds: int, change: bool) -> Ints:
    """One student's expression in every second, -1 where unsure [seconds]."""
    weights = rng.dirichlet(np.array([0.3, 0.2, 0.2, 2.0, 0.6, 0.6, 5.0]) * 2)
    sad = 0.5 * weights + 0.5 * (np.array(BASIC) == "sad")
    drawn: list[int] = []
    while len(drawn) < seconds:
        p = sad if change and len(drawn) > seconds / 2 else weights
        drawn += [int(rng.choice(len(BASIC), p=p))] * int(rng.integers(2, 12))
    labels = np.array(drawn[:seconds])
    labels[rng.random(seconds) < 0.12] = -1
    away = int(rng.integers(seconds))
    if rng.random() < 0.3:
        labels[away : away + seconds // 8] = -1
    return labels


def lesson(students: int, seconds: int, seed: int, *, change: bool = True) -> Iterator[Second]:
    rng = np.random.default_rng(seed)
    labels = np.stack([shown(rng, seconds, change and k in (5, 11, 19)) for k in range(students)])
    if change:  # A joke after a third of the time.
        third = seconds // 3
        laughing = rng.random((students, 150)) < 0.45
        labels[:, third : third + 150][laughing] = BASIC.index("happy")
    for t in range(seconds):
        scores = rng.dirichlet(np.full(len(BASIC), 0.4), size=students)
        scores = 0.4 * scores + 0.6 * np.eye(len(BASIC))[labels[:, t]]
        rows = tuple(
            StudentSecond(
                NAMES[k % 50].lower() + (f"-{k}" if k >= 50 else ""), k, 1.0,
                float(labels[k, t] >= 0), float(rng.uniform(0.6, 0.9)),
                BASIC[labels[k, t]] if labels[k, t] >= 0 else None,
                dict(zip(BASIC, scores[k].tolist(), strict=True)),
            )
            for k in range(students)
        )  # fmt: skip
        sure = labels[:, t][labels[:, t] >= 0]
        counts = {
            BASIC[e]: float(n) for e, n in zip(*np.unique(sure, return_counts=True), strict=True)
        }
        yield Second(ClassSecond(t, students, students, len(sure), counts), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=180)
    parser.add_argument("--earlier", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        file = folder / "records.db"
        with Store.open(f"sqlite:///{file}") as store:
            for k in range(given.earlier + 1):
                session, took = store.begin("7b", per_student=True), []
                last = k == given.earlier
                for second in lesson(given.students, 60 * given.minutes, k, change=last):
                    begun = perf_counter()
                    marks = []
                    if last and second.whole.second == 20 * given.minutes:
                        marks = [Mark(second.whole.second, "Told the joke")]
                    if last and second.whole.second == 40 * given.minutes:
                        marks = [Mark(second.whole.second, "Exercise 3, in pairs")]
                    store.write(session, [second], marks)
                    took.append(perf_counter() - begun)
                store.end(session)
        size = sum(path.stat().st_size for path in folder.glob("records.db*"))
        rows = given.students * 60 * given.minutes * (given.earlier + 1)
        print(f"{rows} rows, {size / 1e6:.1f} MB, {size / rows:.1f} bytes a row")
        print(f"a second is written in {1000 * float(np.median(took)):.1f} ms (median)")
        begun = perf_counter()
        with Store.open(f"sqlite:///{file}") as store:
            recorded = store.read(students=True)
            earlier = store.earlier(recorded.session)
        read = perf_counter()
        report = report_of(recorded, earlier)
        made = perf_counter()
        html = page(report, {name.lower(): name for name in NAMES})
        done = perf_counter()
        (folder / "report.html").write_text(html, encoding="utf-8")
        print(
            f"report in {done - begun:.2f} s: read {read - begun:.2f}, numbers {made - read:.2f}, "
            f"page {done - made:.2f}; {len(html) / 1e6:.2f} MB"
        )
        told = report.watched.check_ins if report.watched else ()
        print("worth a check-in:", ", ".join(c.student for c in told) or "nobody")


if __name__ == "__main__":
    main()
