"""Enrols students, recalibrates them and keeps what is known about them; loses nothing."""
