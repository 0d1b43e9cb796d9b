"""Streamlit's pages: they parse and show, nothing else."""

from __future__ import annotations
