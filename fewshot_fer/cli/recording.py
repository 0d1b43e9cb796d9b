"""Forgetting what was recorded of a student, for the commands that delete one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fewshot_fer.settings import Settings


def forget(settings: Settings, student: str) -> list[int]:
    """Delete all that was recorded of a student; in which sessions that was."""
    from fewshot_fer.classroom import recording

    return recording.forget(settings.records, student)
