from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from tests.bank.closing import close_purse
from tests.bank.holders import Holder
from tests.bank.settlement.conftest import Registered, Settle
from tests.bank.settlement.vouchers import asking, record
from zerobar.bank.api.app import document
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.people.errors import WalletFrozen, WalletUnknown
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.purses import (
    AnonymousHasNoWallet,
    CertificateRefused,
    PayeeNotHosted,
    PurseClosed,
    PurseFlagged,
    PurseStatus,
    PurseUnknown,
    block_purse,
    host_payee,
    issue_request,
    purse,
    register_purse,
    trust_authority,
    trust_key,
    unblock_purse,
)
from zerobar.bank.settlement import (
    Batch,
    Outcome,
    Reason,
    VoucherUnknown,
    Waiting,
    life_of,
    wording,
)
from zerobar.bank.settlement.drawing import Drawn, DrawnPurse
from zerobar.bank.settlement.life import next_of, waiting_name
from zerobar.bank.settlement.telling import REFUSALS
from zerobar.client.syncing import StepKind, WaitsFor
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate, Kind, PurseClass, Request, Role
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import P256

Certify = Callable[..., Certificate]


@pytest.fixture
def certify(bank: Bank, keys: TestAuthority) -> Certify:
    trust_authority(bank, keys)
    public_key = P256.public_key(bytes(31) + b"\x05")

    def make(purse_class: PurseClass = PurseClass.PERSON, first_day: int = 20_000) -> Certificate:
        return keys.authority.certify(public_key, purse_class, Validity(first_day, 30_000))

    return make


def test_a_purse_is_registered_once_and_renewed_by_a_later_certificate(
    bank: Bank, anna: Holder, certify: Certify
) -> None:
    first, later = certify(), certify(first_day=20_100)
    registered = register_purse(bank, first, anna.wallet)
    assert register_purse(bank, first, anna.wallet) == registered
    assert register_purse(bank, later, anna.wallet).certificate == later
    assert register_purse(bank, first, anna.wallet).certificate == later
    assert purse(bank, first.id).wallet_id == anna.wallet


def test_a_purse_keeps_its_wallet(bank: Bank, anna: Holder, bea: Holder, certify: Certify) -> None:
    register_purse(bank, certify(), anna.wallet)
    with pytest.raises(IdUsed):
        register_purse(bank, certify(), bea.wallet)


def test_a_certificate_of_nobody_trusted_is_refused(
    bank: Bank, anna: Holder, certify: Certify
) -> None:
    good = certify()
    with pytest.raises(CertificateRefused):
        register_purse(bank, replace(good, not_after_day=31_000), anna.wallet)
    with pytest.raises(CertificateRefused):
        register_purse(bank, replace(good, key_number=9), anna.wallet)


def test_each_class_has_its_own_way_in(bank: Bank, anna: Holder, certify: Certify) -> None:
    with pytest.raises(CertificateRefused):
        register_purse(bank, certify(PurseClass.SERVICE), anna.wallet)
    with pytest.raises(CertificateRefused):
        host_payee(bank, certify(), anna.wallet)
    with pytest.raises(AnonymousHasNoWallet):
        register_purse(bank, certify(PurseClass.ANONYMOUS), anna.wallet)
    assert register_purse(bank, certify(PurseClass.ANONYMOUS), None).wallet_id is None


def test_a_purse_is_linked_only_to_a_wallet_that_may_be_used(
    bank: Bank, anna: Holder, certify: Certify
) -> None:
    with pytest.raises(WalletUnknown):
        register_purse(bank, certify(), bank.new_id())
    freeze_wallet(bank, anna.wallet, Freezer.BANK)
    with pytest.raises(WalletFrozen):
        register_purse(bank, certify(), anna.wallet)


def test_a_closed_purse_stays_closed(bank: Bank, anna: Holder, certify: Certify) -> None:
    purse_id = register_purse(bank, certify(), anna.wallet).id
    block_purse(bank, purse_id)
    unblock_purse(bank, purse_id)
    assert purse(bank, purse_id).status is PurseStatus.ACTIVE
    close_purse(bank, purse_id)
    with pytest.raises(PurseClosed):
        unblock_purse(bank, purse_id)
    with pytest.raises(PurseClosed):
        register_purse(bank, certify(), anna.wallet)
    with pytest.raises(PurseUnknown):
        block_purse(bank, bytes(8))


