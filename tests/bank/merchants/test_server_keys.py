"""The key of a merchant's program: one in force, given by staff or replaced by itself."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Key, new_key
from tests.bank.merchants.trading import (
    STAFF,
    Trader,
    application,
    begin,
    give_key,
    seller,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.halting import key_revocation
from zerobar.bank.merchants import event_store, onboarding, server_keys, store, webhooks
from zerobar.bank.merchants.errors import (
    KeyWrong,
    MerchantSuspended,
    MerchantUnknown,
    ProofWrong,
    ServerKeyChanged,
    ServerOnly,
)
from zerobar.bank.merchants.model import Event
from zerobar.bank.merchants.server_keys import (
    NewServerKey,
    give_server_key,
    replace_own_key,
    server_keys_of,
)
from zerobar.bank.people import store as people
from zerobar.bank.people.model import SigningKey
from zerobar.bank.signatures import KeyUnknown
from zerobar.client.merchants import server_key_bytes
from zerobar.ledger import LedgerUnavailable, read_counter


def in_force(bank: Bank, merchant_id: UUID) -> list[UUID]:
    """Return the ids of the keys that a merchant's program may sign with."""
    return [key.id for key in server_keys_of(bank, merchant_id) if key.revoked_at is None]


def own(bank: Bank, by: Trader, new: Key, key_id: UUID) -> SigningKey:
    """Let a merchant's program replace its key."""
    proof = new.sign(server_key_bytes(by.merchant.id, key_id))
    return replace_own_key(bank, by.server, NewServerKey(key_id, new.public_key), proof)


def told(bank: Bank, merchant_id: UUID) -> list[Event]:
    with bank.connection() as connection:
        return event_store.events(connection, merchant_id, None, 10)


def test_a_key_that_is_given_takes_the_place_of_the_one_before(bank: Bank, tea: Trader) -> None:
    given = give_key(bank, tea.merchant.id, new_key(bank))
    assert in_force(bank, tea.merchant.id) == [given.id]
    with bank.connection() as connection:
        old = people.signing_key(connection, tea.server_key.id)
        till = people.signing_key(connection, tea.till_key.id)
    assert old is not None and old.revoked_at == bank.clock()
    assert till is not None and till.revoked_at is None
    assert seller(bank, given).terminal is None


def test_the_same_key_again_changes_nothing_also_after_it_was_replaced(
    bank: Bank, tea: Trader
) -> None:
    new = NewServerKey(bank.new_id(), new_key(bank).public_key)
    first = give_server_key(bank, tea.merchant.id, new)
    assert give_server_key(bank, tea.merchant.id, new) == first
    later = give_key(bank, tea.merchant.id, new_key(bank))
    assert give_server_key(bank, tea.merchant.id, new).revoked_at == bank.clock()
    assert in_force(bank, tea.merchant.id) == [later.id]
    with pytest.raises(IdUsed):
        give_server_key(bank, tea.merchant.id, replace(new, public_key=new_key(bank).public_key))
    with pytest.raises(IdUsed):
        give_server_key(bank, begin(bank, 2).merchant.id, new)


def test_an_old_key_may_be_given_again_under_another_id(bank: Bank, tea: Trader) -> None:
    give_key(bank, tea.merchant.id, new_key(bank))
    again = give_key(bank, tea.merchant.id, tea.server_key)
    assert again.id != tea.server_key.id and in_force(bank, tea.merchant.id) == [again.id]


def test_what_was_decided_before_another_key_came_is_refused(
    bank: Bank, tea: Trader, clock: Clock
) -> None:
    decided_since = bank.clock()
    clock.advance(seconds=1)
    kept = give_key(bank, tea.merchant.id, new_key(bank))
    new = NewServerKey(bank.new_id(), new_key(bank).public_key)
    with pytest.raises(ServerKeyChanged):
        give_server_key(bank, tea.merchant.id, new, decided_since)
    assert in_force(bank, tea.merchant.id) == [kept.id]
    assert give_server_key(bank, tea.merchant.id, new, bank.clock()).revoked_at is None


def test_only_the_newest_keys_are_shown(
    bank: Bank, tea: Trader, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_keys, "MOST_SHOWN", 2)
    given: list[UUID] = []
    for _ in range(3):
        clock.advance(seconds=1)
        given.append(give_key(bank, tea.merchant.id, new_key(bank)).id)
    assert [key.id for key in server_keys_of(bank, tea.merchant.id)] == given[:0:-1]


def test_a_key_that_is_no_point_or_nobodys_is_refused(bank: Bank, tea: Trader) -> None:
    with pytest.raises(KeyWrong):
        give_server_key(bank, tea.merchant.id, NewServerKey(bank.new_id(), b"\x01" * 64))
    with pytest.raises(MerchantUnknown):
        give_key(bank, bank.new_id(), new_key(bank))


