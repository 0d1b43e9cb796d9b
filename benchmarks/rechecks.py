"""How often a right name is taken back, and a wrong one is not, by the looks that check names.

    python benchmarks/rechecks.py PERSONS... [--looks 3] [--trials 2000]

PERSONS are folders with an `index.csv` (path, subject, emotion, session). Everybody enrols with
three pictures; a trial is some other pictures of one person, of any expressions, as the checks see
them. A stranger's trial is of somebody who is not enrolled. One check is not one lesson: a name is
looked at again every few seconds, but looks that follow each other are more alike than these.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.identity import FaceGallery, Identity
from fewshot_fer.images import read_image
from fewshot_fer.lesson.who import Rechecks, contradicted
from fewshot_fer.recognizer import Recognizer

REFERENCES = 3


def vectors_of(folder: Path, recognizer: Recognizer, identity: Identity) -> dict[str, Floats]:
    """Everybody's vectors [n,128], of the largest face of each picture."""
    found: dict[str, list[Bytes]] = {}
    with (folder / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            image = read_image(folder / row["path"])
            faces = recognizer.find(image)
            if len(faces):
                largest = faces[np.array([int(faces.sizes.argmax())])]
                found.setdefault(row["subject"], []).append(portraits(image, largest.landmarks)[0])
    return {who: identity(np.stack(pictures)) for who, pictures in found.items()}


def measure(
    vectors: dict[str, Floats], looks: int, trials: int, rng: np.random.Generator
) -> dict[str, float]:
    """Shares of trials in which the name was taken back."""
    people = [who for who, rows in vectors.items() if len(rows) >= REFERENCES + looks]
    gone = {"right": 0, "another": 0, "stranger": 0}
    for _ in range(trials):
        order = rng.permutation(len(people))
        stranger, one, other = (people[k] for k in order[:3])
        mixed = {who: rng.permutation(vectors[who]) for who in people}
        known = FaceGallery.of({who: mixed[who][:REFERENCES] for who in people if who != stranger})
        for kind, seen in (("right", one), ("another", other), ("stranger", stranger)):
            rows = mixed[seen][REFERENCES : REFERENCES + looks]
            # Each look must contradict, or the next is not asked for.
            steps = (contradicted(rows[: n + 1], one, known, Rechecks()) for n in range(looks))
            gone[kind] += all(steps)
    return {kind: round(count / trials, 4) for kind, count in gone.items()} | {
        "people": len(people), "trials": trials,
    }  # fmt: skip


def main() -> None:
    """Print the shares for every folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("persons", type=Path, nargs="+")
    parser.add_argument("--looks", type=int, default=3)
    parser.add_argument("--trials", type=int, default=2000)
    given = parser.parse_args()
    recognizer, identity = Recognizer.open(), Identity.open()
    rng = np.random.default_rng(0)
    print(json.dumps({
        folder.name: measure(
            vectors_of(folder, recognizer, identity), given.looks, given.trials, rng
        )
        for folder in given.persons
    }))  # fmt: skip


if __name__ == "__main__":
    main()
