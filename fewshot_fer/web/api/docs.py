"""The description of the API to read: one page, without a script."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from fewshot_fer.web import html
from fewshot_fer.web.access.refusal import STATUSES, code_of_kind
from fewshot_fer.web.api.openapi import WHO, Schema, allowed, description
from fewshot_fer.web.api.table import Nothing, Operation

_MOST_NAMED = 8
"""Of values that are one of a list."""
_SAMPLES = {"string": "…", "boolean": True, "integer": 6}
_FIELDS = {"an expression": "happy", "a student's id": "k7mq2xab", "frame": "frame"}
"""What pictures are called in examples, by what their fields are called."""


def page(operations: Sequence[Operation]) -> Response:
    """The whole page."""
    document = description(operations)
    groups: dict[str, list[Schema]] = {}
    for one in sorted(operations, key=lambda one: one.group):
        groups.setdefault(one.group, []).append(_operation(one, document))
    errors = [
        (code_of_kind(kind), status, (kind.__doc__ or "").strip()) for kind, status in STATUSES
    ]
    return html.page("api", groups=groups, errors=errors)


def _operation(operation: Operation, document: Schema) -> Schema:
    """What the page says of an operation."""
    said = document["paths"][operation.template][operation.method.lower()]
    ((media_type, content),) = said["responses"][str(operation.status)]["content"].items()
    is_shape = media_type == "application/json" and content["schema"]
    answer = _shape(content["schema"], document["components"]["schemas"]) if is_shape else ""
    has_body = operation.body is not Nothing
    return {
        "id": operation.id,
        "method": operation.method,
        # Every second part of what is split so is what stood between the signs.
        "path": _alternating(r"\{(\w+)\}", operation.template),
        "summary": operation.summary,
        "who": WHO[allowed(operation)],
        "more": _alternating(r"`([^`]+)`", operation.more) if operation.more else (),
        "query": _fields(operation.query.model_json_schema()),
        "body_title": "JSON" if operation.takes == "json" else "Fields of the form",
        "body": _fields(operation.body.model_json_schema()) if has_body else (),
        "example": _example(operation),
        "status": operation.status,
        "media_type": "" if is_shape else media_type,
        "answer": answer,
    }


def _alternating(pattern: str, text: str) -> list[tuple[str, bool]]:
    return [(part, k % 2 == 1) for k, part in enumerate(re.split(pattern, text))]


def _fields(schema: Schema) -> list[tuple[str, str, str | None, str]]:
    """Name, kind, what is taken where it is missing (None: it must not be), and words."""
    needed = schema.get("required", ())
    return [
        (
            name,
            _kind(field),
            None if name in needed else json.dumps(field.get("default")),
            field.get("description", ""),
        )
        for name, field in sorted(
            schema.get("properties", {}).items(), key=lambda pair: pair[0] not in needed
        )
    ]


def _kind(field: Schema) -> str:
    several = field.get("enum") or [_kind(one) for one in field.get("anyOf", ())]
    return " | ".join(map(str, several)) or str(field.get("format") or field.get("type", ""))


def _example(operation: Operation) -> str:
    words = ['curl -H "Authorization: Bearer $TOKEN"']
    if operation.method != "GET":
        words.append(f"-X {operation.method}")
    schema = operation.body.model_json_schema()
    match operation.takes:
        case "json":
            fields = schema.get("properties", {}).items()
            sample = {name: _SAMPLES.get(field.get("type", ""), 6) for name, field in fields}
            said = json.dumps(sample, ensure_ascii=False)
            words.append(f"-H 'Content-Type: application/json' -d '{said}'")
        case "pictures":
            words += [f"-F '{name}=…'" for name in schema.get("required", ())]
            words.append(f"-F {_FIELDS.get(operation.pictures, 'image')}=@face.jpg")
        case "zip":
            words.append("--data-binary @student.zip")
    address = re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", operation.template)
    return " ".join((*words, f'"$HOST{address}"'))


def _shape(schema: Schema, shapes: Schema, indent: str = "") -> str:
    """A schema as one would write an example by hand."""
    if "$ref" in schema:
        return _shape(shapes[schema["$ref"].rpartition("/")[2]], shapes, indent)
    if "anyOf" in schema:
        return " | ".join(_shape(one, shapes, indent) for one in schema["anyOf"])
    if "enum" in schema:
        some, more = schema["enum"][:_MOST_NAMED], schema["enum"][_MOST_NAMED:]
        return " | ".join((*map(json.dumps, some), *("…" for _ in more[:1])))
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(_shape(one, shapes, indent) for one in schema['prefixItems'])}]"
        case "array":
            return f"[{_shape(schema.get('items', {}), shapes, indent)}, …]"
        case "object" if "properties" in schema:
            deeper, fields = indent + "  ", schema["properties"].items()
            lines = [f'{deeper}"{name}": {_shape(one, shapes, deeper)}' for name, one in fields]
            return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
        case "object":
            inner: Any = schema.get("additionalProperties")
            if not isinstance(inner, dict):
                return "{…}"
            return f'{{"…": {_shape(inner, shapes, indent)}, …}}'
        case kind:
            return str(kind or "…")
