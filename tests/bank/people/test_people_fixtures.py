from tests.bank.holders import PIN, Holder, balance, fill, grant
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.sessions import session_of
from zerobar.purse.money import Fen


def test_anna_holds_a_wallet_that_can_be_filled(bank: Bank, anna: Holder) -> None:
    fill(bank, anna.wallet, Fen(1_00))
    assert balance(bank, anna.wallet) == 1_00


def test_anna_is_signed_in_and_her_pin_opens_a_grant(bank: Bank, anna: Holder) -> None:
    assert session_of(bank, anna.token).person_id == anna.person
    grant(bank, anna, PIN)
    with bank.connection() as connection:
        require_grant(connection, anna.wallet, anna.key.id, bank.clock())


def test_anna_and_bea_are_found_by_their_phone_numbers(
    bank: Bank, anna: Holder, bea: Holder
) -> None:
    with bank.connection() as connection:
        found = [store.person_by_phone(connection, who.phone) for who in (anna, bea)]
    assert [person.main_wallet_id for person in found if person] == [anna.wallet, bea.wallet]
