"""How the pages look: calm colours for light and dark, and a few rules of style.

Everything is set in code, so that the pages look the same from wherever they are started. The
colours of expressions are in `fewshot_fer.palette`, which the report shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INK: Final = "#33658a"
"""The one colour of buttons and links; it keeps 4.5 to 1 against white."""

OPTIONS: Final[Mapping[str, object]] = {
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

STYLE: Final = """<style>
[data-testid="stMainBlockContainer"] { max-width: 74rem; }
.ff-lead { opacity: .75; font-size: 1.05rem; max-width: 44rem; margin: -.4rem 0 .6rem; }
.ff-quiet { opacity: .72; font-size: .875rem; line-height: 1.4; margin: 0; }
.ff-name { font-weight: 620; font-size: 1.1rem; line-height: 1.3; overflow-wrap: anywhere; }
.ff-rows { display: grid; grid-template-columns: minmax(4.6rem, max-content) 1fr max-content;
  gap: .22rem .7rem; align-items: center; font-size: .875rem; line-height: 1.35; }
.ff-rows.ff-four { grid-template-columns: minmax(4.6rem, max-content) 1fr max-content max-content; }
.ff-rows .ff-number { text-align: right; font-variant-numeric: tabular-nums; }
.ff-rows .ff-head { opacity: .72; font-size: .75rem; text-align: right; }
.ff-rows .ff-none { opacity: .62; }
.ff-bar { display: block; height: .55rem; border-radius: .3rem; overflow: hidden;
  background: color-mix(in srgb, currentColor 10%, transparent); }
.ff-bar i { display: block; height: 100%; border-radius: .3rem; }
.ff-facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
  gap: .8rem; margin: .2rem 0 .4rem; }
.ff-fact { border: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  border-radius: .6rem; padding: .7rem .9rem; }
.ff-fact b { display: block; font-size: 1.35rem; font-weight: 620; line-height: 1.25; }
.ff-fact span { opacity: .72; font-size: .85rem; }
.ff-legend { display: flex; flex-wrap: wrap; gap: .25rem .9rem; margin: 0 !important;
  padding: 0 !important; list-style: none; font-size: .875rem; }
.ff-legend li { display: flex; align-items: center; gap: .4rem; margin: 0 !important;
  padding: 0 !important; }
.ff-legend i { width: .8rem; height: .8rem; border-radius: .2rem; display: inline-block; }
</style>"""


def apply() -> None:
    """Set the look; once, before the first page is served."""
    from streamlit import config

    for name, value in OPTIONS.items():
        config.set_option(name, value)
