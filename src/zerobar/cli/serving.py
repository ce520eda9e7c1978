"""`card serve`: a purse file answers as a card in a reader and at an antenna."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from zerobar.cli.console import explained, say
from zerobar.element import Address, ElementServer, FileMemory, create_blank, serve
from zerobar.purse.applet import Applet
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS
from zerobar.tracing.logs import begin_log


def serve_card(
    store: Annotated[Path, typer.Option(help="the purse file; a new one becomes a blank purse")],
    vpcd: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="connect to the virtual reader's slot there"),
    ] = None,
    contactless: Annotated[
        bool, typer.Option("--contactless", help="the slot is a contactless reader")
    ] = False,
    antenna: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="listen there for fields; port 0: any free one"),
    ] = None,
    slots: Annotated[
        int,
        typer.Option(help="of a new file: log entries between two syncs (64, merchants 1024)"),
    ] = PERSON_SLOTS,
    verbose: Annotated[bool, typer.Option("--verbose", help="tell of every connection")] = False,
) -> None:
    """Serve a purse file until interrupted. Only this process opens it."""
    if vpcd is None and antenna is None:
        raise typer.BadParameter("give --vpcd, --antenna or both")
    if slots not in (PERSON_SLOTS, MERCHANT_SLOTS):
        raise typer.BadParameter(f"--slots is {PERSON_SLOTS} or {MERCHANT_SLOTS}")
    begin_log("card", verbose=verbose)
    with explained():
        if not store.exists():
            create_blank(store, slots)
            say(f"Made {store}: a blank purse, to be personalised with `card issue`.")
        with FileMemory(store) as memory:
            serve(
                Applet(memory, os.urandom),
                vpcd=_address("--vpcd", vpcd),
                contactless=contactless,
                antenna=_address("--antenna", antenna),
                on_ready=_tell,
            )


def _tell(server: ElementServer) -> None:
    if server.antenna_address is not None:
        host, port = server.antenna_address
        say(f"antenna://{host}:{port}")
    say("Ready. Ctrl-C takes the card out.")


def _address(option: str, text: str | None) -> Address | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 0xFFFF:
        raise typer.BadParameter(f"{text!r} is not HOST:PORT", param_hint=option)
    return host.strip("[]"), int(port)
