from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.device.conftest import NO_REFERENCE, DeskOperator, IssuePhone, Phone
from zerobar.device import (
    Device,
    OperatorRefused,
    OperatorUnreachable,
    finish_loads,
    give_back,
    load,
    pay_till,
    receive,
    send_all,
    synchronise,
    syncing,
    take,
    tell_in_field,
    unload,
)
from zerobar.issuer import Undo
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass, VoidFlags
from zerobar.purse.money import Fen
from zerobar.reader import CardLink, CardTorn, CountingLink, Payment, Terms, collect
from zerobar.reader.refusals import AlreadySettled, RequestNotMine

TERMS = Terms(Fen(1_250), b"order 01")
TAP = UUID(int=1)
LOAD = UUID(int=2)


class TearingLink(CardLink):
    """The card is gone when it is asked for one instruction."""

    def __init__(self, inner: CardLink, torn_at: Instruction) -> None:
        self.inner, self.torn_at = inner, torn_at

    def exchange(self, apdu: bytes) -> bytes:
        if tuple(apdu[:2]) == self.torn_at.value:
            raise CardTorn
        return self.inner.exchange(apdu)

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.close()


class RefusingLink(CardLink):
    """The card refuses ACCEPT with a status word."""

    def __init__(self, inner: CardLink, sw: int) -> None:
        self.inner, self.sw = inner, sw

    def exchange(self, apdu: bytes) -> bytes:
        if tuple(apdu[:2]) == Instruction.ACCEPT.value:
            return self.sw.to_bytes(2)
        return self.inner.exchange(apdu)

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.close()


def until_it_works(operator: DeskOperator, phone: Phone, cut_after: int) -> int:
    """Sync, with the network gone after so many messages; then whole. Return the deliveries."""
    operator.network.left = cut_after
    delivered = 0
    try:
        delivered += len(synchronise(phone.device).deliveries)
    except OperatorUnreachable:
        phone.started()
    operator.network.left = None
    return delivered + len(synchronise(phone.device).deliveries)


@pytest.mark.parametrize("cut_after", range(8))
def test_a_sync_that_is_cut_anywhere_is_done_again(
    funded: Phone, shop: Phone, operator: DeskOperator, cut_after: int
) -> None:
    take(shop.device, TAP, funded.in_field, TERMS)
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(800), 156, NO_REFERENCE)
    collect(funded.in_field, request)
    synchronise(funded.device)
    until_it_works(operator, shop, cut_after)
    assert shop.balance() == 2_050
    books = operator.desk.accounting()
    assert books.balanced and books.in_flight == 0
    assert shop.device.store.outgoing.at_risk().count == 0
    assert len(operator.taken) == 1


def test_a_sync_says_what_it_did(funded: Phone, shop: Phone) -> None:
    take(shop.device, TAP, funded.in_field, TERMS)
    done = synchronise(shop.device)
    assert (done.entries, done.undone, done.deliveries, done.is_whole) == (1, 0, (), True)
    assert done.state.balance == 1_250
    kept = shop.device.store.incoming.synced(shop.certificate.id)
    assert kept is not None and kept.entry == 1


def test_a_delivery_that_the_purse_refuses_is_kept_with_its_reason_and_not_offered_again(
    funded: Phone, shop: Phone, issue: IssuePhone, operator: DeskOperator
) -> None:
    other = issue(PurseClass.PERSON)
    load(other.device, operator, LOAD, Fen(5_000))
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(800), 156, NO_REFERENCE)
    for phone in (funded, other):
        collect(phone.in_field, request)
        synchronise(phone.device)
    done = synchronise(shop.device)
    refused = [d for d in done.deliveries if d.refusal is not None]
    assert len(done.deliveries) == 2 and isinstance(refused[0].refusal, AlreadySettled)
    assert not refused[0].is_voided, "its log tells that another voucher settled the request"
    assert shop.balance() == 800
    assert shop.device.store.incoming.deliveries() == []


