"""Binding cards: only one's own, which the card's bank confirms by four elements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from stdnum import luhn

from zerobar.bank.asking import Session
from zerobar.bank.calendar import CHINA, day_of
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding import store
from zerobar.bank.funding.errors import (
    BadCardNumber,
    CardBound,
    CardMismatch,
    CardUnknown,
    NameNotVerified,
    TooManyCards,
    TooManyMismatches,
)
from zerobar.bank.funding.model import MAX_CARDS, Card
from zerobar.bank.partners import CardHolder
from zerobar.bank.people import store as people
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.masking import NAME_PURPOSE, RESIDENT_ID_PURPOSE
from zerobar.bank.people.model import Person
from zerobar.bank.people.phones import read_phone
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.wallets import open_wallet_of, wallet_of
from zerobar.database import Connection

MAX_MISMATCHES: Final = 5
"""A day: else somebody finds out by trying whose card it is."""
_NUMBER_INDEX: Final = "card-number"


def bind_card(
    bank: Bank, session: Session, card_id: UUID, number: str, phone: str | None = None
) -> Card:
    """Bind a card; the same id and number again give the same card.

    Args:
        bank: whose partner is asked, outside any transaction.
        session: of the person whose name and resident ID are verified.
        card_id: made by whoever asks.
        number: as typed; spaces and hyphens do not count.
        phone: that the card's bank knows, if it is another than the person's.

    Raises BadCardNumber, BadPhoneNumber, NameNotVerified, CardBound, IdUsed, TooManyCards,
    CardMismatch, TooManyMismatches, PartnerUnavailable, or as `require_holder`.
    """
    number, person_id = read_card_number(number), session.person_id
    index = bank.sealer.index(number, _NUMBER_INDEX)
    with bank.connection() as connection:
        known = _known(connection, person_id, card_id, index)
        if known is not None:
            return known
        require_holder(connection, session, bank.clock())
        person = _allowed(connection, person_id, bank.clock())
    token = bank.partners.bank.bind(_holder(bank, person, number, phone))
    if token is None:
        raise _mismatched(bank, person_id)
    sealed = bank.sealer.seal(token, store.TOKEN_PURPOSE)
    masked = f"**** {number[-4:]}"
    return _insert(bank, Card(person_id, card_id, index, masked, sealed, 0, bank.clock()))


def read_card_number(text: str) -> str:
    """Return the digits of a card number; raises BadCardNumber."""
    digits = text.replace(" ", "").replace("-", "")
    if not (12 <= len(digits) <= 19 and digits.isascii() and luhn.is_valid(digits)):
        raise BadCardNumber
    return digits


def prefer_cards(bank: Bank, person_id: UUID, card_ids: Sequence[UUID]) -> list[Card]:
    """Say which cards are asked first; those not named come after, as they were.

    Raises CardUnknown.
    """
    with bank.transaction() as connection:
        store.lock_person(connection, person_id)
        bound = [card.id for card in store.cards_of_person(connection, person_id)]
        if not set(card_ids) <= set(bound):
            raise CardUnknown
        wanted = list(dict.fromkeys(card_ids))
        rest = [card_id for card_id in bound if card_id not in wanted]
        store.rank_cards(connection, person_id, wanted + rest)
        return store.cards_of_person(connection, person_id)


def unbind_card(bank: Bank, person_id: UUID, card_id: UUID) -> None:
    """Unbind a card: it pays nothing more, but what it paid can still go back to it.

    Unbinding it again does nothing. Raises CardUnknown.
    """
    with bank.transaction() as connection:
        store.lock_person(connection, person_id)
        if store.card(connection, person_id, card_id) is None:
            raise CardUnknown
        store.end_card(connection, person_id, card_id, bank.clock())


def bound_card(connection: Connection, person_id: UUID, card_id: UUID) -> Card:
    """Return a person's card that is bound; raises CardUnknown."""
    card = store.card(connection, person_id, card_id)
    if card is None or card.unbound_at is not None:
        raise CardUnknown
    return card


def allow_auto_top_up(bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID) -> None:
    """Let cards be asked for what a payment from this wallet lacks.

    Raises WalletUnknown, WalletFrozen, WalletClosed or PinNeeded.
    """
    with bank.transaction() as connection:
        open_wallet_of(connection, person_id, wallet_id)
        require_grant(connection, wallet_id, key_id, bank.clock())
        store.set_auto_top_up(connection, wallet_id, True)


def stop_auto_top_up(bank: Bank, person_id: UUID, wallet_id: UUID) -> None:
    """Ask no card any more for what a payment lacks; needs no PIN. Raises WalletUnknown."""
    with bank.transaction() as connection:
        wallet_of(connection, person_id, wallet_id)
        store.set_auto_top_up(connection, wallet_id, False)


def _known(connection: Connection, person_id: UUID, card_id: UUID, index: bytes) -> Card | None:
    known = store.card(connection, person_id, card_id)
    if known is not None:
        if known.number_index != index or known.unbound_at is not None:
            raise IdUsed
        return known
    if any(c.number_index == index for c in store.cards_of_person(connection, person_id)):
        raise CardBound
    return None


def _allowed(connection: Connection, person_id: UUID, now: datetime) -> Person:
    person = people.person(connection, person_id)
    if person is None or person.verified_at is None:
        raise NameNotVerified
    if len(store.cards_of_person(connection, person_id)) >= MAX_CARDS:
        raise TooManyCards
    if store.mismatches(connection, person_id, day_of(now)) >= MAX_MISMATCHES:
        raise TooManyMismatches(_seconds_left(now))
    return person


def _holder(bank: Bank, person: Person, number: str, phone: str | None) -> CardHolder:
    assert person.name_sealed is not None and person.resident_id_sealed is not None
    return CardHolder(
        number,
        bank.sealer.open(person.name_sealed, NAME_PURPOSE),
        bank.sealer.open(person.resident_id_sealed, RESIDENT_ID_PURPOSE),
        person.phone if phone is None else read_phone(phone),
    )


def _mismatched(bank: Bank, person_id: UUID) -> CardMismatch:
    with bank.transaction() as connection:
        times = store.count_mismatch(connection, person_id, day_of(bank.clock()))
    return CardMismatch(max(0, MAX_MISMATCHES - times))


def _insert(bank: Bank, card: Card) -> Card:
    with bank.transaction() as connection:
        store.lock_person(connection, card.person_id)
        known = _known(connection, card.person_id, card.id, card.number_index)
        if known is not None:
            return known
        if len(store.cards_of_person(connection, card.person_id)) >= MAX_CARDS:
            raise TooManyCards
        store.insert_card(connection, card)
        bound = store.cards_of_person(connection, card.person_id)
        others = [c.id for c in bound if c.id != card.id]
        store.rank_cards(connection, card.person_id, [*others, card.id])
        return bound_card(connection, card.person_id, card.id)


def _seconds_left(now: datetime) -> int:
    """Return the seconds to midnight in China, at least one."""
    local = now.astimezone(CHINA)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - local).total_seconds()))
