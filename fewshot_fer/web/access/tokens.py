"""What is signed, and the cookies that hold it: nothing is stored for links, forms and cookies."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from fewshot_fer.errors import SignInError
from fewshot_fer.reasons import Code, Reason

STUDENT_COOKIE: Final = "fewshot_fer_student"
TEACHER_COOKIE: Final = "fewshot_fer_teacher"
FORM_COOKIE: Final = "fewshot_fer_form"
KNOCK_COOKIE: Final = "fewshot_fer_knock"
LONGEST: Final = 2_000
"""No token of ours is longer, so nothing longer is looked into."""


class Signer:
    """Signs small values for a purpose (`kind`) and a time; a token of one kind is no other."""

    def __init__(self, secret: bytes, now: Callable[[], float]) -> None:
        self._secret = secret
        self._now = now

    def sign(self, kind: str, payload: dict[str, Any], *, lifetime_s: float) -> str:
        """Text that may stand in a link or a cookie."""
        return str(self._of(kind).dumps([round(self._now() + lifetime_s, 3), payload]))

    def read(self, kind: str, token: str, *, even_late: bool = False) -> dict[str, Any]:
        """What was signed; raises when it was altered or (unless `even_late`) its time is over."""
        try:
            if len(token) > LONGEST:
                raise BadData("too long")
            until, payload = self._of(kind).loads(token)
        except (BadData, ValueError, TypeError) as error:
            raise SignInError(
                "This link or token was altered, or is of another place.",
                next_step="Ask for a new one.",
            ) from error
        if self._now() >= until and not even_late:
            raise SignInError(Reason(Code.TIME_OVER))
        return dict(payload)

    def form_token(self, visitor: str) -> str:
        """The hidden field of a plain form; `visitor` is the value of the form cookie."""
        return self.sign("form", {"visitor": visitor}, lifetime_s=_FORM_LIFETIME)

    def check_form(self, visitor: str, token: str) -> None:
        """Raise unless this form was given to this visitor."""
        if not visitor or self.read("form", token).get("visitor") != visitor:
            raise SignInError(
                "This form was not made for this browser.", next_step="Load the page again."
            )

    def _of(self, kind: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._secret,
            salt=f"fewshot-fer {kind}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )


_FORM_LIFETIME: Final = 12 * 3600.0


def keep(
    request: Request, answer: Response, name: str, value: str, lifetime: float, path: str = "/"
) -> None:
    """Have the browser keep a value for so many seconds."""
    answer.set_cookie(
        name, value, max_age=int(lifetime), path=path, secure=request.url.scheme == "https",
        httponly=True, samesite="lax",
    )  # fmt: skip
