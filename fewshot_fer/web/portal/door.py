"""Who comes in by a join link, and as whom.

A new name is let in at once. A name that is known already could be anybody's claim, so the
teacher is asked; only a personal link needs no asking.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, Literal

from fewshot_fer.errors import ConsentError, MissingError, StudentError
from fewshot_fer.measures import KEEP_DAYS
from fewshot_fer.students.classes import join
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import display_name
from fewshot_fer.students.store.records import NONE, Consent, Purpose, Purposes
from fewshot_fer.web.portal.invitations import Invitation, Invitations
from fewshot_fer.web.portal.lookalikes import look_alike

PATIENCE: Final = 15 * 60.0
"""Seconds after which a knock is forgotten."""
_MOST_WAITING: Final = 100


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who says they are an enrolled student, and waits for the teacher's word."""

    id: str
    class_id: str
    class_name: str
    student: str
    """Whom they say they are."""
    name: str
    """As they typed it."""
    consent: Consent
    since: float
    state: Literal["waiting", "in", "away"] = "waiting"


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody filled in on the join page."""

    name: str = ""
    student: str = ""
    """The one picked from the list, if there was a list."""
    by: str = ""
    """Who agrees, where that is somebody else: a parent."""
    purposes: Purposes = NONE
    """What they agree to."""
    language: str = "en"
    """In which they read the agreement."""


class Door:
    """Lets students in; every method may come from any thread."""

    def __init__(
        self,
        library: Library,
        invitations: Invitations,
        now: Callable[[], float],
        days: int = KEEP_DAYS,
    ) -> None:
        """`days` is for how long the agreement says that numbers are kept."""
        self._library, self._days = library, days
        self._invitations = invitations
        self._now = now
        self._knocks: dict[str, Knock] = {}
        self._lock = Lock()

    def enter(self, invitation: Invitation, form: Form) -> str | Knock:
        """The student (an id) who is in now, or a knock that the teacher has to answer."""
        if Purpose.READ not in form.purposes:
            raise ConsentError(
                "You have not agreed yet, so nothing was stored.",
                next_step="Read the agreement and tick the first box, or close this page.",
            )
        if invitation.student is not None:
            known = self._library.open(invitation.student)
            self._agree(known.id, self._consent(form, form.by or known.name))
            join(self._library, invitation.class_name, known.id)
            return known.id
        if form.student:
            if form.student not in invitation.may_pick:
                raise StudentError(
                    "This name is not in the list.", next_step="Type your name instead."
                )
            picked = self._library.open(form.student)
            return self._knock(invitation, picked.id, picked.name, form)
        name = display_name(form.name)
        same = [one for one in self._library.students() if look_alike(one.name, name)]
        if same:
            return self._knock(invitation, same[0].id, name, form)
        self._invitations.count_new(invitation)
        return self._create(name, self._consent(form, form.by or name), invitation.class_name)

    # ------------------------------------------------------------------ the teacher

    def waiting(self, class_id: str) -> tuple[Knock, ...]:
        """Who waits to be let into a class, the longest first."""
        with self._lock:
            self._forget_old()
            return tuple(
                one
                for one in self._knocks.values()
                if one.class_id == class_id and one.state == "waiting"
            )

    def let_in(self, knock_id: str, *, as_new: bool = False) -> str:
        """Say that somebody is whom they say, or (`as_new`) another one of the same name."""
        knock = self._open(knock_id)
        student = knock.student
        if as_new:
            student = self._create(knock.name, knock.consent, knock.class_name)
        else:
            self._agree(student, knock.consent)
            join(self._library, knock.class_name, student)
        self._answer(replace(knock, student=self._library.open(student).id, state="in"))
        return student

    def turn_away(self, knock_id: str) -> None:
        """Say that somebody is not whom they say."""
        self._answer(replace(self._open(knock_id), state="away"))

    # ------------------------------------------------------------------ who waits

    def knock(self, knock_id: str) -> Knock | None:
        """A knock as it stands now; None once it is forgotten."""
        with self._lock:
            self._forget_old()
            return self._knocks.get(knock_id)

    def withdraw(self, knock_id: str) -> None:
        """Who waits no longer, or has been let in."""
        with self._lock:
            self._knocks.pop(knock_id, None)

    def forget(self, student: str) -> None:
        """Nobody waits to be a student who is deleted."""
        with self._lock:
            self._knocks = {i: k for i, k in self._knocks.items() if k.student != student}

    # ------------------------------------------------------------------ within

    def _knock(self, invitation: Invitation, student: str, name: str, form: Form) -> Knock:
        knock = Knock(
            id=secrets.token_urlsafe(12),
            class_id=invitation.class_id,
            class_name=invitation.class_name,
            student=student,
            name=name,
            consent=self._consent(form, form.by or name),
            since=self._now(),
        )
        with self._lock:
            self._forget_old()
            self._make_room()
            self._knocks[knock.id] = knock
        return knock

    def _make_room(self) -> None:
        """Whoever fills the list does so as somebody: the one whom most say they are makes room."""
        waiting = [one for one in self._knocks.values() if one.state == "waiting"]
        if len(waiting) >= _MOST_WAITING:
            ((most, _),) = Counter(one.student for one in waiting).most_common(1)
            del self._knocks[next(one.id for one in waiting if one.student == most)]

    def _create(self, name: str, consent: Consent, class_name: str) -> str:
        """Somebody new, who is in the class whose link they have."""
        classes = [one for one in self._library.classes() if one == class_name]
        return self._library.create(name, consent, classes=classes, namesake=True).id

    def _consent(self, form: Form, by: str) -> Consent:
        now = self._library.now()
        return agreed(by, now, purposes=form.purposes, language=form.language, days=self._days)

    def _agree(self, student: str, consent: Consent) -> None:
        """Note what somebody who is known agrees to beside what they did already.

        Joining takes nothing back: who leaves a box empty here has not asked to delete anything.
        """
        before = self._library.open(student).consent
        if not consent.purposes <= before.purposes:
            both = replace(consent, purposes=consent.purposes | before.purposes)
            self._library.agree(student, both)

    def _open(self, knock_id: str) -> Knock:
        knock = self.knock(knock_id)
        if knock is None or knock.state != "waiting":
            raise MissingError("Nobody waits here any more.", next_step="Look at the list again.")
        return knock

    def _answer(self, knock: Knock) -> None:
        with self._lock:
            self._knocks[knock.id] = knock

    def _forget_old(self) -> None:
        now = self._now()
        self._knocks = {i: k for i, k in self._knocks.items() if now - k.since < PATIENCE}
