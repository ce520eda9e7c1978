"""A bank and a telecom are founded: what their installers do before the programs are served."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from zerobar.bank.context import Bank
from zerobar.bank.founding import found, issue_test_money
from zerobar.bank.installation import Settings, begin, finish
from zerobar.bank.people.assertions import register_partner
from zerobar.bank.purses.installing import make_keys
from zerobar.bank.purses.personalising import NewCard, personalise_card
from zerobar.bank.running import bank_of, ledger_of, migrate_all
from zerobar.database import Database, open_pool
from zerobar.database.migrations import migrate
from zerobar.demo.town.people import CARD_PIN, MONTHLY_FEN, PEOPLE
from zerobar.element import FileMemory, create_blank
from zerobar.purse.applet import Applet
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS
from zerobar.reader import InProcessLink
from zerobar.telecom import Plan, Telecom, open_line, set_plan
from zerobar.telecom.billing import bill_month, month_of
from zerobar.telecom.installation import Installation as TelecomInstallation
from zerobar.telecom.installation import Settings as TelecomSettings
from zerobar.telecom.installation import create as create_telecom
from zerobar.telecom.running import MIGRATIONS as TELECOM_TABLES

ISSUED: Final = Fen(100_000_000)
"""¥1,000,000 of test money."""
BANK_NAME: Final = "零格试验银行 Zerobar Test Bank"
TELECOM_NAME: Final = "零格试验电信 Zerobar Test Telecom"
PLAN: Final = "Basic"
_OVERDUE: Final = timedelta(days=5)
"""Suspended one way, which begins after three days."""


class Founded(NamedTuple):
    """What founding a bank gives.

    Attributes:
        codes: that its first staff enrol with, once, by name.
        purse_ids: of the purses that were made, by the names of their files.
    """

    codes: dict[str, str]
    purse_ids: dict[str, bytes]


def found_bank(
    folder: Path,
    settings: Settings,
    database: Database,
    telecom: TelecomInstallation,
    cards: Mapping[Path, PurseClass],
) -> Founded:
    """Found a bank with test money that trusts a telecom's word, and make purses."""
    installation = begin(folder, settings, os.urandom)
    make_keys(folder, int(time.time()))
    migrate_all(database)
    with ledger_of(database) as ledger, bank_of(installation, database, ledger) as bank:
        founders = found(bank, settings.operator_name)
        issue_test_money(bank, ISSUED)
        _trust(bank, telecom)
        purse_ids = {path.stem: _make_purse(bank, path, kind) for path, kind in cards.items()}
    finish(installation)
    return Founded({founder.name: founder.code for founder in founders}, purse_ids)


def bank_settings(origin: str, partners_url: str) -> Settings:
    """Return the settings of a bank for development."""
    return Settings(
        operator_id=uuid4(),
        operator_name=BANK_NAME,
        bank_url=partners_url,
        identity_url=partners_url,
        sms_url=partners_url,
        origin=origin,
        development=True,
    )


def found_telecom(folder: Path, bank_url: str) -> TelecomInstallation:
    """Make a telecom's folder and keys."""
    settings = TelecomSettings(
        name=TELECOM_NAME,
        partner="telecom.example",
        key_name="key-1",
        bank_url=bank_url,
        gateways=["127.0.0.1"],
    )
    return create_telecom(folder, settings, os.urandom)


def open_lines(database: Database) -> None:
    """Open everybody's line; whoever owes has had a bill for longer than the telecom waits."""
    migrate(database, TELECOM_TABLES)
    with open_pool(database, "zerobar demo", largest=2, autocommit=True) as pool:
        now, before = (Telecom(pool, _clock(ago), os.urandom) for ago in (timedelta(0), _OVERDUE))
        set_plan(now, Plan(PLAN, Fen(MONTHLY_FEN)))
        for person in PEOPLE:
            if person.owes:
                open_line(before, person.number, PLAN)
        bill_month(before, month_of(now.today()))
        for person in PEOPLE:
            if not person.owes:
                open_line(now, person.number, PLAN)


def _clock(ago: timedelta) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) - ago


def _trust(bank: Bank, telecom: TelecomInstallation) -> None:
    key = load_pem_public_key(telecom.assertion_public_pem.encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    numbers = key.public_numbers()
    public_key = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    register_partner(bank, telecom.settings.partner, telecom.settings.key_name, public_key)


def _make_purse(bank: Bank, path: Path, purse_class: PurseClass) -> bytes:
    slots = MERCHANT_SLOTS if purse_class is PurseClass.MERCHANT else PERSON_SLOTS
    create_blank(path, slots)
    with _on_contact(path) as link:
        return personalise_card(bank, link.exchange, NewCard(purse_class, CARD_PIN)).id


@contextmanager
def _on_contact(path: Path) -> Iterator[InProcessLink]:
    with FileMemory(path) as memory:
        yield InProcessLink(Applet(memory, os.urandom), Interface.CONTACT)
