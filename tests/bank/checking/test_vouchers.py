"""Vouchers that were settled agree with the books, until somebody tampers with either."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.bank.holders import move, open_holder
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.checking import check_books, compare, returns, vouchers
from zerobar.bank.context import Bank
from zerobar.bank.people.model import Category
from zerobar.bank.purses import host_payee, issue_request, register_purse, trust_authority
from zerobar.bank.settlement import CertificateCache, settle_batch
from zerobar.bank.settlement.drawing import Town
from zerobar.bank.settlement.posting import look_again, post_due
from zerobar.database import Connection
from zerobar.issuer import AuthorityFile
from zerobar.purse.money import Fen

IN_PURSES = Fen(1_000_000_00)
TAMPERED = {
    "a voucher settled with another amount": (
        {"vouchers and money", "vouchers decided", "purses' shadows"},
        "UPDATE bank.voucher SET amount_fen = amount_fen + 1 WHERE kind = 4",
    ),
    "a voucher settled without its money": (
        {"vouchers and money"},
        "UPDATE bank.voucher_outcome SET transfer_id = gen_random_uuid()"
        " WHERE (payer_id, entry) IN (SELECT payer_id, entry FROM bank.voucher WHERE kind = 5)",
    ),
    "a voucher that was unloaded to another's wallet": (
        {"vouchers and money"},
        "UPDATE bank.purse p SET wallet_id = (SELECT w.wallet_id FROM bank.wallet w"
        " WHERE w.wallet_id <> p.wallet_id LIMIT 1)"
        " FROM bank.voucher v WHERE v.payer_id = p.purse_id AND v.kind = 4",
    ),
    "a hosted payee's money in another's wallet": (
        {"vouchers and money"},
        "UPDATE bank.purse p SET wallet_id = (SELECT w.wallet_id FROM bank.wallet w"
        " WHERE w.wallet_id <> p.wallet_id LIMIT 1)"
        " FROM bank.hosted_request_end e WHERE e.payee_id = p.purse_id",
    ),
    "a purse that may unload after its end": (
        {"purses after their end"},
        "INSERT INTO bank.purse_event SELECT purse_id, gen_random_uuid(), 7, gen_random_uuid(),"
        " registered_at FROM bank.purse LIMIT 1",
    ),
    "what a purse unloaded after its end": (
        {"purses after their end"},
        "INSERT INTO bank.purse_pay_out SELECT v.payer_id, p.wallet_id, 0, '2020-01-01', 0, true"
        " FROM bank.voucher v JOIN bank.purse p ON p.purse_id = v.payer_id"
        " WHERE v.kind = 4 LIMIT 1",
    ),
    "a lost purse that was paid out to nobody": (
        {"lost purses and money"},
        "INSERT INTO bank.purse_pay_out SELECT purse_id, wallet_id, 5, registered_at, 0, true"
        " FROM bank.purse LIMIT 1",
    ),
    "an outcome left out": (
        {"vouchers and money", "vouchers decided"},
        "DELETE FROM bank.voucher_outcome"
        " WHERE (payer_id, entry) IN (SELECT payer_id, entry FROM bank.voucher WHERE kind = 4)",
    ),
    "a purse that was paid more": (
        {"purses' shadows"},
        "UPDATE bank.purse_shadow SET in_fen = in_fen + 1",
    ),
    "a charge without its money": (
        {"charges and money", "what happens once"},
        "INSERT INTO bank.purse_charge SELECT h.payee_id, h.number, gen_random_uuid(),"
        " w.wallet_id, h.amount_fen, '', h.issued_at, gen_random_uuid(), '', ''"
        " FROM bank.hosted_request h, bank.wallet w LIMIT 1",
    ),
    "a loss made good without money": (
        {"lost purses and money"},
        "INSERT INTO bank.loss_cover SELECT purse_id, 0, 5, registered_at FROM bank.purse LIMIT 1",
    ),
    "a debt paid back without money": (
        {"debts and money"},
        "INSERT INTO bank.debt_payment SELECT wallet_id, 0, 5, now() FROM bank.wallet LIMIT 1",
    ),
    "a load booked as forgotten that no restore passed over": (
        {"lost purses and money", "forgotten loads"},
        "INSERT INTO bank.load_recovery SELECT payer_id, entry, 0, payee_id, NULL, 5, 0, now()"
        " FROM bank.voucher LIMIT 1",
    ),
    "a tap that no voucher has paid": (
        {"taps and vouchers", "orders paid"},
        "INSERT INTO bank.tap_payment SELECT gen_random_uuid(), gen_random_uuid(), v.payer_id,"
        " v.entry, NULL, w.wallet_id, 5, NULL, 0, now() FROM bank.voucher v, bank.wallet w LIMIT 1",
    ),
    "a voucher given back without money": (
        {"vouchers given back and money"},
        "INSERT INTO bank.voucher_return SELECT v.payer_id, v.entry, v.amount_fen, p.wallet_id,"
        " gen_random_uuid(), gen_random_uuid(), now() FROM bank.voucher v"
        " JOIN bank.purse p ON p.purse_id = v.payer_id WHERE v.kind = 5 LIMIT 1",
    ),
    "a voucher given back to somebody else": (
        {"vouchers given back and money", "vouchers given back"},
        "INSERT INTO bank.voucher_return SELECT v.payer_id, v.entry, v.amount_fen,"
        " gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now()"
        " FROM bank.voucher v WHERE v.kind = 5 LIMIT 1",
    ),
    "a voucher that its payer took back though its hosted payee was paid": (
        {"vouchers taken back"},
        "INSERT INTO bank.purse_log SELECT payer_id, 999, 4, payer_id, entry, 0, '', '', 0"
        " FROM bank.voucher WHERE kind = 5 LIMIT 1",
    ),
    "a hosted request that can be settled again": (
        {"what happens once"},
        "DELETE FROM ledger.counter",
    ),
}


@pytest.fixture
def settled(bank: Bank) -> Bank:
    """A bank that has settled a batch; all money in wallets came out of purses."""
    keys = AuthorityFile.generate(random.Random(7).randbytes, 1_790_000_000).open()
    trust_authority(bank, keys)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    move(bank, vault, float_, IN_PURSES, TransferCode.ISSUE)
    town = Town(2, keys, people=3, merchants=1, payees=1)
    for number, purse in enumerate(town.people + town.merchants + town.payees):
        holder = open_holder(bank, f"+86139000000{number:02d}", Category.I, pin=None)
        entered = host_payee if purse in town.payees else register_purse
        entered(bank, purse.certificate, holder.wallet)
    drawn = town.draw(200)
    for request in drawn.requests:
        issue_request(bank, request)
    settle_batch(bank, drawn.batch, CertificateCache())
    # These purses have no logs that show where their money is from, so risk lets it go.
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.voucher_release"
            " SELECT payer_id, entry, gen_random_uuid(), now() FROM bank.voucher_due"
        )
    look_again(bank)
    assert post_due(bank).settled > 10
    return bank


@pytest.fixture
def tampering(settled: Bank) -> Iterator[Connection]:
    with settled.connection() as connection:
        connection.execute("BEGIN")
        connection.execute("ALTER TABLE ledger.counter DISABLE TRIGGER written_once")
        for table in ("voucher", "voucher_outcome"):
            connection.execute(f"ALTER TABLE bank.{table} DISABLE TRIGGER written_once")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")


def test_vouchers_that_were_settled_deviate_nowhere(settled: Bank) -> None:
    assert {check.name: check.deviations for check in check_books(settled) if check.many} == {}


@pytest.mark.parametrize("kind", TAMPERED)
def test_tampering_with_vouchers_is_found(tampering: Connection, kind: str) -> None:
    found_by, statement = TAMPERED[kind]
    assert tampering.execute(statement).rowcount > 0
    assert {check.name for check in compare(tampering) if check.many} == found_by


def test_every_check_of_vouchers_is_broken_here() -> None:
    found = set().union(*(found_by for found_by, _ in TAMPERED.values()))
    assert {rule.name for rule in (*vouchers.RULES, *returns.RULES)} <= found
