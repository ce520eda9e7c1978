"""What a camera sees when somebody holds a code before it: a film for Chromium's false camera."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

WIDTH: Final = 640
HEIGHT: Final = 480
_SQUARE: Final = 8
_FRAMES: Final = 10
_WHITE, _BLACK, _GREY = b"\xeb", b"\x10", b"\x80"


def film_of(text: str, path: Path) -> Path:
    """Write a film (YUV4MPEG2, 4:2:0) that shows a text as a QR code, again and again."""
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    frame = b"FRAME\n" + _picture(text) + _GREY * (WIDTH * HEIGHT // 2)
    path.write_bytes(head + frame * _FRAMES)
    return path


def _picture(text: str) -> bytes:
    rows = _squares(text)
    side = len(rows) * _SQUARE
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    margin = _WHITE * left
    lines = [
        margin + b"".join((_BLACK if dark else _WHITE) * _SQUARE for dark in row) + margin
        for row in rows
    ]
    blank = _WHITE * WIDTH
    return blank * top + b"".join(line * _SQUARE for line in lines) + blank * top


def _squares(text: str) -> list[list[bool]]:
    code = QRCode(4, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    return [[bool(code.isDark(row, column)) for column in range(count)] for row in range(count)]
