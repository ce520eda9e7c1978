"""A camera before which somebody holds what another screen shows: a film for Chromium.

with seeing_browser(playwright, folder) as (browser, camera):
    camera.see(other_page)             # the code that is drawn there now
    ...                                # a page of this browser looks, and finds it
    camera.see_nothing()
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserType, Page

from tests.screens.conftest import CHROMIUM

WIDTH: Final = 640
HEIGHT: Final = 480
_FRAMES: Final = 10
_SIDE: Final = 340
"""A phone's page looks at the middle only, as wide as itself."""
_WHITE, _BLACK, _GREY = b"\xeb", b"\x10", b"\x80"
_SQUARE: Final = re.compile(r"M(\d+) (\d+)h1v1h-1z")
_FAKE: Final = ("device-for-media-stream", "ui-for-media-stream")

Rows = list[list[bool]]


class Camera:
    """What Chromium takes for its camera: a film (YUV4MPEG2, 4:2:0), again and again.

    Args:
        path: of the film; it is made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
        self._head = head
        path.write_bytes(self._film([]))

    def see(self, page: Page) -> None:
        """Hold the screen that shows a code before the camera."""
        code = page.locator("svg.qr")
        drawn = code.locator("path").get_attribute("d")
        box = code.get_attribute("viewBox")
        assert drawn and box
        side = int(box.split()[-1])
        dark = {(int(x), int(y)) for x, y in _SQUARE.findall(drawn)}
        self._show([[(x, y) in dark for x in range(side)] for y in range(side)])

    def see_nothing(self) -> None:
        """Take it away."""
        self._show([])

    def _show(self, rows: Rows) -> None:
        # In place and of one length: Chromium may be reading it.
        with self.path.open("r+b") as film:
            film.write(self._film(rows))

    def _film(self, rows: Rows) -> bytes:
        frame = b"FRAME\n" + _picture(rows) + _GREY * (WIDTH * HEIGHT // 2)
        return self._head + frame * _FRAMES


def _picture(rows: Rows) -> bytes:
    if not rows:
        return _WHITE * (WIDTH * HEIGHT)
    square = _SIDE // len(rows)
    side = len(rows) * square
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    right, below = WIDTH - side - left, HEIGHT - side - top
    lines = [
        _WHITE * left + b"".join((_BLACK if dark else _WHITE) * square for dark in row)
        + _WHITE * right
        for row in rows
    ]  # fmt: skip
    blank = _WHITE * WIDTH
    return blank * top + b"".join(line * square for line in lines) + blank * below


@contextmanager
def seeing(chromium: BrowserType, camera: Camera) -> Iterator[Browser]:
    """Open a browser that looks through a camera."""
    with chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            *(f"--use-fake-{what}" for what in _FAKE),
            f"--use-file-for-fake-video-capture={camera.path}",
        ],
    ) as browser:
        yield browser
