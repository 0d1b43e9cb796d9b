"""What enrolling costs: processor seconds of seven references with all checks.

    OMP_NUM_THREADS=1 python benchmarks/enrolment.py PEOPLE --people 10

PEOPLE is a folder of pictures with index.csv. Each person's first picture of every expression is
enrolled as it is, and once more as a photograph of 12 megapixels (the picture in the middle of a
large one, the face a third of its height, JPEG). Recalibrating is timed from five portraits in
memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time
from typing import Annotated

import cv2
import numpy as np
import typer

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.identity import Identity
from fewshot_fer.images import read_image
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.students import Enrolment, Gate, Library, Picture, Roster, agreed
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.recalibration import recalibrate
from fewshot_fer.training.people import read_takes


def main(
    folder: Annotated[Path, typer.Argument(help="Pictures with index.csv.")], people: int = 10
) -> None:
    """Print medians over people."""
    recognizer = Recognizer.open()
    gate = Gate(recognizer.find)
    identify = Identity.open()
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        roster = Roster(Library(Path(scratch) / "students"), recognizer)
        enrolment = Enrolment(roster, gate, identify, skip_refused=True)
        for name, pictures in _first_pictures(folder, people).items():
            photographs = [_photograph(one, Path(scratch)) for one in pictures]
            agreement = agreed(name, roster.library.now())
            for kind, given in (("as they are", pictures), ("12 megapixels", photographs)):
                with _timed(spent, f"enrol 7, {kind}"):
                    student = enrolment.enroll(name, given, agreement, another=True).student
            seen = gate.look(pictures[0])
            if isinstance(seen, Candidate):
                z = recognizer.vectors_of(np.array([seen.portrait] * 5))
                with _timed(spent, "recalibrate from 5 looks"):
                    recalibrate(roster, student.id, z, ["neutral"] * 5, how="resting face")
    for what, seconds in spent.items():
        print(
            f"{what}: median {median(seconds):.3f} s, longest {max(seconds):.3f}, n={len(seconds)}"
        )


def _first_pictures(folder: Path, people: int) -> dict[str, list[Picture]]:
    found: dict[str, dict[str, Picture]] = {}
    for take in read_takes(folder):
        mine = found.setdefault(take.subject, {})
        mine.setdefault(take.expression, Picture(take.expression, take.path))
    return {name: list(mine.values()) for name, mine in list(found.items())[:people]}


def _photograph(picture: Picture, folder: Path) -> Picture:
    """The same as a phone's photograph [3024,4032,3] with grain."""
    image = read_image(Path(str(picture.image)))
    large: Bytes = np.full((3024, 4032, 3), image[0, 0], np.uint8)
    factor = 2000 / image.shape[0]
    face = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    left = (4032 - face.shape[1]) // 2
    large[500 : 500 + len(face), left : left + face.shape[1]] = face[: 3024 - 500]
    grain = np.random.default_rng(0).integers(0, 9, large.shape, np.uint8)
    path = folder / f"{Path(str(picture.image)).stem}.jpg"
    cv2.imwrite(str(path), cv2.cvtColor(cv2.add(large, grain), cv2.COLOR_RGB2BGR))
    return Picture(picture.expression, path)


@contextmanager
def _timed(spent: dict[str, list[float]], what: str) -> Iterator[None]:
    start = process_time()
    yield
    spent.setdefault(what, []).append(process_time() - start)


if __name__ == "__main__":
    typer.run(main)
