"""`zerobar demo`: the story on a screen, or checked without one."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from zerobar.cli.console import complain, explained, in_chinese, out
from zerobar.client.errors import ClientError
from zerobar.demo import Deviation, Narrator
from zerobar.device import DeviceError


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="without pauses; exit code 1 at any deviation")
    ] = False,
) -> None:
    """Play the story: wallets at a bank, purses without a network, a thief, and a lost phone."""
    narrator = Narrator(out, chinese=in_chinese(), slowly=not check)
    began = time.monotonic()
    try:
        with explained():
            _play(narrator)
    except (ClientError, DeviceError, Deviation) as deviation:
        complain(f"The story went wrong: {deviation}")
        raise typer.Exit(1) from None
    seconds = time.monotonic() - began
    out.print(f"\n[bold green]{narrator.checked} facts checked[/bold green] in {seconds:.1f} s.")


def _play(narrator: Narrator) -> None:
    # The bank's libraries are an extra, and take a moment to import.
    from zerobar.demo.story import play  # noqa: PLC0415

    play(narrator)
