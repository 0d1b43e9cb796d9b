"""What a student changes about their own data: the agreement, and each of their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fewshot_fer.errors import FewshotFerError, RequestError
from fewshot_fer.images import to_png
from fewshot_fer.lesson.events import Does, Noticed
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.records import Purpose, Student
from fewshot_fer.web.access.who import who
from fewshot_fer.web.html import saying

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

Fields = Mapping[str, str]


class OwnData:
    """What the forms of one's own page do; called in threads."""

    def __init__(self, app: AppState) -> None:
        self._app = app

    def agree(self, request: Request, fields: Fields) -> Response:
        """Agree to one purpose, or (`withdraw`) take it back with what was kept for it."""
        student = self._student(request)
        try:
            purpose = Purpose(fields["purpose"])
        except ValueError as error:
            raise RequestError("There is no such purpose.") from error
        before, days = student.consent, self._app.settings.keep_days
        if fields["withdraw"]:
            after = replace(before, purposes=before.purposes - {purpose})
        else:
            now, all_ = self._app.library.now(), before.purposes | {purpose}
            by, language = fields["by"].strip() or before.by, saying(request).language
            after = agreed(by, now, purposes=all_, days=days, language=language)
        self._app.portal.agree(student.id, after)
        self._tell("withdrew" if fields["withdraw"] else "agreed", student, purpose)
        return RedirectResponse("/me#agreement", 303)

    def _tell(self, what: Does, student: Student, *purposes: Purpose) -> None:
        self._app.portal.tell(Noticed(what, student.name, purposes))

    def picture(self, request: Request, _: Fields) -> Response:
        """One of their own pictures."""
        student = self._student(request)
        reference = student.reference(request.path_params["reference"])
        picture = to_png(self._app.library.portrait(student, reference))
        return Response(picture, media_type="image/png")

    def change_picture(self, request: Request, fields: Fields) -> Response:
        """Say that a picture shows another expression, or (`withdraw`) delete it."""
        student = self._student(request)
        reference, library = student.reference(fields["reference"]), self._app.library
        if fields["withdraw"]:
            library.drop(student.id, [reference])
        elif fields["expression"] != reference.expression:
            library.relabel(student.id, reference, fields["expression"])
        with suppress(FewshotFerError):
            self._app.opened().refresh()
        return RedirectResponse("/me#pictures", 303)

    def _student(self, request: Request) -> Student:
        """Whose page it is; the guard has let nobody else through."""
        return self._app.library.open(who(request).student or "")
