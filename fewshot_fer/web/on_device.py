"""Serves what students' own devices read with; its seal is part of the address."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fewshot_fer.errors import CheckpointError
from fewshot_fer.on_device.checkpoint import COMPRESSED, MANIFEST, BrowserCheckpoint

_log = logging.getLogger(__name__)
_KINDS: Final = {
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
}
_FOR_GOOD: Final = "private, max-age=31536000, immutable"
"""Other files have another seal, and so another address."""


def installed(folder: Path) -> BrowserCheckpoint | None:
    """What is in the folder, if it is whole; a class goes on without it."""
    if not (folder / MANIFEST).exists():
        return None
    try:
        return BrowserCheckpoint.read(folder)
    except CheckpointError as error:
        _log.warning("students' devices cannot read by themselves: %s", error)
        return None


def address(of: BrowserCheckpoint) -> str:
    """Where a browser gets it."""
    return f"/on_device/{of.seal}/"


def route(of: BrowserCheckpoint | None) -> Route:
    """Its files; compressed for browsers that say that they unpack them."""

    async def file(request: Request) -> Response:
        seal, name = request.path_params["seal"], request.path_params["name"]
        if of is None or seal != of.seal or name not in of.sizes:
            raise HTTPException(404)
        path, headers = of.folder / name, {"cache-control": _FOR_GOOD, "vary": "accept-encoding"}
        if "br" in request.headers.get("accept-encoding", ""):
            path, headers["content-encoding"] = path.with_name(name + COMPRESSED), "br"
        kind = _KINDS.get(Path(name).suffix, "application/octet-stream")
        return FileResponse(path, headers=headers, media_type=kind)

    return Route("/on_device/{seal}/{name}", file)
