"""Draws how well people are read, as PNG."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fewshot_fer.arrays import Bools, Floats, Ints
from fewshot_fer.evaluation.persons import ShotResult
from fewshot_fer.training.plots import BLUE, GREY, ORANGE, as_png, confusion, new_figure

NOT_FOUND = "not found"
_BINS = 10


def accuracy_by_shots(results: Sequence[ShotResult]) -> bytes:
    """Accuracy against the number of references, with the intervals."""
    figure = new_figure(6, 4)
    axes = figure.subplots()
    shots = [result.shots for result in results]
    accuracy = np.array([result.accuracy for result in results])
    bounds = np.array([result.ci95 for result in results]).T
    axes.errorbar(
        shots, accuracy, yerr=np.abs(bounds - accuracy), marker="o", capsize=4, color=BLUE
    )
    for result in results:
        axes.annotate(
            f"{result.accuracy:.1%}",
            (result.shots, result.accuracy),
            textcoords="offset points",
            xytext=(8, -12),
        )
    axes.set_xticks(shots)
    axes.set(
        title=f"Accuracy, mean of {results[0].n_subjects} people and its 95 % interval",
        xlabel="references of each expression",
        ylabel="accuracy",
    )
    axes.grid(alpha=0.3)
    axes.margins(x=0.15)
    return as_png(figure)


def confusion_of_people(result: ShotResult, names: Sequence[str]) -> bytes:
    """What each expression was taken for; a face that was not found has its own column."""
    title = f"{result.shots} references of each expression"
    return confusion(people_confusion(result, names), (*names, NOT_FOUND), title)


def people_confusion(result: ShotResult, names: Sequence[str]) -> Ints:
    """How often row was taken for column, [c, c + 1]."""
    counts = np.zeros((len(names), len(names) + 1), np.int64)
    for answers in result.answers:
        for shown, named, sure in zip(
            answers.shown, answers.named, answers.confidence, strict=True
        ):
            column = names.index(named) if sure > 0 else len(names)
            counts[names.index(shown), column] += 1
    return counts


def reliability(results: Sequence[ShotResult]) -> bytes:
    """How often an answer is right, against how sure it is said to be."""
    pairs = {
        f"{result.shots} references, error {result.ece:.1%}": (
            np.concatenate([answers.confidence for answers in result.answers]),
            np.concatenate([answers.right for answers in result.answers]),
        )
        for result in results
    }
    return reliability_of(pairs)


def reliability_of(pairs: dict[str, tuple[Floats, Bools]]) -> bytes:
    """One line each for confidences [n] and whether the answers were right [n]."""
    figure = new_figure(5, 5)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="as it should be")
    for label, (confidence, right) in pairs.items():
        place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
        filled = [index for index in range(_BINS) if (place == index).any()]
        axes.plot(
            [confidence[place == index].mean() for index in filled],
            [right[place == index].mean() for index in filled],
            marker="o",
            label=label,
        )
    axes.set(title="Reliability", xlabel="confidence", ylabel="share that is right")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    return as_png(figure)


def gain_by_person(result: ShotResult) -> bytes:
    """What references change for every person, sorted, so that who is harmed is seen."""
    gains = sorted(
        (with_ - without, subject) for subject, (with_, without) in result.by_subject.items()
    )
    values = np.array([100 * gain for gain, _ in gains])
    figure = new_figure(max(5, 0.3 * len(gains) + 1.5), 4)
    axes = figure.subplots()
    axes.bar(range(len(gains)), values, color=[ORANGE if value < 0 else BLUE for value in values])
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks(range(len(gains)), [subject for _, subject in gains], rotation=90, fontsize=8)
    axes.set(
        title=f"{result.shots} references of each expression, {result.subjects_harmed} of "
        f"{len(gains)} people harmed",
        ylabel="gain over no reference, points",
    )
    axes.grid(alpha=0.3, axis="y")
    return as_png(figure)
