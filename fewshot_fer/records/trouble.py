"""What a database refuses, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, SQLAlchemyError

from fewshot_fer.errors import RecordError
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code, Reason

_KNOWN: Final[tuple[tuple[tuple[str, ...], str | Reason, str], ...]] = (
    (
        ("database is locked", "database table is locked"),
        "Another program is writing to the record of sessions.",
        "Close the other program, or wait until it is done.",
    ),
    (
        ("disk is full", "disk full", "no space left"),
        Reason(Code.RECORD_FULL),
        "",
    ),
    (
        ("readonly database", "read-only"),
        "The record of sessions cannot be written.",
        "Give yourself the right to write the file and its folder.",
    ),
    (
        ("unable to open database file",),
        "The record of sessions cannot be opened.",
        "Check that the folder exists and may be written.",
    ),
    (
        ("file is not a database", "malformed", "disk image"),
        "This file is no record of sessions, or it is damaged.",
        "Name another file with the setting `records`, or move this one away.",
    ),
    (
        ("password authentication", "no password supplied", "role ", "permission denied"),
        "The database does not let us in.",
        "Check user, password and rights in the setting `records`.",
    ),
    (
        ("does not exist",),
        "There is no such database.",
        "Create it with `createdb`, or change the setting `records`.",
    ),
)


@contextmanager
def plain_words(where: str) -> Iterator[None]:
    """Turn what the database library raises into an error that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        raise explained(error, where) from error
    except (TypeError, ValueError, OverflowError, IndexError) as error:
        # SQLite keeps any value in any column: a damaged file gives text where numbers are due, or
        # the number of an expression that is none.
        raise RecordError(
            "The record of sessions is damaged: it holds what was never written there.",
            where=where,
            next_step="Restore a backup, or name another file with the setting `records`.",
        ) from error


def explained(error: SQLAlchemyError, where: str) -> RecordError:
    """The error that a user sees."""
    cause = str(error.orig if isinstance(error, DBAPIError) else error)
    said = cause.casefold()
    for signs, what, next_step in _KNOWN:
        if any(sign in said for sign in signs):
            return RecordError(what, where=where, next_step=next_step)
    first = next(iter(cause.splitlines()), "unknown")
    if isinstance(error, OperationalError) and not where.startswith("sqlite"):
        return RecordError(
            Phrase("The database cannot be reached: {first}.", first=first),
            where=where,
            next_step="Check that the server runs and the address in the setting `records`.",
        )
    kind = "The database refused" if isinstance(error, DatabaseError) else "The record failed"
    return RecordError(
        Phrase("{kind}: {first}.", kind=kind, first=first),
        where=where,
        next_step="Try again; if it stays, name another database with the setting `records`.",
    )
