"""The description of the API (OpenAPI 3.1), made from the table of operations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from fewshot_fer import __version__
from fewshot_fer.web.access.rules import RULES, Allowed, rule_of
from fewshot_fer.web.api.shapes.base import Problem
from fewshot_fer.web.api.table import Nothing, Operation

Schema = dict[str, Any]
_ABOUT: Final = (
    "Reads facial expressions and adapts to each student from a few pictures. It says what a face "
    "shows, not what a person feels. In the EU such software is prohibited in education save for "
    "medical or safety reasons (AI Act, article 5(1)(f))."
)
WHO: Final[dict[Allowed, str]] = {
    "anybody": "anybody",
    "teacher": "the teacher",
    "student": "a student",
    "everyone known": "the teacher and every student",
    "own": "the teacher, and this student",
    "closed": "nobody",
}
_ALWAYS: Final = (400, 401, 403, 429)


def description(operations: Sequence[Operation]) -> Schema:
    """The whole document."""
    inputs: list[tuple[str, Literal["serialization"], TypeAdapter[Any]]]
    inputs = [("problem", "serialization", TypeAdapter(Problem))]
    for one in operations:
        if not isinstance(one.answer, str):
            inputs.append((f"{one.id} answer", "serialization", TypeAdapter(one.answer)))
        inputs.append((f"{one.id} body", "serialization", TypeAdapter(one.body)))
    named, found = TypeAdapter.json_schemas(inputs, ref_template="#/components/schemas/{model}")
    schemas = {name: schema for (name, _), schema in named.items()}
    paths: dict[str, Schema] = {}
    for one in operations:
        paths.setdefault(one.template, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "fewshot-fer", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": found.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def allowed(operation: Operation) -> Allowed:
    """Who may call an operation, from the table of rules."""
    path = re.sub(r"\{\w+\}", "x", operation.template)
    found = rule_of(path, operation.method, RULES)
    if found is None:
        raise LookupError(f"no rule for {operation.method} {operation.template}")
    return found[0].allowed


def _operation(operation: Operation, schemas: Mapping[str, Schema]) -> Schema:
    words = [f"For {WHO[allowed(operation)]}.", operation.more]
    found: Schema = {
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        "description": " ".join(filter(None, words)),
        "parameters": [*_in_path(operation), *_in_query(operation)],
        "responses": {
            str(operation.status): _answer(operation, schemas.get(f"{operation.id} answer", {})),
            **_errors(operation, schemas["problem"]),
        },
    }
    body = _body(operation, schemas[f"{operation.id} body"])
    if body is not None:
        found["requestBody"] = {"required": True, "content": body}
    return found


def _in_path(operation: Operation) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", operation.template)
    ]


def _in_query(operation: Operation) -> list[Schema]:
    shape = operation.query.model_json_schema()
    needed = shape.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            **({"description": words} if (words := schema.pop("description", "")) else {}),
            "schema": {key: value for key, value in schema.items() if key != "title"},
        }
        for name, schema in shape.get("properties", {}).items()
    ]


def _body(operation: Operation, schema: Schema) -> Schema | None:
    match operation.takes:
        case "json":
            return {"application/json": {"schema": schema}}
        case "zip":
            return {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
        case "pictures":
            return _pictures(operation)
    return None


def _pictures(operation: Operation) -> Schema:
    picture = {"type": "string", "format": "binary"}
    pictures = {"type": "array", "items": picture, "description": "fields with a file name"}
    fields: Schema = {"type": "object", "properties": {}}
    if operation.body is not Nothing:
        fields = dict(operation.body.model_json_schema())
        fields.pop("description", None)
    fields["additionalProperties"] = pictures
    form = {"multipart/form-data": {"schema": fields}}
    alone = operation.body is Nothing
    return {"image/*": {"schema": picture}, **form} if alone else form


def _answer(operation: Operation, schema: Schema) -> Schema:
    words = HTTPStatus(operation.status).phrase
    kind = operation.answer if isinstance(operation.answer, str) else "application/json"
    return {"description": words, "content": {kind: {"schema": schema}}}


def _errors(operation: Operation, problem: Schema) -> Schema:
    missing = (404,) if "{" in operation.path else ()
    unfit = (413, 422) if operation.takes in ("pictures", "zip") else ()
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": problem}},
        }
        for status in sorted({*_ALWAYS, *missing, *unfit, *operation.errors})
    }
