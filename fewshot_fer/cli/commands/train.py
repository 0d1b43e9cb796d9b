"""`fewshot-fer train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import Data
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from fewshot_fer.training.course import Course
    from fewshot_fer.training.history import EpochRecord
    from fewshot_fer.training.run import Progress


@command(needs="train")
def train(
    call: Call,
    config: Annotated[
        Path, typer.Argument(help="The configuration; training/default.yaml is one that works.")
    ],
    out: Annotated[Path, typer.Option(help="The run's folder: state, figures, curves.")],
    data: Data = None,
    people: Annotated[
        list[Path] | None,
        typer.Option(help="People's pictures with index.csv, for episodes; may be repeated."),
    ] = None,
    bank: Annotated[
        Path | None, typer.Option(help="A bank of teachers' labels, as `data label` fills it.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where this run's last epoch ended.")
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor threads; else all there are.")
    ] = None,
) -> Answer:
    """Train a network on FER-2013; may be stopped at any moment and resumed.

    Trains on the split Training, and watches PublicTest (or `test`) after every epoch.
    Pictures that are in both are left out of the training.
    """
    from fewshot_fer.training import course as courses
    from fewshot_fer.training.config import read_config

    course = courses.open_course(
        out,
        read_config(config),
        call.data(data),
        people=people or (),
        bank=bank,
        resume=resume,
        threads=threads,
    )
    with _Watch(course) as watch:
        history = course.run(watch)
    return Answer(
        {"run": out, "device": str(course.trainer.device), "epochs": history},
        lambda: _table(course, history),
    )


class _Watch:
    """A bar with the time that is left, and a line for every epoch, on standard error."""

    def __init__(self, course: Course) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        from fewshot_fer.training.history import epochs_left

        self._course = course
        self._left = epochs_left
        self._bar: Bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=output.console(stderr=True),
        )
        self._done = 0.0
        self._task = self._bar.add_task(
            "beginning", total=epochs_left(course.config, course.history)
        )

    def __enter__(self) -> _Watch:
        course = self._course
        self._bar.console.print(
            f"{len(course.trainer.faces)} faces to learn from, {len(course.validation)} to watch "
            f"by, on {course.trainer.device}"
        )
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.stop()
        if kind is KeyboardInterrupt:
            self._bar.console.print("Stopped. Every whole epoch is kept: go on with --resume.")

    def __call__(self, progress: Progress) -> None:
        """Move the bar."""
        self._bar.update(
            self._task,
            completed=self._done + progress.step / progress.steps,
            description=f"{progress.stage} {progress.epoch + 1}, loss {progress.loss:.2f}",
        )

    def epoch_done(self, record: EpochRecord) -> None:
        """Print the epoch's line; the bar grows shorter where a stage ends early."""
        course = self._course
        self._done += 1
        left = self._left(course.config, course.history)
        self._bar.update(self._task, completed=self._done, total=self._done + left)
        self._bar.console.print("  ".join(_row(course, record)), highlight=False)


def _row(course: Course, record: EpochRecord) -> tuple[str, ...]:
    return (
        f"{course.config.stages[record.stage].name} {record.epoch + 1}",
        " ".join(f"{name} {loss:.3f}" for name, loss in record.losses.items()),
        f"FER+ {_percent(record.accuracy_ferplus)}",
        f"own {_percent(record.accuracy_fer2013)}",
        f"{record.seconds:.0f} s",
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _table(course: Course, history: tuple[EpochRecord, ...]) -> Table:
    columns = ("epoch", "losses", "FER+", "own labels", "time")
    rows = (_row(course, record) for record in history)
    return output.table(f"The run in {course.folder}", columns, rows)
