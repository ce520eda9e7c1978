"""`card arm`, `card pin`: what the card's holder does with a PIN. PINs are asked for, hidden."""

from __future__ import annotations

from typing import Annotated

import typer

from zerobar.cli.console import explained, say
from zerobar.cli.options import CardAddress
from zerobar.cli.sessions import card_at
from zerobar.purse.money import AmountError, Fen


def arm_card(
    card: CardAddress,
    maximum: Annotated[
        str, typer.Argument(metavar="AMOUNT", help="at most this many yuan; 0 disarms")
    ],
) -> None:
    """Allow one tap above the no-PIN limit, until the card's next entry."""
    with explained():
        amount, pin = _maximum(maximum), ask_pin()
        with card_at(card) as purse:
            purse.verify_pin(pin)
            purse.arm(amount)
    say(f"Armed for one tap of at most {amount}." if amount else "Disarmed.")


def change_pin(card: CardAddress) -> None:
    """Change the PIN."""
    old = ask_pin("Present PIN")
    new = typer.prompt("New PIN", hide_input=True, confirmation_prompt=True)
    with explained(), card_at(card) as purse:
        purse.change_pin(old, new)
    say("The PIN is changed.")


def ask_pin(prompt: str = "PIN") -> str:
    """Ask for a PIN without showing it."""
    pin: str = typer.prompt(prompt, hide_input=True)
    return pin


def _maximum(text: str) -> Fen:
    try:
        return Fen.parse(text)
    except AmountError:
        if text.strip(" ¥￥0.") == "" and "0" in text:
            return Fen(0)
        raise
