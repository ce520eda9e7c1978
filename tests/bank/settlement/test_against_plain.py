from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.holders import balance, fill, move, open_holder
from tests.bank.settlement.plain import PlainBank
from tests.bank.settlement.vouchers import know_funds
from zerobar.bank.authority.supply import supply
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import set_value_out
from zerobar.bank.people.model import Category
from zerobar.bank.purses import host_payee, issue_request, register_purse, trust_authority
from zerobar.bank.settlement import Batch, Outcome, settle_batch
from zerobar.bank.settlement.drawing import Drawn, Mix, Town
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen

PHONES = itertools.count(1)
FLOAT = Fen(100_000_00)

share = st.floats(0, 0.12)
mixes = st.builds(Mix, share, share, share, share, share, share)


def registered(bank: Bank, town: Town, keys: TestAuthority, in_wallet: int) -> PlainBank:
    trust_authority(bank, keys)
    with bank.connection() as connection:
        # They are drawn at random and never sync, so no limit of a real purse holds for them.
        set_value_out(connection, PurseClass.PERSON, 2**62, bank.clock())
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    move(bank, vault, float_, FLOAT, TransferCode.UNLOAD)
    wallets, balances = {}, {}
    for purse in town.people + town.payees:
        holder = open_holder(bank, f"+86137{next(PHONES):08d}", Category.I, pin=None)
        wallets[purse.id], balances[holder.wallet] = holder.wallet, 0
        if purse in town.payees:
            host_payee(bank, purse.certificate, holder.wallet)
            continue
        register_purse(bank, purse.certificate, holder.wallet)
        know_funds(bank, purse.id)
        fill(bank, holder.wallet, Fen(in_wallet))
        balances[holder.wallet] = in_wallet
    payees = {payee.id for payee in town.payees}
    ca = keys.authority.ca.public_key
    held = int(balance(bank, float_))
    return PlainBank(ca, keys.operator.id, wallets, payees, balances, held)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    seed=st.integers(0, 2**32),
    drawings=st.lists(st.tuples(st.integers(1, 40), mixes), min_size=1, max_size=3),
    in_wallet=st.integers(1, 300_00),
    withheld=st.integers(2, 6),
)
def test_the_bank_ends_as_a_plain_settlement_of_the_same_batches_does(
    bank: Bank,
    keys: TestAuthority,
    seed: int,
    drawings: list[tuple[int, Mix]],
    in_wallet: int,
    withheld: int,
) -> None:
    town = Town(seed, keys, people=3, merchants=1, payees=1)
    if _is_known(bank, town):
        return
    plain = registered(bank, town, keys, in_wallet)
    records: list[bytes] = []
    for many, mix in drawings:
        drawn = town.draw(many, mix)
        issued = tuple(r for i, r in enumerate(drawn.requests, 1) if i % withheld)
        for request in issued:
            issue_request(bank, request)
        settle_batch(bank, drawn.batch)
        plain.settle(Drawn(drawn.batch, drawn.ends, issued))
        records += drawn.batch.records(0, many)
    settle_batch(bank, Batch.of(reversed(records)))
    check_same(bank, town, plain)


def _is_known(bank: Bank, town: Town) -> bool:
    with bank.connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM bank.purse WHERE purse_id = %s", (town.people[0].id,)
        ).fetchone()
    return row != (0,)


def check_same(bank: Bank, town: Town, plain: PlainBank) -> None:
    ids = [purse.id for purse in town.people]
    with bank.connection() as connection:
        vouchers = connection.execute(
            "SELECT payer_id, entry, body FROM bank.voucher WHERE payer_id = ANY(%s)", (ids,)
        ).fetchall()
        outcomes = connection.execute(
            "SELECT payer_id, entry, outcome FROM bank.voucher_outcome WHERE payer_id = ANY(%s)",
            (ids,),
        ).fetchall()
        shadows = connection.execute(
            "SELECT purse_id, out_fen, in_fen FROM bank.purse_shadow WHERE purse_id = ANY(%s)",
            (ids,),
        ).fetchall()
        forked = connection.execute(
            "SELECT purse_id, entry FROM bank.fraud_case WHERE purse_id = ANY(%s)", (ids,)
        ).fetchall()
    assert {(payer, entry): body for payer, entry, body in vouchers} == plain.vouchers
    assert {(payer, entry): Outcome(o) is Outcome.SETTLED for payer, entry, o in outcomes} == (
        plain.outcomes
    )
    assert {i: [out, in_] for i, out, in_ in shadows} == {
        i: plain.shadows[i] for i in ids if i in plain.shadows
    }
    assert set(forked) == plain.forked
    assert {w: balance(bank, w) for w in plain.balances} == plain.balances
    held = balance(bank, operator_account(bank.operator_id, AccountCode.FLOAT))
    assert held == plain.float and supply(bank).balanced
