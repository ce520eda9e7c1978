"""A small program with a screen, an interface and a token, behind a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar, Router, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from tests.telecom.serving import served
from zerobar.serving.access import AccessRefused, Connection, check_page, check_token
from zerobar.serving.headers import add_security_headers
from zerobar.serving.problems import AnyRequest, ProblemResponse, tell_http_error, tell_spoken
from zerobar.serving.screens import screen_routes
from zerobar.serving.strictness import StrictRequest

TOKEN = "a token"
STAGE = "http://127.0.0.1:8080"
FILES = {
    "wallet.html": "<!doctype html><title>wallet</title>",
    "till.html": "<!doctype html><title>till</title>",
    "manifest-wallet.webmanifest": '{"name":"wallet"}',
    "sw.js": "self.skipWaiting()",
    "made-from": "a secret of the build",
    "assets/wallet-1a2b.js": "export {}",
    "assets/wallet-1a2b.css": "p{}",
    "icons/zerobar.svg": "<svg/>",
}


class Sum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount_fen: int


@get("/money", sync_to_thread=False)
def read_money() -> dict[str, int]:
    return {"amount_fen": 5}


@post("/money", sync_to_thread=False)
def send_money(data: JSONBody[Sum]) -> Sum:
    return data


def check_access(connection: Connection, handler: BaseRouteHandler) -> None:
    check_page(connection, handler)
    check_token(connection, handler, TOKEN)


def tell_unheard(_: AnyRequest, error: HTTPException) -> ProblemResponse:
    return tell_http_error(error, "docs/here.md")


def create_app(**screen: Any) -> Litestar:
    handlers = [read_money, send_money, *screen_routes("wallet", **screen)]
    return Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        guards=[check_access],
        exception_handlers={AccessRefused: tell_spoken, HTTPException: tell_unheard},
        before_send=[add_security_headers],
        request_class=StrictRequest,
        logging_config=None,
        openapi_config=None,
    )


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the screens, beside a secret and with a link to it."""
    folder = tmp_path_factory.mktemp("built") / "screens"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder.parent / "secret").write_text("a secret of the machine")
    (folder / "assets" / "link.js").symlink_to(folder.parent / "secret")
    return folder


@pytest.fixture(scope="session")
def program(build: Path) -> Iterator[httpx.Client]:
    """The program as its screen asks it."""
    with served(create_app(folder=build, framed_by=[STAGE])) as url:
        headers = {"authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=url, headers=headers) as client:
            yield client
