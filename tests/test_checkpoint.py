"""The checkpoint that is shipped, and every way in which one can be bad."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.cli import app
from fewshot_fer.embedding.checkpoint import MODEL, PRIOR, seal
from fewshot_fer.expressions import BASIC
from fewshot_fer.files import SEAL
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.shipped import CARD, NETWORKS, licence_of, shipped_checkpoint


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A copy of the shipped checkpoint to damage."""
    return Path(shutil.copytree(shipped_checkpoint(), tmp_path / "checkpoint"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    cv2.imwrite(str(path), np.full((64, 64, 3), 128, np.uint8))
    return path


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def alter(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def write_card(folder: Path, **changes: object) -> None:
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, **changes}))
    seal(folder)


def cut_and_seal(path: Path) -> None:
    cut(path, 0.5)
    seal(path.parent)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "missing"),
    "no network": (lambda f: (f / "expression" / MODEL).unlink(), "missing"),
    "no seal": (lambda f: (f / "expression" / SEAL).unlink(), "missing"),
    "cut network": (lambda f: cut(f / "expression" / MODEL, 0.6), "hash does not match"),
    "cut arrays": (lambda f: cut(f / "expression" / PRIOR, 0.6), "hash does not match"),
    "altered arrays": (lambda f: alter(f / "expression" / PRIOR), "hash does not match"),
    "altered card": (
        lambda f: (f / "expression" / CARD).write_text("{}"),
        "hash does not match",
    ),
    "other version": (lambda f: write_card(f / "expression", format=99), "format 99"),
    "half an export": (lambda f: cut_and_seal(f / "expression" / PRIOR), "cannot be read"),
    "half a network": (lambda f: cut_and_seal(f / "expression" / MODEL), "cannot be read"),
    "no detector": (lambda f: (f / "mtcnn" / "onet.onnx").unlink(), "cannot be read"),
    "cut detector": (lambda f: cut(f / "mtcnn" / "pnet.onnx", 0.5), "hash does not match"),
    "altered detector": (lambda f: alter(f / "mtcnn" / "rnet.onnx"), "hash does not match"),
    "unsealed detector": (lambda f: (f / "mtcnn" / SEAL).unlink(), "missing"),
}


def test_the_shipped_checkpoint_opens_and_knows_the_seven_expressions() -> None:
    recognizer = Recognizer.open()
    assert set(recognizer.generic.names) == set(BASIC)
    assert len(recognizer.checkpoint_hash) == 64


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_checkpoint_is_an_error_of_ours(
    damage: str, checkpoint: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harm, words = DAMAGES[damage]
    harm(checkpoint)
    arguments = ["analyze", "--json", "--checkpoint", str(checkpoint), str(picture)]
    assert app.run(arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert words in shown.err
    assert f"where: {checkpoint}" in shown.err
    assert "next: " in shown.err


def test_words_on_its_card_do_not_change_the_space_of_its_vectors(checkpoint: Path) -> None:
    before = Recognizer.open(checkpoint).checkpoint_hash
    write_card(checkpoint / "expression", licence="other words")
    assert Recognizer.open(checkpoint).checkpoint_hash == before


def test_the_licence_of_every_network_is_told(repository: Path) -> None:
    """On its card, and in the credits as the card says it."""
    told = " ".join((repository / "CREDITS.md").read_text(encoding="utf-8").split())
    for name in NETWORKS:
        licence = licence_of(shipped_checkpoint() / name)
        assert licence is not None
        assert [words for words in astuple(licence) if words not in told] == []


def test_the_doctor_says_which_part_is_bad(
    checkpoint: Path, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkpoint / "expression" / PRIOR).unlink()
    arguments = ["doctor", "--json", "--checkpoint", str(checkpoint), "--port", str(free_port)]
    assert app.run(arguments) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    (broken,) = [check for check in checks if check["state"] == "broken"]
    assert broken["name"] == "checkpoint"
    assert PRIOR in broken["found"]
