"""`card conformance`: hold any purse to the protocol, through its card interface only."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from zerobar.cli.console import complain, explained, out, say
from zerobar.cli.options import CARD_HELP
from zerobar.cli.sessions import in_field, open_link
from zerobar.conformance import (
    CardProvider,
    CardUnderTest,
    InProcessCards,
    OneCard,
    Outcome,
    Report,
    Verdict,
    cases,
    run,
)
from zerobar.purse.ring import PERSON_SLOTS
from zerobar.reader import PcscTarget, parse_target

_ANY_READER: Final = "pcsc:"
_STYLES: Final = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.NOT_RUN: "yellow"}


def conformance(
    card: Annotated[
        str | None,
        typer.Argument(metavar="[CARD]", help=f"a BLANK card, which it uses up: {CARD_HELP}"),
    ] = None,
    pcsc: Annotated[
        bool, typer.Option("--pcsc", help="the blank card in the only PC/SC reader")
    ] = False,
    antenna: Annotated[
        str | None, typer.Option(metavar="CARD", help="where the same card's antenna is")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="a pattern of case names, such as 'pay.*'")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="write the report there, as JSON")] = None,
    list_cases: Annotated[bool, typer.Option("--list", help="list the cases and stop")] = False,
) -> None:
    """Run the conformance suite; without CARD on virtual purses of this process."""
    if list_cases:
        for case in cases():
            out.print(f"[bold]{case.name}[/bold]  {case.sentence}", soft_wrap=True)
        return
    if pcsc and card is not None:
        raise typer.BadParameter("give CARD or --pcsc, not both")
    with explained():
        address = _ANY_READER if pcsc else card
        found = _run(_provider(address, antenna), tuple(only or ("*",)))
    if report is not None:
        report.write_text(json.dumps(found.as_json(), indent=2, ensure_ascii=False) + "\n")
    _tell(found)
    if not found.conforms:
        raise typer.Exit(1)


def _provider(address: str | None, antenna: str | None) -> CardProvider:
    if address is None:
        return InProcessCards(PERSON_SLOTS, os.urandom)
    return OneCard(
        CardUnderTest(
            open_link(address),
            in_field(antenna) if antenna else None,
            # Reader drivers hold back what is no proper command.
            passes_any_apdu=not isinstance(parse_target(address), PcscTarget),
        )
    )


def _run(provider: CardProvider, only: tuple[str, ...]) -> Report:
    columns = (TextColumn("{task.description}"), MofNCompleteColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("conformance", total=len(cases()))

        def advance(outcome: Outcome) -> None:
            progress.update(task, advance=1, description=outcome.case.name)

        return run(provider, only, advance)


def _tell(report: Report) -> None:
    for outcome in report.of(Verdict.FAILED):
        complain(f"{outcome.case.name}: {outcome.case.sentence}", outcome.reason)
        for line in outcome.exchanges:
            out.print(f"    {line}", style="dim", soft_wrap=True, markup=False)
    for reason in sorted({o.reason for o in report.of(Verdict.NOT_RUN)}):
        many = sum(o.reason == reason for o in report.of(Verdict.NOT_RUN))
        say(f"{many} not run: {reason}", "yellow")
    counts = ", ".join(f"{len(report.of(verdict))} {verdict.value}" for verdict in Verdict)
    verdict = "The purse conforms" if report.conforms else "The purse does not conform"
    say(f"{verdict}: {counts}.", _STYLES[Verdict.PASSED if report.conforms else Verdict.FAILED])
