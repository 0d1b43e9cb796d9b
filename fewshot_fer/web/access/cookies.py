"""The cookies of this app: for this site, and for no script."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

STUDENT_COOKIE: Final = "fewshot_fer_student"
TEACHER_COOKIE: Final = "fewshot_fer_teacher"
FORM_COOKIE: Final = "fewshot_fer_form"
KNOCK_COOKIE: Final = "fewshot_fer_knock"


def keep(
    request: Request, answer: Response, name: str, value: str, lifetime: float, path: str = "/"
) -> None:
    """Have the browser keep a value for so many seconds."""
    answer.set_cookie(
        name, value, max_age=int(lifetime), path=path, secure=request.url.scheme == "https",
        httponly=True, samesite="lax",
    )  # fmt: skip
