"""An expression held out, and a target precision tried on others, on people of a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.open_set import data_without, evaluate_open_set, prior_without
from fewshot_fer.evaluation.target_precision import evaluate_target_precision
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.prototypes import Doubts
from fewshot_fer.training.choosing import Chosen, Trial
from fewshot_fer.training.fitting import BlockFit, FitConfig, Labelled

WIDTH = 10
MEANS = np.random.default_rng(3).normal(0, 4, (7, WIDTH)).astype(np.float32)
CONFIG = FitConfig(
    blocks={"general": BlockFit(beta=2.0, delta=0.5)},
    temperatures=(1.0, 1.0),
    doubts=(Doubts(0.4, 60.0), Doubts(0.4, 60.0)),
)


def people(names: list[str], takes: int, seed: int) -> Labelled:
    rng = np.random.default_rng(seed)
    rows, labels, subjects = [], [], []
    for name in names:
        offset = rng.normal(0, 1, WIDTH)
        for label in range(7):
            for _ in range(takes):
                rows.append(MEANS[label] + offset + rng.normal(0, 1, WIDTH))
                labels.append(label)
                subjects.append(name)
    return Labelled(np.array(rows, np.float32), np.array(labels), subjects)


def trial(seed: int) -> Trial:
    crowd = people([f"crowd/{i}" for i in range(40)], 1, 100 + seed)
    held = people([f"drawn/{seed}-{i}" for i in range(4)], 5, seed)
    acted = people([f"drawn/other-{i}" for i in range(4)], 3, 50 + seed)
    return Trial(crowd, acted, held, {"general": slice(0, WIDTH)})


def test_a_prior_without_an_expression_knows_nothing_of_it() -> None:
    one = trial(0)
    prior = prior_without(one, CONFIG, "happy")
    assert prior.names == tuple(name for name in BASIC if name != "happy")
    moved = one.crowd.features.copy()
    moved[one.crowd.labels == BASIC.index("happy")] += 1000
    other = Trial(
        Labelled(moved, one.crowd.labels, one.crowd.subjects), one.acted, one.held, one.blocks
    )
    again = prior_without(other, CONFIG, "happy")
    np.testing.assert_allclose(again.means, prior.means, atol=1e-3)
    np.testing.assert_allclose(again.whitening, prior.whitening, atol=1e-4)


def test_what_is_unknown_is_refused_more_and_learnt_from_a_few() -> None:
    (found,) = evaluate_open_set([trial(0), trial(1)], CONFIG, ["happy", "fear"])
    assert found.people == "drawn"
    assert found.enrolled.unknown > found.enrolled.known + 0.3
    assert [one.references for one in found.learnt] == [1, 3]
    assert found.learnt[-1].recall > 0.9
    assert found.learnt[-1].false_alarms < 0.1


def test_data_without_an_expression_holds_none_of_its_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    votes = np.zeros((20, 10), np.uint8)
    votes[:, 0] = 3
    votes[:5, 5] = 7  # disgust by votes
    votes[5:, 5] = 1
    emotion = np.full(20, BASIC.index("neutral"), np.uint8)
    emotion[8] = BASIC.index("disgust")
    images = rng.integers(1, 255, (20, 48, 48), np.uint8)
    source = tmp_path / "fer.npz"
    np.savez(source, images=images, emotion=emotion, votes=votes, row=np.arange(20, dtype=np.int32))
    folder = tmp_path / "people"
    folder.mkdir()
    lines = ["path,subject,emotion,session", "a.jpg,Anna,disgust,A", "b.jpg,Anna,happy,A"]
    (folder / "index.csv").write_text("\n".join(lines))
    data_without("disgust", [source], [folder], tmp_path / "out")
    with np.load(tmp_path / "out" / "fer.npz") as written:
        assert len(written["images"]) == 14 + 1
        assert not (written["images"][-1] == images).all(axis=(1, 2)).any()
        assert not written["votes"][:-1, 5].any()
        assert list(written["row"][:14]) == [5, 6, 7, *range(9, 20)]
    index = (tmp_path / "out" / "people" / "index.csv").read_text()
    assert "disgust" not in index
    assert str(folder / "b.jpg") in index


def test_a_target_precision_is_tried_on_people_that_it_was_not_chosen_on() -> None:
    chosen_on: list[int] = []

    def as_it_is(trials: Sequence[Trial], config: FitConfig) -> Chosen:
        chosen_on.extend(len(one.held.labels) for one in trials)
        return Chosen(config, 0.0, ())

    found = evaluate_target_precision([trial(0), trial(1)], CONFIG, as_it_is)
    assert len(chosen_on) == 2
    ways = [one.references for one in found]
    assert ways == ["0", "neutral", "three in all", "1", "2", "3"]
    assert all(one.right_of_shown >= 0.85 for one in found)
    with pytest.raises(DataError, match="other people"):
        evaluate_target_precision([trial(0)], CONFIG)
