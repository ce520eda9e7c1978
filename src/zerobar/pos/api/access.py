"""Who may speak to the till: its own screen, on this machine, with a cashier signed in.

`zerobar.serving.access` says against whom. Against other programs of this machine, and whoever
walks up to the till, stands the cashier's PIN. `/place`, `/events`, `/health` and the files
of the screen need no cashier: they tell names, sizes and words, and no secret.
"""

from __future__ import annotations

from typing import Any

from litestar import Request

from zerobar.pos.sessions import Session, Sessions
from zerobar.serving.access import bearer_of


def session_of(request: Request[Any, Any, Any], sessions: Sessions) -> Session:
    """Return who is signed in; raises NotSignedIn."""
    return sessions.session(bearer_of(request))
