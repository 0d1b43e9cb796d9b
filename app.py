"""`streamlit run app.py`: the same web app as `fewshot-fer serve`."""

from __future__ import annotations

import os

import streamlit as st

from fewshot_fer.settings import load_settings
from fewshot_fer.web.app import PAGE, parts
from fewshot_fer.web.service import Service

# Streamlit looks for this very call.
app = st.App(PAGE, **parts(Service(load_settings(None, os.environ, {}))))
