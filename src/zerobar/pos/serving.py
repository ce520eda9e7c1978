"""Running a till until it is interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from zerobar.pos.api.app import create_app
from zerobar.pos.background import Background
from zerobar.pos.program import switched_on
from zerobar.serving.programs import address_of, listen, serve_at


def serve(
    folder: Path, port: int, on_ready: Callable[[str], None], framed_by: Sequence[str] = ()
) -> None:
    """Serve a till at 127.0.0.1 until interrupted.

    Args:
        folder: made by `folder.make`.
        port: 0 for any free one.
        on_ready: is told the address as soon as connections are taken.
        framed_by: origins of the pages that may show the screen in a frame.

    Raises OSError if the port is taken, BadOrigin, or as `switched_on`.
    """
    with (
        listen(port) as listening,
        switched_on(folder) as program,
        Background(program.till, program.line) as background,
    ):
        app = create_app(program, background, framed_by)
        on_ready(address_of(listening))
        serve_at(listening, app, program.feed.close)
