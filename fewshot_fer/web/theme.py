"""Streamlit's theme, made of the token sheet, so that its pages look like all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fewshot_fer.look import tokens

_COLOURS: Final = {
    "primaryColor": "first",
    "backgroundColor": "ground",
    "secondaryBackgroundColor": "raised",
    "textColor": "text",
    "borderColor": "line",
    "linkColor": "first",
    "codeTextColor": "text",
    "redColor": "bad",
    "redTextColor": "text",
    "redBackgroundColor": "bad-soft",
    "yellowTextColor": "text",
    "yellowBackgroundColor": "warn-soft",
    "blueTextColor": "text",
    "blueBackgroundColor": "soft",
    "greenTextColor": "text",
    "greenBackgroundColor": "soft",
    "sidebar.backgroundColor": "raised",
}
"""Streamlit's name of a colour, and the token that it is."""


def options() -> Mapping[str, object]:
    """Streamlit's options of style."""
    schemes = dict(zip(("light", "dark"), tokens(), strict=True))
    value = schemes["light"]
    return {
        "theme.font": value["font"],
        "theme.headingFont": value["font"],
        "theme.codeFont": value["mono"],
        "theme.baseRadius": value["round"],
        "theme.buttonRadius": value["round"],
        "theme.headingFontWeights": [650, 600, 600],
        "theme.headingFontSizes": ["1.9rem", "1.4rem", value["large"]],
        "theme.paddingTop": "1.5rem",
        "theme.paddingBottom": "4rem",
    } | {
        f"theme.{scheme}.{name}": values[token]
        for scheme, values in schemes.items()
        for name, token in _COLOURS.items()
    }


def apply() -> None:
    """Set the look; once, before the first page is served."""
    from streamlit import config

    for name, value in options().items():
        config.set_option(name, value)
