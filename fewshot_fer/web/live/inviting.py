"""The teacher's side of joining: a link with its QR code, and who knocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from fewshot_fer.errors import RequestError
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import LessonState
from fewshot_fer.students.classes import of_class
from fewshot_fer.web import messages
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.messages import Invited, Knocks, Uninvited
from fewshot_fer.web.network.reaching import (
    answers,
    is_address,
    own_address,
    reach_of,
    reach_of_network,
    unreachable,
)
from fewshot_fer.web.portal.invitations import Invitation, JoinLink, join_link

_MOST_ADDRESS: Final = 300


def reach(app: AppState, _: LessonEngine, command: Mapping[str, Any]) -> messages.Reach:
    """Whether students' devices can take part, and what it takes; `open` opens a door for them."""
    address, network = _address(command), app.network
    if network is not None and command.get("open") is True:
        network.open()
    if (door := _door(app, address)) is not None:
        found = reach_of_network(door)
    else:
        found = reach_of(address, app.settings.port, own_address(), answers=answers(address))
        found = replace(found, offers=network is not None and network.is_there and not found.works)
    return {"type": "reach", **asdict(found)}  # type: ignore[typeddict-item]


def invite(app: AppState, lesson: LessonEngine, command: Mapping[str, Any]) -> Invited:
    """A new link into the class; `address` is what the teacher's browser calls this server."""
    address = _address(command)
    there = of_class(app.library, lesson.name)
    named = [one.id for one in there] if command.get("names") else ()
    made, link = _made(app, lesson, address, may_pick=named)
    return {
        "type": "invited",
        "id": made.id,
        "url": link.url,
        "qr": link.qr,
        "until": link.until,
        "warning": link.warning,
    }


def _address(command: Mapping[str, Any]) -> str:
    address = command.get("address")
    if not isinstance(address, str) or len(address) > _MOST_ADDRESS or not is_address(address):
        raise RequestError("Say the `address` of this page.")
    return address


def _door(app: AppState, address: str) -> str | None:
    """Where links lead instead of to this page's own address: an open door, if that is no good."""
    opened = app.network.address if app.network is not None else None
    return opened if unreachable(address) is not None else None


def personal_link(app: AppState, lesson: LessonState, student: str, address: str) -> JoinLink:
    """A new link by which one enrolled student comes in, with nobody asked; over with the class."""
    return _made(app, lesson, address, student=student)[1]


def uninvite(app: AppState, _: LessonEngine, command: Mapping[str, Any]) -> Uninvited:
    """A link leads nowhere from now on."""
    app.portal.invitations.revoke(str(command.get("id")))
    return {"type": "uninvited"}


def knocks(app: AppState, lesson: LessonEngine) -> Knocks:
    """Who says that they are somebody of the class, and waits for the teacher's word."""
    waiting = app.portal.door.waiting(lesson.id)
    return {"type": "knocks", "knocks": [{"id": one.id, "name": one.name} for one in waiting]}


def answer_knock(app: AppState, lesson: LessonEngine, command: Mapping[str, Any]) -> Knocks:
    """It is them (`in`), another one of that name (`new`), or not (`away`)."""
    door, knock = app.portal.door, str(command.get("knock"))
    if command.get("is") == "away":
        door.turn_away(knock)
    else:
        door.let_in(knock, as_new=command.get("is") == "new")
    return knocks(app, lesson)


def _made(
    app: AppState,
    lesson: LessonEngine | LessonState,
    address: str,
    *,
    student: str | None = None,
    may_pick: Sequence[str] = (),
) -> tuple[Invitation, JoinLink]:
    """A new link into the class."""
    invitations = app.portal.invitations
    made = invitations.make(lesson.id, lesson.name, student=student, may_pick=may_pick)
    return made, join_link(invitations, made, _door(app, address) or address)
