"""The sources that a command line names: cameras, files, streams, the screen, a drawn class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fewshot_fer.lesson.commands import Source
    from fewshot_fer.settings import Settings


def sources_of(
    given: Sequence[str], student: str | None, settings: Settings, cores: float | None
) -> list[Source]:
    """Every source with its pictures; `anna=rtsp://...` shows Anna only."""
    from fewshot_fer.drawn.sources import is_drawn, live_pictures
    from fewshot_fer.lesson.commands import Kind, Source
    from fewshot_fer.lesson.sources import without_password
    from fewshot_fer.students.store.library import Library

    library = Library.of(settings)

    if student is not None and len(given) > 1:
        raise typer.BadParameter("with several sources say STUDENT=SOURCE", param_hint="--student")
    found: list[Source] = []
    for place, one in enumerate(given, 1):
        whom, source = (student, one) if student is not None else whose(one)
        known = library.find(whom) if whom is not None else None
        called = f"camera {source}" if source.isdecimal() else without_password(source)
        name = known.name if known is not None else called
        kind: Kind = "drawn" if is_drawn(source) else "gallery"
        found.append(
            Source(
                name if all(other.key != name for other in found) else f"{name} ({place})",
                kind="device" if known is not None else kind,
                student=known.id if known is not None else None,
                pictures=live_pictures(source, settings.seed),
                cores=cores / len(given) if cores is not None else None,
            )
        )
    return found


def whose(source: str) -> tuple[str | None, str]:
    """The student whom a source shows, where that is said before a `=`."""
    student, equals, rest = source.partition("=")
    if not equals or not student or not rest or any(sign in student for sign in "/:\\"):
        return None, source
    return (None, source) if Path(source).exists() else (student, rest)
