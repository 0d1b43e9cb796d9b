"""YAML as people write it: text, lists and mappings, not deep, and no aliases.

A page of 100 kB of aliases unpacks to gigabytes, and a deep one takes the process down inside the
parser. So it is looked through, event by event, before anything is built of it.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

_DEEPEST: Final = 20
_PARSER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_yaml(text: str | bytes) -> Any:
    """What is written: numbers, truths and dates where it looks like one; else a ValueError."""
    return _built(text, yaml.SafeLoader)


def read_texts(text: str | bytes) -> Any:
    """The same where every value is text, whatever it looks like."""
    return _built(text, _PARSER)


def _built(text: str | bytes, loader: Any) -> Any:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_PARSER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
                raise ValueError("it is too deep, or has an alias (`*name`)")
        return yaml.load(text, Loader=loader)  # noqa: S506 (nothing but plain values)
    except (yaml.YAMLError, TypeError, OverflowError) as error:
        raise ValueError(" ".join(str(error).split())) from error
