"""Streamlit's pages, where it is installed: they parse and show, nothing else."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

PAGES: Final = (
    ("live_class", "Class", "groups", "class"),
    ("students", "Students", "person", "students"),
    ("expressions", "Expressions", "mood", "expressions"),
    ("sessions", "Sessions", "timeline", "sessions"),
    ("pictures", "Try a picture", "image_search", "pictures"),
    ("settings", "Settings", "tune", "settings"),
)
"""Module, title, icon, address."""


def with_streamlit() -> bool:
    """Whether these pages can be shown; the class, the portal and the API do without."""
    return find_spec("streamlit") is not None
