"""What looks after an installation: `fewshot-fer doctor`, `slim`, `backup`, `restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from fewshot_fer.backup import Kept
    from fewshot_fer.doctor import Check

MARKS = {"fine": ("ok", "green"), "note": ("note", "yellow"), "broken": ("mend", "bold red")}


@command("checkpoint", "precision", "host", "port")
def doctor(call: Call) -> Answer:
    """Say what is found on this machine, what is missing, and how to mend it."""
    from fewshot_fer.doctor import examine, healthy

    checks = examine(call.settings)
    fine = healthy(checks)
    return Answer({"healthy": fine, "checks": checks}, lambda: _table(checks), fine=fine)


@command("yes")
def slim(call: Call) -> Answer:
    """Take out of this environment what its libraries carry and this program never uses.

    Other devices' engines, readers of other formats, tests: programs that share the environment
    may miss them. Installing a library again brings its files back.
    """
    from fewshot_fer.slimming import spare

    found = list(spare())
    size = sum(one.size for one in found)
    libraries = {one.library: {"files": len(one.files), "bytes": one.size} for one in found}
    if found:
        names = ", ".join(libraries)
        call.sure(f"Delete {_mb(size)} of {names} that fewshot-fer does not use?")
    for one in found:
        one.take_out()
    rows = [(name, what["files"], _mb(what["bytes"])) for name, what in libraries.items()]
    return Answer(
        {"bytes": size, "libraries": libraries},
        lambda: output.table(f"{_mb(size)} taken out", ("library", "files", "size"), rows),
    )


def _mb(size: int) -> str:
    return f"{size / 2**20:.0f} MB"


def _table(checks: list[Check]) -> Table:
    def row(check: Check) -> tuple[Text, str, Text]:
        word, style = MARKS[check.state]
        # One wide column, so that paths fit; one that does not is folded, never cut: it is there
        # to be copied.
        said = Text(check.found, overflow="fold")
        if check.mend:
            said.append(f"\n{check.mend}", style=style)
        return Text(word, style=style), check.name, said

    return output.table("This machine", ("", "what", "found, and what to do"), map(row, checks))


@command("support_sets", "records")
def backup(
    call: Call,
    target: Annotated[Path, typer.Argument(metavar="TO", help="A new file, such as monday.zip.")],
) -> Answer:
    """Write students, record and the web app's keys into one file, also while lessons run.

    It holds pictures of faces, and keys: keep it as safe as they are.
    """
    from fewshot_fer.audit import BACKED_UP
    from fewshot_fer.backup import backup

    made = backup(call.settings, target)
    call.audit.note(BACKED_UP)
    return _answer(made, "is in")


@command("support_sets", "records")
def restore(
    call: Call,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="What `backup` wrote.")],
) -> Answer:
    """Bring a backup back, where there is nothing yet; stop the web app first.

    It is checked before anything is written. Cut off, it goes on when it is asked for again.
    """
    from fewshot_fer.backup import restore

    return _answer(restore(call.settings, source), "is back from")


@command("records")
def audit(
    call: Call,
    last: Annotated[int, typer.Option(min=1, help="So many of the latest.")] = 50,
) -> Answer:
    """Say who enrolled, deleted, exported, signed in or changed a key, and when; no student's name.

    Kept as long as what is recorded of single students (`keep_days`), in months.
    """
    found = call.audit.entries()[-last:]
    lines = [f"{one.at:25}  {one.who:8}  {one.did}" for one in found]
    return Answer({"entries": found}, "\n".join(lines) or "Nothing was done here yet.")


def _answer(kept: Kept, how: str) -> Answer:
    return Answer(
        asdict(kept) | {"made": kept.made.isoformat()},
        f"Of {kept.made:%Y-%m-%d %H:%M} UTC: everything {how} {kept.path} "
        f"({kept.students} students, {kept.sessions} sessions, {kept.bytes / 1e6:.1f} MB).",
    )
