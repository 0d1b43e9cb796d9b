"""`fewshot-fer serve`."""

from __future__ import annotations

import os
import time
import webbrowser
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli.call import Call, command
from fewshot_fer.cli.options import Host, Port
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.notice import LAW

if TYPE_CHECKING:
    from fewshot_fer.settings import Settings
    from fewshot_fer.web.access.credentials import Credentials
    from fewshot_fer.web.certificates import Certificate


@command("support_sets", "checkpoint", "precision", "min_face", "reads", needs="web")
def serve(
    call: Call,
    host: Host = None,
    port: Port = None,
    drawn: Annotated[
        int | None,
        typer.Option(min=1, max=49, help="Try it with a drawn class of so many; nothing is kept."),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(help="What teachers sign in with; else FEWSHOT_FER_PASSWORD."),
    ] = None,
    cert: Annotated[Path | None, typer.Option(help="A certificate for HTTPS (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's key (PEM).")] = None,
    self_signed: Annotated[
        bool, typer.Option("--self-signed", help="HTTPS with a certificate made here.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes behind this port; more than 1 by HAProxy.")
    ] = 1,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in this machine's browser.")
    ] = False,
) -> None:
    """Open the web app: pages for teachers, one for every student's own device, and an API.

    Only this machine reaches it, unless --host says otherwise; then teachers need a password.
    Without one the teacher is whoever opens the address that is shown here; it works once.
    """
    from fewshot_fer.web import server
    from fewshot_fer.web.app_state import AppState
    from fewshot_fer.web.live.drawn import thrown_away
    from fewshot_fer.web.workers import several

    password = server.taken_password() if password is None else password
    settings = call.settings_with(host=host, port=server.port_of(os.environ, port))
    with TemporaryDirectory(prefix="fewshot-fer-drawn-") as folder:
        if drawn:
            settings = thrown_away(settings, Path(folder))
        if workers > 1:
            _serve_several(call, settings, workers, password, (cert, key, self_signed), drawn or 0)
            return
        alone = several(settings) if settings.shared else None
        app = AppState(settings, password=password, demo=drawn or 0, several=alone)
        certificate = _certificate(settings, cert, key, own=self_signed)
        address = server.address(settings.host, settings.port, secure=certificate is not None)
        _announce(app.credentials, settings, address, demo=app.demo, as_json=call.as_json)
        if open_browser:
            Timer(2.0, webbrowser.open, [address + (app.credentials.link or "")]).start()
        server.serve(app, host=settings.host, port=settings.port, certificate=certificate)


def _certificate(
    settings: Settings, cert: Path | None, key: Path | None, *, own: bool
) -> Certificate | None:
    from fewshot_fer.records.folders import web_folder
    from fewshot_fer.web.certificates import Certificate, self_signed

    if (cert is None) != (key is None):
        raise typer.BadParameter("say both --cert and --key", param_hint="--cert, --key")
    if cert is not None and key is not None:
        return Certificate(cert, key)
    return self_signed(web_folder(settings.records), settings.host) if own else None


def _serve_several(
    call: Call,
    settings: Settings,
    workers: int,
    password: str | None,
    own: tuple[Path | None, Path | None, bool],
    demo: int,
) -> None:
    """Several processes; the link would work in one of them alone, so there is a password."""
    from fewshot_fer.records.folders import web_folder, web_holds
    from fewshot_fer.web import server
    from fewshot_fer.web import workers as processes
    from fewshot_fer.web.access.credentials import Credentials
    from fewshot_fer.web.access.files import Place

    place = Place(web_folder(settings.records), web_holds(settings))
    known = Credentials(place, now=time.time, host="0.0.0.0", password=password)
    certificate = _certificate(settings, own[0], own[1], own=own[2])
    address = server.address(settings.host, settings.port, secure=certificate is not None)
    _announce(known, settings, address, demo=demo, as_json=call.as_json)
    processes.serve(settings, workers, password=password, certificate=certificate, demo=demo)


def _announce(
    known: Credentials, settings: Settings, address: str, *, demo: int, as_json: bool
) -> None:
    """Where it is, and the password or the link, which are shown only once."""
    from fewshot_fer.web.access.credentials import is_loopback

    made, link = known.made_up, known.link
    if as_json:
        whole = address + link if link else None
        output.write_json({"address": address, "password": made, "link": whole})
        return
    console = output.console(stderr=True)
    known.show_link = lambda link: console.print(
        f"For another browser: {address}{link}", style="dim", soft_wrap=True
    )
    shown = address + (link or "")
    console.print(f"The class is at [bold]{shown}[/]   (Ctrl-C ends it)", soft_wrap=True)
    if made is not None:
        console.print(f"Teachers sign in with [bold]{made}[/] (made just now, shown only here).")
    if not is_loopback(settings.host) and address.startswith("http:"):
        console.print(
            "Browsers of other machines give no camera to a page without HTTPS: add --self-signed, "
            "or --cert and --key, or put a proxy with HTTPS in front."
        )
    if demo:
        console.print("Everybody is drawn; nothing is kept.", style="dim")
    else:
        console.print(LAW, style="dim")
