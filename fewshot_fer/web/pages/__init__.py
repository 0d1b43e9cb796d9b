"""Streamlit's pages: they parse and show, nothing else."""

from __future__ import annotations

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
