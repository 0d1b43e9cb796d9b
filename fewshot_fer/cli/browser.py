"""`live --browser`: the same sources, watched in the web app of this machine."""

from __future__ import annotations

import webbrowser
from contextlib import closing
from threading import Event, Thread, Timer
from typing import TYPE_CHECKING, Final

from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.lesson.commands import Source
    from fewshot_fer.lesson.events import Mode
    from fewshot_fer.settings import Settings
    from fewshot_fer.web.classes import RunningClass

_HERE: Final = "127.0.0.1"
_ANSWER_S: Final = 30.0
_PAUSE_S: Final = 0.05
_OPEN_AFTER_S: Final = 2.0
_SHARPNESS: Final = 90


def in_browser(
    settings: Settings, sources: Sequence[Source], mode: Mode, *, opens: bool = True
) -> None:
    """Show the sources in the web app until Ctrl-C; only this machine reaches it."""
    from fewshot_fer.web import server
    from fewshot_fer.web.app_state import AppState

    settings = settings.model_copy(update={"host": _HERE})
    service = AppState(settings)
    running = service.classes.open(service.class_name)
    if mode != "off":
        running.record(each=mode == "per_student")
    over = Event()
    running.when_over(over.set)
    for source in sources:
        Thread(target=feed, args=(running, source, over), name="feeding", daemon=True).start()
    address = server.address(settings.host, settings.port, secure=False)
    output.console(stderr=True).print(f"The class is at {address}/class   (Ctrl-C ends it)")
    if opens:
        opening = Timer(_OPEN_AFTER_S, webbrowser.open, [f"{address}/class"])
        opening.daemon = True
        opening.start()
    server.serve(service, host=settings.host, port=settings.port)


def feed(running: RunningClass, source: Source, over: Event) -> None:
    """Give a source's pictures to a running class, one at a time, and say why there are no more."""
    from fewshot_fer.drawn.files import to_jpeg
    from fewshot_fer.errors import FewshotFerError
    from fewshot_fer.lesson.pacing import newest

    key = f"{source.kind}:{source.key}"
    said = "is at its end."
    try:
        assert source.pictures is not None
        with closing(newest(source.pictures)) as pictures:
            for captured in pictures:
                if over.is_set():
                    return
                if running.paused:
                    over.wait(_PAUSE_S)
                    continue
                jpeg = to_jpeg(captured.image, _SHARPNESS)
                running.offer(key, jpeg, source.student).result(timeout=_ANSWER_S)
    except FewshotFerError as error:
        said = f"{error.what} {error.next_step}".strip()
    except TimeoutError:
        said = "The pictures are not read any more."
    running.leave(key)
    output.say(f"{source.key}: {said}")
