"""The class, live."""

from __future__ import annotations

import streamlit as st


def page() -> None:
    """Show the class."""
    st.title("Class")
