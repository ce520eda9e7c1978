"""Who may speak to the till: its own screen, on this machine, with a cashier signed in.

| against | by |
|---|---|
| other machines | the program listens at 127.0.0.1 only |
| a web page whose name was made to point here (DNS rebinding) | the Host header |
| any other web page in the same browser | the Origin header, and the cashier's token |
| other programs of this machine, and whoever walks up to the till | the cashier's PIN |

`/events` and `/health` need no cashier: they tell sizes and words, and no secret. Not defended: a
program that runs as the same user reads the folder itself.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from zerobar.pos.errors import PosError
from zerobar.pos.sessions import Session, Sessions
from zerobar.reader import Sentence

_OWN_HOSTS: Final = ("127.0.0.1", "localhost")
_CROSS_SITE: Final = "cross-site"


class WrongHost(PosError):
    """The request names another host, as a page from elsewhere does."""

    problem, status = "wrong-host", 421
    what = Sentence("This is not the address of the till.", zh="该地址不是本机地址。")
    advice = Sentence("Use http://127.0.0.1 and the port.", zh="请使用 http://127.0.0.1 及端口。")


class ForeignPage(PosError):
    """A page from elsewhere asks."""

    problem, status = "foreign-page", 403
    what = Sentence("A page from elsewhere may not use this till.", zh="外部页面不得使用本机。")
    advice = Sentence("Open the till's own screen.", zh="请打开本机界面。")


def check_host(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let the till's own screen in; raises WrongHost or ForeignPage."""
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    if host.rpartition(":")[0] not in _OWN_HOSTS:
        raise WrongHost
    from_elsewhere = connection.headers.get("sec-fetch-site") == _CROSS_SITE
    if from_elsewhere or origin not in (None, f"http://{host}"):
        raise ForeignPage


def token_of(request: Request[Any, Any, Any]) -> str:
    """Return the bearer token of a request; empty if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def session_of(request: Request[Any, Any, Any], sessions: Sessions) -> Session:
    """Return who is signed in; raises NotSignedIn."""
    return sessions.session(token_of(request))
