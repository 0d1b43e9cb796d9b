"""`fewshot-fer evaluate left-out` and others that judge trainings by people left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.commands.evaluate.group import app, between, share
from fewshot_fer.cli.options import Cluster, Data, People, Runs, numbers
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fewshot_fer.evaluation.expectation import Expected
    from fewshot_fer.evaluation.left_out import LeftOut
    from fewshot_fer.evaluation.open_set import OpenSet
    from fewshot_fer.evaluation.target_precision import Kept


@app.command("left-out")
@command("seed", needs="train")
def left_out(
    call: Call,
    runs: Runs,
    people: People,
    data: Data = None,
    folds: Annotated[
        int, typer.Option(help="For one run that saw no people: into how many folds to deal them.")
    ] = 0,
    shots: Annotated[str, typer.Option(help="How many references of each.")] = "0,1,2",
    ablate: Annotated[bool, typer.Option(help="Take each part of the posterior away.")] = False,
    cards: Annotated[
        bool, typer.Option(help="What cards expect, taught and never taught, and what is found.")
    ] = False,
    cluster: Cluster = None,
) -> Answer:
    """Judge trainings on the people that they left out; with --ablate, part by part."""
    from fewshot_fer.evaluation.expectation import evaluate_expectation
    from fewshot_fer.evaluation.left_out import evaluate_left_out, variants
    from fewshot_fer.training.choosing import choose
    from fewshot_fer.training.fitting import FitConfig
    from fewshot_fer.training.making import make_trials, read_material

    counts, seed = numbers(shots, "--shots"), call.settings.seed
    trials = make_trials(runs, read_material(call.data(data), people, seed), folds, cluster)
    chosen = choose(trials, FitConfig()).config
    if cards:
        told = evaluate_expectation(trials, chosen)
        return Answer({"cards": told}, lambda: _cards(told))
    found = {
        name: evaluate_left_out(trials, config, counts, seed)
        for name, config in (variants(chosen) if ablate else {"whole": chosen}).items()
    }
    return Answer(found, lambda: _left_out(found))


@app.command("open-set")
@command("seed", needs="train")
def open_set(
    call: Call,
    people: People,
    runs: Annotated[
        list[Path] | None,
        typer.Argument(help="Trainings that left a fold of people out, and this expression."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="The unknown expression; several: each in turn. Else all but neutral."),
    ] = None,
    data: Data = None,
    write: Annotated[
        Path | None,
        typer.Option(help="Only write the data without the expression here, to train on."),
    ] = None,
    cluster: Cluster = None,
) -> Answer:
    """Hold an expression out: how well it is refused before it is taught, and learnt after."""
    from fewshot_fer.evaluation.open_set import data_without, evaluate_open_set
    from fewshot_fer.expressions import NEUTRAL
    from fewshot_fer.students.store.names import known_expression
    from fewshot_fer.training.choosing import choose
    from fewshot_fer.training.data import LABELS
    from fewshot_fer.training.fitting import FitConfig
    from fewshot_fer.training.making import make_trials, read_material

    sources, seed = call.data(data), call.settings.seed
    unknown = [known_expression(name, LABELS) for name in without or ()]
    if write is not None:
        if len(unknown) != 1:
            raise typer.BadParameter("say which one with --without", param_hint="--write")
        data_without(unknown[0], sources, people, write)
        return Answer({"written": write}, f"Written: {write}")
    if not runs:
        raise typer.BadParameter("give one run or more", param_hint="RUNS")
    trials = make_trials(runs, read_material(sources, people, seed), cluster=cluster)
    names = trials[0].crowd.names
    held = [known_expression(name, names) for name in unknown]
    held = held or [name for name in names if name != NEUTRAL]
    config = choose(trials, FitConfig()).config
    found = evaluate_open_set(trials, config, held, seed)
    return Answer({"people": found}, lambda: _open_set(found))


@app.command()
@command("seed", needs="train")
def target_precision(
    call: Call, runs: Runs, people: People, data: Data = None, cluster: Cluster = None
) -> Answer:
    """Say how many of the labels shown (not unsure) are right, on people left out."""
    from fewshot_fer.evaluation.target_precision import evaluate_target_precision
    from fewshot_fer.training.choosing import TARGET_PRECISION
    from fewshot_fer.training.fitting import FitConfig
    from fewshot_fer.training.making import make_trials, read_material

    material = read_material(call.data(data), people, call.settings.seed)
    trials = make_trials(runs, material, cluster=cluster)
    found = evaluate_target_precision(trials, FitConfig())
    return Answer(
        {"target_precision": TARGET_PRECISION, "people": found},
        lambda: _target_precision(TARGET_PRECISION, found),
    )


def _cards(told: list[Expected]) -> Table:
    return output.table(
        "What a card expects of people left out",
        ("expression", "taught", "expected", "found", "n"),
        (
            (one.expression, "yes" if one.taught else "no", share(one.expected), share(one.found),
             one.n)
            for one in told
        ),
    )  # fmt: skip


def _left_out(found: dict[str, dict[str, dict[str, LeftOut]]]) -> Table:
    rows = [
        (
            name,
            group,
            way,
            between(one.accuracy, one.ci95),
            f"{100 * one.gain:+.1f} ({100 * one.gain_ci95[0]:.1f}–{100 * one.gain_ci95[1]:.1f})",
            f"{one.subjects_harmed} of {one.n_subjects}",
            one.n_queries,
            f"{share(one.ece)} ({share(one.ece_by_chance)} by chance)",
        )
        for name, sets in found.items()
        for group, ways in sets.items()
        for way, one in ways.items()
    ]
    columns = ("variant", "people", "references", "accuracy (95 %)", "gain", "harmed", "n", "ece")
    return output.table("People whom neither network nor prior has seen", columns, rows)


def _open_set(found: list[OpenSet]) -> Table:
    def rows(one: OpenSet) -> Iterator[tuple[object, ...]]:
        for whom, r in (("strangers", one.strangers), ("enrolled", one.enrolled)):
            yield one.people, f"refused, {whom}", share(r.unknown), share(r.known), r.n_unknown
        for k in one.learnt:
            after = f"called so after {k.references}"
            yield one.people, after, share(k.recall), share(k.false_alarms), k.n

    return output.table(
        "An expression that is not known, on people left out",
        ("people", "asked", "unknown", "the known ones", "n"),
        (row for one in found for row in rows(one)),
    )


def _target_precision(target: float, found: list[Kept]) -> Table:
    columns = ("people", "references", "n", "right", "shown", "right of those shown", "ece")
    rows = [
        (k.people, k.references, k.n, *map(share, (k.accuracy, k.shown, k.right_of_shown, k.ece)))
        for k in found
    ]
    return output.table(f"Aim: {100 * target:.0f} % of those shown are right", columns, rows)
