"""Identity figures on vectors whose answers are known."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.identity import Dealing, choose_threshold, evaluate_identity
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.identity import Identity, Rules, unit
from fewshot_fer.images import read_image


def _people(spread: float, count: int = 8, images: int = 7) -> tuple[Floats, list[str]]:
    rng = np.random.default_rng(0)
    middles = unit(rng.normal(size=(count, 128)).astype(np.float32))
    noise = rng.normal(0, spread / np.sqrt(128), (count, images, 128))
    vectors = unit((middles[:, None] + noise).reshape(-1, 128).astype(np.float32))
    return vectors, [f"p{i // images}" for i in range(count * images)]


def test_people_who_are_far_apart() -> None:
    """Everybody right, no stranger named."""
    result = evaluate_identity(*_people(0.3))
    assert (result.right, result.first, result.wrong, result.strangers_named) == (1, 1, 0, 0)
    assert result.n_decisions == 10 * 8 * 6
    assert json.loads(json.dumps(asdict(result)))["n_subjects"] == 8


def test_more_looks_are_surer() -> None:
    """Noisy vectors are left unnamed one by one, and named three by three."""
    vectors, subjects = _people(0.95)
    one = evaluate_identity(vectors, subjects)
    three = evaluate_identity(vectors, subjects, Dealing(looks=3))
    assert one.right + one.wrong + one.unnamed == pytest.approx(1)
    assert three.right > one.right + 0.1
    assert three.n_decisions == 10 * 8 * 2


def test_vectors_that_say_nothing() -> None:
    """Everybody the same: nobody is named, for the margin is missing."""
    vectors = unit(np.ones((12, 128), np.float32))
    result = evaluate_identity(vectors, ["a"] * 6 + ["b"] * 6)
    assert (result.right, result.wrong, result.strangers_named) == (0, 0, 1)


def test_a_threshold_chosen_on_others() -> None:
    """Where it was chosen no stranger is named; a hundredth lower somebody would be."""
    vectors, subjects = _people(0.95)
    chosen = choose_threshold(vectors, subjects, Dealing(looks=2))
    strict, lax = (
        evaluate_identity(vectors, subjects, Dealing(looks=2), Rules(threshold=one))
        for one in (chosen, chosen - 0.011)
    )
    assert strict.strangers_named == 0
    assert lax.strangers_named > 0


def test_how_rare_strangers_are() -> None:
    """None of n bounds the rate at about three of n."""
    result = evaluate_identity(*_people(0.3))
    assert result.strangers_named == 0
    assert result.strangers_named_upper95 == pytest.approx(3 / result.n_strangers, rel=0.01)


def test_too_few_images() -> None:
    """Said, not guessed."""
    vectors, subjects = _people(0.3, images=2)
    with pytest.raises(DataError):
        evaluate_identity(vectors, subjects, Dealing(looks=3))


def test_on_jaffe(research_data: Path, repository: Path) -> None:
    """Ten women, one reference each: as the issue asks, on a part of the images."""
    folder = research_data / "persons_jaffe"
    detector, identity = Detector.of(repository / "checkpoints"), Identity.open()
    aligned, subjects = [], []
    with (folder / "index.csv").open(encoding="utf-8") as file:
        for row in list(csv.DictReader(file))[::2]:
            image = read_image(folder / row["path"])
            faces = detector.detect(image)[:1]
            aligned.append(portraits(image, faces.landmarks)[0])
            subjects.append(row["subject"])
    result = evaluate_identity(identity(np.stack(aligned)), subjects, Dealing(looks=3))
    assert result.n_subjects == 10
    assert result.right >= 0.99
    assert result.strangers_named <= 0.001
