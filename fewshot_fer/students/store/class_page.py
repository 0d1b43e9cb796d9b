"""The page of all classes together: what their expressions and they are called; of nobody anything.

Who is in a class is written on the students' own pages, and goes with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from fewshot_fer.errors import LibraryError
from fewshot_fer.files import write_atomically
from fewshot_fer.plain_yaml import read_texts
from fewshot_fer.students.store.contents import read_regular
from fewshot_fer.students.store.names import display_name, expression_name
from fewshot_fer.students.store.records import texts, tidy

CLASS_PAGE = Path("_class") / "class.yaml"


@dataclass(frozen=True, slots=True)
class ClassPage:
    """The expressions that a library has beside the basic ones, and its classes."""

    expressions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def read_page(folder: Path) -> ClassPage:
    """The page of a library; an empty one where there is none."""
    page = folder / CLASS_PAGE
    try:
        document = read_texts(read_regular(page))
        expressions = tuple(map(expression_name, texts(document["expressions"])))
        named = texts(document.get("classes", []))
        return ClassPage(expressions, tuple(tidy(name, display_name) for name in named))
    except FileNotFoundError:
        return ClassPage()
    except (OSError, ValueError, KeyError, TypeError, LibraryError) as error:
        raise LibraryError(
            "The classes' page cannot be read.",
            where=str(page),
            next_step="Delete it, and add the classes and their expressions again.",
        ) from error


def write_page(folder: Path, change: Callable[[ClassPage], ClassPage]) -> None:
    """Change the page; only while the store is `changing`."""
    after = change(read_page(folder))
    document = {"expressions": list(dict.fromkeys(after.expressions))}
    if after.classes:
        document["classes"] = list(dict.fromkeys(after.classes))
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    write_atomically(folder / CLASS_PAGE, text.encode())
