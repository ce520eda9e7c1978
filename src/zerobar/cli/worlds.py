"""`world`: phones, tills, cards, a bank and a bad network, from one seed, checked to the fen."""

from __future__ import annotations

import secrets
import traceback
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zerobar.cli.console import complain, say

if TYPE_CHECKING:
    from zerobar.world import Report

_SEEDS: Final = 2**32


def run_worlds(
    seed: Annotated[int | None, typer.Option(min=0, help="of the first world; else drawn")] = None,
    worlds: Annotated[int, typer.Option(min=1, help="seeds one after the other")] = 1,
    steps: Annotated[int, typer.Option(min=1, help="things that happen in each")] = 250,
    story: Annotated[bool, typer.Option("--story", help="tell everything that happens")] = False,
) -> None:
    """Run worlds of phones and tills; the same seed gives the same world again.

    Ends with 1 and the seed when a world breaks an invariant or the books do not balance.
    """
    from zerobar.world import Size  # noqa: PLC0415
    from zerobar.world.places import world_runner  # noqa: PLC0415

    first = secrets.randbelow(_SEEDS) if seed is None else seed
    with world_runner() as run:
        for number in range(first, first + worlds):
            try:
                report = run(number, Size(steps=steps))
            except Exception as error:  # noqa: BLE001 - whatever it is, its seed is to be told
                _tell_failure(number, steps, error)
                raise typer.Exit(1) from None
            _tell(report, whole=story)


def _tell(report: Report, *, whole: bool) -> None:
    say(f"World {report.seed} holds.", "bold green")
    for line in report.story.lines if whole else report.summary:
        say(f"  {line}")
    for finding in report.findings:
        say(f"  {finding}", "green")


def _tell_failure(seed: int, steps: int, error: Exception) -> None:
    complain(f"World {seed} went wrong: {error}")
    for line in traceback.format_exception(error, limit=-8):
        complain(line.rstrip())
    again = f"zerobar world --seed {seed} --steps {steps}"
    complain("The same seed goes wrong in the same way.", f"See it again with `{again}`.")
