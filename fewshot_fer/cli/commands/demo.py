"""`fewshot-fer demo`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import NETWORK
from fewshot_fer.cli.show import classview, output
from fewshot_fer.cli.show.notice import LAW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.live import Live

    from fewshot_fer.drawn.demo import DemoPlan, Outcome, Scene, Watch

STAGES: Final = {
    "before": "1 of 4   A lesson. Nobody is enrolled: all are read as people in general.",
    "enrol": "2 of 4   Everybody enrols with one picture of each expression.",
    "rest": "3 of 4   Another day, another light: all look into the camera for three seconds.",
    "after": "4 of 4   The later lesson. Everybody is read as they show it themselves.",
}


@command(*NETWORK)
def demo(
    call: Call,
    students: Annotated[int, typer.Option(min=1, max=49, help="How many are drawn.")] = 12,
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="How long each of the two lessons is.")
    ] = 12,
    seed: Annotated[
        list[int] | None,
        typer.Option(min=0, help="Which class is drawn; may be given several times."),
    ] = None,
) -> Answer:
    """Draw a class, read it, enrol everybody from a few pictures, and read it again.

    The drawn faces go the same way as a camera's. Names are read from the call's name tags; only
    the score at the end knows what the students truly show.
    """
    from fewshot_fer.drawn.demo import DemoPlan

    plans = [DemoPlan(students, seconds, one) for one in seed or [call.settings.seed]]
    watching = not call.as_json and output.console().is_terminal
    outcomes = _shown(call, plans) if watching else _run(call, plans, lambda _: None)
    return Answer(_summary(students, seconds, outcomes), lambda: _result(outcomes))


def _run(call: Call, plans: Sequence[DemoPlan], watch: Watch) -> list[Outcome]:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from fewshot_fer.drawn.demo import Demo

    outcomes = []
    for plan in plans:
        with TemporaryDirectory(prefix="fewshot-fer-demo-") as folder:
            outcomes.append(Demo(plan, call.recognizer, Path(folder), watch).run())
    return outcomes


def _summary(students: int, seconds: float, outcomes: Sequence[Outcome]) -> dict[str, object]:
    from fewshot_fer.drawn.scoring import TOLERANCE_S, total

    before = total(outcome.before for outcome in outcomes)
    after = total(outcome.after for outcome in outcomes)
    looks, looking = (sum(getattr(o, name) for o in outcomes) for name in ("looks", "looking"))
    return {
        "students": students,
        "seconds": seconds,
        "seeds": [outcome.seed for outcome in outcomes],
        "detection_recall": total([before, after]).recall,
        "accuracy_before": before.accuracy,
        "accuracy_after": after.accuracy,
        "fps": looks / looking if looking else 0.0,
        "tolerance": TOLERANCE_S,
        "accuracy_before_strict": before.strict_accuracy,
        "accuracy_after_strict": after.strict_accuracy,
        "unsure_before": before.unsure_share,
        "unsure_after": after.unsure_share,
        "false_faces": before.false + after.false,
        "misnamed": before.misnamed + after.misnamed,
        "references_refused": sum(outcome.refused for outcome in outcomes),
        "confused_after": [list(kind) for kind in after.confused[:8]],
        "by_seed": [
            {
                "seed": outcome.seed,
                "detection_recall": total([outcome.before, outcome.after]).recall,
                "accuracy_before": outcome.before.accuracy,
                "accuracy_after": outcome.after.accuracy,
                "fps": outcome.fps,
            }
            for outcome in outcomes
        ],
    }


# ---------------------------------------------------------------------- to look at


def _shown(call: Call, plans: Sequence[DemoPlan]) -> list[Outcome]:
    """Run with a picture of the class that moves with the lesson's own time."""
    from rich.live import Live

    console = output.console()
    opening = Text(f"Drawing {plans[0].students} students ...", style="dim")
    with Live(opening, console=console, refresh_per_second=12, transient=True) as live:
        return _run(call, plans, _Screen(live, console).show)


