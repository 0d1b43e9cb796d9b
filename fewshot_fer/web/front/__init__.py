"""Streamlit's one page under our own name."""