def test_a_clone_is_blocked_for_good_whether_it_was_registered_before_or_after(
    bank: Bank, anna: Holder, town: Registered, settle: Settle, certify: Certify
) -> None:
    newcomer = DrawnPurse(bytes(31) + b"\x05", certify())
    request = asking(Kind.PAYMENT, town.merchants[0].id)
    forks = [
        record(payer, replace(request, amount=Fen(amount)))
        for payer in (town.people[0], newcomer)
        for amount in (1, 2)
    ]
    settle(Drawn(Batch.of(forks), (None,) * 4, ()))
    register_purse(bank, newcomer.certificate, anna.wallet)
    for purse_id in (town.people[0].id, newcomer.id):
        assert purse(bank, purse_id).flagged_at is not None
        assert purse(bank, purse_id).status is PurseStatus.BLOCKED
        with pytest.raises(PurseFlagged):
            unblock_purse(bank, purse_id)


def test_a_number_of_a_hosted_payee_means_one_request(bank: Bank, town: Registered) -> None:
    request = Request(
        kind=Kind.PAYMENT,
        payee_id=town.payees[0].id,
        number=1,
        amount=Fen(5),
        currency=CNY,
        tag=bytes(4),
        reference=bytes(8),
    )
    issue_request(bank, request)
    issue_request(bank, request)
    with pytest.raises(IdUsed):
        issue_request(bank, replace(request, amount=Fen(6)))
    with pytest.raises(PayeeNotHosted):
        issue_request(bank, replace(request, payee_id=town.people[0].id))


def test_another_key_under_a_trusted_number_is_refused(bank: Bank, keys: TestAuthority) -> None:
    trust_authority(bank, keys)
    trust_authority(bank, keys)
    with pytest.raises(IdUsed):
        trust_key(bank, keys.authority.ca.number, Role.CA, keys.operator.purse.public_key)


def test_the_life_of_a_voucher_is_told_step_by_step(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    settle(town.draw(60))
    with bank.connection() as connection:
        vouchers = connection.execute("SELECT payer_id, entry FROM bank.voucher").fetchall()
    lives = [life_of(bank, payer_id, entry) for payer_id, entry in vouchers]
    for life in lives:
        kinds = [step.kind for step in life.steps]
        last = StepKind.WAITS if life.outcome is None else StepKind.ENDED
        assert kinds == [StepKind.SIGNED, StepKind.CAME_IN, last]
        assert (life.outcome is None) == (next_of(life) is not None)
        assert all(step.sentence and step.sentence.zh for step in life.steps)
    assert {Outcome.SETTLED, None} <= {life.outcome for life in lives}
    assert WaitsFor.PAYEE_SYNC in {next_of(life) for life in lives}
    with pytest.raises(VoucherUnknown):
        life_of(bank, bytes(8), 1)


@pytest.mark.parametrize("table", ["voucher", "voucher_outcome"])
def test_the_database_lets_nobody_change_what_is_written_once(
    bank: Bank, town: Registered, settle: Settle, table: str
) -> None:
    settle(town.draw(60))
    with bank.connection() as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute(f"DELETE FROM bank.{table}".encode())


def test_whatever_a_voucher_waits_for_has_a_stable_name_and_words_in_both_languages() -> None:
    named = {waiting_name(waiting) for waiting in Waiting}
    assert named == set(WaitsFor) - {WaitsFor.PAYEE_SYNC}
    assert set(wording.WAITING) == set(Waiting)
    assert set(REFUSALS) == set(Reason)
    said = [*wording.WAITING.values(), *REFUSALS.values()]
    said += [wording.ended(outcome, moved) for outcome in Outcome for moved in (True, False)]
    assert all(sentence.zh != sentence and sentence.zh.endswith("。") for sentence in said)


def test_the_names_in_a_vouchers_life_are_explained_in_the_interfaces_description() -> None:
    schemas = document()["components"]["schemas"]
    for names in (StepKind, WaitsFor):
        schema = next(s for name, s in schemas.items() if name.endswith(names.__name__))
        assert sorted(schema["enum"]) == sorted(names)
        assert all(f"`{name}`" in schema["description"] for name in names)
