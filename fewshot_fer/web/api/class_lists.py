"""The teacher's classes: what each is called, and who is in it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.students.classes import add_class, fill, remove_class
from fewshot_fer.students.documents import ClassList, class_lists
from fewshot_fer.web.api.calls import Asked, Name, Operation, Shape

routes: Final = APIRouter(prefix="/class-lists", tags=["Class lists"], route_class=Operation)

# ruff: noqa: UP013
ClassLists = TypedDict("ClassLists", {"classes": list[ClassList]})
"""All classes of the teacher."""


class Filled(Shape):
    """A class and who is in it."""

    name: Name
    students: list[str] = Field(default=[], max_length=2000, description="ids: these, no others")


class Renamed(Shape):
    """A class and its new name."""

    name: Name
    new: Name


class Named(Shape):
    """Which class."""

    name: Name


@routes.get("")
def list_class_lists(call: Asked) -> ClassLists:
    """List the teacher's classes.

    A class that is opened under one of these names reads and expects its students alone.
    """
    return _listed(call)


@routes.put("")
def fill_class_list(call: Asked, body: Filled) -> ClassLists:
    """Say who is in a class, which is made where it is new."""
    library = call.app.library
    for student in body.students:
        library.open(student)  # Nothing is made for somebody who is not there.
    name = body.name if body.name in library.classes() else add_class(library, body.name)
    fill(library, name, body.students)
    return _listed(call)


@routes.patch("")
def rename_class_list(call: Asked, body: Renamed) -> ClassLists:
    """Rename a class, also in what was recorded of it.

    Under the name of another class the two are one from then on.
    """
    call.app.rename_class(body.name, body.new)
    return _listed(call)


@routes.delete("")
def remove_class_list(call: Asked, query: Annotated[Named, Query()]) -> ClassLists:
    """Remove a class; its students stay."""
    remove_class(call.app.library, query.name)
    return _listed(call)


def _listed(call: Asked) -> ClassLists:
    return {"classes": class_lists(call.app.library, call.app.library.classes())}
