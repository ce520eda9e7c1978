from __future__ import annotations

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, fill, grant, move, new_key
from tests.bank.people.asking import device_with, new_code
from zerobar.bank.asking import SessionUnknown
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, TooMany
from zerobar.bank.people import store
from zerobar.bank.people.attempts import PACES, AttemptKind
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.devices import devices_of, revoke_device
from zerobar.bank.people.errors import (
    DeviceUnknown,
    FrozenByBank,
    PersonUnknown,
    PinNeeded,
    WalletClosed,
    WalletFrozen,
    WalletNotEmpty,
    WalletUnknown,
)
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.sessions import end_session, renew_session, session_of
from zerobar.bank.people.signing_in import sign_in
from zerobar.bank.people.wallets import (
    Freezer,
    choose_main,
    freeze_wallet,
    open_wallet_of,
    unfreeze_wallet,
)
from zerobar.purse.money import Fen


@pytest.fixture
def anna(bank: Bank, anna: Holder) -> Holder:
    """Anna, who has just given her PIN."""
    grant(bank, anna)
    return anna


def main_of(bank: Bank, holder: Holder) -> object:
    with bank.connection() as connection:
        person = store.person(connection, holder.person)
    assert person is not None
    return person.main_wallet_id


def test_an_empty_wallet_closes_for_ever(bank: Bank, clock: Clock, anna: Holder) -> None:
    closed = close_wallet(bank, anna.session, anna.wallet)
    clock.advance(days=1)
    assert close_wallet(bank, anna.session, anna.wallet) == closed
    with pytest.raises(AssertionError):
        fill(bank, anna.wallet, Fen(1))


def test_a_wallet_with_money_does_not_close(bank: Bank, anna: Holder) -> None:
    fill(bank, anna.wallet, Fen(1))
    with pytest.raises(WalletNotEmpty):
        close_wallet(bank, anna.session, anna.wallet)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    move(bank, anna.wallet, vault, Fen(1), TransferCode.SAVE_TO_BANK)
    assert close_wallet(bank, anna.session, anna.wallet).closed_at is not None


def test_closing_that_was_cut_short_is_completed_when_asked_again(bank: Bank, anna: Holder) -> None:
    assert bank.ledger.close_account(anna.wallet).ok
    assert close_wallet(bank, anna.session, anna.wallet).closed_at is not None


def test_another_wallet_receives_when_the_main_one_is_closed(bank: Bank, anna: Holder) -> None:
    further = open_further(bank, anna.session, bank.new_id(), "Further")
    close_wallet(bank, anna.session, anna.wallet)
    assert main_of(bank, anna) == further.id
    grant(bank, anna)
    close_wallet(bank, anna.session, further.id)
    assert main_of(bank, anna) is None


def test_only_its_holder_closes_or_chooses_a_wallet(bank: Bank, anna: Holder, bea: Holder) -> None:
    with pytest.raises(WalletUnknown):
        close_wallet(bank, bea.session, anna.wallet)
    with pytest.raises(WalletUnknown):
        choose_main(bank, bea.session, anna.wallet)


def test_a_frozen_wallet_has_no_grant_and_cannot_be_closed(bank: Bank, anna: Holder) -> None:
    grant(bank, anna)
    freeze_wallet(bank, anna.wallet, Freezer.HOLDER)
    with bank.connection() as connection:
        with pytest.raises(PinNeeded):
            require_grant(connection, anna.wallet, anna.key.id, bank.clock())
        with pytest.raises(WalletFrozen):
            open_wallet_of(connection, anna.person, anna.wallet)
    with pytest.raises(WalletFrozen):
        close_wallet(bank, anna.session, anna.wallet)


def test_a_holder_unfreezes_what_the_holder_froze_and_not_what_the_bank_did(
    bank: Bank, anna: Holder
) -> None:
    freeze_wallet(bank, anna.wallet, Freezer.HOLDER)
    unfreeze_wallet(bank, anna.wallet, Freezer.HOLDER)
    freeze_wallet(bank, anna.wallet, Freezer.BANK)
    freeze_wallet(bank, anna.wallet, Freezer.HOLDER)
    with pytest.raises(FrozenByBank):
        unfreeze_wallet(bank, anna.wallet, Freezer.HOLDER)
    unfreeze_wallet(bank, anna.wallet, Freezer.BANK)
    with bank.connection() as connection:
        assert open_wallet_of(connection, anna.person, anna.wallet).is_open


