"""FER-2013 in every form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.errors import DataError
from fewshot_fer.training.data import (
    DataReport,
    FaceSet,
    check_trainable,
    joined,
    select,
    split_of,
    training_and_validation,
    without,
)
from fewshot_fer.training.readers import read_faces, read_parts
from tests.fakes.spots import (
    drawn_faces,
    write_csv,
    write_ferplus,
    write_folders,
    write_mosaic,
    write_npz,
)

FACES = drawn_faces(10)
USAGES = ["Training"] * 40 + ["PublicTest"] * 20 + ["PrivateTest"] * 10


def same(one: FaceSet, other: FaceSet) -> bool:
    return one.digest() == other.digest()


def unvoted(faces: FaceSet) -> FaceSet:
    return FaceSet(faces.images, faces.own, np.zeros_like(faces.votes))


def test_the_csv_alone_has_no_votes(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    assert same(read_faces([path]), unvoted(FACES))
    assert same(read_faces([tmp_path], "Training"), unvoted(FACES[:40]))
    assert same(read_faces([path], "PublicTest"), unvoted(FACES[40:60]))


def test_votes_are_joined_by_image_name_wherever_their_lines_are(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    kept = np.delete(np.arange(70), [3, 17, 41])
    shuffled = np.random.default_rng(0).permutation(kept)
    write_ferplus(
        tmp_path / "fer2013new.csv",
        FACES.votes[shuffled],
        [USAGES[row] for row in shuffled],
        [f"fer{row:07d}.png" for row in shuffled],
    )
    assert same(read_faces([path]), FACES[kept])


def test_faces_that_ferplus_took_out_are_gone(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    votes, names = FACES.votes.copy(), [f"fer{row:07d}.png" for row in range(70)]
    votes[5], names[5] = [0] * 9 + [10], ""
    write_ferplus(tmp_path / "fer2013new.csv", votes, USAGES, names)
    assert same(read_faces([path, tmp_path / "fer2013new.csv"]), FACES[np.arange(70) != 5])


def test_names_that_fall_behind_their_lines_are_known_by_the_order(tmp_path: Path) -> None:
    """As published: some faces that were taken out use up no number, so later names fall behind."""
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    names, number = [], 0
    for row in range(70):
        taken_out = row in (2, 9)
        names.append("" if taken_out else f"fer{number:07d}.png")
        number += not taken_out
    write_ferplus(tmp_path / "fer2013new.csv", FACES.votes, USAGES, names)
    assert same(read_faces([path]), FACES[np.delete(np.arange(70), [2, 9])])


def test_folders_have_own_labels(tmp_path: Path) -> None:
    write_folders(tmp_path, train=FACES[:35], test=FACES[35:])
    parts = read_parts([tmp_path])
    assert {part.split: len(part.faces) for part in parts} == {"Training": 35, "test": 35}
    faces = select(parts, "train")
    assert np.bincount(faces.own).tolist() == [5] * 7
    assert set(faces.hashes()) == set(FACES[:35].hashes())
    assert not faces.votes.any()


def test_archives_are_picked_by_name(tmp_path: Path) -> None:
    training = write_npz(tmp_path / "mine_training.npz", FACES[:40])
    public = write_npz(tmp_path / "mine_publictest.npz", FACES[40:])
    assert same(read_faces([training, public], "PublicTest"), FACES[40:])
    assert same(read_faces([tmp_path], "training"), FACES[:40])
    assert same(read_faces([training, public]), FACES)


def test_a_mosaic_is_the_same_faces_in_less_space(tmp_path: Path) -> None:
    many = drawn_faces(16)
    path = write_mosaic(tmp_path / "compact.npz", training=many, publictest=FACES)
    read = read_faces([path], "Training")
    assert len(read) == 112
    assert np.array_equal(read.own, many.own)
    assert np.array_equal(read.votes, many.votes)
    difference = np.abs(read.images.astype(int) - many.images)
    assert difference.mean() < 4
    assert len(read_faces([path], "PublicTest")) == 70


def test_a_folder_with_a_mosaic_of_the_same_split_counts_no_face_twice(tmp_path: Path) -> None:
    write_npz(tmp_path / "fer_training.npz", FACES)
    write_mosaic(tmp_path / "compact.npz", training=FACES, publictest=FACES[:7])
    parts = read_parts([tmp_path])
    assert {part.split: len(part.faces) for part in parts} == {"Training": 70, "PublicTest": 7}
    assert same(select(parts, "Training"), FACES)


def test_faces_of_one_colour_are_dropped_and_counted(tmp_path: Path) -> None:
    images = FACES.images.copy()
    images[[4, 9]] = 77
    path = write_npz(tmp_path / "x.npz", FaceSet(images, FACES.own, FACES.votes))
    (part,) = read_parts([path])
    assert (len(part.faces), part.dropped) == (68, 2)
    assert DataReport.of([part]).dropped == 2


def test_the_report_counts_and_finds_the_same_picture_twice(tmp_path: Path) -> None:
    write_npz(tmp_path / "training.npz", joined([FACES[:35], FACES[:2]]))
    write_npz(tmp_path / "publictest.npz", FACES[33:])
    report = DataReport.of(read_parts([tmp_path]))
    of = {split.split: split for split in report.splits}
    assert report.n == 74
    assert of["Training"].duplicates == 2
    assert of["PublicTest"].duplicates == 0
    assert report.duplicates_across == {"PublicTest and Training": 2}
    assert of["Training"].own_counts["angry"] == 6
    assert of["Training"].agreement == 1.0
    assert report.problems == ()


def test_faces_of_another_split_can_be_left_out() -> None:
    assert same(without(FACES, FACES[:30]), FACES[30:])


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "Training"),
        ("fer2013plus_training", "Training"),
        ("PublicTest", "PublicTest"),
        ("validation", "PublicTest"),
        ("PrivateTest", "PrivateTest"),
        ("test", "test"),
    ],
)
def test_splits_go_by_many_names(name: str, split: str) -> None:
    assert split_of(name) == split


def test_an_unknown_split_names_those_that_there_are(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    with pytest.raises(DataError) as caught:
        read_faces([path], "PrivatTest")
    assert "Training, PublicTest, PrivateTest" in caught.value.next_step


def test_an_empty_class_is_a_problem_and_stops_a_training() -> None:
    some = FACES[FACES.own != 1]
    with pytest.raises(DataError, match="labelled disgust"):
        check_trainable(some)
    check_trainable(FACES)
    check_trainable(unvoted(FACES))


def test_the_published_data_is_read_as_its_readme_says(research_data: Path) -> None:
    files = [research_data / f"fer2013plus_{name}.npz" for name in ("training", "publictest")]
    report = DataReport.of(read_parts(files))
    sizes = {split.split: (split.n, split.n_ferplus) for split in report.splits}
    assert sizes == {"Training": (28_511, 26_736), "PublicTest": (3_579, 3_372)}
    assert all(0.64 < (split.agreement or 0) < 0.67 for split in report.splits)
    assert report.duplicates_across == {"Training and PublicTest": 269}
    compact = read_faces([research_data / "fer2013plus_compact.npz"], "PublicTest")
    lossless = read_faces(files, "PublicTest")
    assert np.array_equal(compact.votes, lossless.votes)
    assert np.abs(compact.images.astype(int) - lossless.images).mean() < 4


def test_pictures_of_both_splits_are_not_trained_on(tmp_path: Path) -> None:
    training, validation = drawn_faces(20, seed=1), drawn_faces(4, seed=2)
    images = training.images.copy()
    images[:5] = validation.images[:5]
    changed = FaceSet(images, training.own, training.votes)
    write_npz(tmp_path / "training.npz", changed)
    write_npz(tmp_path / "publictest.npz", validation)
    kept, watched = training_and_validation(read_parts([tmp_path]))
    assert np.array_equal(kept.images, images[5:])
    assert len(watched) == 28
