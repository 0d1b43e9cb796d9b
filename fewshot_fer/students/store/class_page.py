"""The page of the whole class: the names of its own expressions, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from fewshot_fer.errors import LibraryError, StudentError
from fewshot_fer.files import write_atomically
from fewshot_fer.plain_yaml import read_texts
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.students.store.records import texts
from fewshot_fer.students.store.store import read_regular

CLASS_PAGE = Path("_class") / "class.yaml"


def read_class(folder: Path) -> tuple[str, ...]:
    """The expressions that the class of a library has beside the basic ones."""
    page = folder / CLASS_PAGE
    try:
        names = texts(read_texts(read_regular(page))["expressions"])
        return tuple(map(expression_name, names))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, StudentError) as error:
        raise LibraryError(
            "The class's page cannot be read.",
            where=str(page),
            next_step="Delete it and add the class's expressions again.",
        ) from error


def write_class(folder: Path, names: Sequence[str]) -> None:
    """Write the class's expressions; only while the store is `changing`."""
    document = {"expressions": list(dict.fromkeys(names))}
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    write_atomically(folder / CLASS_PAGE, text.encode())
