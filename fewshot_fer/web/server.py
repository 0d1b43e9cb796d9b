"""Runs the web app: one process, one port, stopped gently."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn

from fewshot_fer.web import theme
from fewshot_fer.web.app import build_app
from fewshot_fer.web.service import Service

_STREAMLIT: Final[dict[str, Any]] = {
    # Nothing calls home.
    "browser.gatherUsageStats": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 200,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "runner.magicEnabled": False,
    "logger.level": "warning",
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """What makes HTTPS, without which browsers give no camera away."""

    certificate: Path
    key: Path


def serve(
    service: Service, *, host: str, port: int, certificate: Certificate | None = None
) -> None:
    """Run until stopped."""
    set_up_streamlit()
    config = uvicorn.Config(
        build_app(service), host=host, port=port, log_level="warning", access_log=False,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        ws="websockets-sansio", ws_max_size=8_000_000, timeout_graceful_shutdown=5,
        server_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run()


def set_up_streamlit() -> None:
    """Streamlit's own options, as this app needs them."""
    from streamlit import config

    theme.apply()
    for name, value in _STREAMLIT.items():
        config.set_option(name, value)
