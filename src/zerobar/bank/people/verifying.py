"""Who somebody is: verifying a name, and raising the categories of wallets.

| to category | what is needed |
|---|---|
| III | name and resident ID belong together, as the registry knows them |
| II | and a bank card of the same person is bound |
| I | and a member of the staff has seen the person, with the document and the card |

One identity has at most `MOST_WALLETS` wallets of categories I to III at a time, whatever the
number of its phone numbers; each is in a slot, where what was spent before it is counted on.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from zerobar.bank.asking import Session
from zerobar.bank.calendar import CHINA
from zerobar.bank.context import Bank
from zerobar.bank.errors import Unavailable
from zerobar.bank.people import store
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.bank.people.errors import (
    AlreadyVerified,
    BadResidentId,
    IdentityRefused,
    NotEligible,
    PersonUnknown,
)
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.masking import NAME_PURPOSE, RESIDENT_ID_PURPOSE
from zerobar.bank.people.model import Category, Person, SealedIdentity, Wallet
from zerobar.bank.people.slots import settle_slots, take_slot
from zerobar.bank.people.wallets import open_wallet_of
from zerobar.database import Connection

YOUNGEST: Final = 16
"""Years of age from which one may have a verified wallet of one's own."""
OLDEST: Final = 130


def read_resident_id(text: str, today: date) -> str:
    """Return a resident ID in its 18 characters; raises BadResidentId.

    Checks form, checksum, place and date of birth (GB 11643-1999), and an age that can be.
    """
    try:
        number = ric.validate(text)
        born = ric.get_birth_date(number)
    # The library's own look-up trips over a county that its province does not have.
    except (ValidationError, KeyError):
        raise BadResidentId from None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not YOUNGEST <= age <= OLDEST:
        raise BadResidentId
    return str(number)


def verify_identity(bank: Bank, session: Session, name: str, resident_id: str) -> Person:
    """Verify who a person is; all wallets of category IV become category III.

    The same again does nothing. Raises BadResidentId, AlreadyVerified, IdentityRefused,
    TooManyWallets, TooMany, PartnerUnavailable, or as `require_holder`.
    """
    now, person_id = bank.clock(), session.person_id
    with bank.connection() as connection:
        require_holder(connection, session, now)
    resident_id = read_resident_id(resident_id, now.astimezone(CHINA).date())
    if _verified_before(bank, person_id, name, resident_id):
        settle_slots(bank, person_id)
        return _person(bank, person_id)
    with bank.transaction() as connection:
        count_attempt(connection, AttemptKind.VERIFY_IDENTITY, str(person_id), now)
    if not bank.partners.identity.matches(name, resident_id):
        raise IdentityRefused
    identity = SealedIdentity(
        bank.sealer.seal(name, NAME_PURPOSE),
        bank.sealer.seal(resident_id, RESIDENT_ID_PURPOSE),
        bank.sealer.index(resident_id, RESIDENT_ID_PURPOSE),
        now,
    )
    if not _record(bank, person_id, identity):
        _verified_before(bank, person_id, name, resident_id)
    settle_slots(bank, person_id)
    return _person(bank, person_id)


def raise_category(bank: Bank, session: Session, wallet_id: UUID, category: Category) -> Wallet:
    """Raise a wallet to II when its holder has a bound card; one that is as high, stays.

    Raises WalletUnknown, WalletClosed, WalletFrozen, NotEligible, or as `require_holder`.
    """
    # The funding rules build upon people's; here is the one question asked the other way.
    from zerobar.bank.funding.store import cards_of_person  # noqa: PLC0415

    settle_slots(bank, session.person_id)
    with bank.transaction() as connection:
        person, wallet = _locked(connection, session.person_id, wallet_id)
        if wallet.category <= category:
            return wallet
        require_holder(connection, session, bank.clock())
        _check_verified(person)
        if category is Category.II and not cards_of_person(connection, person.id):
            raise NotEligible("bank-card", "Bind a bank card of your own first.")
        if category is Category.I:
            raise NotEligible("in-person", "Go to a branch with your identity and bank card.")
        return _raised(connection, wallet, category)


def grant_category_one(bank: Bank, wallet_id: UUID) -> Wallet:
    """Raise a wallet to I: staff has seen the person. The caller checks the staff's role.

    Raises WalletUnknown, WalletClosed, WalletFrozen or NotEligible.
    """
    with bank.connection() as connection:
        found = store.wallet(connection, wallet_id)
    if found is None or found.person_id is None:
        raise NotEligible("person", "Choose a person's wallet.")
    settle_slots(bank, found.person_id)
    with bank.transaction() as connection:
        person, wallet = _locked(connection, found.person_id, wallet_id)
        _check_verified(person)
        return _raised(connection, wallet, Category.I)


def _verified_before(bank: Bank, person_id: UUID, name: str, resident_id: str) -> bool:
    person = _person(bank, person_id)
    if person.name_sealed is None or person.resident_id_sealed is None:
        return False
    known_name = bank.sealer.open(person.name_sealed, NAME_PURPOSE)
    known_id = bank.sealer.open(person.resident_id_sealed, RESIDENT_ID_PURPOSE)
    if (known_name, known_id) != (name, resident_id):
        raise AlreadyVerified
    return True


def _person(bank: Bank, person_id: UUID) -> Person:
    with bank.connection() as connection:
        person = store.person(connection, person_id)
    if person is None:
        raise PersonUnknown
    return person


def _record(bank: Bank, person_id: UUID, identity: SealedIdentity) -> bool:
    """Return False, and do nothing, if another request has verified the person meanwhile."""
    with bank.transaction() as connection:
        person = store.lock_person(connection, person_id)
        if person is None:
            raise PersonUnknown
        if person.verified_at is not None:
            return False
        store.set_identity(connection, person_id, identity)
        for wallet in store.wallets_of_person(connection, person_id):
            if wallet.category is Category.IV and wallet.closed_at is None:
                take_slot(bank, connection, person_id, wallet.id)
    return True


def _locked(connection: Connection, person_id: UUID, wallet_id: UUID) -> tuple[Person, Wallet]:
    person = store.lock_person(connection, person_id)
    if person is None:
        raise PersonUnknown
    return person, open_wallet_of(connection, person_id, wallet_id)


def _check_verified(person: Person) -> None:
    if person.verified_at is None:
        raise NotEligible("identity", "Verify your name first.")


def _raised(connection: Connection, wallet: Wallet, category: Category) -> Wallet:
    if wallet.category is Category.IV:
        # Its holder is being verified at this moment, and what it counts is not settled yet.
        raise Unavailable("The wallet is being raised to category III.", "Ask for the same again.")
    store.set_category(connection, wallet.id, category)
    raised = store.wallet(connection, wallet.id)
    assert raised is not None
    return raised
