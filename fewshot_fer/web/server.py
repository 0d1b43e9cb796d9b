"""Runs the web app: one process, one port, stopped gently."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from fewshot_fer.errors import ServerError
from fewshot_fer.web import patience, theme
from fewshot_fer.web.access.origin import PROXIES, Forwarded
from fewshot_fer.web.app import build_app
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.certificates import Certificate
from fewshot_fer.web.listening import bound, taking
from fewshot_fer.web.pages import with_streamlit

PASSWORD: Final = "FEWSHOT_FER_PASSWORD"

_STREAMLIT: Final[Mapping[str, Any]] = {
    # Nothing calls home.
    "browser.gatherUsageStats": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 200,
    # Where a request comes from is checked by `access/guard.py`, for every route alike.
    "server.enableCORS": False,
    "server.enableXsrfProtection": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "runner.magicEnabled": False,
    "logger.level": "warning",
}


def serve(app: AppState, *, host: str, port: int, certificate: Certificate | None = None) -> None:
    """Run until stopped; open classes are ended and what was recorded is kept."""
    if certificate is not None:
        certificate.check()
    listening = bound(host, port, secure=certificate is not None)
    set_up_streamlit()
    patience.prepare()
    config = taking(behind_proxies(build_app(app), os.environ), certificate)
    # uvicorn stops gently and then sends itself the signal once more; that one ends nothing.
    before = {one: signal.signal(one, lambda *_: None) for one in stops()}
    if (hang_up := getattr(signal, "SIGHUP", None)) in before:
        signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        with listening:
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    if app.lessons.trouble is not None:
        raise app.lessons.trouble


def stops() -> list[signal.Signals]:
    """What asks a server to stop, a terminal that is closed too, but what is ignored (nohup)."""
    known = ("SIGTERM", "SIGINT", "SIGHUP")
    there = [signal.Signals[one] for one in known if one in signal.Signals.__members__]
    return [one for one in there if signal.getsignal(one) is not signal.SIG_IGN]


def behind_proxies(app: ASGIApp, env: Mapping[str, str]) -> ASGIApp:
    """The app, which believes the proxies that the environment names."""
    try:
        return Forwarded(app, env.get(PROXIES) or "127.0.0.1")
    except ValueError as error:
        raise ServerError(
            f"{PROXIES} is no list of addresses: {error}.",
            next_step="Name the proxy's address or network, or * where nobody else comes here.",
        ) from error


def set_up_streamlit() -> None:
    """Streamlit's own options, as this app needs them, where it is installed."""
    if not with_streamlit():
        return
    from streamlit import config

    theme.apply()
    for name, value in _STREAMLIT.items():
        config.set_option(name, value)


def address(host: str, port: int, *, secure: bool) -> str:
    """What to type into a browser."""
    name = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host
    return f"{'https' if secure else 'http'}://{name}:{port}"


def port_of(env: Mapping[str, str], given: int | None) -> int | None:
    """The port on the command line; else `PORT`, as hosts of web apps say it; else the setting."""
    told = env.get("PORT", "")
    if given is not None or not told or "FEWSHOT_FER_PORT" in env:
        return given
    if told.isdecimal() and 0 < int(told) < 65_536:
        return int(told)
    raise ServerError("PORT is no port.", where=f"PORT={told[:20]}", next_step="Say 1 to 65535.")


def taken_password(env: MutableMapping[str, str] = os.environ) -> str | None:
    """The password in the environment; taken out, so that no child process inherits it."""
    return env.pop(PASSWORD, "") or None
