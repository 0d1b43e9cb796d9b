"""The headers that keep browsers from being used against us."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Final

from fewshot_fer.web.access.rules import Kind

OURS: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ENGINE: Final = OURS.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""For the one worker that reads on a student's device: a worker has a policy of its own."""
REPORT: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""A recorded session's page: no script, whatever is in its names."""

ALWAYS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), display-capture=(self), microphone=(), geolocation=(), "
    "payment=(), usb=(), clipboard-read=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def headers_for(kind: Kind, *, secure: bool) -> dict[str, str]:
    """What every answer of this kind carries, unless it says otherwise itself."""
    found = dict(ALWAYS)
    policy = {"engine": ENGINE}.get(kind, OURS)
    found["content-security-policy"] = streamlit_policy() if kind == "streamlit" else policy
    if kind in ("ours", "api"):
        found["cache-control"] = "no-store"
    if secure:
        found["strict-transport-security"] = "max-age=15552000"
    return found


@cache
def streamlit_policy() -> str:
    """As strict as Streamlit's pages stand; docs/web.md says why each exception is there."""
    hashes = " ".join(f"'sha256-{one}'" for one in _inline_scripts())
    return (
        f"default-src 'self'; script-src 'self' {hashes} blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; font-src 'self' data:; "
        "connect-src 'self'; media-src 'self' blob: data:; worker-src 'self' blob:; "
        "frame-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def _inline_scripts() -> list[str]:
    """The hashes of the scripts that stand inside Streamlit's one page."""
    if find_spec("streamlit") is None:
        return []
    page = files("streamlit").joinpath("static", "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    return [b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
