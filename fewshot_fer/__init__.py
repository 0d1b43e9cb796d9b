"""Reads facial expressions in a live online class and adapts to each student."""

from __future__ import annotations

__version__ = "0.1.0"
