"""Reads facial expressions in a live online class and adapts to each student."""
