"""The group, and `evaluate fer`, `persons` and `episodes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from fewshot_fer.evaluation.fer import FerFigures
    from fewshot_fer.evaluation.persons import ShotResult
    from fewshot_fer.training.people import Listener

app = typer.Typer(no_args_is_help=True, help="Measure how good the recogniser is.")

Data = Annotated[
    list[Path],
    typer.Argument(
        help="fer2013.csv, the folder of train/ and test/, or .npz files or their folder."
    ),
]
Split = Annotated[
    str | None, typer.Option(help="Training, PublicTest, PrivateTest, or a piece of a file's name.")
]
Plots = Annotated[Path | None, typer.Option(help="Draw the figures into this folder.")]


@app.command()
def fer(
    context: typer.Context,
    data: Data,
    split: Split = None,
    plots: Plots = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    as_json: options.Json = False,
) -> None:
    """Name FER-2013's faces: FER+'s majority, its own labels, and the generic prototypes."""
    from fewshot_fer.evaluation.fer import basic_scores, evaluate_fer, features_of
    from fewshot_fer.training.readers import read_faces
    from fewshot_fer.training.scores import Balance, HeadLogits

    faces = read_faces(data, split)
    recogniser = options.recognizer(
        options.settings(context, checkpoint=checkpoint, precision=precision, threads=threads)
    )
    embedder, prior = recogniser.embedder, recogniser.prior
    with _progress("faces") as listener:
        features = features_of(embedder, faces.images, listener)
    logits = HeadLogits(features[:, embedder.blocks["votes"]], features[:, embedder.blocks["own"]])
    balance = Balance.of(embedder.card.log_share_votes, embedder.card.log_share_own)
    scores = basic_scores(recogniser.generic, prior.project(features))
    figures = evaluate_fer(faces, logits, balance, scores)
    if plots is not None:
        _draw_fer(figures, plots)
    output.show(figures.as_json(), as_json=as_json, picture=lambda: _fer_table(figures))


@app.command()
def persons(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(help="Pictures of people with index.csv: path,subject,emotion,session."),
    ],
    shots: Annotated[
        str, typer.Option(help="How many references of each expression, such as 0,1,2.")
    ] = "0,1,2",
    only: Annotated[
        str | None, typer.Option(help="Give references of this expression alone, such as neutral.")
    ] = None,
    plots: Plots = None,
    seed: options.Seed = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    as_json: options.Json = False,
) -> None:
    """Learn people from a few references each and name their other pictures.

    Faces are found and aligned as in life; one that is not found counts as wrong.
    """
    from fewshot_fer.evaluation.persons import People, evaluate_persons
    from fewshot_fer.training.people import photograph_all, read_takes

    wanted = numbers(shots)
    takes = read_takes(folder)
    _check_known(only, [take.expression for take in takes])
    settings = options.settings(
        context,
        seed=seed,
        checkpoint=checkpoint,
        precision=precision,
        threads=threads,
        min_face=min_face,
    )
    recogniser = options.recognizer(settings)
    with _progress("pictures") as listener:
        acted = photograph_all(takes, recogniser.find, listener)
    people = People(
        recogniser.vectors_of(acted.portraits),
        acted.found,
        tuple(take.subject for take in takes),
        tuple(take.expression for take in takes),
    )
    learn = recogniser.prior.learn
    results = [
        evaluate_persons(people, learn, count, seed=settings.seed, only=only) for count in wanted
    ]
    if plots is not None:
        _draw_persons(results, plots)
    output.show(
        {str(result.shots): result.as_json() for result in results},
        as_json=as_json,
        picture=lambda: _persons_table(results, int(acted.found.sum()), len(takes)),
    )


@app.command()
def episodes(
    context: typer.Context,
    data: Data,
    split: Split = None,
    way: Annotated[int, typer.Option(help="Expressions in an episode.")] = 5,
    shot: Annotated[int, typer.Option(help="References of each.")] = 1,
    queries: Annotated[int, typer.Option(help="Queries of each.")] = 5,
    count: Annotated[int, typer.Option("--episodes", help="How many are drawn.")] = 600,
    seed: options.Seed = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    as_json: options.Json = False,
) -> None:
    """Run the textbook's episodes on FER-2013, in which references and queries are strangers."""
    from fewshot_fer.evaluation.episodes import Episodes, LabelledSampler, evaluate_episodes
    from fewshot_fer.evaluation.fer import features_of
    from fewshot_fer.training.readers import read_faces

    faces = read_faces(data, split)
    labels = faces.majority() if faces.votes.any() else faces.own
    wanted = Episodes(way, shot, queries, count)
    LabelledSampler(labels, wanted)
    settings = options.settings(
        context, seed=seed, checkpoint=checkpoint, precision=precision, threads=threads
    )
    recogniser = options.recognizer(settings)
    with _progress("faces") as listener:
        features = features_of(recogniser.embedder, faces.images, listener)
    vectors = recogniser.prior.project(features)
    figures = evaluate_episodes(vectors, labels, recogniser.prior.learn, wanted, settings.seed)
    output.show(
        figures,
        as_json=as_json,
        picture=lambda: output.table(
            f"{figures.episodes} episodes of {figures.way} expressions",
            ("references of each", "accuracy (95 %)", "without references"),
            [(shot, _between(figures.accuracy, figures.ci95), f"{figures.accuracy_generic:.1%}")],
        ),
    )


