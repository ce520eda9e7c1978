"""`phone init` and `phone serve`: a phone's program, for its screen on the same machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from zerobar.cli.console import complain, explained, say

DEFAULT_FOLDER: Final = Path("phone")
Folder = Annotated[Path, typer.Option(help="the phone's folder, for its owner only")]


def init_phone(folder: Folder = DEFAULT_FOLDER) -> None:
    """Make a new phone: a folder with a key of its own."""
    from zerobar.phone.memory import make_phone  # noqa: PLC0415 - an extra's libraries

    with _phone_explained():
        make_phone(folder)
    say(f"Made {folder}: a phone without a wallet yet. Next: zerobar phone serve")


def serve_phone(
    bank: Annotated[str, typer.Option(metavar="URL", help="the bank, or a relay to it")],
    folder: Folder = DEFAULT_FOLDER,
    sim: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="the SIM: vpcd://HOST:PORT or pcsc:READER"),
    ] = None,
    antenna: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="where others reach the SIM: antenna://HOST:PORT"),
    ] = None,
    port: Annotated[int, typer.Option(help="at 127.0.0.1; 0: any free one")] = 8070,
) -> None:
    """Serve a phone until interrupted. Its SIM goes on answering without it."""
    from zerobar.phone.program import Places  # noqa: PLC0415
    from zerobar.phone.serving import serve  # noqa: PLC0415

    with explained(), _phone_explained():
        try:
            serve(folder, Places(bank, sim, antenna), port, lambda url: _tell(url, folder))
        except OSError as error:
            complain(f"The phone cannot listen at port {port}: {error.strerror}", "Choose --port.")
            raise typer.Exit(1) from None


def _tell(url: str, folder: Path) -> None:
    say(url)
    say(f"Its screen is let in by what is in {folder / 'token'}.")
    say("Ready. Ctrl-C switches the phone off.")


@contextmanager
def _phone_explained() -> Iterator[None]:
    from zerobar.phone.errors import PhoneError  # noqa: PLC0415

    try:
        yield
    except PhoneError as error:
        complain(error.what_happened, error.next_step)
        raise typer.Exit(1) from None
