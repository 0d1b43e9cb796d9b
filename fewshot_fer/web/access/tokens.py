"""What is signed, and the cookies that hold it: nothing is stored for links, forms and cookies."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.serializer import Serializer
from starlette.requests import Request
from starlette.responses import Response

from fewshot_fer.errors import SignInError
from fewshot_fer.reasons import Code, Reason

STUDENT_COOKIE: Final = "fewshot_fer_student"
TEACHER_COOKIE: Final = "fewshot_fer_teacher"
FORM_COOKIE: Final = "fewshot_fer_form"
KNOWN_COOKIE: Final = "fewshot_fer_device"
DEVICE_LIFETIME: Final = 180 * 86_400.0
KNOCK_COOKIE: Final = "fewshot_fer_knock"
LONGEST: Final = 2_000
"""No token of ours is longer, so nothing longer is looked into."""
OF: Final = "~"
"""Stands between the account and what was signed with its key."""


def account_of(text: str) -> str:
    """Whose account a cookie, link or token says that it is of; empty for the server's own."""
    before, found, _ = text[:LONGEST].partition(OF)
    return before if found else ""


class _Plain(URLSafeSerializer):
    """Never packed: a balancer reads the class in links and cookies, to know where it is held."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


class Signer:
    """Signs small values for a purpose (`kind`) and a time; a token of one kind is no other."""

    def __init__(self, secret: bytes, now: Callable[[], float], of: str = "") -> None:
        """`of`: the account whose key it is; it stands before what it signs."""
        self._secret, self._now = secret, now
        self._before = f"{of}{OF}" if of else ""

    def sign(self, kind: str, payload: dict[str, Any], *, lifetime_s: float) -> str:
        """Text that may stand in a link or a cookie."""
        signed = self._of(kind).dumps([round(self._now() + lifetime_s, 3), payload])
        return f"{self._before}{signed}"

    def read(self, kind: str, token: str, *, even_late: bool = False) -> dict[str, Any]:
        """What was signed; raises when it was altered or (unless `even_late`) its time is over."""
        try:
            if len(token) > LONGEST or not token.startswith(self._before):
                raise BadData("too long, or another's")
            until, payload = self._of(kind).loads(token.removeprefix(self._before))
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

    def sign_device(self, device: str) -> str:
        """What a browser keeps in which a teacher signed in: there others' guesses do not count."""
        return self.sign("device", {"device": device}, lifetime_s=DEVICE_LIFETIME)

    def known_device(self, token: str) -> str | None:
        """The device whose token this is, if a teacher has signed in there before."""
        try:
            return f"device {self.read('device', token)['device']}"
        except (SignInError, KeyError):
            return None

    def _of(self, kind: str) -> _Plain:
        return _Plain(
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