def numbers(text: str) -> list[int]:
    """A list such as 0,1,2, each once and in order."""
    try:
        found = sorted({int(word) for word in text.split(",")})
    except ValueError:
        found = [-1]
    if found[0] < 0:
        raise typer.BadParameter(
            f"{text!r} is no list of numbers such as 0,1,2", param_hint="--shots"
        )
    return found


def _check_known(only: str | None, shown: Sequence[str]) -> None:
    if only is not None and only not in shown:
        raise typer.BadParameter(
            f"nobody shows {only!r}; they show {', '.join(sorted(set(shown)))}",
            param_hint="--only",
        )


@contextmanager
def _progress(what: str) -> Iterator[Listener]:
    """A bar on standard error, where somebody looks at it."""
    from rich.progress import Progress

    with Progress(console=output.console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Reading {what}", total=None)
        yield lambda done, everything: bar.update(task, completed=done, total=everything)


def _draw_fer(figures: FerFigures, folder: Path) -> None:
    from fewshot_fer.evaluation.plots import reliability_of
    from fewshot_fer.files import write_atomically
    from fewshot_fer.training.plots import confusion

    named = figures.named
    pairs = {f"error {figures.ece:.1%}": (named.probabilities.max(1), named.guess == named.truth)}
    write_atomically(folder / "confusion.png", confusion(figures.confusion))
    write_atomically(folder / "reliability.png", reliability_of(pairs))


def _draw_persons(results: Sequence[ShotResult], folder: Path) -> None:
    from fewshot_fer.evaluation import plots
    from fewshot_fer.files import write_atomically

    write_atomically(folder / "accuracy.png", plots.accuracy_by_shots(results))
    write_atomically(folder / "reliability.png", plots.reliability(results))
    for result in results:
        drawn = plots.confusion_of_people(result)
        write_atomically(folder / f"confusion-{result.shots}.png", drawn)
        if result.shots:
            write_atomically(folder / f"gain-{result.shots}.png", plots.gain_by_person(result))


def _fer_table(figures: FerFigures) -> Group:
    from rich.console import Group

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.1%}"

    whole = output.table(
        f"{figures.n} faces, {figures.n_ferplus} with a FER+ majority",
        ("FER+ majority", "own labels", "generic prototypes", "macro F1", "calibration error"),
        [
            (
                share(figures.accuracy_ferplus),
                share(figures.accuracy_fer2013),
                share(figures.accuracy_prototypes),
                share(figures.macro_f1),
                share(figures.ece),
            )
        ],
    )
    each = output.table(
        "Expression by expression",
        ("expression", "faces", "recall", "precision", "F1"),
        (
            (name, one.n, share(one.recall), share(one.precision), share(one.f1))
            for name, one in figures.per_class.items()
        ),
    )
    return Group(whole, each)


def _persons_table(results: Sequence[ShotResult], found: int, pictures: int) -> Table:
    columns = ("shots", "accuracy (95 %)", "gain (95 %)", "harmed", "queries", "ece")
    return output.table(
        f"References of each expression; {found} of {pictures} faces found",
        columns,
        (
            (
                result.shots,
                _between(result.accuracy, result.ci95),
                _between(*result.gain()) if result.shots else "-",
                f"{result.subjects_harmed} of {result.n_subjects}",
                result.n_queries,
                f"{result.ece:.1%}",
            )
            for result in results
        ),
    )


def _between(value: float, bounds: tuple[float, float]) -> str:
    return f"{value:.1%} ({100 * bounds[0]:.1f}–{100 * bounds[1]:.1f})"
