"""What students' own devices share with the teacher's pages: links, door, devices; forgetting."""

from __future__ import annotations

from pathlib import Path

from fewshot_fer.lesson.commands import Leave
from fewshot_fer.lesson.registry import LessonRegistry
from fewshot_fer.records.recording import remove_student
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.portal.devices import Devices, Why
from fewshot_fer.web.portal.door import Door
from fewshot_fer.web.portal.invitations import Invitations


class Portal:
    """How students come in, who is connected, and how they leave for good."""

    def __init__(
        self,
        library: Library,
        records: str,
        lessons: LessonRegistry,
        credentials: Credentials,
        folder: Path,
    ) -> None:
        self._library, self._records, self._lessons = library, records, lessons
        self._credentials = credentials
        self.invitations = Invitations(folder, credentials.signer, credentials.now)
        self.door = Door(library, self.invitations, credentials.now)
        self.devices = Devices()

    def forget(self, student: str) -> list[int]:
        """Delete a student everywhere, and stop reading them at once; in which sessions they were.

        Whatever deletes a student while the app runs, a page or the API, does it here.
        """
        sessions = remove_student(self._library, self._records, student)
        self.send_away(student, "removed")
        self.invitations.forget(student)
        self.door.forget(student)
        self._credentials.tokens.forget(student)
        return sessions

    def send_away(self, student: str, why: Why) -> None:
        """End a student's device, and stop reading them at once."""
        self.devices.dismiss(student, why)
        for lesson in self._lessons.all():
            lesson.ask(Leave(source_of(student)))


def source_of(student: str) -> str:
    """What a student's own camera is called among the sources of a class."""
    return f"device:{student}"
