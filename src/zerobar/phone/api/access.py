"""Who may speak to the phone: its own screen, and nobody else on or off this machine.

| against | by |
|---|---|
| other machines | the program listens at 127.0.0.1 only |
| other users' programs on this machine | the token, in a file that only the owner can read |
| a web page in the owner's browser | the token, which it cannot read; and no answer names another |
|  | origin as allowed (no CORS), so it could not read an answer either |
| a web page whose name was made to point here (DNS rebinding) | the Host header, which then names |
|  | that page's host |

Not against a program that runs as the same user: that can read the folder itself.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from zerobar.phone.errors import PhoneError
from zerobar.phone.program import Phone
from zerobar.reader import Sentence

HEALTH: Final = "/health"
_OWN_HOSTS: Final = ("127.0.0.1", "localhost")
_CROSS_SITE: Final = "cross-site"


class WrongHost(PhoneError):
    """The request names another host, as a page from elsewhere does."""

    problem = "wrong-host"
    status = 421
    what = Sentence("This is not the address of the phone.", zh="该地址不是本机地址。")
    advice = Sentence("Use http://127.0.0.1 and the port.", zh="请使用 http://127.0.0.1 及端口。")


class ForeignPage(PhoneError):
    """A page from elsewhere asks."""

    problem = "foreign-page"
    status = 403
    what = Sentence("A page from elsewhere may not use this phone.", zh="外部页面不得使用本机。")
    advice = Sentence("Open the phone's own screen.", zh="请打开本机界面。")


class NoToken(PhoneError):
    """The request does not show the phone's token."""

    problem = "token-needed"
    status = 401
    what = Sentence("This program did not show the phone's token.", zh="未出示本机令牌。")
    advice = Sentence(
        "Send `Authorization: Bearer` and what is in the phone folder's file `token`.",
        zh="请在 Authorization: Bearer 中发送手机目录 token 文件的内容。",
    )


def check_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let the phone's own screen in; raises WrongHost, ForeignPage or NoToken."""
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    if host.rpartition(":")[0] not in _OWN_HOSTS:
        raise WrongHost
    from_elsewhere = connection.headers.get("sec-fetch-site") == _CROSS_SITE
    if from_elsewhere or origin not in (None, f"http://{host}"):
        raise ForeignPage
    if connection.url.path != HEALTH:
        _check_token(connection.app.state["phone"], connection.headers.get("authorization", ""))


def _check_token(phone: Phone, authorization: str) -> None:
    scheme, _, token = authorization.partition(" ")
    shown = token.encode() if scheme.lower() == "bearer" else b""
    if not hmac.compare_digest(shown, phone.token.encode()):
        raise NoToken
