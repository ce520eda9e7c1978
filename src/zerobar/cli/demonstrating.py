"""`zerobar demo`: the story on a screen, or checked without one."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from zerobar.cli.console import complain, explained, in_chinese, out
from zerobar.cli.operating import show_accounting
from zerobar.client.errors import ClientError
from zerobar.demo import Deviation, Narrator, play


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="without pauses; exit code 1 at any deviation")
    ] = False,
) -> None:
    """Play the story: wallets at a bank, then three purses, no network, and a torn tap."""
    narrator = Narrator(out, chinese=in_chinese(), slowly=not check)
    began = time.monotonic()
    try:
        with explained():
            _play_online(narrator)
            accounting = play(narrator)
    except (ClientError, Deviation) as deviation:
        complain(f"The story went wrong: {deviation}")
        raise typer.Exit(1) from None
    if not check:
        show_accounting(accounting)
    seconds = time.monotonic() - began
    out.print(f"\n[bold green]{narrator.checked} facts checked[/bold green] in {seconds:.1f} s.")


def _play_online(narrator: Narrator) -> None:
    # The bank's libraries are an extra, and take a moment to import.
    from zerobar.demo.online import play_online  # noqa: PLC0415

    play_online(narrator)
