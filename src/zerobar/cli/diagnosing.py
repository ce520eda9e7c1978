"""`card doctor`: why a reader or card is not found, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer

from zerobar.cli.console import complain, explained, out, say
from zerobar.purse.messages import StateFlags
from zerobar.reader import (
    CardError,
    PcscLink,
    PurseCard,
    Reader,
    list_readers,
)

_VPCD_DRIVER: Final = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")


def doctor() -> None:
    """Look at readers and cards, and say what is wrong and what to do."""
    with explained():
        readers = list_readers()
    if not readers:
        complain("The smart card service runs, but knows no reader.", _no_reader_advice())
        raise typer.Exit(1)
    usable = [_examine(reader) for reader in readers]
    if not any(usable):
        raise typer.Exit(1)
    say("Ready to tap.", "bold green")


def _no_reader_advice() -> str:
    if not _VPCD_DRIVER.exists():
        return "Connect a reader; for virtual cards install the Debian package vsmartcard-vpcd."
    return (
        "Connect a reader and see with `pcsc_scan` whether it appears; virtual readers appear "
        "when pcscd has been restarted after vsmartcard-vpcd was installed."
    )


def _examine(reader: Reader) -> bool:
    """Say what is in a reader; return whether it is a purse that works."""
    out.print(f"reader [bold]{reader.name}[/bold]")
    if not reader.has_card:
        complain(
            "  no card",
            "  Insert or hold a card; for a virtual one: zerobar card serve --vpcd HOST:PORT",
        )
        return False
    try:
        with PcscLink(reader.name) as link:
            answer = PurseCard(link).select()
    except CardError as error:
        complain(f"  {error.what_happened}", f"  {error.next_step}")
        return False
    return _judged(answer.status.flags)


def _judged(flags: int) -> bool:
    if flags & StateFlags.FACTORY:
        complain("  a blank purse", "  Personalise it: zerobar card issue pcsc:")
        return False
    if flags & StateFlags.BLOCKED:
        complain("  a blocked purse", "  Sync it, or ask its operator; its value is not lost.")
        return False
    say("  a purse, ready", "green")
    return True
