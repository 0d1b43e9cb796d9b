"""How a command is written: what it is given, what it answers.

    @app.command()
    @command("support_sets")
    def rename(call: Call, student: Who, name: Annotated[str, typer.Argument()]) -> Answer:
        \"\"\"Give a student another name; the id stays.\"\"\"
        from fewshot_fer.students import documents      # heavy things are imported in here

        renamed = call.library.rename(call.library.find(student).id, name)
        return Answer(documents.student(renamed), lambda: students.page(renamed))

`command` adds the shared options that are named (`options` has them) and `--json`, and shows the
answer. Errors of ours are raised, never printed: `app.run` shows them and gives the exit code.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import RenderableType

from fewshot_fer.cli import options
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from fewshot_fer.audit import Audit
    from fewshot_fer.recognizer import Recognizer
    from fewshot_fer.settings import Settings
    from fewshot_fer.students.roster import Roster
    from fewshot_fer.students.store.library import Library


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: a document for programs, and how it looks."""

    document: object
    shown: str | Callable[[], RenderableType]
    """A sentence, or what makes something to look at where somebody looks."""
    fine: bool = True
    """Otherwise the exit code is 1."""


@dataclass
class Call:
    """One call of a command, with what most commands work on, opened when first asked for."""

    file: Path | None
    """The settings' file."""
    given: Mapping[str, Any]
    """The shared options."""
    as_json: bool = False

    def settings_with(self, **more: object) -> Settings:
        """Defaults < YAML file < environment < the options given here (None: not given)."""
        from fewshot_fer.settings import load_settings

        given = {name: self.given[name] for name in options.SETTINGS if name in self.given}
        return load_settings(self.file, os.environ, {**given, **more})

    @cached_property
    def settings(self) -> Settings:
        """The settings with the options given here."""
        return self.settings_with()

    @cached_property
    def recognizer(self) -> Recognizer:
        """The recogniser that the settings ask for."""
        from fewshot_fer.recognizer import Recognizer

        return Recognizer.of(self.settings)

    @cached_property
    def library(self) -> Library:
        """The students' library."""
        from fewshot_fer.students.store.library import Library

        found = Library.of(self.settings)
        found.tells = self.audit.note
        return found

    @cached_property
    def audit(self) -> Audit:
        """What was done with what the settings name."""
        from fewshot_fer.audit import Audit
        from fewshot_fer.records.folders import web_folder

        settings = self.settings
        return Audit(web_folder(settings.records), settings.keep_days, "command")

    @cached_property
    def roster(self) -> Roster:
        """The library with the recogniser."""
        from fewshot_fer.students.roster import Roster

        return Roster(self.library, self.recognizer)

    def data(self, given: Sequence[Path] | None) -> Sequence[Path]:
        """FER-2013, where it is not given here."""
        return given or ([self.settings.data] if self.settings.data else [])

    @property
    def has_terminal(self) -> bool:
        """Whether somebody may type something."""
        return sys.stdin.isatty() and not self.as_json

    @property
    def asks(self) -> bool:
        """Whether there is somebody to ask."""
        return self.has_terminal and not self.given["yes"]

    def sure(self, question: str) -> None:
        """Ask before something cannot be taken back; without a terminal, --yes is needed."""
        if self.given["yes"]:
            return
        if not self.asks:
            from fewshot_fer.errors import StudentError

            raise StudentError(
                f"{question} Nobody can be asked here, so nothing was done.",
                next_step="Say yes beforehand: add --yes.",
            )
        typer.confirm(question, abort=True, err=True)

    def show(self, answer: Answer) -> None:
        """Print the document, or what is to be seen; leave with 1 where not all is fine."""
        if self.as_json:
            output.write_json(answer.document)
        else:
            shown = answer.shown
            output.console().print(output.page(shown if isinstance(shown, str) else shown()))
        if not answer.fine:
            raise typer.Exit(1)


def command(
    *shared: str, needs: str = ""
) -> Callable[[Callable[..., Answer | None]], Callable[..., None]]:
    """Make a function a command: the shared options come after its own, `--json` is the last.

    An extra that it `needs` must be installed.
    """

    def made(function: Callable[..., Answer | None]) -> Callable[..., None]:
        @wraps(function)
        def run(context: typer.Context, as_json: bool, **given: Any) -> None:
            if needs:
                need(needs)
            mine = {name: given.pop(name) for name in shared}
            call = Call(context.obj, mine, as_json)
            answer = function(call, **given)
            if answer is not None:
                call.show(answer)

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                _keyword("context", typer.Context),
                *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own),
                *(_keyword(name, *options.SHARED[name]) for name in (*shared, "as_json")),
            ]
        )
        return run

    return made


def need(extra: str) -> None:
    """Refuse to go on where an extra is not installed."""
    from importlib.util import find_spec

    from fewshot_fer.doctor import EXTRAS
    from fewshot_fer.errors import InstallError

    missing = [name for name in EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise InstallError(
            f"This needs {' and '.join(missing)}, which the product itself does not.",
            next_step=f"pip install 'fewshot-fer[{extra}]'",
        )


def _keyword(
    name: str, annotation: object, default: object = inspect.Parameter.empty
) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
