from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, LiteralString

import pytest

from tests.bank.closing import close_purse
from tests.bank.holders import SUPPLY, balance, fill, open_holder
from tests.bank.settlement.conftest import IN_PURSES, IN_WALLET, Registered, Settle
from tests.bank.settlement.vouchers import asking, know_funds, record
from zerobar.bank.authority.supply import supply
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.context import Bank
from zerobar.bank.people.model import Category
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.purses import PurseStatus, block_purse, purse, register_purse
from zerobar.bank.purses import issue_request as issue
from zerobar.bank.purses.keys import revoke_key
from zerobar.bank.settlement import (
    Batch,
    CertificateCache,
    Outcome,
    Reason,
    Waiting,
    life_of,
    look_again,
    post_due,
    settle_batch,
)
from zerobar.bank.settlement.drawing import Drawn, DrawnPurse, Mix
from zerobar.client.syncing import StepKind
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Kind, PurseClass, Request, Role, Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import P256

EQUATION = "purses' equation"
ROUGH = Mix(
    duplicates=0.1, forged=0.05, truncated=0.05, wrong_key=0.05, wrong_currency=0.05, forks=0.05
)


def one(raw: bytes, *requests: Request) -> Drawn:
    return Drawn(Batch.of([raw]), (None,), requests)


def rows(bank: Bank, table: LiteralString) -> int:
    with bank.connection() as connection:
        row = connection.execute(f"SELECT count(*) FROM bank.{table}").fetchone()
    assert row is not None
    return int(row[0])


def float_of(bank: Bank) -> Fen:
    return balance(bank, operator_account(bank.operator_id, AccountCode.FLOAT))


def reason_of(bank: Bank, town: Registered, settle: Settle, raw: bytes) -> Reason:
    report = settle(one(raw))
    assert report.tally.stored == 0
    (reason,) = report.tally.rejected
    return reason


