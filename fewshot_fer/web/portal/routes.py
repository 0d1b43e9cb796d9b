"""The student's pages: join by a link, one's own page, leave, delete everything.

They work without a script. Every one looks at the library or at other files, so that all of them
are made in threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from fewshot_fer.errors import FewshotFerError, SignInError
from fewshot_fer.lesson.events import LessonState
from fewshot_fer.students.store.consent import CURRENT
from fewshot_fer.students.store.records import EVERY, Purpose
from fewshot_fer.web.access.credentials import STUDENT_LIFETIME
from fewshot_fer.web.access.refusal import status_of
from fewshot_fer.web.access.tokens import KNOCK_COOKIE, STUDENT_COOKIE, keep
from fewshot_fer.web.access.who import asker, who
from fewshot_fer.web.html import agreement, in_words, page, said, saying
from fewshot_fer.web.network.reaching import on_this_machine
from fewshot_fer.web.portal.door import Form, Knock
from fewshot_fer.web.portal.facts import facts_of
from fewshot_fer.web.portal.invitations import Invitation
from fewshot_fer.web.portal.live import live
from fewshot_fer.web.portal.own import OwnData
from fewshot_fer.web.portal.telling import PURPOSES, purposes, recorded

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_FIELDS: Final = (*"name student by withdraw purpose reference expression".split(), *Purpose)

Fields = Mapping[str, str]
Makes = Callable[[Request, Fields], Response]


def routes(app: AppState) -> Sequence[BaseRoute]:
    """Everything under /join and /me."""
    pages = Pages(app)

    def route(method: str, path: str, makes: Makes) -> Route:
        async def endpoint(request: Request) -> Response:
            fields: Fields = {}
            if method == "POST":
                async with request.form(max_files=0, max_fields=12) as sent:
                    fields = {key: str(sent.get(key, "")) for key in _FIELDS}
            return await app.threads.run(asker(request), makes, request, fields)

        return Route(path, endpoint, methods=[method])

    return (
        route("GET", "/join/{token}", pages.invited),
        route("POST", "/join/{token}", pages.enter),
        route("GET", "/me", pages.me),
        route("GET", "/me/facts", pages.facts),
        route("POST", "/me/agreement", pages.agree),
        route("GET", "/me/pictures/{reference}", pages.picture),
        route("POST", "/me/pictures", pages.change_picture),
        route("POST", "/me/leave", pages.leave),
        route("GET", "/me/delete", pages.ask_to_delete),
        route("POST", "/me/delete", pages.delete),
        WebSocketRoute("/me/live", live(app)),
    )


class Pages(OwnData):
    """Every page and what its form does; called in threads."""

    def __init__(self, app: AppState) -> None:
        super().__init__(app)
        self._door = app.portal.door

    # ------------------------------------------------------------------ joining

    def invited(self, request: Request, _: Fields) -> Response:
        """The page behind a link; for who waits for the teacher's word, how that stands."""
        try:
            invitation = self._invitation(request)
        except FewshotFerError as error:
            return _refused(request, error)
        knock = self._knock(request)
        if knock is None or knock.class_id != invitation.class_id:
            return self._join(request, invitation)
        if knock.state == "waiting":
            return page("waiting", say=saying(request), name=knock.name)
        self._door.withdraw(knock.id)
        if knock.state == "in":
            return self._in(request, invitation, knock.student)
        wrong = SignInError(
            "Your teacher did not confirm this name.",
            next_step="Type your own name, or ask your teacher.",
        )
        return _without_knock(self._join(request, invitation, error=wrong))

    def enter(self, request: Request, fields: Fields) -> Response:
        """What the page's form does: let them in, or have the teacher asked."""
        try:
            invitation = self._invitation(request)
        except FewshotFerError as error:
            return _refused(request, error)
        here = RedirectResponse(request.url.path, 303)
        if fields["withdraw"]:
            knock = self._knock(request)
            if knock is not None:
                self._door.withdraw(knock.id)
            return _without_knock(here)
        ticked = frozenset(one for one in Purpose if fields[one])
        by, language = fields["by"].strip(), saying(request).language
        form = Form(fields["name"], fields["student"], by, ticked, language)
        try:
            outcome = self._door.enter(invitation, form)
        except FewshotFerError as error:
            return self._join(request, invitation, form, error)
        if isinstance(outcome, str):
            self._tell("joined", self._app.library.open(outcome))
            return self._in(request, invitation, outcome)
        keep(request, here, KNOCK_COOKIE, outcome.id, 3600.0)
        return here

    def _invitation(self, request: Request) -> Invitation:
        invitation = self._app.portal.invitations.read(request.path_params["token"])
        try:
            self._app.lessons.get(invitation.class_id)
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
        known = names.get(invitation.student or "")
        if invitation.student is not None and known is None:
            return said(
                "This link was for somebody who is not enrolled any more.",
                "Ask your teacher for a new one.",
                status=410,
                say=saying(request),
            )
        asking = who(request)
        here_as = asking.student if asking.class_id == invitation.class_id else None
        say = saying(request)
        return page(
            "join",
            400 if error is not None else 200,
            say=say,
            here=request.url.path,
            class_name=invitation.class_name,
            host=request.url.netloc,
            known=known,
            here_as=names.get(here_as or ""),
            picks=[(one, names[one]) for one in invitation.may_pick if one in names],
            form=form or Form(),
            error=in_words(error, say) if error is not None else None,
            version=CURRENT[1:],
            agreement=agreement(CURRENT, say.language, self._app.settings.keep_days),
            days=self._app.settings.keep_days,
            purposes=purposes(self._app.settings.keep_days, say),
            recorded=recorded(self._app.lessons.get(invitation.class_id).state, EVERY, say),
            camera_works=request.url.scheme == "https"
            or on_this_machine(request.url.hostname or ""),
        )

    def _in(self, request: Request, invitation: Invitation, student: str) -> Response:
        cookie = self._app.credentials.student_cookie(student, invitation.class_id)
        done = RedirectResponse("/me", 303)
        keep(request, done, STUDENT_COOKIE, cookie, STUDENT_LIFETIME)
        return _without_knock(done)

    def _knock(self, request: Request) -> Knock | None:
        return self._door.knock(request.cookies.get(KNOCK_COOKIE, ""))

    # ------------------------------------------------------------------ one's own page

    def me(self, request: Request, _: Fields) -> Response:
        """One's own page."""
        try:
            student = self._student(request)
        except FewshotFerError:
            return _forgotten(request)
        state = self._lesson(request)
        say = saying(request)
        return page(
            "me",
            say=say,
            here="/me",
            student=student.id,
            name=student.name,
            class_name=state.name if state is not None else "",
            facts=facts_of(self._app, student, say),
            pictures=[one for one in student.references if one.kind == "image"],
            expressions=self._app.library.expressions(student),
            agreed=student.purposes,
            purposes=purposes(self._app.settings.keep_days, say),
            taken_back={one: words for one, (*_, words) in PURPOSES.items()},
            version=CURRENT[1:],
            agreement=agreement(CURRENT, say.language, self._app.settings.keep_days),
            recorded=recorded(state, student.purposes, say) if state is not None else None,
            on_device=state.on_device if state is not None else "off",
        )

    def facts(self, request: Request, _: Fields) -> Response:
        """What is stored, for a page that wants to know whether it is still somebody's."""
        with suppress(FewshotFerError):
            student = self._student(request)
            if self._lesson(request) is not None:
                return JSONResponse({"facts": facts_of(self._app, student, saying(request))})
        return JSONResponse({"over": True}, 410)

    def leave(self, request: Request, _: Fields) -> Response:
        """Go; everything stays as it is."""
        self._app.portal.send_away(who(request).student or "", "left")
        self._app.credentials.sign_out(request.cookies.get(STUDENT_COOKIE, ""), "student")
        with suppress(FewshotFerError):
            self._tell("left", self._student(request))
        return _gone(
            request,
            "You have left the class.",
            "Your camera is off for this page, and nothing is read any more.",
            "To come back, open your teacher's link again.",
        )

    def ask_to_delete(self, request: Request, _: Fields) -> Response:
        """What would be deleted, and whether they are sure."""
        try:
            student = self._student(request)
        except FewshotFerError:
            return _forgotten(request)
        given = {"pictures": len(student.references), "lights": len(student.calibrations)}
        return page("delete", say=saying(request), name=student.name, **given)

    def delete(self, request: Request, _: Fields) -> Response:
        """Delete everything about them."""
        student = who(request).student or ""
        try:
            known = self._app.library.open(student)
            self._app.portal.forget(student)
            self._tell("deleted", known)
        except FewshotFerError as error:
            if self._app.library.stamp(student) is not None:
                return _refused(request, error)
        return _gone(
            request,
            "Everything about you is deleted.",
            "Your name, your agreement, your pictures and your numbers are gone, and no label "
            "is made of you any more.",
            forgets=student,
        )

    def _lesson(self, request: Request) -> LessonState | None:
        """How their class stands; None once it is over."""
        try:
            return self._app.lessons.get(who(request).class_id or "").state
        except FewshotFerError:
            return None


def _refused(request: Request, error: FewshotFerError) -> Response:
    """A page that says what went wrong and what to do."""
    return said(*in_words(error, say := saying(request)), status=status_of(error), say=say)


def _gone(
    request: Request, title: str, *lines: str, status: int = 200, forgets: str = ""
) -> Response:
    """The last page of somebody who is nobody here from now on."""
    answer = said(title, *lines, status=status, say=saying(request), forgets=forgets)
    answer.delete_cookie(STUDENT_COOKIE)
    return answer


def _forgotten(request: Request) -> Response:
    return _gone(
        request,
        "You are not known here any more.",
        "Your teacher has removed you, or you have deleted everything about you.",
        status=410,
        forgets=who(request).student or "",
    )


def _without_knock(answer: Response) -> Response:
    answer.delete_cookie(KNOCK_COOKIE)
    return answer