def test_two_at_once_leave_one_key_in_force(
    bank: Bank, tea: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would come so far as to revoke the others before either is there to be revoked."""
    meeting, revoke = Barrier(2), store.revoke_keys

    def wait_then_revoke(*arguments: Any, **named: Any) -> None:
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=1)
        revoke(*arguments, **named)

    monkeypatch.setattr(store, "revoke_keys", wait_then_revoke)
    keys = [new_key(bank) for _ in range(2)]
    with bank.connection(), bank.connection():
        # Both are open from now on, and neither thread waits for one.
        pass
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda key: give_key(bank, tea.merchant.id, key), keys))
    assert len(in_force(bank, tea.merchant.id)) == 1


def halts_of(bank: Bank, key_id: UUID) -> int:
    """Return how often the ledger was told to take nothing more that a key has signed."""
    with bank.connection() as connection:
        return read_counter(connection, key_revocation(key_id).key, 0)


def test_a_key_is_halted_once_however_many_follow_it(bank: Bank, tea: Trader) -> None:
    given = [tea.server_key, *(give_key(bank, tea.merchant.id, new_key(bank)) for _ in range(3))]
    assert [halts_of(bank, key.id) for key in given] == [1, 1, 1, 0]


def test_a_key_that_was_not_halted_when_it_was_replaced_is_when_that_is_asked_again(
    bank: Bank, tea: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = NewServerKey(bank.new_id(), new_key(bank).public_key)
    with monkeypatch.context() as patched:
        patched.setattr(server_keys, "halt", is_away)
        with pytest.raises(LedgerUnavailable):
            give_server_key(bank, tea.merchant.id, new)
    assert halts_of(bank, tea.server_key.id) == 0
    give_server_key(bank, tea.merchant.id, new)
    assert halts_of(bank, tea.server_key.id) == 1


def is_away(*_: object) -> None:
    raise LedgerUnavailable


# --- by itself --------------------------------------------------------------------------------


def test_a_program_replaces_its_own_key_and_asks_again_with_the_new_one(
    bank: Bank, tea: Trader
) -> None:
    new, key_id = new_key(bank), bank.new_id()
    given = own(bank, tea, new, key_id)
    assert (given.id, in_force(bank, tea.merchant.id)) == (key_id, [key_id])
    with pytest.raises(KeyUnknown):
        own(bank, tea, new_key(bank), bank.new_id())
    with_new = replace(tea, server=seller(bank, Key(key_id, new.private_key)))
    assert own(bank, with_new, new, key_id) == given


def test_a_program_that_has_not_got_the_new_key_keeps_the_old_one(bank: Bank, tea: Trader) -> None:
    new, key_id = new_key(bank), bank.new_id()
    for proof in (
        tea.server_key.sign(server_key_bytes(tea.merchant.id, key_id)),
        new.sign(server_key_bytes(tea.merchant.id, bank.new_id())),
        new.sign(server_key_bytes(bank.new_id(), key_id)),
    ):
        with pytest.raises(ProofWrong):
            replace_own_key(bank, tea.server, NewServerKey(key_id, new.public_key), proof)
    assert in_force(bank, tea.merchant.id) == [tea.server_key.id]


def test_a_till_replaces_no_key(bank: Bank, tea: Trader) -> None:
    with pytest.raises(ServerOnly):
        own(bank, replace(tea, server=tea.till), new_key(bank), bank.new_id())


def test_who_has_stolen_a_key_cannot_keep_it_by_changing_it_once_staff_suspend_the_merchant(
    bank: Bank, tea: Trader
) -> None:
    """The thief's request was checked before the suspension, as it is read from `tea`."""
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    with pytest.raises(MerchantSuspended):
        own(bank, tea, new_key(bank), bank.new_id())
    given = give_key(bank, tea.merchant.id, new_key(bank))
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=False)
    with pytest.raises(KeyUnknown):
        own(bank, tea, new_key(bank), bank.new_id())
    assert in_force(bank, tea.merchant.id) == [given.id]


# --- what the merchant hears ------------------------------------------------------------------


def test_a_merchant_hears_that_its_key_was_replaced_by_whomever(bank: Bank, tea: Trader) -> None:
    assert told(bank, tea.merchant.id) == []
    by_staff = give_key(bank, tea.merchant.id, new_key(bank))
    by_itself = replace(tea, server=seller(bank, by_staff))
    own_key = own(bank, by_itself, new_key(bank), bank.new_id())
    now, before = told(bank, tea.merchant.id)
    assert {now.kind.word, before.kind.word} == {"server-key.replaced"}
    assert {now.subject_id, before.subject_id} == {by_staff.id, own_key.id}
    with bank.connection() as connection:
        facts = [json.loads(webhooks.compose(connection, event)) for event in (now, before)]
    ids = {fact["server_key"]["key_id"] for fact in facts}
    assert ids == {str(by_staff.id), str(own_key.id)}


def test_a_first_key_is_no_news(bank: Bank) -> None:
    merchant = onboarding.open_merchant(bank, STAFF, bank.new_id(), application())
    give_key(bank, merchant.id, new_key(bank))
    assert told(bank, merchant.id) == []
