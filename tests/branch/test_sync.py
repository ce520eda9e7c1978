from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.branch.conftest import NOW_UNIX_S, Wallet
from zerobar.branch import load, synchronise
from zerobar.issuer import AuthorityFile, EvidenceRefused, Journal, OperatorDesk, SyncRefused
from zerobar.purse.messages import PurseClass, State
from zerobar.purse.money import Fen
from zerobar.reader import CardTorn, Terms, collect, tap
from zerobar.reader.refusals import AlreadySettled

Issue = Callable[[PurseClass], Wallet]
TERMS = Terms(Fen(1250), b"order 01")


def nonce(length: int) -> bytes:
    return b"n" * length


def sync(wallet: Wallet, desk: OperatorDesk) -> State:
    wallet.back_in_phone()
    return synchronise(wallet.card, desk, NOW_UNIX_S, nonce).state


def paid(desk: OperatorDesk, issue: Issue) -> tuple[Wallet, Wallet]:
    alice, shop = issue(PurseClass.PERSON), issue(PurseClass.MERCHANT)
    load(alice.card, desk, Fen(20000))
    assert tap(alice.in_field, shop.card, TERMS).is_final
    return alice, shop


def test_the_books_balance_whoever_syncs_first(desk: OperatorDesk, issue: Issue) -> None:
    alice, shop = paid(desk, issue)
    for wallet in (shop, alice):
        sync(wallet, desk)
        assert desk.accounting().balanced
    books = desk.accounting()
    assert (books.in_purses, books.in_flight, books.ahead) == (20000, 0, 0)


def test_a_payment_that_never_reached_its_payee_is_delivered(
    desk: OperatorDesk, issue: Issue
) -> None:
    alice, shop = paid(desk, issue)
    collect(alice.in_field, shop.card.prepare(TERMS.kind, Fen(800), TERMS.currency, b"order 02"))
    sync(alice, desk)
    assert desk.accounting().in_flight == 1250 + 800
    shop.back_in_phone()
    report = synchronise(shop.card, desk, NOW_UNIX_S, nonce)
    assert [d.voucher.amount for d in report.deliveries if d.receipt] == [800]
    assert report.state.balance == 2050
    assert desk.accounting().in_flight == 0


def test_a_voucher_that_its_payee_refuses_stays_in_flight(desk: OperatorDesk, issue: Issue) -> None:
    alice, shop = paid(desk, issue)
    request = shop.card.prepare(TERMS.kind, Fen(800), TERMS.currency, b"order 02")
    payment = collect(alice.in_field, request)
    assert payment.voucher is not None and payment.certificate is not None
    shop.card.void(payment.voucher, payment.certificate)
    sync(alice, desk)
    shop.back_in_phone()
    report = synchronise(shop.card, desk, NOW_UNIX_S, nonce)
    assert [type(d.refusal) for d in report.deliveries] == [AlreadySettled]
    assert desk.accounting().in_flight == 800
    assert desk.accounting().balanced


def test_syncing_again_changes_nothing(desk: OperatorDesk, issue: Issue) -> None:
    alice, shop = paid(desk, issue)
    for wallet in (alice, shop):
        sync(wallet, desk)
    before = desk.accounting()
    for wallet in (shop, alice, shop):
        sync(wallet, desk)
    assert desk.accounting() == before


def test_a_sync_cut_at_any_byte_is_simply_done_again(desk: OperatorDesk, issue: Issue) -> None:
    alice, shop = paid(desk, issue)
    for cut in itertools.count():
        alice.memory.cut_after(cut)
        try:
            sync(alice, desk)
        except CardTorn:
            continue
        finally:
            alice.memory.cut_after(None)
        break
    sync(shop, desk)
    assert desk.accounting().balanced
    assert desk.accounting().in_flight == 0


def test_the_desk_knows_everything_again_after_a_restart(
    tmp_path: Path, desk: OperatorDesk, issue: Issue
) -> None:
    alice, shop = paid(desk, issue)
    sync(alice, desk)
    with Journal(_copied(tmp_path)) as journal:
        again = OperatorDesk(desk.keys, journal)
        assert again.accounting() == desk.accounting()
        sync(shop, again)
        assert again.accounting().balanced


def _copied(tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    copy.write_bytes((tmp_path / "journal").read_bytes())
    return copy


def test_another_authority_s_purse_is_turned_away(
    tmp_path: Path, desk: OperatorDesk, issue: Issue, draw: random.Random
) -> None:
    alice = issue(PurseClass.PERSON)
    others = AuthorityFile.generate(draw.randbytes, NOW_UNIX_S).open()
    with Journal(tmp_path / "other") as journal, pytest.raises(SyncRefused, match="another"):
        sync(alice, OperatorDesk(others, journal))


def test_a_purse_set_back_in_time_is_found_out(desk: OperatorDesk, issue: Issue) -> None:
    alice, shop = paid(desk, issue)
    before = alice.memory.read(0, alice.memory.size)
    assert tap(alice.in_field, shop.card, TERMS).is_final
    sync(alice, desk)
    alice.memory.write(0, before)
    with pytest.raises(EvidenceRefused):
        sync(alice, desk)
