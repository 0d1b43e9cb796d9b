"""The description of the API to read: one page, without a script."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any, Final

from fewshot_fer.web.access.refusal import ICON, STATUSES, code_of_kind
from fewshot_fer.web.api.openapi import WHO, Schema, allowed, description
from fewshot_fer.web.api.table import Nothing, Operation

_INTRODUCTION: Final = """
<h1>The API</h1>
<p>Everything that the command line does, for other programs. Answers have the shapes of its
<code>--json</code>. The description for machines is <a href="/api/openapi.json">openapi.json</a>.
</p>
<h2 id="tokens">Tokens</h2>
<p>The teacher makes tokens on the Settings page: for everything, or for one student alone. Send
one with every request:</p>
<pre><code>curl -H "Authorization: Bearer $TOKEN" https://…/api/v1/students</code></pre>
<p>On the teacher's own computer, where no password is set, none is needed.</p>
<h2 id="watching">Watching a class</h2>
<p>Open a class with <code>POST /api/v1/classes</code>, then connect to the WebSocket
<code>/live/{class_id}</code> with the same token. Send one JPEG a message; each is answered with
JSON: where the faces are, what they show, the class as a whole. Wait for the answer before you
send the next: of pictures that wait, the newest is read and the others are skipped.</p>
"""


def page(operations: Sequence[Operation]) -> str:
    """The whole page."""
    found = description(operations)
    groups = {
        group: list(several)
        for group, several in groupby(
            sorted(operations, key=lambda one: one.group), key=lambda one: one.group
        )
    }
    menu = "".join(f'<li><a href="#{_anchor(group)}">{escape(group)}</a></li>' for group in groups)
    sections = "".join(
        f'<section id="{_anchor(group)}"><h2>{escape(group)}</h2>'
        f"{''.join(_operation(one, found) for one in several)}</section>"
        for group, several in groups.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>API · fewshot-fer</title>'
        f'{ICON}<link rel="stylesheet" href="/assets/api/docs.css"></head><body>'
        f'<nav aria-label="Contents"><p><a href="/">fewshot-fer</a></p><ul>{menu}'
        '<li><a href="#errors">Errors</a></li></ul></nav>'
        f"<main>{_INTRODUCTION}{sections}{_errors()}</main></body></html>\n"
    )


def _operation(operation: Operation, document: Schema) -> str:
    method = operation.method
    more = f"<p>{_words(operation.more)}</p>" if operation.more else ""
    return (
        f'<details id="{operation.id}"><summary>'
        f'<span class="method {method.lower()}">{method}</span> '
        f'<code class="path">{_path(operation.template)}</code>'
        f'<span class="what">{escape(operation.summary)}</span></summary>'
        f'<div class="inside"><p class="who">For {WHO[allowed(operation)]}.</p>{more}'
        f"{_query(operation)}{_body(operation)}{_example(operation)}"
        f"{_answer(operation, document)}</div></details>"
    )


def _query(operation: Operation) -> str:
    return _fields("In the address", operation.query.model_json_schema())


def _body(operation: Operation) -> str:
    if operation.body is Nothing:
        return ""
    title = "JSON" if operation.takes == "json" else "Fields of the form"
    return _fields(title, operation.body.model_json_schema())


def _fields(title: str, schema: Schema) -> str:
    needed = schema.get("required", ())
    rows = "".join(
        f"<tr><th scope='row'><code>{escape(name)}</code></th><td>{escape(_kind(field))}</td>"
        f"<td>{'needed' if name in needed else _default(field)}</td>"
        f"<td>{escape(field.get('description', ''))}</td></tr>"
        for name, field in sorted(
            schema.get("properties", {}).items(), key=lambda pair: pair[0] not in needed
        )
    )
    if not rows:
        return ""
    return f'<h3>{title}</h3><div class="wide"><table>{rows}</table></div>'


def _kind(field: Schema) -> str:
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    several = field.get("anyOf")
    if several:
        return " | ".join(_kind(one) for one in several)
    return str(field.get("format") or field.get("type", ""))


def _default(field: Schema) -> str:
    return f"else <code>{escape(json.dumps(field.get('default')))}</code>"


def _example(operation: Operation) -> str:
    words = ['curl -H "Authorization: Bearer $TOKEN"']
    if operation.method != "GET":
        words.append(f"-X {operation.method}")
    match operation.takes:
        case "json":
            words.append(f"-H 'Content-Type: application/json' -d '{_sample(operation)}'")
        case "pictures":
            fields = operation.body.model_json_schema().get("required", ())
            words += [f"-F '{name}=…'" for name in fields]
            name = {"an expression": "happy", "a student's id": "k7mq2xab"}.get(
                operation.parts, "frame" if operation.parts == "frame" else "image"
            )
            words.append(f"-F {name}=@face.jpg")
        case "zip":
            words.append("--data-binary @student.zip")
    address = re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", operation.template)
    words.append(f'"$HOST{address}"')
    return f"<h3>Example</h3><pre><code>{escape(' '.join(words))}</code></pre>"


def _sample(operation: Operation) -> str:
    fields = operation.body.model_json_schema().get("properties", {})
    samples = {"string": "…", "boolean": True, "integer": 6}
    return json.dumps(
        {name: samples.get(field.get("type", "integer"), 6) for name, field in fields.items()},
        ensure_ascii=False,
    )


def _answer(operation: Operation, document: Schema) -> str:
    title = f"<h3>Answer {operation.status}</h3>"
    if isinstance(operation.answer, str):
        return f"{title}<p><code>{escape(operation.answer)}</code></p>"
    shapes = document["components"]["schemas"]
    lines = _shape(shapes[operation.answer.__name__], shapes, "")
    return f"{title}<pre><code>{escape(lines)}</code></pre>"


def _shape(schema: Schema, shapes: Schema, indent: str) -> str:
    """A schema as one would write an example by hand."""
    if "$ref" in schema:
        return _shape(shapes[schema["$ref"].rpartition("/")[2]], shapes, indent)
    if "anyOf" in schema:
        return " | ".join(_shape(one, shapes, indent) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(_shape(one, shapes, indent) for one in schema['prefixItems'])}]"
        case "array":
            return f"[{_shape(schema.get('items', {}), shapes, indent)}, …]"
        case "object" if "properties" in schema:
            return _object(schema["properties"], shapes, indent)
        case "object":
            inner: Any = schema.get("additionalProperties")
            if not isinstance(inner, dict):
                return "{…}"
            return f'{{"…": {_shape(inner, shapes, indent)}, …}}'
        case None:
            return "…"
        case kind:
            return str(kind)


def _object(fields: Schema, shapes: Schema, indent: str) -> str:
    deeper = indent + "  "
    lines = [f'{deeper}"{name}": {_shape(one, shapes, deeper)}' for name, one in fields.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _errors() -> str:
    rows = "".join(
        f'<tr id="problem-{code_of_kind(kind)}"><th scope="row"><code>{code_of_kind(kind)}</code>'
        f"</th><td>{status}</td><td>{escape((kind.__doc__ or '').strip())}</td></tr>"
        for kind, status in STATUSES
    )
    return (
        '<section id="errors"><h2>Errors</h2><p>Every error is '
        "<code>application/problem+json</code>: <code>title</code> says what happened, "
        "<code>next_step</code> what to do; <code>code</code> and, where there is one, "
        "<code>reason</code> are for programs.</p>"
        f'<div class="wide"><table>{rows}</table></div></section>'
    )


def _path(template: str) -> str:
    return re.sub(r"\{(\w+)\}", r"<var>{\1}</var>", escape(template))


def _words(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(group: str) -> str:
    return group.lower().replace(" ", "-")
