"""Draws trainings and data as PNG; matplotlib is loaded only when something is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from fewshot_fer.arrays import Ints
from fewshot_fer.errors import TrainingError
from fewshot_fer.training.data import FERPLUS_COLUMNS, FaceSet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fewshot_fer.training.history import EpochRecord

BLUE, ORANGE, GREY = "#3465a4", "#d9822b", "#888888"


def new_figure(width: float, height: float) -> Figure:
    """An empty picture, that many inches large."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise TrainingError(
            "Drawing needs matplotlib.", next_step="pip install 'fewshot-fer[train]'"
        ) from error
    return Figure(figsize=(width, height), layout="constrained")


def as_png(figure: Figure) -> bytes:
    """The picture's file."""
    packed = BytesIO()
    figure.savefig(packed, format="png", dpi=110)
    return packed.getvalue()


def curves(history: Sequence[EpochRecord], stages: Sequence[str]) -> bytes:
    """Losses and validation accuracy, epoch after epoch."""
    figure = new_figure(9, 4)
    left, right = figure.subplots(1, 2)
    epochs = np.arange(1, len(history) + 1)
    for name in dict.fromkeys(name for record in history for name in record.losses):
        losses = [record.losses.get(name, np.nan) for record in history]
        left.plot(epochs, losses, marker=".", label=name)
    for name, colour, label in (
        ("accuracy_ferplus", BLUE, "FER+ majority"),
        ("accuracy_fer2013", ORANGE, "own labels"),
    ):
        values = np.array([getattr(record, name) for record in history], dtype=float)
        right.plot(epochs, values, marker=".", color=colour, label=label)
    begins = [
        (place + 1, stages[record.stage])
        for place, record in enumerate(history)
        if not record.epoch
    ]
    for axes, title in ((left, "Training loss"), (right, "Validation accuracy")):
        axes.set(title=title, xlabel="epoch")
        axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
        for first, stage in begins:
            axes.axvline(first, color=GREY, linewidth=0.5)
            axes.annotate(
                stage, (first, 0), xycoords=("data", "axes fraction"), fontsize=7, color=GREY
            )
    return as_png(figure)


def confusion(counts: Ints, columns: Sequence[str], title: str = "Confusion") -> bytes:
    """How often row, one of the first columns, was taken for column, in percent of the row."""
    figure = new_figure(1.4 + 0.68 * len(columns), 5.2)
    draw_matrix(
        figure.subplots(), counts, columns[: len(counts)], columns, title, ("taken for", "shown")
    )
    return as_png(figure)


def draw_matrix(
    axes: Axes,
    counts: Ints,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    labels: tuple[str, str],
) -> None:
    """A matrix in percent of each row, with its figures."""
    percent = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(percent, cmap="Blues", vmin=0, vmax=100)
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right")
    axes.set_yticks(
        range(len(rows)), [f"{n} ({k})" for n, k in zip(rows, counts.sum(1), strict=True)]
    )
    axes.set(title=title, xlabel=labels[0], ylabel=labels[1])
    for (row, column), value in np.ndenumerate(percent):
        axes.text(
            column,
            row,
            f"{value:.0f}",
            ha="center",
            va="center",
            fontsize=8,
            color="white" if value > 55 else "black",
        )


def class_balance(splits: Mapping[str, FaceSet]) -> bytes:
    """How common every expression is, in both label sets of every split."""
    figure = new_figure(8, 1 + 2.4 * len(splits))
    for axes, (name, faces) in zip(
        figure.subplots(len(splits), 1, squeeze=False)[:, 0], splits.items(), strict=True
    ):
        places = np.arange(len(faces.names))
        for shift, labels, colour, label in (
            (-0.2, faces.own, BLUE, "own label"),
            (0.2, faces.majority(), ORANGE, "FER+ majority"),
        ):
            counts = np.bincount(labels[labels >= 0], minlength=len(faces.names))
            bars = axes.bar(places + shift, counts, 0.4, color=colour, label=label)
            axes.bar_label(bars, fontsize=7)
        axes.set_xticks(places, faces.names)
        axes.set(title=f"{name}: {len(faces)} faces", ylabel="faces")
        axes.margins(y=0.15)
        axes.legend(fontsize=8)
    return as_png(figure)


def sample_grid(faces: FaceSet, seed: int = 0, columns: int = 12) -> bytes:
    """Faces of every expression, drawn by chance."""
    rng = np.random.default_rng(seed)
    labels = np.where(faces.own >= 0, faces.own, faces.majority())
    rows = len(faces.names)
    grid = np.full((rows * 50, columns * 50), 255, np.uint8)
    for row in range(rows):
        for column, index in enumerate(rng.permutation(np.flatnonzero(labels == row))[:columns]):
            grid[row * 50 : row * 50 + 48, column * 50 : column * 50 + 48] = faces.images[index]
    figure = new_figure(columns * 0.7 + 1, rows * 0.7)
    axes = figure.subplots()
    axes.imshow(grid, cmap="gray", vmin=0, vmax=255)
    axes.set_yticks(np.arange(rows) * 50 + 24, faces.names)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    return as_png(figure)


def disagreement(faces: FaceSet) -> bytes:
    """What FER+'s voters chose [10] for the faces of each own label [c]."""
    counts = np.zeros((len(faces.names), len(FERPLUS_COLUMNS)), np.int64)
    np.add.at(counts, faces.own[faces.own >= 0], faces.votes[faces.own >= 0])
    figure = new_figure(8, 5)
    draw_matrix(
        figure.subplots(),
        counts,
        faces.names,
        FERPLUS_COLUMNS,
        "Where the votes for each own label went, in percent",
        ("FER+ votes", "FER-2013's own label"),
    )
    return as_png(figure)
