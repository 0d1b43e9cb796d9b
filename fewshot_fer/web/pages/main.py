"""The frame of all of Streamlit's pages."""

from __future__ import annotations

import streamlit as st

from fewshot_fer.web.pages import klass

st.set_page_config(page_title="Class", page_icon=None, layout="wide")
klass.page()