class _Screen:
    """Shows scenes, not faster than the lesson goes."""

    def __init__(self, live: Live, console: Console) -> None:
        self._live = live
        self._console = console
        self._stage = ""
        self._began = 0.0
        self._before: RenderableType | None = None
        self._said = ""

    def show(self, scene: Scene) -> None:
        """The next scene."""
        if scene.stage != self._stage:
            self._stage, self._began = scene.stage, time.monotonic() - scene.done
        if scene.view is not None:
            time.sleep(max(0.0, self._began + scene.done - time.monotonic()))
        self._live.update(self._picture(scene))

    def _picture(self, scene: Scene) -> Group:
        from rich.columns import Columns
        from rich.padding import Padding

        share = min(1.0, scene.done / scene.total)
        head = [
            Text(STAGES[scene.stage], style="bold"),
            classview.bar(share, min(60, self._console.width - 2), "grey62"),
            Text(),
        ]
        if scene.view is None or scene.tally is None:
            return Group(*head)
        right = f"right so far: {100 * scene.tally.accuracy:.0f} %"
        if scene.stage == "before":
            self._said = f"before: {100 * scene.tally.accuracy:.0f} %     "
            right = "before enrolment, " + right
        elif scene.stage == "after":
            right = self._said + "after enrolment, " + right
        bars = Padding(classview.class_bars(scene.view.shares), (1, 4, 0, 0))
        done = classview.effort_line(scene.view.effort, scene.view.timings)
        return Group(
            *head,
            classview.students_grid(scene.view.seen, self._console.width),
            Columns([bars, Padding(Text(f"{right}\n\n{done}"), (1, 0, 0, 0))]),
        )


def _result(outcomes: Sequence[Outcome]) -> Group:
    """Before and after side by side, by student and in all."""
    from fewshot_fer.drawn.scoring import total

    before = total(outcome.before for outcome in outcomes)
    after = total(outcome.after for outcome in outcomes)
    parts: list[RenderableType] = []
    if len(outcomes) == 1:
        parts.append(_by_student(outcomes[0]))
    sums = Table.grid(padding=(0, 2, 0, 0))
    for word, tally, style in (("before", before, "grey62"), ("after", after, "green")):
        sums.add_row(
            Text(word, style="bold"), classview.bar(tally.accuracy, 30, style),
            f"{100 * tally.accuracy:5.1f} % of the student-seconds labelled right",
        )  # fmt: skip
    parts += [sums, Text(_words(outcomes), style="dim"), Text(f"\n{LAW}", style="dim")]
    return Group(*parts)


def _by_student(outcome: Outcome) -> Table:
    after = {name: right / max(1, seen) for name, seen, right in outcome.after.students}

    def rows() -> list[tuple[object, ...]]:
        return [
            (
                name,
                classview.bar(right / max(1, seen), 20, "grey62"),
                f"{100 * right / max(1, seen):.0f} %",
                classview.bar(after.get(name, 0.0), 20, "green"),
                f"{100 * after.get(name, 0.0):.0f} %",
            )
            for name, seen, right in outcome.before.students
        ]

    columns = ("student", "before enrolment", "", "after, in another light", "")
    return output.table("Labelled right", columns, rows())


def _words(outcomes: Sequence[Outcome]) -> str:
    from fewshot_fer.drawn.scoring import TOLERANCE_S, total

    after = total(outcome.after for outcome in outcomes)
    every = total([*(outcome.before for outcome in outcomes), after])
    mistakes = ", ".join(f"{label} instead of {truth}" for truth, label, _ in after.confused[:3])
    rate = sum(o.looks for o in outcomes) / max(1e-9, sum(o.looking for o in outcomes))
    return (
        f"Faces found: {100 * every.recall:.1f} %. Frames a second: {rate:.0f}. "
        f"Most frequent mistakes after: {mistakes or 'none'}.\n"
        f"Just after a change the expression before counts too, for {TOLERANCE_S} s; without that: "
        f"{100 * after.strict_accuracy:.1f} %."
    )
