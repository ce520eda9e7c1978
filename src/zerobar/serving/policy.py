"""What a screen may load, ask and be framed by: Content-Security-Policy and its companions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_ORIGIN: Final = re.compile(r"(https?|wss?)://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:([0-9]{1,5}|\*))?")
_NONE: Final = "'none'"


class BadOrigin(ValueError):
    """A text that is no origin, so that it may not stand in a policy."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no origin. Give scheme, host and port only, as http://127.0.0.1:8080."
        )


def headers_of(
    framed_by: Sequence[str], connect: Sequence[str], frames: Sequence[str]
) -> dict[str, str]:
    """Return the headers of a screen's files.

    Args:
        framed_by: origins of the pages that may show it in a frame.
        connect: origins that it may ask, besides its own.
        frames: origins that it shows in frames itself.

    Raises BadOrigin.
    """
    for origin in (*framed_by, *connect, *frames):
        if not _ORIGIN.fullmatch(origin):
            raise BadOrigin(origin)
    return {
        "content-security-policy": content_policy(framed_by, connect, frames),
        "permissions-policy": _permissions(frames),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def content_policy(framed_by: Sequence[str], connect: Sequence[str], frames: Sequence[str]) -> str:
    """Return the Content-Security-Policy: everything from here, no inline script or style."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *connect)),
            "media-src 'self' blob:",
            "worker-src 'self'",
            "manifest-src 'self'",
            f"frame-src {' '.join(frames) or _NONE}",
            f"frame-ancestors {' '.join(framed_by) or _NONE}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _permissions(frames: Sequence[str]) -> str:
    # A frame may look through the camera only if the page around it passes that on.
    passed_on = "".join(f' "{origin}"' for origin in frames)
    return f"camera=(self{passed_on}), geolocation=(), microphone=()"
