"""`streamlit run app.py`: the same web app as `fewshot-fer serve`."""

from __future__ import annotations

import os
import sys

import streamlit as st

from fewshot_fer.settings import load_settings
from fewshot_fer.web.app import PAGE, parts
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.server import set_up_streamlit, taken_password

password = taken_password()
# Streamlit has opened the port before it comes here; without an address that is every network's.
host = st.get_option("server.address") or "0.0.0.0"
state = AppState(load_settings(None, os.environ, {"host": host}), password=password)
if state.credentials.made_up is not None:
    sys.stderr.write(
        f"\nTeachers sign in with {state.credentials.made_up} (made just now, shown only here).\n\n"
    )
set_up_streamlit()

# Streamlit looks for this very call.
app = st.App(PAGE, **parts(state))
