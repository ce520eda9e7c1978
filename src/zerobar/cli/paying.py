"""`card tap`, `card resume`, `card void`: money from one card to another, no server anywhere."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Annotated, Final

import typer

from zerobar.cli.console import complain, explained, say
from zerobar.cli.holding import ask_pin
from zerobar.cli.options import PayeeAddress, PayerAddress, Yuan
from zerobar.cli.sessions import card_at, in_field
from zerobar.purse.money import Fen
from zerobar.reader import (
    Payment,
    PurseCard,
    TapOutcome,
    TapStatus,
    Terms,
    VoidOutcome,
    VoidStatus,
    recover,
    tap,
    void_and_undo,
)
from zerobar.reader.recover import open_numbers
from zerobar.reader.refusals import EntryNotInLog

_REFERENCE_LENGTH: Final = 8
_NONCE_LENGTH: Final = 8
_REFUSED: Final = 1
_IN_FLIGHT: Final = 2
_NOTHING_MOVED: Final = (
    TapStatus.NOT_PREPARED,
    TapStatus.NOT_TAPPED,
    TapStatus.REFUSED_BY_PAYER,
)


def tap_cards(
    amount: Yuan,
    payer: PayerAddress,
    payee: PayeeAddress,
    reference: Annotated[
        str, typer.Option(help="order number or bill account, at most 8 ASCII characters")
    ] = "",
    signed: Annotated[bool, typer.Option("--signed", help="the payee signs its request")] = False,
    pin: Annotated[
        bool, typer.Option("--pin", help="ask for the payer's PIN, for more than the no-PIN limit")
    ] = False,
) -> None:
    """Pay by tap: the payee asks, the payer's card pays in two commands, the payee takes.

    Exit code 0: paid, final. 1: refused, nothing has moved. 2: in flight, `card resume` ends it.
    """
    with explained():
        fen = Fen.parse(amount)
        terms = Terms(fen, _reference(reference), signed=signed)
        _check_two_cards(payer, payee)
        typed = ask_pin() if pin else None
        with card_at(payee) as till:
            outcome = tap(in_field(payer), till, terms, pin=typed)
    _tell(outcome)


def resume_tap(payer: PayerAddress, payee: PayeeAddress) -> None:
    """End a tap that was torn: whatever the payer has paid reaches the payee, once."""
    with explained():
        _check_two_cards(payer, payee)
        with card_at(payee) as till:
            recovery = recover(in_field(payer), till, os.urandom(_NONCE_LENGTH))
        for outcome in recovery.outcomes:
            say(outcome.what_happened)
        if recovery.error is not None:
            raise recovery.error
    if not recovery.outcomes:
        say("Nothing is outstanding between these two cards. Nothing was charged.")
    pending = [outcome for outcome in recovery.outcomes if not outcome.is_final]
    if pending:
        _tell(pending[0])


def void_payment(
    payer: PayerAddress,
    payee: PayeeAddress,
    entry: Annotated[
        int | None,
        typer.Option(min=1, help="the payer's log entry; if not given: all not yet credited"),
    ] = None,
) -> None:
    """Give back what was paid and not credited: the payee voids it, the payer takes it back."""
    with explained():
        _check_two_cards(payer, payee)
        with card_at(payee) as till:
            payments = _one(payer, entry) if entry else _outstanding(payer, till)
            outcomes = [void_and_undo(in_field(payer), till, payment) for payment in payments]
    if not outcomes:
        say("Nothing is outstanding between these two cards, so there is nothing to give back.")
    for outcome in outcomes:
        _tell_void(outcome)


def _one(payer: str, entry: int) -> list[Payment]:
    with card_at(payer) as card:
        return [card.get_voucher_by_entry(entry)]


def _outstanding(payer: str, till: PurseCard) -> list[Payment]:
    """Return what the payer has paid to the payee's open requests."""
    state = till.state(os.urandom(_NONCE_LENGTH))
    found: list[Payment] = []
    with in_field(payer)() as link:
        card = PurseCard(link)
        for number in open_numbers(state):
            with suppress(EntryNotInLog):
                found.append(card.get_voucher(state.id, number))
    return found


def _reference(text: str) -> bytes:
    if not text.isascii() or len(text) > _REFERENCE_LENGTH:
        raise typer.BadParameter("at most 8 ASCII characters", param_hint="--reference")
    return text.encode("ascii").ljust(_REFERENCE_LENGTH, b"\0")


def _check_two_cards(payer: str, payee: str) -> None:
    if payer == payee:
        raise typer.BadParameter("a card cannot pay itself: give two cards")


def _tell(outcome: TapOutcome) -> None:
    if outcome.is_final:
        say(outcome.what_happened, "bold green")
        return
    complain(outcome.what_happened, outcome.next_step)
    raise typer.Exit(_REFUSED if outcome.status in _NOTHING_MOVED else _IN_FLIGHT)


def _tell_void(outcome: VoidOutcome) -> None:
    if outcome.status is VoidStatus.GIVEN_BACK:
        say(outcome.what_happened, "bold green")
        return
    complain(outcome.what_happened, outcome.next_step)
    raise typer.Exit(_REFUSED if outcome.status is VoidStatus.NOT_VOIDED else _IN_FLIGHT)
