"""Whether a message is one of those that `fewshot_fer.web.messages` describes."""

from __future__ import annotations

import types
from collections.abc import Mapping
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

from fewshot_fer.web.messages import FromClass, FromGuide, FromPortal, Pacing

_SAID = (*get_args(FromClass), *get_args(FromGuide), *get_args(FromPortal))


def described(message: Mapping[str, Any]) -> bool:
    """Whether a page may be told this; what paces a device may stand beside it."""
    beside = get_type_hints(Pacing)
    return any(is_a(message, one) or is_a(without(message, beside), one) for one in _SAID)


def without(message: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key not in keys}


def is_a(value: Any, hint: Any) -> bool:
    """Whether a value, as JSON would carry it, is of a type."""
    args, origin = get_args(hint), get_origin(hint)
    if is_typeddict(hint):
        hints = get_type_hints(hint, include_extras=True)
        needed = {key for key, one in hints.items() if get_origin(one) is not NotRequired}
        return (
            isinstance(value, Mapping)
            and needed <= value.keys() <= hints.keys()
            and all(is_a(one, hints[key]) for key, one in value.items())
        )
    if origin is NotRequired:
        return is_a(value, args[0])
    if origin is Literal:
        return value in args
    if origin in (Union, types.UnionType):
        return any(is_a(value, one) for one in args)
    if origin is list:
        return isinstance(value, list | tuple) and all(is_a(one, args[0]) for one in value)
    if origin is tuple:
        return len(value) == len(args) and all(map(is_a, value, args))
    if origin is dict:
        return isinstance(value, Mapping) and all(is_a(one, args[1]) for one in value.values())
    # JSON has one kind of number; a truth value is none.
    kinds = (int, float) if hint is float else hint
    return isinstance(value, kinds) and (hint is bool or not isinstance(value, bool))
