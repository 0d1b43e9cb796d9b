"""`fewshot-fer evaluate fer`, `persons` and `episodes`: pictures whose expression is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.commands.evaluate.group import app, between, share
from fewshot_fer.cli.options import NETWORK, Faces, Folder, numbers
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.evaluation.fer import FerFigures
    from fewshot_fer.evaluation.persons import ShotResult

Split = Annotated[
    str | None, typer.Option(help="Training, PublicTest, PrivateTest, or a piece of a file's name.")
]
Plots = Annotated[Path | None, typer.Option(help="Draw the figures into this folder.")]


@app.command()
@command(*NETWORK)
def fer(call: Call, data: Faces, split: Split = None, plots: Plots = None) -> Answer:
    """Name FER-2013's faces: FER+'s majority, its own labels, and the generic prototypes."""
    from fewshot_fer.evaluation.fer import as_read, evaluate_fer, features_of
    from fewshot_fer.training.readers import read_faces
    from fewshot_fer.training.scores import Balance, HeadLogits

    faces = read_faces(data, split)
    recogniser = call.recognizer
    embedder, prior = recogniser.embedder, recogniser.prior
    faces = faces.named(prior.names)
    with output.progress("Reading faces") as listener:
        features = features_of(embedder, faces.images, listener)
    logits = HeadLogits(features[:, embedder.blocks["votes"]], features[:, embedder.blocks["own"]])
    balance = Balance.of(embedder.card.log_share_votes, embedder.card.log_share_own)
    read = as_read(recogniser.generic, prior.project(features), prior.everyday, faces.names)
    figures = evaluate_fer(faces, logits, balance, read)
    if plots is not None:
        _draw_fer(figures, plots)
    return Answer(figures.as_json(), lambda: _fer(figures))


@app.command()
@command("seed", *NETWORK, "min_face")
def persons(
    call: Call,
    folder: Folder,
    shots: Annotated[
        str, typer.Option(help="How many references of each expression, such as 0,1,2.")
    ] = "0,1,2",
    only: Annotated[
        str | None, typer.Option(help="Give references of this expression alone, such as neutral.")
    ] = None,
    plots: Plots = None,
) -> Answer:
    """Learn people from a few references each and name their other pictures.

    Faces are found and aligned as in life; one that is not found counts as wrong.
    """
    from fewshot_fer.evaluation.persons import People, evaluate_persons
    from fewshot_fer.training.people import photograph_all, read_takes

    wanted = numbers(shots, "--shots")
    takes = read_takes(folder)
    there = {take.expression for take in takes}
    if only is not None and only not in there:
        raise typer.BadParameter(
            f"nobody shows {only!r}; they show {', '.join(sorted(there))}", param_hint="--only"
        )
    recogniser = call.recognizer
    with output.progress("Reading pictures") as listener:
        acted = photograph_all(takes, recogniser.find, listener)
    people = People(
        recogniser.vectors_of(acted.portraits),
        acted.found,
        tuple(take.subject for take in takes),
        tuple(take.expression for take in takes),
    )
    learn, seed = recogniser.prior.learn, call.settings.seed
    results = [evaluate_persons(people, learn, count, seed=seed, only=only) for count in wanted]
    if plots is not None:
        names = tuple(dict.fromkeys((*recogniser.prior.names, *people.expressions)))
        _draw_persons(results, names, plots)
    return Answer(
        {str(result.shots): result.as_json() for result in results},
        lambda: _persons(results, int(acted.found.sum()), len(takes)),
    )


@app.command()
@command("seed", *NETWORK)
def episodes(
    call: Call,
    data: Faces,
    split: Split = None,
    way: Annotated[int, typer.Option(help="Expressions in an episode.")] = 5,
    shot: Annotated[int, typer.Option(help="References of each.")] = 1,
    queries: Annotated[int, typer.Option(help="Queries of each.")] = 5,
    count: Annotated[int, typer.Option("--episodes", help="How many are drawn.")] = 600,
) -> Answer:
    """Run the textbook's episodes on FER-2013, in which references and queries are strangers."""
    from fewshot_fer.evaluation.episodes import Episodes, LabelledSampler, evaluate_episodes
    from fewshot_fer.evaluation.fer import features_of
    from fewshot_fer.training.readers import read_faces

    faces = read_faces(data, split).named(call.recognizer.prior.names)
    labels = faces.majority() if faces.votes.any() else faces.own
    wanted = Episodes(way, shot, queries, count)
    LabelledSampler(labels, wanted)
    recogniser = call.recognizer
    with output.progress("Reading faces") as listener:
        features = features_of(recogniser.embedder, faces.images, listener)
    vectors, learn = recogniser.prior.project(features), recogniser.prior.learn
    figures = evaluate_episodes(vectors, labels, learn, wanted, call.settings.seed)
    row = (shot, between(figures.accuracy, figures.ci95), share(figures.accuracy_generic))
    return Answer(
        figures,
        lambda: output.table(
            f"{figures.episodes} episodes of {figures.way} expressions",
            ("references of each", "accuracy (95 %)", "without references"),
            [row],
        ),
    )


def _draw_fer(figures: FerFigures, folder: Path) -> None:
    from fewshot_fer.evaluation.plots import reliability_of
    from fewshot_fer.files import write_atomically
    from fewshot_fer.training.plots import confusion

    named = figures.named
    pairs = {f"error {figures.ece:.1%}": (named.probabilities.max(1), named.guess == named.truth)}
    write_atomically(
        folder / "confusion.png", confusion(figures.confusion, tuple(figures.per_class))
    )
    write_atomically(folder / "reliability.png", reliability_of(pairs))


def _draw_persons(results: Sequence[ShotResult], names: Sequence[str], folder: Path) -> None:
    from fewshot_fer.evaluation import plots
    from fewshot_fer.files import write_atomically

    write_atomically(folder / "accuracy.png", plots.accuracy_by_shots(results))
    write_atomically(folder / "reliability.png", plots.reliability(results))
    for result in results:
        drawn = plots.confusion_of_people(result, names)
        write_atomically(folder / f"confusion-{result.shots}.png", drawn)
        if result.shots:
            write_atomically(folder / f"gain-{result.shots}.png", plots.gain_by_person(result))


def _fer(figures: FerFigures) -> RenderableType:
    whole = {
        "FER+ majority": figures.accuracy_ferplus,
        "own labels": figures.accuracy_fer2013,
        "prototypes, even": figures.accuracy_prototypes,
        "everyday": figures.accuracy_everyday,
        "of them shown": figures.shown_everyday,
        "right of those": figures.right_of_shown,
        "macro F1": figures.macro_f1,
        "calibration error": figures.ece,
    }
    title = f"{figures.n} faces, {figures.n_ferplus} with a FER+ majority"
    each = output.table(
        "Expression by expression",
        ("expression", "faces", "recall", "precision", "F1"),
        (
            (name, one.n, share(one.recall), share(one.precision), share(one.f1))
            for name, one in figures.per_class.items()
        ),
    )
    return output.page(output.table(title, whole, [map(share, whole.values())]), each)


def _persons(results: Sequence[ShotResult], found: int, pictures: int) -> Table:
    return output.table(
        f"References of each expression; {found} of {pictures} faces found",
        ("shots", "accuracy (95 %)", "gain (95 %)", "harmed", "queries", "ece"),
        (
            (
                result.shots,
                between(result.accuracy, result.ci95),
                between(*result.gain()) if result.shots else "-",
                f"{result.subjects_harmed} of {result.n_subjects}",
                result.n_queries,
                share(result.ece),
            )
            for result in results
        ),
    )