def test_what_a_payee_voided_is_taken_back_at_the_payers_sync(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(800), 156, NO_REFERENCE)
    paid = collect(funded.in_field, request)
    assert paid.voucher is not None and paid.certificate is not None
    with shop.device.purse() as card:
        statement = card.void(paid.voucher, paid.certificate)
    operator.undos.append(Undo(statement, shop.certificate))
    done = synchronise(funded.device)
    assert done.undone == 1
    assert funded.balance() == 20_000


def test_blocked_purses_become_known_from_card_to_card(
    funded: Phone, shop: Phone, operator: DeskOperator, issue: IssuePhone
) -> None:
    thief = b"thief..."
    operator.deltas.append(operator.desk.keys.operator.blocklist(0, 1, (thief,)))
    synchronise(shop.device)
    assert tell_in_field(shop.device, funded.in_field)
    for phone in (shop, funded):
        with phone.device.purse() as card:
            assert card.select().status.epoch == 1


def test_request_numbers_slide_as_far_as_the_operator_asks(
    shop: Phone, operator: DeskOperator
) -> None:
    operator.slide_to = 50
    synchronise(shop.device)
    with shop.device.purse() as card:
        assert card.select().status.number == 50


@pytest.mark.parametrize("cut_after", range(2))
def test_a_load_that_is_cut_ends_with_its_money_on_the_card_once(
    issue: IssuePhone, operator: DeskOperator, cut_after: int
) -> None:
    phone = issue(PurseClass.PERSON)
    operator.network.left = cut_after
    with pytest.raises(OperatorUnreachable):
        load(phone.device, operator, LOAD, Fen(5_000))
    operator.network.left = None
    again = phone.started()
    assert len(finish_loads(again, operator)) == 1
    assert phone.balance() == 5_000
    assert finish_loads(again, operator) == []
    assert list(operator.loads) == [LOAD]


def test_a_load_that_the_bank_refuses_is_over(issue: IssuePhone, operator: DeskOperator) -> None:
    phone = issue(PurseClass.PERSON)
    operator.refuses_loads = True
    with pytest.raises(OperatorRefused, match="Too little"):
        load(phone.device, operator, LOAD, Fen(5_000))
    assert phone.device.store.incoming.open_loads() == []


def test_an_unload_is_kept_until_the_operator_has_it(funded: Phone, operator: DeskOperator) -> None:
    operator.network.left = 2
    assert unload(funded.device, operator, UUID(int=3), Fen(4_000)) is None
    assert funded.balance() == 16_000
    operator.network.left = None
    ((payment, told),) = send_all(funded.device)
    assert told.taken and payment.voucher.kind is Kind.UNLOAD
    assert operator.taken == [payment.voucher.body]


def test_a_wallet_pays_a_till_without_network(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    with shop.device.purse() as card:
        order = card.prepare_signed(Kind.PAYMENT, Fen(2_500), 156, NO_REFERENCE)
    payment = pay_till(funded.device, operator, UUID(int=4), order)
    assert receive(shop.device, TAP, payment).is_final
    assert shop.balance() == 2_500
    assert funded.balance() == 20_000


def test_only_the_owner_reads_the_file(shop: Phone) -> None:
    assert (shop.folder / "device.db").stat().st_mode & 0o077 == 0


def test_a_load_whose_voucher_came_is_not_asked_for_again(
    issue: IssuePhone, operator: DeskOperator
) -> None:
    phone = issue(PurseClass.PERSON)
    links = iter([phone.on_contact()])
    torn = Device(
        phone.device.store,
        lambda: TearingLink(next(links), Instruction.ACCEPT),
        operator,
        phone.draw.randbytes,
    )
    with pytest.raises(CardTorn):
        load(torn, operator, LOAD, Fen(5_000))
    operator.network.left = 0
    assert len(finish_loads(phone.started(), operator)) == 1
    assert phone.balance() == 5_000


def test_statements_are_sent_once(funded: Phone, shop: Phone, operator: DeskOperator) -> None:
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(800), 156, NO_REFERENCE)
    paid = collect(funded.in_field, request)
    assert paid.voucher is not None and paid.certificate is not None
    give_back(shop.device, funded.in_field, Payment(paid.voucher, paid.certificate))
    for _ in range(2):
        send_all(shop.device)
    assert len(operator.statements) == 1


