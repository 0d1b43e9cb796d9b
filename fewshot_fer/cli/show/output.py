"""The one place that prints: one JSON object, or something to look at."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fewshot_fer.cli.show.sentences import next_step
from fewshot_fer.errors import FewshotFerError, FolderError


class Progress(Protocol):
    """Takes how much is done, and of how much where that was not said before."""

    def __call__(self, done: float, whole: float | None = ..., /) -> None:
        """Move the bar."""


def write_json(value: object) -> None:
    """Print one JSON object on standard output; NaN and infinity become null."""
    text = json_text(value)
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from error


@contextmanager
def written() -> Iterator[None]:
    """What is printed in here is written at its end, or an error of ours says why not."""
    try:
        yield
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _give_up()
        except OSError as error:
            _give_up()
            raise _unwritable(error) from error


def _unwritable(error: OSError) -> FolderError:
    return FolderError(
        f"The output cannot be written: {error.strerror}.", next_step="Free some space."
    )


def _give_up() -> None:
    """Python tries again when it ends, and would have its own words for it."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def json_text(value: object) -> str:
    """A value as JSON, whatever it is made of."""
    return json.dumps(_plain(value), allow_nan=False)


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """A table for the terminal; what the cells say is shown as it is, never as markup."""
    result = Table(*columns, box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for row in rows:
        result.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    return result


def line(text: str, style: str = "") -> Text:
    """A line that is shown as it is, whatever names are in it."""
    return Text(text, style)


def page(*parts: RenderableType) -> Group:
    """One below the other; sentences are shown as they are."""
    return Group(*(line(part) if isinstance(part, str) else part for part in parts))


def say(text: str, style: str = "") -> None:
    """A line on standard error, where it is in no program's way."""
    console(stderr=True).print(line(text, style))


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Progress]:
    """A bar on standard error, where somebody looks at it."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    screen = console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, whole=total: bar.update(task, completed=done, total=whole)


def console(*, stderr: bool = False) -> Console:
    """The terminal."""
    return Console(stderr=stderr, highlight=False)


def show_error(error: FewshotFerError) -> None:
    """What happened, where, and what to do next, on standard error."""
    message = Text("Error: ", style="bold red").append(error.what, style="default")
    if error.where:
        message.append(f"\n  where: {error.where}", style="default")
    if advice := next_step(error):
        message.append(f"\n  next:  {advice}", style="default")
    # Long paths and addresses are there to be copied: no line breaks of ours.
    console(stderr=True).print(message, soft_wrap=True)


def print_anything() -> None:
    """Let names that the terminal cannot show be replaced instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _plain(value: object) -> object:
    """What json can write, from dataclasses, paths and numpy's scalars and arrays."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