def test_each_bad_record_is_rejected_with_its_reason_and_the_rest_settled(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    drawn = town.draw(300, ROUGH)
    expected = Counter(drawn.ends)
    assert all(expected.values()) and len(expected) == len(_drawn_reasons()) + 2
    tally = settle(drawn).tally
    assert tally.stored == expected[None] and tally.duplicates == expected["duplicate"]
    assert dict(tally.rejected) == {reason: expected[reason] for reason in _drawn_reasons()}
    assert rows(bank, "voucher") == expected[None]
    with bank.connection() as connection:
        noted = connection.execute("SELECT place, reason FROM bank.voucher_reject").fetchall()
    assert {(place, Reason(reason)) for place, reason in noted} == {
        (place, end) for place, end in enumerate(drawn.ends) if isinstance(end, Reason)
    }


def _drawn_reasons() -> list[Reason]:
    return [
        Reason.TRUNCATED,
        Reason.NOT_THE_PAYER,
        Reason.WRONG_CURRENCY,
        Reason.SIGNATURE_REFUSED,
        Reason.FORK,
    ]


def test_settling_a_batch_again_changes_nothing(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    drawn = town.draw(120, ROUGH)
    first = settle(drawn)
    before = _everything(bank)
    again = settle(drawn)
    assert again.repeated and not first.repeated
    assert again.tally.stored == 0 and again.tally.rejected == first.tally.rejected
    assert again.outcomes.settled == again.outcomes.declined == 0
    assert _everything(bank) == before


def _deviations(bank: Bank) -> list[str]:
    """What is wrong with the books; that purses have money was not signed for by the operator."""
    wrong = [check.name for check in check_books(bank) if check.deviations]
    return [name for name in wrong if name != EQUATION]


def _everything(bank: Bank) -> list[object]:
    tables: tuple[LiteralString, ...] = (
        "bank.voucher",
        "bank.voucher_outcome",
        "bank.purse_shadow",
        "bank.fraud_case",
        "bank.voucher_reject",
        "bank.settlement_batch",
        "bank.purse",
        "ledger.entry",
    )
    with bank.connection() as connection:
        return [
            sorted(connection.execute(f"SELECT t::text FROM {table} t").fetchall())
            for table in tables
        ]


def test_the_supply_and_the_books_add_up_after_settling(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    report = settle(town.draw(400))
    assert report.outcomes.settled > 20 and report.outcomes.moved > 0
    found = supply(bank)
    assert found.balanced and found.issued == SUPPLY
    assert float_of(bank) < IN_PURSES
    assert _deviations(bank) == []


def test_batches_that_overlap_settled_at_once_count_each_voucher_once(
    bank: Bank, town: Registered
) -> None:
    drawn = town.draw(300)
    for request in drawn.requests:
        issue(bank, request)
    records = drawn.batch.records(0, 300)
    batches = [Batch.of(records[i:] + records[:i]) for i in (0, 70, 140, 210)]
    with ThreadPoolExecutor(4) as threads:
        reports = list(threads.map(lambda batch: settle_batch(bank, batch), batches))
    assert sum(report.tally.stored for report in reports) == 300
    assert sum(report.tally.duplicates for report in reports) == 900
    with bank.connection() as connection:
        row = connection.execute(
            "SELECT sum(out_count), sum(in_count), sum(out_fen) FROM bank.purse_shadow"
        ).fetchone()
        owed = connection.execute(
            "SELECT count(*), sum(amount_fen) FROM bank.voucher WHERE kind <> 6"
        ).fetchone()
    assert row is not None and owed is not None
    assert row == (owed[0], owed[0], owed[1])
    assert rows(bank, "voucher_due") == 0 and supply(bank).balanced


def test_a_fork_is_kept_once_as_evidence_and_flags_its_purse(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    payer, shop = town.people[0], town.merchants[0]
    first = record(payer, asking(Kind.PAYMENT, shop.id))
    second = record(payer, asking(Kind.PAYMENT, shop.id, amount=5))
    settle(one(first))
    assert settle(one(second)).tally.rejected == {Reason.FORK: 1}
    settle(one(second))
    with bank.connection() as connection:
        (case,) = connection.execute(
            "SELECT purse_id, first_body || first_signature, second_body || second_signature"
            " FROM bank.fraud_case"
        ).fetchall()
    assert case == (payer.id, first[:116], second[:116])
    for raw in case[1:]:
        Voucher.parse(raw).verify(payer.certificate.public_key)
    flagged = purse(bank, payer.id)
    assert flagged.flagged_at is not None and flagged.status is PurseStatus.BLOCKED
    assert life_of(bank, payer.id, 1).forked
    assert purse(bank, town.people[1].id).flagged_at is None


def test_another_signature_on_the_same_body_is_a_duplicate_and_no_fork(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    raw = record(town.people[0], asking(Kind.PAYMENT, town.merchants[0].id))
    settle(one(raw))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    s = order - int.from_bytes(raw[84:116])
    report = settle(one(raw[:84] + s.to_bytes(32) + raw[116:]))
    assert report.tally.duplicates == 1 and rows(bank, "fraud_case") == 0


def test_a_forged_copy_before_the_genuine_voucher_does_not_keep_it_out(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    raw = record(town.people[0], asking(Kind.PAYMENT, town.merchants[0].id))
    forged = raw[:60] + bytes((raw[60] ^ 1,)) + raw[61:]
    report = settle(Drawn(Batch.of([forged, raw]), (None, None), ()))
    assert report.tally.stored == 1
    assert report.tally.rejected == {Reason.SIGNATURE_REFUSED: 1}


def test_a_forged_voucher_that_comes_twice_is_rejected_twice(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    raw = record(town.people[0], asking(Kind.PAYMENT, town.merchants[0].id))
    forged = raw[:60] + bytes((raw[60] ^ 1,)) + raw[61:]
    tally = settle(Drawn(Batch.of([forged, forged]), (None, None), ())).tally
    assert tally.rejected == {Reason.SIGNATURE_REFUSED: 2} and tally.duplicates == 0
    assert rows(bank, "voucher_reject") == 1


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"kind": Kind.LOAD}, Reason.KIND_REFUSED),
        ({"kind": Kind.UNLOAD}, Reason.KIND_REFUSED),
        ({"kind": Kind.PUSH}, Reason.KIND_REFUSED),
        ({"number": 0}, Reason.KIND_REFUSED),
        ({"entry": 0}, Reason.KIND_REFUSED),
        ({"currency": 840, "kind": Kind.LOAD}, Reason.WRONG_CURRENCY),
    ],
)
def test_a_voucher_that_no_purse_signs_is_refused(
    bank: Bank, town: Registered, settle: Settle, changes: dict[str, Any], reason: Reason
) -> None:
    raw = record(town.people[0], asking(Kind.PAYMENT, town.merchants[0].id), **changes)
    assert reason_of(bank, town, settle, raw) is reason


def test_a_purse_does_not_pay_itself(bank: Bank, town: Registered, settle: Settle) -> None:
    raw = record(town.people[0], asking(Kind.PAYMENT, town.people[0].id))
    assert reason_of(bank, town, settle, raw) is Reason.SELF_PAYMENT


def test_a_hosted_payee_never_pays(bank: Bank, town: Registered, settle: Settle) -> None:
    raw = record(town.payees[0], asking(Kind.PAYMENT, town.people[0].id))
    assert reason_of(bank, town, settle, raw) is Reason.KIND_REFUSED


def test_a_certificate_is_judged_by_the_keys_that_are_trusted_now(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    shop, payer = town.merchants[0], town.people[0]
    settle(one(record(payer, asking(Kind.PAYMENT, shop.id))))
    assert revoke_key(bank, keys.authority.ca.number, Role.CA)
    later = record(payer, asking(Kind.PAYMENT, shop.id, 2), 2)
    assert reason_of(bank, town, settle, later) is Reason.KEY_UNKNOWN


def test_a_certificate_that_the_authority_did_not_sign_is_refused(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    raw = record(town.people[0], asking(Kind.PAYMENT, town.merchants[0].id))
    forged = raw[:-1] + bytes((raw[-1] ^ 1,))
    assert reason_of(bank, town, settle, forged) is Reason.CERTIFICATE_REFUSED


def test_a_voucher_of_an_expired_or_unregistered_purse_still_counts(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    public = P256.public_key(bytes(31) + b"\x07")
    expired = keys.authority.certify(public, PurseClass.PERSON, Validity(1, 2))
    stranger = DrawnPurse(bytes(31) + b"\x07", expired)
    report = settle(one(record(stranger, asking(Kind.PAYMENT, town.merchants[0].id))))
    assert report.tally.stored == 1


def test_the_operators_loads_are_counted_and_move_no_money(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    request = asking(Kind.LOAD, town.people[0].id, amount=20_000)
    voucher = keys.operator.voucher(request, 1, bytes(16))
    raw = bytes(voucher) + bytes(keys.operator.certificate)
    report = settle(one(raw))
    assert report.tally.stored == 1 and report.outcomes.settled == 0
    assert float_of(bank) == IN_PURSES


def test_an_unload_is_credited_to_the_linked_wallet_once(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    payer = town.people[0]
    raw = record(payer, asking(Kind.UNLOAD, keys.operator.id))
    assert settle(one(raw)).outcomes.moved == 1234
    settle(Drawn(Batch.of([raw, raw]), (None, None), ()))
    assert balance(bank, town.wallets[payer.id]) == IN_WALLET + 1234
    assert life_of(bank, payer.id, 1).outcome is Outcome.SETTLED


def test_an_unload_waits_until_its_purse_is_registered(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    key = bytes(31) + b"\x09"
    certificate = keys.authority.certify(
        P256.public_key(key), PurseClass.PERSON, Validity(20_000, 30_000)
    )
    newcomer = DrawnPurse(key, certificate)
    know_funds(bank, newcomer.id)
    report = settle(one(record(newcomer, asking(Kind.UNLOAD, keys.operator.id))))
    assert report.outcomes.waiting == {Waiting.PAYER_UNKNOWN: 1}
    holder = open_holder(bank, "+8613911111111", pin=None)
    register_purse(bank, certificate, holder.wallet)
    assert look_again(bank) == 1 and post_due(bank).settled == 1
    assert balance(bank, holder.wallet) == 1234


def test_an_unload_that_comes_after_its_purse_was_closed_still_goes_to_the_wallet(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    payer = town.people[0]
    close_purse(bank, payer.id)
    report = settle(one(record(payer, asking(Kind.UNLOAD, keys.operator.id))))
    assert report.outcomes.settled == 1
    assert balance(bank, town.wallets[payer.id]) > IN_WALLET


def test_a_push_waits_until_its_payee_is_hosted(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    raw = record(town.people[0], asking(Kind.PUSH, b"nobody!!"), number=0)
    assert settle(one(raw)).outcomes.waiting == {Waiting.PAYEE_NOT_HOSTED: 1}


def test_what_the_float_cannot_pay_waits_until_it_can(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    payer, float_ = town.people[0], operator_account(bank.operator_id, AccountCode.FLOAT)
    raw = record(payer, asking(Kind.UNLOAD, keys.operator.id, amount=int(IN_PURSES) + 1))
    assert settle(one(raw)).outcomes.waiting == {Waiting.LEDGER_REFUSED: 1}
    look_again(bank)
    assert post_due(bank).waiting == {Waiting.LEDGER_REFUSED: 1}
    fill(bank, float_, Fen(1))
    look_again(bank)
    assert post_due(bank).settled == 1
    assert float_of(bank) == 0
    assert balance(bank, town.wallets[payer.id]) == IN_WALLET + IN_PURSES + 1


def test_a_hosted_payee_settles_only_its_own_request_and_only_once(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    payee = town.payees[0]
    request = asking(Kind.PAYMENT, payee.id)
    first, second, third = town.people[:3]
    assert settle(one(record(first, request), request)).outcomes.settled == 1
    again = settle(one(record(second, request))).outcomes
    assert again.waiting == {Waiting.REQUEST_SETTLED: 1}
    other = settle(one(record(third, replace(request, number=2)))).outcomes
    assert other.waiting == {Waiting.NO_SUCH_REQUEST: 1}
    assert balance(bank, town.wallets[payee.id]) == 1234
    assert life_of(bank, second.id, 1).waits_for is Waiting.REQUEST_SETTLED


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Fen(1235)},
        {"tag": b"tagx"},
        {"reference": b"orders!?"},
        {"kind": Kind.REFUND},
        {"number": 2},
    ],
)
def test_a_voucher_with_other_terms_than_the_request_is_not_settled(
    bank: Bank, town: Registered, settle: Settle, change: dict[str, Any]
) -> None:
    request = asking(Kind.PAYMENT, town.payees[0].id)
    report = settle(one(record(town.people[0], request, 1, **change), request))
    assert report.outcomes.waiting == {Waiting.NO_SUCH_REQUEST: 1}


def test_an_authorisation_debits_the_linked_wallet(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    payer, payee = town.people[0], town.payees[0]
    request = asking(Kind.AUTHORISE, payee.id)
    settle(one(record(payer, request), request))
    assert balance(bank, town.wallets[payer.id]) == IN_WALLET - 1234
    assert balance(bank, town.wallets[payee.id]) == 1234
    assert float_of(bank) == IN_PURSES and rows(bank, "purse_shadow") == 0


@pytest.mark.parametrize("why", ["blocked", "closed", "frozen", "empty", "no request"])
def test_an_authorisation_that_cannot_be_debited_is_declined_for_ever(
    bank: Bank, town: Registered, settle: Settle, why: str
) -> None:
    payer = town.people[0]
    amount = int(IN_WALLET) + 1 if why == "empty" else 1
    request = asking(Kind.AUTHORISE, town.payees[0].id, amount=amount)
    prevent = {
        "blocked": lambda: block_purse(bank, payer.id),
        "closed": lambda: close_purse(bank, payer.id),
        "frozen": lambda: freeze_wallet(bank, town.wallets[payer.id], Freezer.BANK),
    }
    prevent.get(why, lambda: None)()
    requests = () if why == "no request" else (request,)
    assert settle(one(record(payer, request), *requests)).outcomes.declined == 1
    fill(bank, town.wallets[payer.id], Fen(100))
    settle(one(record(payer, request), request))
    look_again(bank)
    post_due(bank)
    life = life_of(bank, payer.id, 1)
    assert life.outcome is Outcome.DECLINED
    assert life.steps[-1].kind is StepKind.ENDED and "no money" in life.steps[-1].sentence
    assert balance(bank, town.wallets[payer.id]) == IN_WALLET + 100


def test_an_authorisation_counts_towards_its_wallets_limits(
    bank: Bank, town: Registered, settle: Settle, keys: TestAuthority
) -> None:
    # A person's card would pay no more than 500.00 at once.
    key = bytes(31) + b"\x0b"
    certificate = keys.authority.certify(
        P256.public_key(key), PurseClass.MERCHANT, Validity(20_000, 30_000)
    )
    payer = DrawnPurse(key, certificate)
    holder = open_holder(bank, "+8613922222222", Category.IV, pin=None)
    register_purse(bank, certificate, holder.wallet)
    fill(bank, holder.wallet, Fen(9_000_00))
    amounts = [2_000_01, 2_000_00, 2_000_00, 2_000_00]
    outcomes = []
    for number, amount in enumerate(amounts, 1):
        request = asking(Kind.AUTHORISE, town.payees[0].id, number, amount)
        outcomes.append(settle(one(record(payer, request, number), request)).outcomes.settled)
    assert outcomes == [0, 1, 1, 0]
    assert _deviations(bank) == []


def test_a_batch_remembers_certificates_only_under_the_same_keys() -> None:
    cache = CertificateCache()
    assert isinstance(cache.payer(bytes(137)), Reason)