def test_a_closed_wallet_is_not_frozen(bank: Bank, anna: Holder) -> None:
    close_wallet(bank, anna.session, anna.wallet)
    with pytest.raises(WalletClosed):
        freeze_wallet(bank, anna.wallet, Freezer.HOLDER)


def test_signing_in_on_a_new_device_enrols_its_key(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    session_id, key = bank.new_id(), new_key(bank)
    code = new_code(bank, partners, anna.phone)
    opened = sign_in(bank, session_id, anna.phone, code, device_with(key, session_id))
    assert session_of(bank, opened.token).key_id == key.id
    assert session_of(bank, anna.token).key_id == anna.key.id
    assert [device.id for device in devices_of(bank, anna.person)] == [anna.key.id, key.id]


def test_signing_in_without_a_wallet_says_so(bank: Bank, partners: Doubles) -> None:
    session_id, phone = bank.new_id(), "+8613800000009"
    code = new_code(bank, partners, phone)
    with pytest.raises(PersonUnknown):
        sign_in(bank, session_id, phone, code, device_with(new_key(bank), session_id))


def test_nobody_enrols_another_s_or_a_revoked_key(
    bank: Bank, partners: Doubles, anna: Holder, bea: Holder
) -> None:
    session_id = bank.new_id()
    code = new_code(bank, partners, bea.phone)
    with pytest.raises(IdUsed):
        sign_in(bank, session_id, bea.phone, code, device_with(anna.key, session_id))
    revoke_device(bank, anna.session, anna.key.id)
    code = new_code(bank, partners, anna.phone)
    with pytest.raises(IdUsed):
        sign_in(bank, session_id, anna.phone, code, device_with(anna.key, session_id))


def test_a_session_ends_by_signing_out_by_time_and_with_its_device(
    bank: Bank, clock: Clock, anna: Holder, bea: Holder
) -> None:
    revoke_device(bank, anna.session, anna.key.id)
    with pytest.raises(SessionUnknown):
        session_of(bank, anna.token)
    session = session_of(bank, bea.token)
    clock.advance(days=29)
    assert session_of(bank, bea.token) == session
    clock.advance(days=1)
    with pytest.raises(SessionUnknown):
        session_of(bank, bea.token)


def test_whoever_signs_out_is_out(bank: Bank, anna: Holder) -> None:
    end_session(bank, session_of(bank, anna.token))
    with pytest.raises(SessionUnknown):
        session_of(bank, anna.token)


def test_a_device_renews_its_session_though_others_have_used_up_the_number_s_codes(
    bank: Bank, partners: Doubles, clock: Clock, anna: Holder
) -> None:
    clock.advance(days=31)
    for _ in range(PACES[AttemptKind.SMS_CODE].per_day):
        new_code(bank, partners, anna.phone)
        clock.advance(minutes=1)
    with pytest.raises(TooMany):
        new_code(bank, partners, anna.phone)
    with pytest.raises(SessionUnknown):
        session_of(bank, anna.token)
    renewed = renew_session(bank, bank.new_id(), anna.person, anna.key.id)
    assert session_of(bank, renewed.token).person_id == anna.person
    grant(bank, anna)


def test_a_device_that_was_signed_out_is_not_renewed(bank: Bank, anna: Holder, bea: Holder) -> None:
    end_session(bank, session_of(bank, anna.token))
    revoke_device(bank, bea.session, bea.key.id)
    for holder in (anna, bea):
        with pytest.raises(SessionUnknown):
            renew_session(bank, bank.new_id(), holder.person, holder.key.id)


def test_only_its_owner_revokes_a_device(bank: Bank, anna: Holder, bea: Holder) -> None:
    with pytest.raises(DeviceUnknown):
        revoke_device(bank, bea.session, anna.key.id)


def test_a_token_is_stored_as_a_hash_only(bank: Bank, anna: Holder) -> None:
    with bank.connection() as connection:
        row = connection.execute("SELECT s::text FROM bank.session s").fetchone()
    assert row is not None
    assert anna.token not in row[0] and anna.token.encode().hex() not in row[0]
    assert anna.token not in repr(anna)
