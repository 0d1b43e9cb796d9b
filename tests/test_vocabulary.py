"""A network of eight expressions, from FER+'s votes for contempt to what a user is shown."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from fewshot_fer.cli import app
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.embedding import Checkpoint, seal
from fewshot_fer.errors import CheckpointError, DataError, TrainingError
from fewshot_fer.evaluation.fer import as_read, evaluate_fer
from fewshot_fer.expressions import BASIC
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.shipped import shipped_checkpoint
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.training.asking import Teachers
from fewshot_fer.training.bank import fill_bank, open_bank
from fewshot_fer.training.config import check_same, parse_config
from fewshot_fer.training.course import Course
from fewshot_fer.training.data import FERPLUS_COLUMNS, FaceSet, check_trainable, joined, log_shares
from fewshot_fer.training.making import Material, make_checkpoint
from fewshot_fer.training.run import Trainer
from fewshot_fer.training.scores import Balance, HeadLogits
from fewshot_fer.training.teacher import Teacher
from tests.fakes.spots import drawn_faces, turned
from tests.training.runs import LAYERS, TINY, Watcher

EIGHT = (*BASIC, "contempt")


def faces(each: int, seed: int) -> FaceSet:
    """Contempt is a spot in the middle; FER-2013, which has no name for it, calls it neutral."""
    rng = np.random.default_rng(seed)
    images = rng.integers(60, 120, (each, 48, 48)).astype(np.uint8)
    for image in images:
        cv2.circle(image, (24, 24), 6, 255, -1)
    votes = np.zeros((each, len(FERPLUS_COLUMNS)), np.int64)
    votes[:, FERPLUS_COLUMNS.index("contempt")] = 9
    contempt = FaceSet(images, np.full(each, BASIC.index("neutral")), votes)
    return joined([drawn_faces(each, seed), contempt])


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained and exported; of the people none acts contempt."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the order of sums decides what a tiny network comes to
    folder = tmp_path_factory.mktemp("eight")
    config = replace(TINY, expressions=EIGHT)
    crowd = faces(20, 1)
    Course.prepare(folder / "run", Trainer.start(config, crowd), faces(4, 2)).run(Watcher())
    material = Material(crowd, turned("seen", (0, 0, 0), seed=3))
    make_checkpoint(folder / "run", folder / "made" / "expression", material)
    torch.set_num_threads(threads)
    shutil.copytree(shipped_checkpoint() / "mtcnn", folder / "made" / "mtcnn")
    return folder / "made"


def test_the_checkpoint_names_all_eight_of_strangers(checkpoint: Path) -> None:
    recogniser = Recognizer.open(checkpoint)
    card, prior = recogniser.embedder.card, recogniser.prior
    assert card.names == prior.names == EIGHT
    assert np.isfinite(prior.means).all()
    assert prior.everyday.shares.keys() == set(EIGHT)
    asked = faces(8, 4).named(EIGHT)
    features = recogniser.embedder.embed_squares(asked.images)
    logits = HeadLogits(features[:, card.blocks["votes"]], features[:, card.blocks["own"]])
    read = as_read(recogniser.generic, prior.project(features), prior.everyday, EIGHT)
    balance = Balance.of(card.log_share_votes, card.log_share_own)
    found = evaluate_fer(asked, logits, balance, read)
    assert found.confusion.shape == (8, 8)
    assert found.accuracy_prototypes is not None
    assert found.accuracy_prototypes > 0.9
    shows = asked.majority() == EIGHT.index("contempt")
    assert (read.everyday[shows].argmax(1) == EIGHT.index("contempt")).all()


def test_contempt_is_enrolled_and_shown_like_any_other(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [anna] = invent_class(1, seed=3)
    picture = tmp_path / "contempt.png"
    cv2.imwrite(str(picture), reference_picture(anna, "confused")[..., ::-1])
    library = ["--support-sets", str(tmp_path / "support_sets")]
    common = ["--json", "--checkpoint", str(checkpoint), *library]

    def said(*arguments: str) -> dict[str, Any]:
        assert app.run([*arguments, *common]) == 0
        return dict(json.loads(capsys.readouterr().out))

    # So small a network may doubt it; nobody is asked here.
    said(
        "enroll", "--name", "Anna", "--consent", "Her father", "--keep-doubtful",
        f"contempt={picture}",
    )  # fmt: skip
    [image] = said("analyze", str(picture), "--student", "Anna")["images"]
    assert image["faces"][0]["scores"].keys() == set(EIGHT)
    roster = Roster(Library(tmp_path / "support_sets", EIGHT), Recognizer.open(checkpoint))
    [student] = roster.library.students()
    z = roster.known(student.id)[1].z
    hers, generic = (
        known.squares(z)[0, EIGHT.index("contempt")]
        for known in (roster.prototypes(student.id), roster.prototypes(None))
    )
    assert hers < generic, "the prototype has come nearer to her picture"
    # A command that knows nothing of this checkpoint keeps what was learnt with it.
    assert app.run(["students", "rename", "Anna", "Anne", "--json", *library]) == 0
    capsys.readouterr()
    students = Library(tmp_path / "support_sets", EIGHT)
    anne = students.find("Anne")
    assert anne.counts == {"contempt": 1}
    assert students.expressions(anne) == EIGHT
    assert not students.own_expressions(anne)


def test_seven_are_asked_of_the_same_faces_as_ever() -> None:
    crowd = faces(3, 1)
    assert crowd.named(EIGHT).named(BASIC).digest() == crowd.digest()
    assert (crowd.majority() == -1).sum() == 3
    assert (crowd.named(EIGHT).majority() == EIGHT.index("contempt")).sum() == 3
    assert not crowd.named(EIGHT).own_shares()[:, -1].any()
    # A head that is never shown it has to learn not to name it: it counts as common.
    assert np.exp(log_shares(crowd.named(EIGHT).own_shares()))[-1] > 0.05
    turned_round = crowd.named(EIGHT[::-1])
    assert (turned_round.own == 7 - crowd.own).all()


def test_contempt_needs_votes_to_be_learnt_from() -> None:
    with pytest.raises(DataError, match="No face is labelled contempt"):
        check_trainable(drawn_faces(3).named(EIGHT))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("happy", "sad"), "lacks neutral"),
        (("neutral", "happy", "bored"), "labels of bored"),
        (("neutral", "happy", "happy"), "names happy twice"),
    ],
)
def test_expressions_that_cannot_be_trained_are_named(names: tuple[str, ...], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        parse_config({"stages": [], "expressions": list(names)})


def test_a_checkpoint_without_neutral_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(checkpoint / "expression", tmp_path / "expression")
    card = tmp_path / "expression" / "card.json"
    content = json.loads(card.read_text())
    content["names"] = ["angry", "happy"]
    card.write_text(json.dumps(content))
    seal(card.parent)
    with pytest.raises(CheckpointError, match=r"does not know neutral.*angry, happy"):
        Checkpoint.read(card.parent)


def test_teachers_and_banks_of_other_expressions_are_refused_naming_them(tmp_path: Path) -> None:
    crowd = faces(2, 1)
    teachers = Teachers([Teacher(LAYERS, EIGHT, width=12, side=32).eval()])
    bank = fill_bank(tmp_path, crowd.named(EIGHT), TINY.augment, teachers, ["t"], views=1)
    assert bank.answers(0).votes.shape == (len(crowd), 8)
    assert open_bank(tmp_path, crowd.named(EIGHT), TINY.augment).digest() == bank.digest()
    with pytest.raises(TrainingError, match=r"bank of labels .* it has contempt"):
        open_bank(tmp_path, crowd, TINY.augment)
    with pytest.raises(TrainingError, match="it lacks contempt"):
        check_same(BASIC, teachers.expressions, "The teacher")
    with pytest.raises(TrainingError, match="orders them otherwise"):
        check_same(BASIC[::-1], BASIC, "The teacher")
