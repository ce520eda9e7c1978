"""`card show`: what a purse holds, what it may still do, and what it has done."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Annotated, Final

import typer
from rich.table import Table

from zerobar.cli.console import explained, out, say
from zerobar.cli.holding import ask_pin
from zerobar.cli.options import CardAddress
from zerobar.cli.sessions import FileLink, open_link
from zerobar.purse.limits import DEFAULT_LIMITS, Limits
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    LogEntry,
    SelectAnswer,
    State,
    StateFlags,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface, Purse
from zerobar.reader import CardLink, PurseCard
from zerobar.reader.refusals import EntryNotInLog

_NONCE_LENGTH: Final = 8
_EPOCH: Final = date(1970, 1, 1)


def show(
    card: CardAddress,
    pin: Annotated[
        bool, typer.Option("--pin", help="ask for the PIN, which an antenna needs")
    ] = False,
    entries: Annotated[int, typer.Option(min=0, help="how many log entries to show")] = 20,
) -> None:
    """Show balance, limits, counters, log, and vouchers that may be in flight."""
    with explained(), open_link(card) as link:
        purse = PurseCard(link)
        answer = purse.select()
        if answer.status.flags & StateFlags.FACTORY:
            say("A blank purse, not yet personalised. `card issue` makes it one of yours.")
            return
        if pin:
            purse.verify_pin(ask_pin())
        state = purse.state(os.urandom(_NONCE_LENGTH))
        certificate = answer.certificate or purse.get_certificate()
        limits, exact = _limits(link, certificate)
        log = _log(purse, state)
    out.print(_summary(state, certificate, answer))
    out.print(_limit_table(state, limits, exact=exact))
    out.print(_log_table(log[:entries], state))
    _tell_in_flight(log, state)


def _limits(link: CardLink, certificate: Certificate) -> tuple[Limits, bool]:
    """Return the limits, and whether the purse itself told them: only a file can be asked."""
    if isinstance(link, FileLink):
        return Purse(link.memory, os.urandom, Interface.CONTACT).limits, True
    return DEFAULT_LIMITS[certificate.purse_class], False


def _log(purse: PurseCard, state: State) -> list[LogEntry]:
    """Return what the purse still has of its log, newest first."""
    found: list[LogEntry] = []
    for entry in range(state.entry, 0, -1):
        try:
            found.append(purse.read_log(entry))
        except EntryNotInLog:
            break
    return found


def _day(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()


def _summary(state: State, certificate: Certificate, answer: SelectAnswer) -> Table:
    table = Table(show_header=False, title="Purse")
    table.add_column(style="dim")
    table.add_column()
    table.add_row("id", state.id.hex())
    table.add_row("class", certificate.purse_class.name.lower())
    table.add_row("balance", f"[bold]{state.balance}[/bold]")
    if state.held:
        table.add_row("held", f"{state.held} (above the holding limit: unload it)")
    table.add_row("state", _condition(state.flags))
    days = f"{_day(certificate.not_before_day)} to {_day(certificate.not_after_day)}"
    table.add_row("certificate", days)
    table.add_row("log", f"entry {state.entry}, acknowledged up to {state.base}")
    table.add_row("free log entries", f"{answer.status.free_slots}")
    table.add_row("last request", str(state.number))
    table.add_row("blocklist epoch", str(answer.status.epoch))
    return table


def _condition(flags: int) -> str:
    blocked = "[red]blocked[/red]" if flags & StateFlags.BLOCKED else "active"
    return blocked + (", [red]PIN blocked[/red]" if flags & StateFlags.PIN_BLOCKED else "")


def _limit_table(state: State, limits: Limits, *, exact: bool) -> Table:
    note = "" if exact else " (standard for its class; the card does not tell its own)"
    table = Table("limit", "allowed", "used since sync", title=f"Limits{note}")
    table.add_row("per payment", str(Fen(limits.per_payment)), "")
    table.add_row("without PIN", str(Fen(limits.without_pin)), "")
    table.add_row("without PIN, together", str(Fen(limits.no_pin_total)), "")
    table.add_row("holding", str(Fen(limits.holding)), str(state.balance))
    table.add_row("payments", str(limits.count_out), str(state.out_count))
    table.add_row("paid out", str(Fen(limits.value_out)), str(Fen(state.out_total)))
    table.add_row("taken in", str(Fen(limits.value_in)), "")
    age = str(limits.blocklist_age) if limits.blocklist_age else "off"
    table.add_row("payments per blocklist", age, "")
    return table


def _log_table(log: list[LogEntry], state: State) -> Table:
    table = Table("entry", "what", "amount", "other purse", "balance after", title="Log")
    for entry in log:
        what, amount, other = _described(entry)
        kept = "" if entry.entry <= state.base else " *"
        table.add_row(f"{entry.entry}{kept}", what, amount, other, str(entry.balance))
    table.caption = "* not yet acknowledged by the operator"
    return table


def _described(entry: LogEntry) -> tuple[str, str, str]:
    if entry.kind is EntryKind.UNDO:
        statement = VoidStatement.parse(entry.payload[: VoidStatement.LENGTH])
        what = f"took back entry {statement.payer_entry}"
        return what, f"+{statement.amount}", statement.payee_id.hex()
    voucher = Voucher.parse(entry.payload)
    name = voucher.kind.name.lower()
    if entry.kind is EntryKind.PAY:
        return name, f"-{voucher.amount}", voucher.payee_id.hex()
    if entry.kind is EntryKind.CREDIT:
        return f"{name} received", f"+{voucher.amount}", voucher.payer_id.hex()
    return f"{name} voided", str(voucher.amount), voucher.payer_id.hex()


def _tell_in_flight(log: list[LogEntry], state: State) -> None:
    undone = {
        VoidStatement.parse(e.payload[: VoidStatement.LENGTH]).payer_entry
        for e in log
        if e.kind is EntryKind.UNDO
    }
    kept = [
        Voucher.parse(e.payload)
        for e in log
        if e.kind is EntryKind.PAY and e.entry > state.base and e.entry not in undone
    ]
    if kept:
        total = Fen(sum(v.amount for v in kept))
        many = f"{len(kept)} payments" if len(kept) > 1 else "1 payment"
        say(
            f"{many} ({total}) not yet confirmed by the operator. If one has not arrived, "
            "`card resume` delivers it again; a sync settles all."
        )
