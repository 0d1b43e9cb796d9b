"""What students' own devices share with the teacher's pages: links, door, devices; forgetting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.lesson.commands import Heed, Leave, Notice
from fewshot_fer.lesson.events import Noticed
from fewshot_fer.lesson.registry import LessonRegistry
from fewshot_fer.records.recording import forget, remove_student
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Consent, Purpose
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.files import Place
from fewshot_fer.web.access.limits import Limiter
from fewshot_fer.web.portal.devices import Devices, Why
from fewshot_fer.web.portal.door import Door
from fewshot_fer.web.portal.invitations import Invitations

REPORTS_A_SECOND: Final = 3.0
"""Ours says it once or twice."""
REPORTS_AT_ONCE: Final = 6
_WORDS_A_SECOND: Final = 10.0
_WORDS_AT_ONCE: Final = 40
_HEED_S: Final = 5.0


class Portal:
    """How students come in, who is connected, and how they leave for good."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        lessons: LessonRegistry,
        credentials: Credentials,
        place: Place,
        heeds: Callable[[], None] = lambda: None,
    ) -> None:
        """`heeds` is told when somebody agreed to something else, or is gone."""
        self._library, self._records, self._lessons = library, settings.records, lessons
        self._credentials, self._place, self._heeds = credentials, place, heeds
        self.invitations = Invitations(place, credentials.signer, credentials.now)
        self.door = Door(library, self.invitations, credentials.now, settings.keep_days)
        self.devices = Devices()
        self.reports = Limiter(REPORTS_A_SECOND, REPORTS_AT_ONCE, self.devices.clock)
        """How often a device may say what it read by itself."""
        self.words = Limiter(_WORDS_A_SECOND, _WORDS_AT_ONCE, self.devices.clock)
        """How often a device is listened to, whatever it says."""

    def forget(self, student: str) -> list[int]:
        """Delete a student everywhere, and stop reading them at once; in which sessions they were.

        Whatever deletes a student while the app runs, a page or the API, does it here.
        """
        place = self._place
        sessions = remove_student(
            self._library, self._records, student, beside=place.folder, holds=place.holds
        )
        self._heed()
        self.send_away(student, "removed")
        self.invitations.forget(student)
        self.door.forget(student)
        self._credentials.tokens.forget(student)
        return sessions

    def agree(self, student: str, consent: Consent) -> None:
        """Note what a student agrees to now: it holds at once, and what it does not cover goes."""
        self._library.agree(student, consent)
        self._heed()
        if Purpose.NUMBERS not in consent.purposes:
            forget(self._records, student)
        if Purpose.READ not in consent.purposes:
            self.send_away(student, "withdrawn")

    def tell(self, what: Noticed) -> None:
        """Let the teacher know what a student did."""
        for lesson in self._lessons.all():
            lesson.ask(Notice(what))

    def _heed(self) -> None:
        """Have everything take in what somebody agreed to, or that they are gone."""
        with suppress(FewshotFerError):
            self._heeds()
        for asked in [lesson.ask(Heed()) for lesson in self._lessons.all()]:
            # Whatever keeps a lesson from it now, it looks into the library once a second.
            with suppress(FewshotFerError, TimeoutError):
                asked.result(_HEED_S)

    def send_away(self, student: str, why: Why) -> None:
        """End a student's device, and stop reading them at once."""
        self.devices.dismiss(student, why)
        for lesson in self._lessons.all():
            lesson.ask(Leave(source_of(student)))


def source_of(student: str) -> str:
    """What a student's own camera is called among the sources of a class."""
    return f"device:{student}"
