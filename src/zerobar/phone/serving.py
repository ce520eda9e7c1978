"""Running a phone until it is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from zerobar.phone.api.app import create_app
from zerobar.phone.program import Places, switched_on
from zerobar.serving.programs import address_of, listen, serve_at


def serve(
    folder: Path,
    places: Places,
    port: int,
    on_ready: Callable[[str, str], None],
    framed_by: Sequence[str] = (),
) -> None:
    """Serve a phone at 127.0.0.1 until interrupted.

    Args:
        folder: made by `make_phone`.
        port: 0 for any free one.
        on_ready: is told the address, and the token that lets the screen in, as soon as
            connections are taken. The token is for the owner alone.
        framed_by: origins of the pages that may show the screen in a frame.

    Raises OSError if the port is taken, BadOrigin, or as `switched_on`.
    """
    with listen(port) as listening, switched_on(folder, places) as phone:
        app = create_app(phone, framed_by)
        on_ready(address_of(listening), phone.token)
        serve_at(listening, app, phone.feed.close)
