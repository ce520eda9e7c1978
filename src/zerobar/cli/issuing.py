"""`card issue`: make a purse, from a new file or from a blank card."""

from __future__ import annotations

import secrets
import time
from enum import StrEnum
from typing import Annotated, Final

import typer

from zerobar.branch import load
from zerobar.cli.console import explained, out, say
from zerobar.cli.desks import create_authority, desk_of, journal_beside
from zerobar.cli.options import CARD_HELP, DEFAULT_AUTHORITY, AuthorityPath
from zerobar.cli.sessions import open_link
from zerobar.element import create_blank
from zerobar.issuer import OperatorDesk, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS
from zerobar.reader import FileTarget, MalformedPin, PurseCard, parse_target


class ClassName(StrEnum):
    """Classes of purse that can be issued."""

    PERSON = "person"
    ANONYMOUS = "anonymous"
    MERCHANT = "merchant"


_PIN_DIGITS: Final = 6
_YEARS: Final = 3


def issue(
    card: Annotated[
        str, typer.Argument(metavar="CARD", help=f"a new {CARD_HELP}", show_default=False)
    ],
    class_name: Annotated[ClassName, typer.Option("--class", help="of purse")] = ClassName.PERSON,
    load_yuan: Annotated[
        str | None, typer.Option("--load", metavar="AMOUNT", help="load this many yuan at once")
    ] = None,
    pin: Annotated[
        str | None, typer.Option("--pin", help="4 to 8 digits; drawn at random if not given")
    ] = None,
    authority: AuthorityPath = DEFAULT_AUTHORITY,
) -> None:
    """Make a purse of test money: a new purse file, or a blank card in a reader."""
    with explained():
        amount = Fen.parse(load_yuan) if load_yuan else None
        plan = _plan(PurseClass[class_name.name], pin)
        if create_authority(authority):
            say(f"Made a test authority: {authority} (whoever holds it can make test money).")
        with desk_of(authority) as desk:
            make_blank(card, plan.purse_class)
            _issue(card, desk, plan, amount)
        if pin is None:
            say(f"Its PIN is {plan.pin}. It is shown only now.", "bold")
        say(f"The operator's journal is {journal_beside(authority)}.", "dim")


def _plan(purse_class: PurseClass, pin: str | None) -> Plan:
    validity = Validity.years_from(int(time.time()), _YEARS)
    return Plan(purse_class, validity, chosen_pin(pin))


def chosen_pin(pin: str | None) -> str:
    """Return the PIN that was typed, or one drawn at random; raises MalformedPin."""
    if pin is not None and not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise MalformedPin
    return pin or "".join(secrets.choice("0123456789") for _ in range(_PIN_DIGITS))


def make_blank(card: str, purse_class: PurseClass) -> None:
    """Make the file of a blank card, if the address names a file that is not there yet."""
    target = parse_target(card)
    # A file that is there already is blank if an earlier attempt was cut short; a purse in use
    # refuses to be personalised again.
    if isinstance(target, FileTarget) and not target.path.exists():
        merchant = purse_class is PurseClass.MERCHANT
        create_blank(target.path, MERCHANT_SLOTS if merchant else PERSON_SLOTS)


def _issue(card: str, desk: OperatorDesk, plan: Plan, amount: Fen | None) -> None:
    with open_link(card) as link:
        keys = desk.keys
        certificate = personalise(link.exchange, keys.authority, keys.operator, plan)
        desk.register(certificate)
        kind = plan.purse_class.name.lower()
        out.print(f"Issued {card}: a {kind} purse, id [bold]{certificate.id.hex()}[/bold].")
        if amount is not None:
            load(PurseCard(link), desk, amount)
            say(f"Loaded {amount}.")
