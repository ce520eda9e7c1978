"""Each way of tampering is found, by the checks that are there for it and by no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

import pytest

from tests.bank.checking.working import Work
from tests.bank.holders import move
from zerobar.bank.chart import AccountCode, TransferCode, authority_account, operator_account
from zerobar.bank.checking import MOST_SHOWN, RULES, check_books, compare, returns, vouchers
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.database import Connection
from zerobar.purse.money import Fen


@dataclass(frozen=True)
class Tampered:
    """What somebody does to the tables, and which checks say so."""

    what: str
    found_by: frozenset[str]
    statement: LiteralString


def _by(*names: str) -> frozenset[str]:
    return frozenset(names)


LEDGER = [
    Tampered(
        "the newest balance raised",
        _by("trial balance", "running balances"),
        "UPDATE ledger.entry SET balance_fen = balance_fen + 1"
        " WHERE (account_id, number) = (SELECT account_id, max(number) FROM ledger.entry"
        "  WHERE account_id = %(anna)s GROUP BY 1)",
    ),
    Tampered(
        "an earlier balance raised",
        _by("running balances"),
        "UPDATE ledger.entry SET balance_fen = balance_fen + 1"
        " WHERE account_id = %(anna)s AND number = 2",
    ),
    Tampered(
        "an earlier amount held raised",
        _by("transfers and entries"),
        "UPDATE ledger.entry SET held_fen = held_fen + 1"
        " WHERE account_id = %(anna)s AND number = 2",
    ),
    Tampered(
        "an entry of no transfer",
        _by("transfers and entries"),
        "UPDATE ledger.entry SET transfer_id = gen_random_uuid()"
        " WHERE account_id = %(anna)s AND number = 2",
    ),
    Tampered(
        "the end of a hold left out",
        _by("ends of holds", "held amounts"),
        "DELETE FROM ledger.hold_end WHERE hold_id = (SELECT order_id FROM bank.card_order"
        " WHERE kind = 1 AND status = 2 LIMIT 1)",
    ),
    Tampered(
        "the end of a hold that is open",
        _by("ends of holds", "held amounts"),
        "INSERT INTO ledger.hold_end SELECT order_id, order_id FROM bank.card_order"
        " WHERE kind = 1 AND status = 1",
    ),
    Tampered(
        "a hold ended by no transfer",
        _by("ends of holds"),
        "UPDATE ledger.hold_end SET transfer_id = gen_random_uuid() WHERE hold_id ="
        " (SELECT order_id FROM bank.card_order WHERE kind = 1 AND status = 2 LIMIT 1)",
    ),
    Tampered(
        "a gap in a counter",
        _by("running counters"),
        "UPDATE ledger.counter SET number = number + 10 WHERE (key, period, number) ="
        " (SELECT key, period, max(number) FROM ledger.counter WHERE key = %(anna)s AND period > 0"
        "  GROUP BY 1, 2 LIMIT 1)",
    ),
    Tampered(
        "an account closed that is in use",
        _by("closed accounts"),
        "INSERT INTO ledger.account_end VALUES (%(anna)s, '2026-11-25')",
    ),
    Tampered(
        "a transfer that was refused left out",
        _by("posting groups"),
        "DELETE FROM ledger.transfer WHERE result = 12",
    ),
]
PAYING = [
    Tampered(
        "a payment made larger",
        _by("payments and money", "spending and limits"),
        "UPDATE bank.payment SET amount_fen = amount_fen + 1 WHERE kind = 1",
    ),
    Tampered(
        "a payment to somebody else",
        _by("payments and money"),
        "UPDATE bank.payment SET payee_wallet_id = %(bea)s WHERE kind = 3",
    ),
    Tampered(
        "a payment left out",
        _by("payments and money", "spending and limits"),
        "DELETE FROM bank.payment WHERE kind = 1 AND payer_wallet_id = %(anna)s",
    ),
    Tampered(
        "a payment without its money",
        _by("payments and money", "spending and limits"),
        "INSERT INTO bank.payment SELECT gen_random_uuid(), payer_wallet_id, payee_wallet_id,"
        " amount_fen, kind, authority, memo, subject_id, shop_id, card_id, card_amount_fen,"
        " made_at, key_id, signed_bytes, signature FROM bank.payment WHERE kind = 3",
    ),
    Tampered(
        "a refund without its money",
        _by("refunds and money", "what happens once"),
        "INSERT INTO bank.refund SELECT gen_random_uuid(), payment_id, payer_wallet_id,"
        " payee_wallet_id, 1, NULL, 0, '', made_at FROM bank.payment WHERE kind = 3",
    ),
    Tampered(
        "a refund left out",
        _by("refunds and money", "what happens once", "merchants' refunds"),
        "DELETE FROM bank.refund WHERE card_amount_fen = 0",
    ),
    Tampered(
        "more refunded to a card than it had paid",
        _by("refunds and payments"),
        "UPDATE bank.payment SET card_amount_fen = 0 WHERE card_amount_fen = 2000",
    ),
    Tampered(
        "a request for another amount than was paid",
        _by("requests for money"),
        "UPDATE bank.money_request SET amount_fen = amount_fen + 1",
    ),
    Tampered(
        "the end of a request left out",
        _by("requests for money", "what happens once"),
        "DELETE FROM bank.money_request_end WHERE state = 'paid'",
    ),
    Tampered(
        "a payment topped up from a card that paid nothing",
        _by("payments topped up from cards"),
        "UPDATE bank.payment SET card_id = gen_random_uuid() WHERE card_amount_fen > 0",
    ),
]
SELLING = [
    Tampered(
        "an order paid with another amount",
        _by("orders paid"),
        "UPDATE bank.order_payment SET amount_fen = amount_fen + 1",
    ),
    Tampered(
        "an order whose payment is not noted",
        _by("orders paid", "what happens once"),
        "DELETE FROM bank.order_payment WHERE amount_fen = 2000",
    ),
    Tampered(
        "a refund that was made noted as refused",
        _by("merchants' refunds"),
        "UPDATE bank.merchant_refund SET done_at = NULL, refused = 'order-not-paid'",
    ),
    Tampered(
        "a settlement that still holds its money noted as refused",
        _by("settlements and money"),
        "UPDATE bank.settlement SET state = 4 WHERE state = 2",
    ),
    Tampered(
        "a settlement noted as done that was not paid",
        _by("settlements and money", "deposits and digital cash"),
        "UPDATE bank.settlement SET state = 3 WHERE state = 4",
    ),
    Tampered(
        "a settlement of another amount",
        _by("settlements and money", "deposits and digital cash"),
        "UPDATE bank.settlement SET amount_fen = amount_fen - 1 WHERE state = 3",
    ),
]
FUNDING = [
    Tampered(
        "an order that still holds its money noted as refused",
        _by("orders to cards and money"),
        "UPDATE bank.card_order SET status = 3 WHERE kind = 3 AND status = 1",
    ),
    Tampered(
        "an order noted as done that moved nothing",
        _by("orders to cards and money", "deposits and digital cash"),
        "UPDATE bank.card_order SET status = 2, moved = true WHERE kind = 1 AND status = 1",
    ),
    Tampered(
        "an order that moved money noted as refused",
        _by("orders to cards and money", "deposits and digital cash"),
        "UPDATE bank.card_order SET status = 3, moved = false WHERE kind = 3 AND status = 2",
    ),
    Tampered(
        "an order of another amount on both sides",
        _by("orders to cards and money", "deposits and digital cash"),
        "UPDATE bank.card_order SET amount_fen = amount_fen + 1 WHERE kind = 3 AND status = 2",
    ),
    Tampered(
        "money returned to a card on the deposit side only",
        _by("deposits and digital cash"),
        "UPDATE bank.card_order SET status = 4, moved = false WHERE kind = 4 AND status = 2",
    ),
    Tampered(
        "less on its way to a card than it is owed",
        _by("money on its way back to cards"),
        "UPDATE bank.card_order SET amount_fen = amount_fen - 1 WHERE kind = 4 AND status = 5",
    ),
    Tampered(
        "money on its way to a card that is owed nothing",
        _by("money on its way back to cards"),
        "INSERT INTO bank.card_order SELECT gen_random_uuid(), operator_id, kind, wallet_id,"
        " person_id, card_id, amount_fen, gen_random_uuid(), 1, '', false, asked_at, NULL, 0,"
        " next_try_at FROM bank.card_order WHERE kind = 4 AND status = 5",
    ),
]
COUNTING = [
    Tampered(
        "a payment moved to another year",
        _by("spending and limits"),
        "UPDATE bank.payment SET made_at = made_at - interval '1 year' WHERE kind = 1",
    ),
    Tampered(
        "a payment that counts towards no limit",
        _by("spending and limits"),
        "DELETE FROM ledger.counter WHERE key = %(bea)s AND period > 0",
    ),
    Tampered(
        "something counted towards a limit that nobody paid",
        _by("spending and limits"),
        "INSERT INTO ledger.counter SELECT key, 20261126, 1, 1, transfer_id, posted_at"
        " FROM ledger.counter WHERE key = %(bea)s AND period = 2026",
    ),
    Tampered(
        "what was spent on another number not counted on",
        _by("spending and limits"),
        "DELETE FROM ledger.counter WHERE key = %(dora)s AND number = 2",
    ),
    Tampered(
        "a verified wallet outside its identity's slots",
        _by("identities and wallets", "spending and limits"),
        "DELETE FROM bank.identity_slot WHERE wallet_id = %(dora)s",
    ),
    Tampered(
        "a verified wallet in two slots",
        _by("identities and wallets"),
        "INSERT INTO bank.identity_slot SELECT resident_id_index, 4, wallet_id, 1, taken_at"
        " FROM bank.identity_slot WHERE wallet_id = %(anna)s",
    ),
    Tampered(
        "more slots than an identity has",
        _by("identities and wallets"),
        "UPDATE bank.identity_slot SET slot = 5 WHERE wallet_id = %(anna)s",
    ),
    Tampered(
        "a slot taken from a wallet that is open",
        _by("identities and wallets"),
        "UPDATE bank.wallet SET closed_at = NULL WHERE wallet_id ="
        " (SELECT wallet_id FROM bank.identity_slot WHERE number = 1 AND resident_id_index ="
        "  (SELECT resident_id_index FROM bank.identity_slot WHERE wallet_id = %(dora)s))",
    ),
    Tampered(
        "another identity's slot",
        _by("identities and wallets"),
        "UPDATE bank.person SET resident_id_index = 'x' WHERE main_wallet_id = %(anna)s",
    ),
    Tampered(
        "a wallet raised without a name",
        _by("identities and wallets"),
        "UPDATE bank.wallet SET category = 1 WHERE wallet_id = %(bea)s",
    ),
    Tampered(
        "an order that can be paid again",
        _by("what happens once"),
        "DELETE FROM ledger.counter WHERE period = 0 AND transfer_id IN"
        " (SELECT payment_id FROM bank.payment WHERE kind = 2 AND authority = 1)",
    ),
    Tampered(
        "a refund that can be made again",
        _by("what happens once"),
        "DELETE FROM ledger.counter WHERE period = 0 AND transfer_id IN"
        " (SELECT refund_id FROM bank.refund WHERE amount_fen = 2000)",
    ),
    Tampered(
        "something counted without a cause",
        _by("what happens once"),
        "INSERT INTO ledger.counter SELECT gen_random_uuid(), 0, 1, 1, transfer_id, posted_at"
        " FROM ledger.transfer WHERE code = 21 AND transfer_id IN"
        " (SELECT payment_id FROM bank.payment WHERE authority = 1)",
    ),
    Tampered(
        "a key and a shop that are stopped in the ledger only",
        _by("what happens once"),
        "WITH shops AS (UPDATE bank.shop SET closed_at = NULL)"
        " UPDATE bank.signing_key SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
    ),
    Tampered(
        "a code that can pay again",
        _by("customers' codes"),
        "DELETE FROM ledger.counter WHERE transfer_id = %(waiting)s",
    ),
    Tampered(
        "an order ended by nobody",
        _by("ends and marks", "what happens once"),
        "DELETE FROM bank.order_end",
    ),
    Tampered(
        "a confirmation of somebody else",
        _by("ends and marks"),
        "UPDATE bank.confirmation SET payee_wallet_id = %(bea)s",
    ),
]
ALL = [*LEDGER, *PAYING, *SELLING, *FUNDING, *COUNTING]


@pytest.mark.parametrize("tampered", ALL, ids=lambda case: case.what.replace(" ", "-"))
def test_tampering_is_found(work: Work, tampering: Connection, tampered: Tampered) -> None:
    named = {
        "anna": work.anna.wallet,
        "bea": work.bea.wallet,
        "dora": work.dora.wallet,
        "waiting": derived_id(Word.CONFIRMATION, work.confirmed),
    }
    assert tampering.execute(tampered.statement, named).rowcount > 0
    found = {check.name: check.deviations for check in compare(tampering) if check.many}
    assert found.keys() == tampered.found_by, found


def test_every_check_but_those_of_vouchers_is_broken_here() -> None:
    found = set().union(*(case.found_by for case in ALL))
    unbroken = {rule.name for rule in RULES} - found
    assert unbroken == {rule.name for rule in (*vouchers.RULES, *returns.RULES)}


def test_many_deviations_are_counted_and_the_first_are_shown(tampering: Connection) -> None:
    tampering.execute("UPDATE ledger.posting_group SET transfers = transfers + 1")
    row = tampering.execute("SELECT count(*) FROM ledger.posting_group").fetchone()
    (groups,) = (check for check in compare(tampering) if check.name == "posting groups")
    assert row == (groups.many,) and groups.many > MOST_SHOWN == len(groups.deviations)


def test_digital_cash_without_reserves_is_found(bank: Bank) -> None:
    issued = authority_account(AccountCode.ISSUED)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    move(bank, issued, vault, Fen(5), TransferCode.ISSUE)
    assert {check.name for check in check_books(bank) if check.many} == {"supply"}
