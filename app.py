"""`streamlit run app.py`: the same web app as `fewshot-fer serve`."""

from __future__ import annotations

import os
import sys

import streamlit as st

from fewshot_fer.settings import load_settings
from fewshot_fer.web.access.keeper import open_keeper
from fewshot_fer.web.app import PAGE, parts
from fewshot_fer.web.server import set_up_streamlit, taken_password
from fewshot_fer.web.service import Service

password = taken_password()
# Streamlit has opened the port before it comes here; without an address that is every network's.
host = st.get_option("server.address") or "0.0.0.0"
service = Service(load_settings(None, os.environ, {"host": host}))
_, made = open_keeper(service, password)
if made is not None:
    sys.stderr.write(f"\nTeachers sign in with {made} (made just now, shown only here).\n\n")
set_up_streamlit()

# Streamlit looks for this very call.
app = st.App(PAGE, **parts(service))
