"""Who may speak to a program at 127.0.0.1: its own screen, and programs of this machine.

| against | by |
|---|---|
| other machines | the program listens at 127.0.0.1 only |
| a web page whose name was made to point here (DNS rebinding) | the Host header |
| any other web page in the same browser | the Origin and Sec-Fetch-Site headers; and no answer |
|  | names another origin as allowed (no CORS) |
| other users' programs on this machine | a token, where the program asks for one |

The screen's own files hold no secret. Whoever follows a link to them from another site may see
them, and who may frame them is said by the policy that they carry. Not against a program that
runs as the same user: that can read the folder itself.
"""

from __future__ import annotations

import hmac
from typing import Any, ClassVar, Final, TypeAlias

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from zerobar.reader import Sentence

SCREEN_FILE: Final = "is_screen_file"
"""The option of a handler that gives a screen's files out."""

_OWN_HOSTS: Final = ("127.0.0.1", "localhost")
_OWN_SITES: Final = (None, "same-origin", "none")
Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]


class AccessRefused(Exception):
    """Base of what keeps somebody out; `str()` says what happened.

    Attributes:
        problem: its stable name.
        status: over HTTP.
        what_happened: a sentence; `.zh` is the Chinese one.
        next_step: a sentence on what to do now.
    """

    problem: ClassVar[str]
    status: ClassVar[int]
    what_happened: ClassVar[Sentence]
    next_step: ClassVar[Sentence]

    def __init__(self) -> None:
        super().__init__(str(self.what_happened))


class WrongHost(AccessRefused):
    """The request names another host, as a page from elsewhere does."""

    problem, status = "wrong-host", 421
    what_happened = Sentence("This is not the program's address.", zh="该地址不是本机地址。")
    next_step = Sentence(
        "Use http://127.0.0.1 and the port.", zh="请使用 http://127.0.0.1 及端口。"
    )


class ForeignPage(AccessRefused):
    """A page from elsewhere asks."""

    problem, status = "foreign-page", 403
    what_happened = Sentence("A page from elsewhere may not ask here.", zh="外部页面不得使用本机。")
    next_step = Sentence("Open the program's own screen.", zh="请打开本机界面。")


class NoToken(AccessRefused):
    """The request does not show the program's token."""

    problem, status = "token-needed", 401
    what_happened = Sentence("The program's token was not shown.", zh="未出示本机令牌。")
    next_step = Sentence(
        "Send `Authorization: Bearer` and what is in the file `token` of the program's folder.",
        zh="请在 Authorization: Bearer 中发送程序目录 token 文件的内容。",
    )


def check_page(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let the program's own screen in, and programs; raises WrongHost or ForeignPage.

    A guard for Litestar.
    """
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    if host.rpartition(":")[0] not in _OWN_HOSTS:
        raise WrongHost
    if origin not in (None, f"http://{host}"):
        raise ForeignPage
    from_here = connection.headers.get("sec-fetch-site") in _OWN_SITES
    if not from_here and not _opens_screen(connection, handler):
        raise ForeignPage


def check_token(connection: Connection, handler: BaseRouteHandler, token: str) -> None:
    """Let in who shows the token, and everybody to the screen's files; raises NoToken."""
    shown = bearer_of(connection)
    if not is_screen_file(handler) and not hmac.compare_digest(shown.encode(), token.encode()):
        raise NoToken


def bearer_of(connection: Connection) -> str:
    """Return the bearer token that is shown; empty if there is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def is_screen_file(handler: BaseRouteHandler) -> bool:
    """Whether a handler gives a screen's files out."""
    return bool(handler.opt.get(SCREEN_FILE))


def _opens_screen(connection: Connection, handler: BaseRouteHandler) -> bool:
    """Whether somebody follows a link to the screen, or another page frames it."""
    return is_screen_file(handler) and connection.headers.get("sec-fetch-mode") == "navigate"
