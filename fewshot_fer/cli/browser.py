"""`live --browser`: the same sources, watched in the web app of this machine."""

from __future__ import annotations

import webbrowser
from dataclasses import replace
from threading import Timer
from typing import TYPE_CHECKING, Final

from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.lesson.commands import Source
    from fewshot_fer.lesson.events import Mode
    from fewshot_fer.lesson.sources import Pictures
    from fewshot_fer.settings import Settings

_HERE: Final = "127.0.0.1"
_OPEN_AFTER_S: Final = 2.0


def in_browser(
    settings: Settings,
    sources: Sequence[Source],
    mode: Mode,
    title: str = "",
    *,
    of: str = "",
    opens: bool = True,
) -> None:
    """Show the sources in the web app until Ctrl-C; only this machine reaches it."""
    from fewshot_fer.lesson.commands import Pull, Record, Rename
    from fewshot_fer.web import server
    from fewshot_fer.web.app_state import AppState

    settings = settings.model_copy(update={"host": _HERE})
    app = AppState(settings)
    app.chosen = of
    lesson = app.lessons.open(app.class_name)
    if title:
        lesson.ask(Rename(title))
    if mode != "off":
        lesson.ask(Record(mode)).result()
    for source in sources:
        lesson.ask(Pull(shown(source)))
    address = server.address(settings.host, settings.port, secure=False)
    output.console(stderr=True).print(f"The class is at {address}/class   (Ctrl-C ends it)")
    if opens:
        opening = Timer(_OPEN_AFTER_S, webbrowser.open, [f"{address}/class"])
        opening.daemon = True
        opening.start()
    server.serve(app, host=settings.host, port=settings.port)


def shown(source: Source) -> Source:
    """As the page knows its sources; why there are no more pictures is said here too."""
    return replace(source, key=f"{source.kind}:{source.key}", pictures=_until_its_end(source))


def _until_its_end(source: Source) -> Pictures:
    from fewshot_fer.errors import FewshotFerError

    said = "is at its end."
    try:
        if source.pictures is not None:
            yield from source.pictures
    except FewshotFerError as error:
        said = f"{error.what} {error.next_step}".strip()
        raise
    finally:
        output.say(f"{source.key}: {said}")
