"""How the pages look: calm colours for light and dark, and a few rules of style.

Everything is set in code, so that the pages look the same from wherever they are started. The
colours of expressions are in `fewshot_fer.palette`, which the report shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

INK: Final = "#33658a"
"""The one colour of buttons and links; it keeps 4.5 to 1 against white."""

FONT: Final = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"
"""What every device has: the portal, the sign-in and the report use the same."""

OPTIONS: Final[Mapping[str, object]] = {
    "theme.font": FONT,
    "theme.headingFont": FONT,
    "theme.baseRadius": "0.6rem",
    "theme.buttonRadius": "0.6rem",
    "theme.headingFontWeights": [650, 600, 600],
    "theme.headingFontSizes": ["2rem", "1.4rem", "1.15rem"],
    "theme.paddingTop": "1.5rem",
    "theme.paddingBottom": "4rem",
    "theme.light.primaryColor": INK,
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f6f9",
    "theme.light.textColor": "#1b2733",
    "theme.light.borderColor": "#d8e0e8",
    "theme.light.linkColor": INK,
    "theme.light.sidebar.backgroundColor": "#f3f6f9",
    "theme.dark.primaryColor": "#4481aa",
    "theme.dark.backgroundColor": "#11171d",
    "theme.dark.secondaryBackgroundColor": "#1a222b",
    "theme.dark.textColor": "#e5eaef",
    "theme.dark.borderColor": "#2d3843",
    "theme.dark.linkColor": "#8fc1e3",
    "theme.dark.sidebar.backgroundColor": "#161d25",
}

STYLE: Final = Path(__file__).parent / "static" / "pages.css"


def apply() -> None:
    """Set the look; once, before the first page is served."""
    from streamlit import config

    for name, value in OPTIONS.items():
        config.set_option(name, value)
