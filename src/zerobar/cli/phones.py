"""`phone init` and `phone serve`: a phone's program, for its screen on the same machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zerobar import tracing
from zerobar.cli.console import complain, explained, out, say
from zerobar.cli.options import FramedBy, Verbose

if TYPE_CHECKING:
    from zerobar.phone.line import LinePlace

DEFAULT_FOLDER: Final = Path("phone")
Folder = Annotated[Path, typer.Option(help="the phone's folder, for its owner only")]


def init_phone(folder: Folder = DEFAULT_FOLDER) -> None:
    """Make a new phone: a folder with a key of its own."""
    from zerobar.phone.memory import make_phone  # noqa: PLC0415 - an extra's libraries

    with _phone_explained():
        make_phone(folder)
    say(f"Made {folder}: a phone without a wallet yet. Next: zerobar phone serve")


def serve_phone(  # noqa: PLR0913, PLR0917 - each is an option
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
    reader: Annotated[
        str | None,
        typer.Option(metavar="TARGET", help="this phone's own field, for cards that pay it"),
    ] = None,
    telecom: Annotated[
        str | None, typer.Option(metavar="URL", help="the telecom, or a relay to it; with --line")
    ] = None,
    line: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="the line that the access network says this phone has"),
    ] = None,
    port: Annotated[int, typer.Option(help="at 127.0.0.1; 0: any free one")] = 8070,
    framed_by: FramedBy = None,
    verbose: Verbose = False,
) -> None:
    """Serve a phone until interrupted. Its SIM goes on answering without it."""
    from zerobar.phone.program import Places  # noqa: PLC0415
    from zerobar.phone.serving import serve  # noqa: PLC0415
    from zerobar.serving.policy import BadOrigin  # noqa: PLC0415

    tracing.begin("phone", verbose=verbose)
    with explained(), _phone_explained():
        try:
            places = Places(bank, sim, antenna, reader, _line_at(telecom, line))
            serve(folder, places, port, partial(_tell, folder), framed_by or ())
        except BadOrigin as error:
            complain(str(error))
            raise typer.Exit(1) from None
        except OSError as error:
            complain(f"The phone cannot listen at port {port}: {error.strerror}", "Choose --port.")
            raise typer.Exit(1) from None


def _line_at(telecom: str | None, number: str | None) -> LinePlace | None:
    from zerobar.phone.line import LinePlace  # noqa: PLC0415

    if telecom is None and number is None:
        return None
    if telecom is None or number is None:
        complain("A telecom and a line belong together.", "Give both --telecom and --line.")
        raise typer.Exit(1)
    return LinePlace(telecom, number)


def _tell(folder: Path, url: str, token: str) -> None:
    # What follows the # never leaves the browser; and it is not for a log that the output goes to.
    if sys.stdout.isatty():
        out.print(f"{url}/#token={token}", soft_wrap=True, markup=False)
        say("The address lets its screen in: open it yourself, and show it to nobody.")
    else:
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
