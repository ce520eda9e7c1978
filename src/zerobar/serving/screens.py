"""The built screens: one page for each program, its files, and the policy they are shown under.

The build lies in the package's folder `screens`, where `make setup` puts it. Its files are looked
up once, at the start: no path that a request names is ever joined to a folder's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from zerobar.serving.access import SCREEN_FILE
from zerobar.serving.policy import headers_of

FOLDER: Final = Path(__file__).parents[1] / "screens"

_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
_ASK_EACH_TIME: Final = "no-cache"
_OCTETS: Final = "application/octet-stream"
# Not the system's table, which differs from machine to machine. Litestar adds the charset of texts.
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_NO_BUILD: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>Zerobar</title>
<p>界面尚未构建：请在源码目录运行 <code>make setup</code>，然后重新启动本程序。</p>
<p lang="en">The screens are not built: run <code>make setup</code> in the checkout, then start this
program again.</p>
"""


@dataclass(frozen=True)
class _Screen:
    """A program's page and files.

    Attributes:
        files: by their path below the folder of the build.
        headers: of every answer.
        page_headers: what the page has besides.
    """

    entry: str
    files: Mapping[str, Path]
    headers: Mapping[str, str]
    page_headers: Mapping[str, str]

    def page(self) -> Response[bytes]:
        try:
            page = self.file(f"{self.entry}.html", _ASK_EACH_TIME)
        except NotFoundException:
            return self._answer(503, _NO_BUILD.encode(), ".html", _ASK_EACH_TIME)
        page.headers.update(self.page_headers)
        return page

    def file(self, name: str, caching: str) -> Response[bytes]:
        path = self.files.get(name)
        # A new build takes the old one's files away, also while a program runs.
        if path is None or not path.is_file():
            raise NotFoundException
        return self._answer(200, path.read_bytes(), path.suffix, caching)

    def _answer(self, status: int, body: bytes, suffix: str, caching: str) -> Response[bytes]:
        return Response(
            body,
            status_code=status,
            media_type=_MEDIA_TYPES.get(suffix, _OCTETS),
            headers=dict(self.headers) | {"cache-control": caching},
        )


def screen_routes(
    entry: str,
    *,
    framed_by: Sequence[str] = (),
    connect: Sequence[str] = (),
    frames: Sequence[str] = (),
    folder: Path = FOLDER,
) -> list[HTTPRouteHandler]:
    """Return the handlers that give a screen out: `/`, its assets, icons, manifest and worker.

    Guards of `zerobar.serving.access` let everybody of this machine have them.

    Args:
        entry: of the build: wallet, till, console or stage.
        framed_by: origins of the pages that may show it in a frame.
        connect: origins that it may ask, besides its own.
        frames: origins that it shows in frames itself.
        folder: of the build.

    Raises BadOrigin.
    """
    headers = headers_of(framed_by, connect, frames)
    # A page that isolates itself could not show this one in a frame otherwise.
    page_headers = {"cross-origin-resource-policy": "cross-origin"} if framed_by else {}
    screen = _Screen(entry, _files_in(folder), headers, page_headers)
    return [_page(screen), _worker(screen), _manifest(screen), _assets(screen), _icons(screen)]


def _files_in(folder: Path) -> dict[str, Path]:
    """Return what is there now, and nothing that links elsewhere."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {path.relative_to(folder).as_posix(): path for path in found}


def _page(screen: _Screen) -> HTTPRouteHandler:
    @get("/", **_OPTIONS)
    def page() -> Response[bytes]:
        return screen.page()

    return page


def _worker(screen: _Screen) -> HTTPRouteHandler:
    @get("/sw.js", **_OPTIONS)
    def worker() -> Response[bytes]:
        return screen.file("sw.js", _ASK_EACH_TIME)

    return worker


def _manifest(screen: _Screen) -> HTTPRouteHandler:
    @get("/manifest.webmanifest", **_OPTIONS)
    def manifest() -> Response[bytes]:
        return screen.file(f"manifest-{screen.entry}.webmanifest", _ASK_EACH_TIME)

    return manifest


def _assets(screen: _Screen) -> HTTPRouteHandler:
    @get("/assets/{name:str}", **_OPTIONS)
    def asset(name: FromPath[str]) -> Response[bytes]:
        # Its name holds a hash of what is in it: another content has another name.
        return screen.file(f"assets/{name}", _FOR_A_YEAR)

    return asset


def _icons(screen: _Screen) -> HTTPRouteHandler:
    @get("/icons/{name:str}", **_OPTIONS)
    def icon(name: FromPath[str]) -> Response[bytes]:
        return screen.file(f"icons/{name}", _ASK_EACH_TIME)

    return icon


_OPTIONS: Final[dict[str, Any]] = {
    "opt": {SCREEN_FILE: True},
    "include_in_schema": False,
    "sync_to_thread": True,
}
