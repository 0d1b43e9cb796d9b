"""The classes of one teacher: each a name and its students, of whom one may be in several.

A class's page says which there are, and a student's own page which they are in: who is deleted,
exported or backed up takes that along. What changes many students is done one by one, and the page
last: what was cut off is done again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fewshot_fer.errors import StudentError
from fewshot_fer.students.store.class_page import ClassPage, write_page
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import display_name
from fewshot_fer.students.store.records import Summary


def of_class(library: Library, name: str) -> list[Summary]:
    """The students of a class; everybody, where there is no such class."""
    there = library.students()
    return [one for one in there if name in one.classes] if name in library.classes() else there


def add_class(library: Library, name: str) -> str:
    """A new class, with nobody in it yet."""
    tidy = display_name(name)

    def change(page: ClassPage) -> ClassPage:
        for other in page.classes:
            if other.casefold() == tidy.casefold():
                raise StudentError(
                    f"There is a class {other!r} already.", next_step="Choose another name."
                )
        return replace(page, classes=(*page.classes, tidy))

    with library.store.changing():
        library.store.begin()
        write_page(library.folder, change)
    return tidy


def fill(library: Library, name: str, students: Collection[str]) -> None:
    """Say who is in a class: these, and nobody else."""
    library.known_classes([name])
    there = library.classes()
    for gone in sorted(set(students) - {one.id for one in library.students()}):
        library.open(gone)  # Says who is not there, before anything is changed.
    for one in library.students():
        if (one.id in students) != (name in one.classes):
            others = [other for other in one.classes if other != name and other in there]
            library.assign(one.id, [*others, name] if one.id in students else others)


def join(library: Library, name: str, student_id: str) -> None:
    """Put a student into a class beside those that they are in; nothing where there is none."""
    there, among = library.classes(), library.open(student_id).classes
    if name in there and name not in among:
        library.assign(student_id, [one for one in there if one in {*among, name}])


def rename_class(library: Library, name: str, new: str) -> str:
    """Another name; under that of another class the two are one from then on."""
    library.known_classes([name])
    tidy = display_name(new)
    if tidy != name:
        with library.store.changing():
            write_page(library.folder, lambda p: replace(p, classes=(*p.classes, tidy)))
        for one in of_class(library, name):
            join(library, tidy, one.id)
        remove_class(library, name)
    return tidy


def remove_class(library: Library, name: str) -> None:
    """A class is no more; its students stay."""
    fill(library, name, ())
    with library.store.changing():
        write_page(
            library.folder, lambda p: replace(p, classes=tuple(c for c in p.classes if c != name))
        )
