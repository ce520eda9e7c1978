"""The description to read in a browser: plain HTML, no script, nothing from third parties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from importlib import resources
from itertools import groupby
from typing import Any, Final

Json = dict[str, Any]

STYLE_PATH: Final = "/docs/style.css"
_RULES: Final = (
    "What makes something carries an <code>Idempotency-Key</code>, a UUID that you made and stored"
    " before asking: asked again with the same id, it is done once and answered alike."
    " What moves money, and all that tills and merchants ask, is signed with an enrolled P-256 key"
    " over method, path, id, time and body, in the headers <code>Zerobar-Key</code>,"
    " <code>Zerobar-Time</code> and <code>Zerobar-Signature</code>."
)
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_SCHEMAS: Final = "#/components/schemas/"


def style() -> bytes:
    """Return the page's style sheet."""
    return resources.files(__package__).joinpath("docs.css").read_bytes()


def page(document: Json) -> str:
    """Return the page of an OpenAPI document."""
    info = document["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    operations = sorted(_operations(document), key=lambda each: each[2]["tags"])
    areas = [
        (area, list(found)) for area, found in groupby(operations, lambda each: each[2]["tags"][0])
    ]
    return "".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<link rel="stylesheet" href="{STYLE_PATH}"></head><body><header><h1>{title}</h1>',
            f"<p>{_RULES}</p>",
            '<nav><a href="/openapi.json">openapi.json</a> · ',
            " · ".join(f'<a href="#{area}">{area}</a>' for area, _ in areas),
            ' · <a href="#schemas">shapes</a></nav></header><main>',
            *(_area(area, found) for area, found in areas),
            _schemas(document["components"]["schemas"]),
            "</main></body></html>",
        ]
    )


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _area(area: str, operations: list[tuple[str, str, Json]]) -> str:
    shown = "".join(_operation(*each) for each in operations)
    return f'<section id="{area}"><h2>{area}</h2>{shown}</section>'


def _operation(path: str, method: str, operation: Json) -> str:
    line, _, rest = operation["description"].partition("\n")
    told = f"<p>{escape(rest.strip())}</p>" if rest.strip() else ""
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        f"<b>{method.upper()}</b> <code>{escape(path)}</code>"
        f" <span>{escape(line)}</span></summary>{told}"
        f"{_access(operation)}{_parameters(operation.get('parameters', []))}"
        f"{_body(operation.get('requestBody', {}))}{_answers(operation['responses'])}</details>"
    )


def _access(operation: Json) -> str:
    needed = [name for each in operation.get("security", []) for name in each]
    return f"<p>needs: {escape(' and '.join(needed))}</p>" if needed else ""


def _parameters(parameters: list[Json]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{'needed' if each.get('required') else ''}</td><td>{_type(each['schema'])}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in parameters
    )
    return f"<table>{rows}</table>"


def _body(body: Json) -> str:
    kinds = [_type(each["schema"]) for each in body.get("content", {}).values()]
    return f"<p>body: {' or '.join(kinds)}</p>" if kinds else ""


def _answers(responses: Json) -> str:
    return "".join(
        f"<p>{escape(status)}: {_answer(response)}</p>" for status, response in responses.items()
    )


def _answer(response: Json) -> str:
    if "$ref" in response:
        return _type({"$ref": f"{_SCHEMAS}Problem"})
    kinds = [_type(each["schema"]) for each in response.get("content", {}).values()]
    return " or ".join(kinds) or escape(response.get("description", ""))


def _type(schema: Json) -> str:
    """Return a schema in one line; a shape is a link to where it is shown."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return " or ".join(_type(each) for each in schema[choice])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return f"<code>{escape(json.dumps(schema, ensure_ascii=False))}</code>"


def _schemas(schemas: Json) -> str:
    shown = "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    return f'<section id="schemas"><h2>shapes</h2>{shown}</section>'


def _schema(name: str, schema: Json) -> str:
    needed = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(member)}</code></td><td>{'needed' if member in needed else ''}</td>"
        f"<td>{_type(kind)}</td></tr>"
        for member, kind in schema.get("properties", {}).items()
    )
    told = escape(schema.get("description", ""))
    shown = f"<table>{rows}</table>" if rows else _type(schema)
    return f'<div id="shape-{escape(name)}"><h3>{escape(name)}</h3><p>{told}</p>{shown}</div>'
