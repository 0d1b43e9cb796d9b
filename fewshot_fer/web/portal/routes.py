"""The student's pages: join by a link, one's own page, leave, delete everything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from fewshot_fer.errors import FewshotFerError, SignInError
from fewshot_fer.students.store.consent import CURRENT
from fewshot_fer.web.access.tokens import STUDENT_COOKIE
from fewshot_fer.web.access.who import who
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.portal.door import Form, Knock
from fewshot_fer.web.portal.facts import counted, facts_of
from fewshot_fer.web.portal.invitations import Invitation, on_this_machine
from fewshot_fer.web.portal.live import live
from fewshot_fer.web.portal.pages import agreement, page, refused, said
from fewshot_fer.web.portal.portal import source_of

KNOCK_COOKIE: Final = "fewshot_fer_knock"
_STAY_S: Final = 24 * 3600.0
"""A student stays signed in for so long; their class is over by then."""


def routes(app: AppState) -> Sequence[BaseRoute]:
    """Everything under /join and /me."""
    pages = Pages(app)
    return (
        Route("/join/{token}", pages.invited, methods=["GET"]),
        Route("/join/{token}", pages.enter, methods=["POST"]),
        Route("/me", pages.me, methods=["GET"]),
        Route("/me/facts", pages.facts, methods=["GET"]),
        Route("/me/leave", pages.leave, methods=["POST"]),
        Route("/me/delete", pages.ask_to_delete, methods=["GET"]),
        Route("/me/delete", pages.delete, methods=["POST"]),
        WebSocketRoute("/me/live", live(app)),
    )


class Pages:
    """The plain pages; they work without a script."""

    def __init__(self, app: AppState) -> None:
        self._app = app

    # ------------------------------------------------------------------ joining

    async def invited(self, request: Request) -> Response:
        """The page behind a link; for who waits for the teacher's word, how that stands."""
        try:
            invitation = self._invitation(request)
        except FewshotFerError as error:
            return refused(error)
        knock = self._knock(request)
        if knock is None or knock.class_id != invitation.class_id:
            return self._join(request, invitation)
        if knock.state == "in":
            self._app.portal.door.withdraw(knock.id)
            return self._in(request, invitation, knock.student)
        if knock.state == "away":
            self._app.portal.door.withdraw(knock.id)
            wrong = SignInError(
                "Your teacher did not confirm this name.",
                next_step="Type your own name, or ask your teacher.",
            )
            return _without_knock(self._join(request, invitation, error=wrong))
        return page("waiting", name=knock.name)

    async def enter(self, request: Request) -> Response:
        """What the page's form does: let them in, or have the teacher asked."""
        try:
            invitation = self._invitation(request)
        except FewshotFerError as error:
            return refused(error)
        async with request.form(max_files=0, max_fields=8) as sent:
            field = {key: str(sent.get(key, "")) for key in _FIELDS}
        here = request.url.path
        if field["withdraw"]:
            knock = self._knock(request)
            if knock is not None:
                self._app.portal.door.withdraw(knock.id)
            return _without_knock(RedirectResponse(here, 303))
        form = Form(field["name"], field["student"], field["by"].strip(), bool(field["agrees"]))
        try:
            outcome = await asyncio.to_thread(self._app.portal.door.enter, invitation, form)
        except FewshotFerError as error:
            return self._join(request, invitation, form, error)
        if isinstance(outcome, str):
            return self._in(request, invitation, outcome)
        waits = RedirectResponse(here, 303)
        _set(request, waits, KNOCK_COOKIE, outcome.id, 3600.0)
        return waits

    def _invitation(self, request: Request) -> Invitation:
        invitation = self._app.portal.invitations.read(request.path_params["token"])
        try:
            self._app.classes.get(invitation.class_id)
        except FewshotFerError as error:
            raise SignInError(
                "This class is over.", next_step="Ask your teacher for a new link."
            ) from error
        return invitation

    def _join(
        self,
        request: Request,
        invitation: Invitation,
        form: Form | None = None,
        error: FewshotFerError | None = None,
    ) -> Response:
        names = {one.id: one.name for one in self._app.library.students()}
        known = None
        if invitation.student is not None:
            known = names.get(invitation.student)
            if known is None:
                return said(
                    "This link was for somebody who is not enrolled any more.",
                    "Ask your teacher for a new one.",
                    status=410,
                )
        asking = who(request)
        works = request.url.scheme == "https" or on_this_machine(request.url.hostname or "")
        return page(
            "join",
            400 if error is not None else 200,
            class_name=invitation.class_name,
            host=request.url.netloc,
            known=known,
            here_as=names.get(asking.student or "")
            if asking.class_id == invitation.class_id
            else None,
            picks=[(one, names[one]) for one in invitation.may_pick if one in names],
            form=form or Form(),
            error=error,
            version=CURRENT[1:],
            agreement=agreement(CURRENT),
            camera_works=works,
        )

    def _in(self, request: Request, invitation: Invitation, student: str) -> Response:
        signer = self._app.credentials.signer
        payload = {"student": student, "class": invitation.class_id}
        done = RedirectResponse("/me", 303)
        cookie = signer.sign("student", payload, lifetime_s=_STAY_S)
        _set(request, done, STUDENT_COOKIE, cookie, _STAY_S)
        return _without_knock(done)

    def _knock(self, request: Request) -> Knock | None:
        return self._app.portal.door.knock(request.cookies.get(KNOCK_COOKIE, ""))

    # ------------------------------------------------------------------ one's own page

    async def me(self, request: Request) -> Response:
        """One's own page."""
        student_id = _student(request)
        try:
            student = self._app.library.open(student_id)
        except FewshotFerError:
            return _forgotten()
        known = await asyncio.to_thread(facts_of, self._app, student)
        name = self._class_name(request)
        return page("me", name=student.name, class_name=name, facts=known)

    async def facts(self, request: Request) -> Response:
        """What is stored, for a page that wants to know whether it is still somebody's."""
        try:
            student = self._app.library.open(_student(request))
            self._app.classes.get(who(request).class_id or "")
        except FewshotFerError:
            return JSONResponse({"over": True}, 410)
        known = await asyncio.to_thread(facts_of, self._app, student)
        return JSONResponse({"facts": known})

    async def leave(self, request: Request) -> Response:
        """Go; everything stays as it is."""
        student = _student(request)
        self._app.portal.devices.dismiss(student, "left")
        for running in self._app.classes.all():
            running.leave(source_of(student))
        done = said(
            "You have left the class.",
            "Your camera is off for this page, and nothing is read any more.",
            "To come back, open your teacher's link again.",
        )
        done.delete_cookie(STUDENT_COOKIE)
        return done

    async def ask_to_delete(self, request: Request) -> Response:
        """What would be deleted, and whether they are sure."""
        try:
            student = self._app.library.open(_student(request))
        except FewshotFerError:
            return _forgotten()
        pictures, lights = len(student.references), len(student.calibrations)
        return page(
            "delete",
            name=student.name,
            pictures=f"the {counted(pictures, '', _plural(pictures, 'picture'))} of your face"
            if pictures
            else "pictures of your face (there are none)",
            lights=f"{counted(lights, '', _plural(lights, 'adjustment'))} to the light"
            if lights
            else "adjustments to the light (there are none)",
        )

    async def delete(self, request: Request) -> Response:
        """Delete everything about them."""
        student = _student(request)
        try:
            await asyncio.to_thread(self._app.portal.forget, student)
        except FewshotFerError as error:
            if self._app.library.stamp(student) is not None:
                return refused(error)
        done = said(
            "Everything about you is deleted.",
            "Your name, your agreement, your pictures and your numbers are gone, and no label "
            "is made of you any more.",
        )
        done.delete_cookie(STUDENT_COOKIE)
        return done

    def _class_name(self, request: Request) -> str:
        try:
            return self._app.classes.get(who(request).class_id or "").name
        except FewshotFerError:
            return ""


_FIELDS: Final = ("name", "student", "by", "agrees", "withdraw")


def _student(request: Request) -> str:
    """Whose page it is; the guard has let nobody else through."""
    return who(request).student or ""


def _forgotten() -> Response:
    gone = said(
        "You are not known here any more.",
        "Your teacher has removed you, or you have deleted everything about you.",
        status=410,
    )
    gone.delete_cookie(STUDENT_COOKIE)
    return gone


def _plural(number: int, what: str) -> str:
    return what if number == 1 else f"{what}s"


def _without_knock(answer: Response) -> Response:
    answer.delete_cookie(KNOCK_COOKIE)
    return answer


def _set(request: Request, answer: Response, name: str, value: str, lifetime: float) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(lifetime),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
