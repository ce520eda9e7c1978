"""`card load`, `unload`, `sync`, `audit`: a card at its operator's desk."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer
from rich.table import Table

from zerobar.branch import SyncReport, load, synchronise, unload
from zerobar.cli.console import complain, explained, out, said, say
from zerobar.cli.desks import desk_of
from zerobar.cli.options import CARD_HELP, DEFAULT_AUTHORITY, AuthorityPath, CardAddress, Yuan
from zerobar.cli.sessions import card_at
from zerobar.issuer.desk import Accounting
from zerobar.purse.messages import ReceiptStatus
from zerobar.purse.money import Fen


def load_card(
    card: CardAddress, amount: Yuan, authority: AuthorityPath = DEFAULT_AUTHORITY
) -> None:
    """Put test money on a card (圈存)."""
    with explained():
        fen = Fen.parse(amount)
        with desk_of(authority) as desk, card_at(card) as purse:
            receipt = load(purse, desk, fen)
    say(f"Loaded {fen}.", "bold green")
    if receipt.status is ReceiptStatus.CREDITED_PARTLY_TO_HELD:
        say("A part is held, above the holding limit: it can be unloaded, not spent.")


def unload_card(
    card: CardAddress, amount: Yuan, authority: AuthorityPath = DEFAULT_AUTHORITY
) -> None:
    """Take money off a card, back to its operator (圈提)."""
    with explained():
        fen = Fen.parse(amount)
        with desk_of(authority) as desk, card_at(card) as purse:
            unload(purse, desk, fen)
    say(f"Unloaded {fen}.", "bold green")


def sync_cards(
    cards: Annotated[list[str], typer.Argument(metavar="CARD…", help=CARD_HELP)],
    authority: AuthorityPath = DEFAULT_AUTHORITY,
) -> None:
    """Sync cards: their logs are kept for good, what is due to them is delivered."""
    with explained(), desk_of(authority) as desk:
        for card in cards:
            with card_at(card) as purse:
                report = synchronise(purse, desk, int(time.time()), os.urandom)
            _tell(card, report)


def audit(authority: AuthorityPath = DEFAULT_AUTHORITY) -> None:
    """Account for every fen of an authority, as far as its purses have synced."""
    with explained(), desk_of(authority) as desk:
        accounting = desk.accounting()
    show_accounting(accounting)
    if not accounting.balanced:
        complain("The books do not balance.", "Sync every purse; keep the journal as evidence.")
        raise typer.Exit(1)


def show_accounting(accounting: Accounting) -> None:
    """Print where every fen is."""
    table = Table("purse", "class", "balance", "held", title="Where every fen is")
    for column in table.columns[2:]:
        column.justify = "right"
    for purse_id, account in accounting.accounts.items():
        kind = account.certificate.purse_class.name.lower()
        table.add_row(purse_id.hex(), kind, str(account.balance), str(account.held))
    out.print(table)
    ahead = f" - {accounting.ahead} ahead of a sync" if accounting.ahead else ""
    out.print(
        f"loaded {accounting.loaded} = in purses {accounting.in_purses}"
        f" + in flight {accounting.in_flight} + unloaded {accounting.unloaded}"
        f" + refunded {accounting.refunded}{ahead}"
    )
    if accounting.balanced:
        say("Every fen is accounted for.", "bold green")


def _tell(card: str, report: SyncReport) -> None:
    state = report.state
    held = f", held {state.held}" if state.held else ""
    out.print(
        f"{card}: {report.entries} entries taken in, balance [bold]{state.balance}[/bold]{held}"
    )
    for delivery in report.deliveries:
        amount = delivery.voucher.amount
        if delivery.refusal is None:
            say(f"  delivered {amount} that was in flight", "green")
        else:
            say(f"  {amount} stays in flight: {said(delivery.refusal.what_happened)}", "yellow")
