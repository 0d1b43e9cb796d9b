"""Join links: made, listed and revoked by the teacher; signed, and over by themselves.

A link leads new students into a class. A *personal* link says in its signed text which
enrolled student it is for, so nobody can pose as somebody else with it; whoever holds it is
that student, so it is given to them alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import segno

from fewshot_fer.errors import MissingError, SignInError
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code
from fewshot_fer.web.access.files import Place, PrivateList
from fewshot_fer.web.access.tokens import Signer
from fewshot_fer.web.network.reaching import unreachable

FILE: Final = "invitations.json"
HOUR: Final = 3600.0
MOST_NEW: Final = 100
"""New students that one link lets in: more is no class but somebody's joke."""
_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """One join link: into which class, for whom, until when."""

    id: str
    class_id: str
    class_name: str
    made: float
    until: float
    student: str | None = None
    """The enrolled student whom a personal link is for."""
    may_pick: tuple[str, ...] = ()
    """Enrolled students (ids) whose names the page offers; the teacher confirms each pick."""
    came: int = 0
    """New students who came by it."""


@dataclass(frozen=True, slots=True)
class JoinLink:
    """A link as the teacher hands it out."""

    url: str
    qr: str
    """The address as a QR code: SVG, to be put into a page as it is; "" where it cannot work."""
    until: float
    warning: str | None
    """Why students could not use it, in plain words."""


class Invitations:
    """The join links of one web app, in a private file; every method may come from any thread."""

    def __init__(self, place: Place | Path, signer: Signer, now: Callable[[], float]) -> None:
        self._links = PrivateList(place, FILE, Invitation, "join links", now)
        self._signer, self._now = signer, now

    def make(
        self,
        class_id: str,
        class_name: str,
        *,
        student: str | None = None,
        may_pick: Collection[str] = (),
        hours: float = 8.0,
    ) -> Invitation:
        """A new link into a class; with `student`, a personal one."""
        made = Invitation(
            id=secrets.token_urlsafe(6),
            class_id=class_id,
            class_name=class_name,
            made=self._now(),
            until=self._now() + min(max(hours, 0.02), 24 * 31) * HOUR,
            student=student,
            may_pick=tuple(may_pick),
        )
        self._links.add(made, _MOST)
        return made

    def listed(self, class_id: str | None = None) -> tuple[Invitation, ...]:
        """The links that are good now (of one class), the newest first."""
        good = self._links.good()[::-1]
        return tuple(one for one in good if class_id in (None, one.class_id))

    def revoke(self, invitation_id: str) -> None:
        """Make a link worthless at once; who is in already stays."""
        if not self._links.drop(lambda one: one.id == invitation_id):
            raise MissingError("There is no such link.", next_step="It may be over already.")

    def end(self, class_id: str) -> None:
        """Make every link into a class worthless, as when it ends."""
        self._links.drop(lambda one: one.class_id == class_id)

    def forget(self, student: str) -> None:
        """Make a student's personal links worthless, and offer their name in no other."""
        self._links.update(
            lambda links: [
                replace(one, may_pick=tuple(name for name in one.may_pick if name != student))
                for one in links
                if one.student != student
            ]
        )

    def token(self, invitation: Invitation) -> str:
        """The signed text that stands in the link."""
        left = invitation.until - self._now()
        payload = {"id": invitation.id, "class": invitation.class_id}
        return self._signer.sign("join", payload, lifetime_s=left)

    def read(self, token: str) -> Invitation:
        """The invitation of a link; raises when it was altered, revoked or is over."""
        try:
            payload = self._signer.read("join", token)
        except SignInError as error:
            over = error.has(Code.TIME_OVER)
            raise SignInError(
                "This link is over." if over else "This is not a whole join link.",
                next_step="Ask your teacher for a new one."
                if over
                else "Copy it again, or scan the code once more.",
            ) from error
        for one in self._links.good():
            if one.id == payload.get("id"):
                return one
        raise SignInError(
            "This link is over: the class has ended, or your teacher has taken it back.",
            next_step="Ask your teacher for a new one.",
        )

    def count_new(self, invitation: Invitation) -> None:
        """One more new student comes by a link; raises when it has let in as many as it may."""

        def counted(links: tuple[Invitation, ...]) -> Iterator[Invitation]:
            for one in links:
                if one.id == invitation.id and one.came >= MOST_NEW:
                    raise SignInError(
                        Phrase(
                            "This link has let in {most} new students, as many as one link may.",
                            most=MOST_NEW,
                        ),
                        next_step="Ask your teacher for a new one.",
                    )
                yield replace(one, came=one.came + 1) if one.id == invitation.id else one

        self._links.update(counted)


def join_link(invitations: Invitations, invitation: Invitation, address: str) -> JoinLink:
    """The link to hand out; `address` is the one in the teacher's browser (`st.context.url`)."""
    parts = urlsplit(address)
    url = f"{parts.scheme}://{parts.netloc}/join/{invitations.token(invitation)}"
    warning = unreachable(address)
    return JoinLink(url, "" if warning else _drawn(url, invitation), invitation.until, warning)


def _drawn(url: str, invitation: Invitation) -> str:
    """A QR code."""
    drawn = BytesIO()
    segno.make_qr(url, error="m").save(
        drawn, kind="svg", border=3, xmldecl=False, svgns=True, omitsize=True,
        dark="#111", light="#fff", title=f"Join {invitation.class_name}".strip(),
    )  # fmt: skip
    return drawn.getvalue().decode()