def test_a_card_is_not_offered_news_that_it_has_passed(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    blocklist = operator.desk.keys.operator.blocklist
    operator.deltas = [blocklist(n, n + 1, (bytes([n]) * 8,)) for n in range(4)]
    synchronise(shop.device)
    assert tell_in_field(shop.device, funded.in_field)
    links: list[CountingLink] = []

    def counted() -> CountingLink:
        links.append(CountingLink(funded.in_field()))
        return links[-1]

    assert tell_in_field(shop.device, counted)
    assert links[0].apdus == 2, "SELECT, and one delta that tells the card's epoch"


def test_a_delivery_that_was_never_asked_for_is_voided_and_its_statement_sent(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(800), 156, NO_REFERENCE)
    collect(funded.in_field, replace(request, amount=Fen(700)))
    synchronise(funded.device)
    (delivery,) = synchronise(shop.device).deliveries
    assert isinstance(delivery.refusal, RequestNotMine) and delivery.is_voided
    (sent,) = operator.statements
    assert sent.statement.flags == VoidFlags.NEVER_MY_REQUEST
    assert shop.device.store.outgoing.unsent_statements() == []


def test_a_delivery_that_is_refused_for_now_comes_again(
    issue: IssuePhone, funded: Phone, operator: DeskOperator
) -> None:
    payee = issue(PurseClass.PERSON)
    load(payee.device, operator, LOAD, Fen(50_000))
    for number in range(3):
        with payee.device.purse() as card:
            request = card.prepare(Kind.PAYMENT, Fen(5_000 + number), 156, NO_REFERENCE)
        collect(funded.in_field, request)
    synchronise(funded.device)
    torn = replace(payee.device, open_purse=lambda: RefusingLink(payee.on_contact(), 0x9E06))
    refused = synchronise(torn).deliveries
    assert [d.is_voided for d in refused] == [False] * 3
    assert len(payee.device.store.incoming.deliveries()) == 3
    assert all(d.refusal is None for d in synchronise(payee.device).deliveries)
    assert payee.balance() == 50_000 + 15_003


def test_a_log_that_does_not_fit_what_is_held_is_brought_from_its_beginning(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    take(shop.device, TAP, funded.in_field, TERMS)
    operator.refuses_logs = True
    brought = operator.brought
    with pytest.raises(OperatorRefused, match="does not fit"):
        synchronise(shop.device)
    assert brought == [[1]], "nothing more to bring: it began at the first entry already"
    operator.held = 1
    with pytest.raises(OperatorRefused, match="does not fit"):
        synchronise(shop.device)
    assert brought == [[1], [], [1]]


def test_no_operator_makes_a_purse_slide_further_than_a_window(
    shop: Phone, operator: DeskOperator
) -> None:
    operator.slide_to = 50_064
    synchronise(shop.device)
    with shop.device.purse() as card:
        assert card.select().status.number == 64


def test_a_purse_that_must_hear_of_a_cheat_first_is_acknowledged_in_the_next_round(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    take(shop.device, TAP, funded.in_field, TERMS)
    operator.deltas.append(operator.desk.keys.operator.blocklist(0, 1, (b"thief...",)))
    operator.holds_back_below = 1
    done = synchronise(shop.device)
    assert done.is_whole and done.state.entry == 1
    with shop.device.purse() as card:
        assert card.select().status.epoch == 1
        assert card.state(bytes(8)).base == 1


def test_a_long_log_is_brought_in_parts_and_a_cut_loses_only_one(
    funded: Phone, shop: Phone, operator: DeskOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "PART", 2)
    for number in range(6):
        take(shop.device, UUID(int=number + 1), funded.in_field, Terms(Fen(100), b"order 01"))
    # A question and an answer each: the log's place, one part, and half of the second.
    operator.network.left = 5
    with pytest.raises(OperatorUnreachable):
        synchronise(funded.device)
    kept = len(operator.parts)
    assert kept == 4
    operator.network.left = None
    done = synchronise(funded.device)
    assert done.entries == 7 - kept and done.is_whole
    assert operator.brought[-1] == [7]
