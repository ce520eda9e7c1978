"""The interface's own description (OpenAPI 3.1), and a page to read it on.

Plain HTML: no script, nothing from third parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from zerobar import __version__
from zerobar.client.problems import MEDIA_TYPE, Problem
from zerobar.telecom.api import tmf
from zerobar.telecom.api.access import ACCESS_HEADER, dependencies_of

Json = dict[str, Any]

_SECURITY: Final = {"own_program": "token", "access_line": "network"}
"""A handler's dependency, and the scheme that it means."""
_SECURITY_SCHEMES: Final[Json] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "the token of the file api.token",
    },
    "network": {
        "type": "apiKey",
        "in": "header",
        "name": ACCESS_HEADER,
        "description": "the line that asks: set by the access network's gateway, which has to strip"
        " whatever a phone sends under this name",
    },
}
_ID_HEADER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "made by the client once for what is asked, and sent again when it asks again",
    "schema": {"type": "string", "format": "uuid"},
}


def describe(routes: Sequence[ControllerRouterHandler]) -> Json:
    """Return the description of handlers."""
    app = Litestar(
        route_handlers=list(routes),
        dependencies=dependencies_of(None),
        openapi_config=OpenAPIConfig(
            title="Zerobar telecom", version=__version__, use_handler_docstrings=True
        ),
        logging_config=None,
    )
    document: Json = app.openapi_schema.to_schema()
    for path, method, handler in _operations(app):
        _complete(document["paths"][path][method], handler)
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SECURITY_SCHEMES
    components["responses"] = {
        "Problem": _error_response(
            MEDIA_TYPE, "Problem", "what happened, and what to do (RFC 9457)"
        ),
        "TmfError": _error_response(tmf.MEDIA_TYPE, "Error", "TM Forum's form of the same"),
    }
    _, schemas = msgspec.json.schema_components(
        [Problem, tmf.Error], ref_template="#/components/schemas/{name}"
    )
    components["schemas"] = schemas | components.get("schemas", {})
    for shape, member in tmf.DECIMALS:
        components["schemas"][shape]["properties"][member] = {"type": "number"}
    return document


def page(document: Json) -> str:
    """Return the description as a page: every operation with what it says of itself."""
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    rows = "".join(
        f"<dt><b>{method.upper()}</b> <code>{escape(path)}</code></dt>"
        f"<dd>{escape(operation['description'])}{_needs(operation)}</dd>"
        for path, item in document["paths"].items()
        for method, operation in item.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body><h1>{title}</h1><p><a href="/openapi.json">openapi.json</a></p><dl>{rows}</dl>'
        "</body></html>"
    )


def _needs(operation: Json) -> str:
    names = [name for each in operation.get("security", []) for name in each]
    return f" <i>Needs: {escape(', '.join(names))}.</i>" if names else ""


def _operations(app: Litestar) -> list[tuple[str, str, HTTPRouteHandler]]:
    return [
        (route.path_format, method.lower(), handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.resolve_include_in_schema()
        for method in handler.http_methods
        if method != "OPTIONS"
    ]


def _complete(operation: Json, handler: HTTPRouteHandler) -> None:
    """Add what all handlers share: how one is let in, the id, and how an error looks."""
    names = set(handler.parsed_fn_signature.parameters)
    security: list[Json] = [{scheme: []} for name, scheme in _SECURITY.items() if name in names]
    if security:
        operation["security"] = security
    if "idempotency_key" in names:
        operation["parameters"] = [*operation.get("parameters", []), _ID_HEADER]
    found = operation["responses"]
    succeeding = {status: answer for status, answer in found.items() if status < "400"}
    is_standard = any(tag.startswith("TMF") for tag in operation["tags"])
    error = {"$ref": f"#/components/responses/{'TmfError' if is_standard else 'Problem'}"}
    operation["responses"] = succeeding | {"4XX": error, "5XX": error}


def _error_response(media_type: str, shape: str, description: str) -> Json:
    return {
        "description": description,
        "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{shape}"}}},
    }
