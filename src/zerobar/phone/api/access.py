"""Who may speak to the phone: its own screen, and nobody else on or off this machine.

`zerobar.serving.access` says against whom. Everything but `/health` and the files of the screen,
which hold no secret, needs the token that lies in a file of the owner's.
"""

from __future__ import annotations

from typing import Final

from litestar.handlers import BaseRouteHandler

from zerobar.phone.program import Phone
from zerobar.serving.access import Connection, check_page, check_token

HEALTH: Final = "/health"


def check_access(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let the phone's own screen in; raises WrongHost, ForeignPage or NoToken."""
    check_page(connection, handler)
    if connection.url.path != HEALTH:
        phone: Phone = connection.app.state["phone"]
        check_token(connection, handler, phone.token)
