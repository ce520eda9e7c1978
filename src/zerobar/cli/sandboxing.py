"""`sandbox serve`: a bank, an identity register and a short-message service for development."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zerobar import tracing
from zerobar.cli.console import complain, say
from zerobar.cli.options import Verbose


def serve_sandbox(
    port: Annotated[int, typer.Option(help="at 127.0.0.1; 0: any free one")] = 8099,
    store: Annotated[
        Path, typer.Option(help="the sandbox's file; a new one is filled with test people")
    ] = Path("sandbox.db"),
    verbose: Verbose = False,
) -> None:
    """Serve the sandbox until interrupted. Its first page says who lives there."""
    # An extra's libraries, which no other command needs.
    from zerobar.sandbox.serving import serve  # noqa: PLC0415

    tracing.begin("sandbox", verbose=verbose)
    try:
        serve(store, port, _tell)
    except OSError as error:
        complain(f"The sandbox cannot listen at port {port}: {error.strerror}", "Choose --port.")
        raise typer.Exit(1) from None


def _tell(address: str) -> None:
    say(address)
    say("Ready. Ctrl-C stops the sandbox.")
