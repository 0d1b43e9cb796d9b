"""The teacher's door: a small page that needs no script."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fewshot_fer.errors import SignInError, TooManyError
from fewshot_fer.web.access.credentials import TEACHER_LIFETIME, Credentials
from fewshot_fer.web.access.refusal import framed
from fewshot_fer.web.access.tokens import FORM_COOKIE, TEACHER_COOKIE
from fewshot_fer.web.access.who import who

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_WRONG: Final = "That is not the password."
_LEAVE: Final = """
<h1>Sign out?</h1>
<p>Pages that are open here stop working. A class that is watched goes on until it is ended.</p>
<form method="post" action="/sign-out"><button type="submit" autofocus>Sign out</button></form>
<p class="small"><a href="/">Stay signed in</a></p>
"""


def routes(app: AppState) -> Sequence[BaseRoute]:
    """Signing in and out."""
    door = Door(app.credentials)
    return (
        Route("/sign-in", door.show, methods=["GET"]),
        Route("/sign-in", door.enter, methods=["POST"]),
        Route("/sign-out", door.ask, methods=["GET"]),
        Route("/sign-out", door.leave, methods=["POST"]),
    )


class Door:
    """The page, and what its form does."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        # A guess costs 32 MB for a tenth of a second: two at a time, however many come.
        self._guesses = ThreadPoolExecutor(2, "password")

    async def show(self, request: Request) -> Response:
        """The form, or straight on for who is signed in already."""
        target = _inside(request.query_params.get("next", "/"))
        if who(request).role == "teacher":
            return RedirectResponse(target, status_code=303)
        return self._page(request, target)

    async def enter(self, request: Request) -> Response:
        """Check the password; count the guesses first."""
        async with request.form(max_files=0, max_fields=8) as form:
            field = {name: str(form.get(name, "")) for name in ("token", "next", "password")}
        target = _inside(field["next"] or "/")
        try:
            self._credentials.signer.check_form(
                request.cookies.get(FORM_COOKIE, ""), field["token"]
            )
        except SignInError:
            return self._page(request, target, "The page had grown old. Please try again.", 400)
        try:
            self._count(request)
        except TooManyError as error:
            words = f"Too many tries. {error.next_step}"
            answer = self._page(request, target, words, 429)
            answer.headers["retry-after"] = str(int(error.seconds) + 1)
            return answer
        loop = asyncio.get_running_loop()
        fits = await loop.run_in_executor(self._guesses, self._credentials.fits, field["password"])
        if not fits:
            return self._page(request, target, _WRONG, 401)
        done = RedirectResponse(target, status_code=303)
        self._set(
            request, done, TEACHER_COOKIE, self._credentials.teacher_cookie(), TEACHER_LIFETIME
        )
        done.delete_cookie(FORM_COOKIE, path="/sign-in")
        return done

    async def ask(self, _: Request) -> Response:
        """A page with one button: a link must not sign anybody out."""
        return HTMLResponse(framed("Sign out", _LEAVE))

    async def leave(self, request: Request) -> Response:
        """Sign out, here and wherever the cookie was copied to.

        No token is asked for: the guard has seen that a page of ours sent this.
        """
        self._credentials.sign_out(request.cookies.get(TEACHER_COOKIE, ""))
        done = RedirectResponse("/sign-in", status_code=303)
        done.delete_cookie(TEACHER_COOKIE, samesite="lax", httponly=True)
        return done

    def _count(self, request: Request) -> None:
        address = request.client.host if request.client is not None else ""
        self._credentials.by_address.take(address)
        self._credentials.by_all.take("everybody")

    def _page(self, request: Request, target: str, wrong: str = "", status: int = 200) -> Response:
        visitor = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
        token = self._credentials.signer.form_token(visitor)
        answer = HTMLResponse(_form(token, target, wrong), status_code=status)
        self._set(request, answer, FORM_COOKIE, visitor, 3600.0, path="/sign-in")
        return answer

    @staticmethod
    def _set(
        request: Request, answer: Response, name: str, value: str, lifetime: float, path: str = "/"
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=int(lifetime),
            path=path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )


def _inside(target: str) -> str:
    """A path of this app to go on to; anything else, such as another site, is the first page."""
    plain = target.isprintable() and target.isascii() and "\\" not in target
    return target if plain and target.startswith("/") and target[1:2] != "/" else "/"


def _form(token: str, target: str, wrong: str) -> str:
    note = f'<p class="wrong" role="alert" id="wrong">{escape(wrong)}</p>' if wrong else ""
    described = ' aria-invalid="true" aria-describedby="wrong"' if wrong else ""
    return framed(
        "Sign in",
        f"""
<h1>Sign in</h1>
<p>This page is for the teacher. Students come by the link that the teacher shares.</p>
{note}
<form method="post" action="/sign-in">
<input type="hidden" name="token" value="{escape(token)}">
<input type="hidden" name="next" value="{escape(target)}">
<input type="text" name="username" value="teacher" autocomplete="username" hidden>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 maxlength="1000" required autofocus{described}>
<button type="submit">Sign in</button>
</form>
<p class="small">Forgotten? Whoever runs this app can set another one:
<code>fewshot-fer serve --password</code></p>
""",
    )
