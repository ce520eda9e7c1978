"""`zerobar demo`: a town of real programs, and the story in it, on a page and on this screen."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from zerobar.cli.console import complain, explained, in_chinese, out, say
from zerobar.client.errors import ClientError
from zerobar.demo import Deviation, Narrator
from zerobar.reader import Sentence

_INTERRUPTED = 130


def demo(
    check: Annotated[
        bool,
        typer.Option("--check", help="play the story and end; exit code 1 at any deviation"),
    ] = False,
    free: Annotated[
        bool, typer.Option("--free", help="no story: everybody has money, and you play")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(help="of the stage's page, at 127.0.0.1; 0: any free one  [default: 8080]"),
    ] = None,
) -> None:
    """Start a bank, a telecom, phones and tills, and play the story: watch it, then play along."""
    if check and free:
        raise typer.BadParameter("choose --check or --free")
    try:
        with explained(), _ending_once():
            _show(check=check, free=free, port=port)
    except KeyboardInterrupt:
        say(Sentence("Everything is stopped.", zh="全部程序已停止。"))
        if check:
            raise typer.Exit(_INTERRUPTED) from None
    except ModuleNotFoundError as error:
        complain(
            f"{error.name} is not installed, and the demo's bank needs it.",
            "Install the extra: pip install 'zerobar[bank]'.",
        )
        raise typer.Exit(1) from None
    except (ClientError, Deviation) as deviation:
        complain(f"The story went wrong: {deviation}")
        raise typer.Exit(1) from None


@contextmanager
def _ending_once() -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM end the demo, and no other one break off its clean-up."""

    def end(*_: object) -> None:
        for number in before:
            signal.signal(number, _go_on_ending)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _go_on_ending(*_: object) -> None:
    """Do nothing: everything is being stopped already, which takes a bounded time."""


def _show(*, check: bool, free: bool, port: int | None) -> None:
    # The bank's libraries are an extra, and take a moment to import.
    from zerobar.demo.show import show  # noqa: PLC0415

    narrator = Narrator(out, chinese=in_chinese(), slowly=not check)
    began = time.monotonic()
    with show(narrator, port=0 if check and port is None else port) as shown:
        if check:
            shown.play_once()
        else:
            shown.stay(freely=free)
    seconds = time.monotonic() - began
    out.print(f"\n[bold green]{narrator.checked} facts checked[/bold green] in {seconds:.1f} s.")
