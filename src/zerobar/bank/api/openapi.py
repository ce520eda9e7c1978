"""The interface's own description (OpenAPI 3.1), made from the handlers and their types.

Litestar describes paths, parameters and bodies; added here is what all handlers share: how one
signs in or signs, the id of what is made, and that every error is a problem document.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler
from litestar.utils.helpers import unwrap_partial

from zerobar import __version__
from zerobar.bank.api.access import DEPENDENCIES
from zerobar.client.problems import MEDIA_TYPE, Problem

Json = dict[str, Any]

_UUID: Final = {"type": "string", "format": "uuid"}
_SECURITY_SCHEMES: Final[Json] = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "a person's session, from opening a wallet or signing in",
    },
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "description": "a session of the operator's staff, from signing in by passkey",
    },
    "signed": {
        "type": "apiKey",
        "in": "header",
        "name": "Zerobar-Signature",
        "description": "base64url of r||s (P-256, without padding) over"
        " `zerobar-request-1\\nMETHOD\\npath?query\\nIdempotency-Key\\nZerobar-Time\\nbody`",
    },
}
_SIGNING_HEADERS: Final = (
    ("Zerobar-Key", "the id of the key that signs", _UUID),
    ("Zerobar-Time", "Unix seconds when it was signed", {"type": "string", "pattern": "^[0-9]+$"}),
)
_ID_HEADER: Final = (
    "Idempotency-Key",
    "made by the client once for what is asked, and sent again when it is asked again",
    _UUID,
)
_ERROR: Final = {"$ref": "#/components/responses/Problem"}
_READS: Final = frozenset({"get", "head", "options"})


def describe(routes: Sequence[ControllerRouterHandler]) -> Json:
    """Return the description of handlers, which may use all that `access` hands out."""
    # This application answers nothing, so it needs neither.
    absent = {name: Provide(lambda: None, sync_to_thread=False) for name in ("bank", "desk")}
    app = Litestar(
        route_handlers=list(routes),
        dependencies=DEPENDENCIES | absent,
        openapi_config=OpenAPIConfig(
            title="Zerobar bank", version=__version__, use_handler_docstrings=True
        ),
        logging_config=None,
    )
    document: Json = app.openapi_schema.to_schema()
    for path, method, handler in _operations(app):
        _complete(document["paths"][path][method], method, handler)
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SECURITY_SCHEMES
    components["responses"] = {"Problem": _problem_response()}
    components["schemas"] = _problem_schema() | components.get("schemas", {})
    return document


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


def _complete(operation: Json, method: str, handler: HTTPRouteHandler) -> None:
    names = set(handler.parsed_fn_signature.parameters)
    function = unwrap_partial(handler.fn)
    area = function.__module__.rpartition(".")[2]
    operation.setdefault("tags", [area])
    operation["operationId"] = f"{area}-{function.__name__}"
    schemes = [name for name in _SECURITY_SCHEMES if name in names]
    if schemes:
        operation["security"] = [{scheme: [] for scheme in schemes}]
    parameters = [*operation.get("parameters", []), *_headers(names, method)]
    if parameters:
        operation["parameters"] = parameters
    operation["responses"] = _responses(operation["responses"])


def _headers(names: set[str], method: str) -> list[Json]:
    wanted = list(_SIGNING_HEADERS) if "signed" in names else []
    if "idempotency_key" in names or ("signed" in names and method not in _READS):
        wanted.append(_ID_HEADER)
    return [
        {"name": name, "in": "header", "required": True, "description": text, "schema": schema}
        for name, text, schema in wanted
    ]


def _responses(found: Json) -> Json:
    """Keep what succeeds; everything else is a problem document."""
    succeeding = {status: answer for status, answer in found.items() if status < "400"}
    return succeeding | {"4XX": _ERROR, "5XX": _ERROR}


def _problem_response() -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": "what happened, and what to do now (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _problem_schema() -> Json:
    _, schemas = msgspec.json.schema_components(
        [Problem], ref_template="#/components/schemas/{name}"
    )
    return schemas
