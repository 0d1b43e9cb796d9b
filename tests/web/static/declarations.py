"""The messages of `fewshot_fer.web.messages` for TypeScript, which checks the scripts.

python -m tests.web.static.declarations    # writes fewshot_fer/web/static/messages.d.ts
"""

from __future__ import annotations

import types
from pathlib import Path
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import is_typeddict

from fewshot_fer.web import messages

FILE = Path(messages.__file__).parent / "static" / "messages.d.ts"
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}
_HEAD = """\
// Made from fewshot_fer/web/messages.py by `python -m tests.web.static.declarations`: change that.
"""


def declarations() -> str:
    """Every type of the module, in its order."""
    named = {name: one for name, one in vars(messages).items() if _is_message(one)}
    names = {one: name for name, one in named.items()}
    return "\n".join([_HEAD, *(_declared(name, one, names) for name, one in named.items())])


def _is_message(one: object) -> bool:
    return is_typeddict(one) or isinstance(one, types.UnionType) or get_origin(one) in (dict, tuple)


def _declared(name: str, one: Any, names: dict[Any, str]) -> str:
    if not is_typeddict(one):
        return f"export type {name} = {_written(one, {**names, one: ''})};\n"
    hints = get_type_hints(one, include_extras=True)
    fields = (f"{key}{_mark(hint)}: {_written(hint, names)}" for key, hint in hints.items())
    return f"export type {name} = {{ {'; '.join(fields)} }};\n"


def _mark(hint: Any) -> str:
    return "?" if get_origin(hint) is NotRequired else ""


def _written(hint: Any, names: dict[Any, str]) -> str:
    """A type as TypeScript writes it; types with a name by their name."""
    if names.get(hint):
        return names[hint]
    if hint in _PLAIN:
        return _PLAIN[hint]
    args, origin = get_args(hint), get_origin(hint)
    if origin is Literal:
        return " | ".join(f"'{value}'" for value in args)
    parts = [_written(one, names) for one in args]
    if origin is NotRequired:
        return parts[0]
    if origin is list:
        return f"({parts[0]})[]" if " | " in parts[0] else f"{parts[0]}[]"
    if origin is dict:
        return f"Record<{', '.join(parts)}>"
    if origin is tuple:
        return f"[{', '.join(parts)}]"
    if origin in (Union, types.UnionType):
        return " | ".join(parts)
    raise TypeError(f"{hint} has no counterpart")


if __name__ == "__main__":
    FILE.write_text(declarations(), encoding="utf-8")
