"""How everything looks that a browser shows: sheets of style, and templates that are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

SHEETS: Final = Path(__file__).parent / "sheets"


def sheet(*names: str) -> str:
    """Some of the sheets as one: `tokens` (values), `elements` (bare ones), `parts` (classes)."""
    return "".join((SHEETS / f"{name}.css").read_text(encoding="utf-8") for name in names)


def tokens() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The values of the token sheet, in light and in dark."""
    parts = sheet("tokens").split("@media")
    light, dark = (dict(re.findall(r"--([\w-]+): ([^;]+);", part)) for part in parts)
    return light, light | dark


def templates(package: str, folder: str = "") -> Environment:
    """Templates in a folder of a package; whatever a person typed is escaped in them."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
