"""The teacher's door: a small page that needs no script."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fewshot_fer.errors import SignInError, TooManyError
from fewshot_fer.languages import LANGUAGES, PSEUDO
from fewshot_fer.web.access.credentials import TEACHER_LIFETIME
from fewshot_fer.web.access.tokens import (
    DEVICE_LIFETIME,
    FORM_COOKIE,
    KNOWN_COOKIE,
    TEACHER_COOKIE,
    keep,
)
from fewshot_fer.web.access.who import asker, who
from fewshot_fer.web.html import LANGUAGE_COOKIE, page, saying
from fewshot_fer.web.threads import Threads

_YEAR_S: Final = 365 * 24 * 3600.0

if TYPE_CHECKING:
    from fewshot_fer.web.school.school import School

_FIELDS: Final = ("token", "next", "name", "password")


def routes(school: School) -> Sequence[BaseRoute]:
    """Signing in and out."""
    door = Door(school)
    return (
        Route("/sign-in", door.show, methods=["GET"]),
        Route("/sign-in", door.enter, methods=["POST"]),
        Route("/sign-out", door.ask, methods=["GET"]),
        Route("/language", speak, methods=["GET"]),
        Route("/sign-out", door.leave, methods=["POST"]),
    )


async def speak(request: Request) -> Response:
    """Choose the language of the pages, and go on where one was."""
    done = RedirectResponse(_inside(request.query_params.get("next", "/")), status_code=303)
    wish = request.query_params.get("to", "")
    if wish in (*LANGUAGES, PSEUDO):
        keep(request, done, LANGUAGE_COOKIE, wish, _YEAR_S)
    return done


class Door:
    """The page, and what its form does."""

    def __init__(self, school: School) -> None:
        self._school = school
        # A guess costs 64 MB for a tenth of a second: two at a time, however many come.
        self._guesses = Threads(2, share=1)

    async def show(self, request: Request) -> Response:
        """The form, or straight on for who is signed in already."""
        target = _inside(request.query_params.get("next", "/"))
        if who(request).role == "teacher":
            return RedirectResponse(target, status_code=303)
        once = request.query_params.get("once", "")
        if once:
            fits = await self._guesses.run(asker(request), self._school.opens, once)
            if fits:
                return self._let_in(request, target, self._school.door.teacher_cookie())
        return self._page(request, target, "This link was used already." if once else "")

    async def enter(self, request: Request) -> Response:
        """Check the password; count the guesses first."""
        async with request.form(max_files=0, max_fields=8) as form:
            field = {name: str(form.get(name, "")) for name in _FIELDS}
        target, known = _inside(field["next"] or "/"), self._school.door
        try:
            known.signer.check_form(request.cookies.get(FORM_COOKIE, ""), field["token"])
        except SignInError:
            return self._page(request, target, "The page had grown old. Please try again.", 400)
        try:
            device = known.signer.known_device(request.cookies.get(KNOWN_COOKIE, ""))
            address = request.client.host if request.client is not None else ""
            threads = self._school.own.threads
            await threads.run(asker(request), known.guesses.take, address, device)
        except TooManyError as error:
            answer = self._page(request, target, f"Too many tries. {error.next_step}", 429)
            answer.headers["retry-after"] = str(int(error.seconds) + 1)
            return answer
        cookie = await self._guesses.run(
            asker(request), self._school.cookie_for, field["name"], field["password"]
        )
        if cookie is None:
            return self._page(request, target, "That is not the password.", 401)
        return self._let_in(request, target, cookie)

    def _let_in(self, request: Request, target: str, cookie: str) -> Response:
        done = RedirectResponse(target, status_code=303)
        keep(request, done, TEACHER_COOKIE, cookie, TEACHER_LIFETIME)
        known = self._school.door.signer.sign_device(secrets.token_hex(8))
        keep(request, done, KNOWN_COOKIE, known, DEVICE_LIFETIME, path="/sign-in")
        done.delete_cookie(FORM_COOKIE, path="/sign-in")
        return done

    async def ask(self, request: Request) -> Response:
        """A page with one button: a link must not sign anybody out."""
        return page("sign-out", say=saying(request))

    async def leave(self, request: Request) -> Response:
        """Sign out, here and wherever the cookie was copied to.

        No token is asked for: the guard has seen that a page of ours sent this.
        """
        cookie = request.cookies.get(TEACHER_COOKIE, "")
        await self._school.own.threads.run(asker(request), self._school.sign_out, cookie)
        done = RedirectResponse("/sign-in", status_code=303)
        done.delete_cookie(TEACHER_COOKIE, samesite="lax", httponly=True)
        return done

    def _page(self, request: Request, target: str, wrong: str = "", status: int = 200) -> Response:
        visitor = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
        answer = page(
            "sign-in",
            status,
            say=saying(request),
            token=self._school.door.signer.form_token(visitor),
            target=target,
            wrong=wrong,
            has_password=self._school.has_password,
            asks_names=self._school.asks_names,
        )
        keep(request, answer, FORM_COOKIE, visitor, 3600.0, path="/sign-in")
        return answer


def _inside(target: str) -> str:
    """A path of this app to go on to; anything else, such as another site, is the first page."""
    plain = target.isprintable() and target.isascii() and "\\" not in target
    return target if plain and target.startswith("/") and target[1:2] != "/" else "/"
