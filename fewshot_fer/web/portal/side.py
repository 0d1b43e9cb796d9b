"""What the student's side of the web app shares: links, door, devices; and how it forgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from fewshot_fer.records.recording import remove_student
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.access.keeper import Keeper, keeper_of
from fewshot_fer.web.invitations import Invitations
from fewshot_fer.web.portal.devices import Devices
from fewshot_fer.web.portal.door import Door
from fewshot_fer.web.service import Service


@dataclass(frozen=True, slots=True)
class StudentSide:
    """One for a web app; the teacher's pages use `invitations`, `door` and `forget`."""

    service: Service
    keeper: Keeper
    invitations: Invitations
    door: Door
    devices: Devices = field(default_factory=Devices)

    @property
    def library(self) -> Library:
        """The students."""
        return self.service.library

    def forget(self, student: str) -> list[int]:
        """Delete a student everywhere, and stop reading them at once; in which sessions they were.

        Whatever deletes a student while the app runs, a page or the API, does it here.
        """
        sessions = remove_student(self.library, self.service.settings.records, student)
        self.devices.dismiss(student, "removed")
        for running in self.service.classes.all():
            running.leave(source_of(student))
        self.invitations.forget(student)
        self.door.forget(student)
        self.keeper.tokens.forget(student)
        return sessions


_sides: WeakKeyDictionary[Service, StudentSide] = WeakKeyDictionary()
_making = Lock()


def side_of(service: Service) -> StudentSide:
    """The one student side of a service, made when it is asked for first."""
    with _making:
        found = _sides.get(service)
        if found is None:
            keeper = keeper_of(service)
            invitations = Invitations(service.folder, keeper.signer, keeper.now)
            door = Door(service.library, invitations, keeper.now)
            found = _sides[service] = StudentSide(service, keeper, invitations, door)
        return found


def source_of(student: str) -> str:
    """What a student's own camera is called among the sources of a class."""
    return f"device:{student}"
