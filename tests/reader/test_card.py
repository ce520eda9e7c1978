from __future__ import annotations

import os

import pytest

from tests.reader.world import (
    AUTHORITY,
    NONCE,
    OPERATOR,
    PIN,
    REFERENCE,
    VALIDITY,
    load_voucher,
    new_purse,
)
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.applet import Applet
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    EntryKind,
    Kind,
    PurseClass,
    Push,
    Role,
    SignedRequest,
    StateFlags,
    Voucher,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.purse.status import Status
from zerobar.purse.store import memory_size
from zerobar.purse.suites import P256
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.errors import BadAnswer, CardTorn, MalformedPin
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.refusals import (
    CertificateRefused,
    EntryNotInLog,
    InsufficientBalance,
    MalformedCommand,
    NotAllowedNow,
    NotAPurse,
    OverPaymentLimit,
    PinBlocked,
    PinNeeded,
    SelectionLost,
    StatusError,
    UnknownStatus,
    WrongPin,
)
from zerobar.reader.scripted import ScriptedLink, Step

OK = bytes.fromhex("9000")
NOTHING_SELECTED = bytes.fromhex("6999")
SELECT = command(Instruction.SELECT, AID, p1=4)
GET_CERTIFICATE = command(Instruction.GET_CERTIFICATE)
SELECTED = bytes(new_purse().card().select()) + OK
CERTIFICATE = new_purse().card().get_certificate()


def scripted(*steps: Step) -> tuple[PurseCard, ScriptedLink]:
    link = ScriptedLink(steps)
    return PurseCard(link), link


# --- one command after another, with a real purse ---------------------------------------------


def test_selecting_tells_a_contact_reader_who_it_is_and_an_antenna_nothing() -> None:
    purse = new_purse(PurseClass.MERCHANT)
    answer = purse.card().select()
    assert answer.certificate == purse.card().get_certificate()
    assert answer.status.purse_class == PurseClass.MERCHANT
    assert purse.card(Interface.CONTACTLESS).select().certificate is None


def test_a_payment_goes_from_one_card_to_the_other() -> None:
    payer, payee = new_purse(balance=500), new_purse()
    request = payee.card().prepare(Kind.PAYMENT, Fen(120), CNY, REFERENCE)
    assert (request.amount, request.reference, request.number) == (120, REFERENCE, 1)
    voucher, certificate = payer.card().pay(request)
    receipt = payee.card().accept(voucher, certificate)
    assert (receipt.amount, receipt.payer_entry) == (120, voucher.entry)
    assert (payer.balance, payee.balance) == (380, 120)


def test_a_signed_request_is_signed_by_the_payee() -> None:
    payer, payee = new_purse(balance=500), new_purse()
    signed = payee.card().prepare_signed(Kind.PAYMENT, Fen(120), CNY, REFERENCE)
    assert isinstance(signed, SignedRequest)
    signed.verify()
    assert len(bytes(signed)) == 233
    assert payer.card().pay(signed).voucher.amount == 120


def test_a_cached_certificate_may_be_named_by_its_hash() -> None:
    payer, payee = new_purse(balance=500), new_purse()
    till = payee.card()
    first, certificate = payer.card().pay(till.prepare(Kind.PAYMENT, Fen(1), CNY, REFERENCE))
    with pytest.raises(CertificateRefused):
        till.accept(first, certificate.hash)
    till.accept(first, certificate)
    second, _ = payer.card().pay(till.prepare(Kind.PAYMENT, Fen(1), CNY, REFERENCE))
    assert till.accept(second, certificate.hash).amount == 1


def test_a_voucher_is_fetched_again_by_its_request_or_by_its_entry() -> None:
    payer, payee = new_purse(balance=500), new_purse()
    request = payee.card().prepare(Kind.PAYMENT, Fen(5), CNY, REFERENCE)
    payment = payer.card().pay(request)
    antenna = payer.card(Interface.CONTACTLESS)
    assert antenna.get_voucher(request.payee_id, request.number) == payment
    with pytest.raises(EntryNotInLog):
        antenna.get_voucher(request.payee_id, request.number + 1)
    with pytest.raises(PinNeeded):
        antenna.get_voucher_by_entry(payment.voucher.entry)
    assert payer.card().get_voucher_by_entry(payment.voucher.entry) == payment


def test_a_voided_voucher_is_undone() -> None:
    payer, payee = new_purse(balance=500), new_purse()
    till = payee.card()
    payment = payer.card().pay(till.prepare(Kind.PAYMENT, Fen(5), CNY, REFERENCE))
    statement = till.void(*payment)
    payer.card().undo(statement, till.get_certificate())
    assert payer.balance == 500


def test_a_push_needs_no_request() -> None:
    push = Push(
        kind=Kind.PUSH,
        payee_id=OPERATOR.id,
        amount=Fen(5),
        currency=CNY,
        time=b"time",
        reference=REFERENCE,
    )
    assert new_purse(balance=500).card().pay(push).voucher.kind is Kind.PUSH


def test_a_sync_reads_state_and_log_and_acknowledges() -> None:
    purse = new_purse(balance=500)
    card = purse.card()
    state = card.state(NONCE)
    logged = card.read_log(state.entry)
    assert (logged.kind, logged.balance) == (EntryKind.CREDIT, 500)
    assert Voucher.parse(logged.payload).kind is Kind.LOAD
    card.sync_ack(OPERATOR.acknowledge(state, VALIDITY.not_before_day * 86400))
    assert purse.state().base == state.entry


def test_the_log_is_read_after_a_state_only() -> None:
    with pytest.raises(NotAllowedNow):
        new_purse(balance=5).card().read_log(1)


def test_an_operator_asks_for_the_state_over_an_antenna() -> None:
    purse = new_purse(balance=77)
    own = purse.card().get_certificate().id
    antenna = purse.card(Interface.CONTACTLESS)
    with pytest.raises(PinNeeded):
        antenna.state(NONCE)
    assert antenna.state_signed(OPERATOR.state_query(own, NONCE)).balance == 77


def test_a_blocklist_and_a_key_update_are_taken() -> None:
    purse = new_purse()
    card = purse.card()
    own = card.get_certificate().id
    assert card.blocklist(OPERATOR.blocklist(0, 7, (own,))) == 7
    assert card.blocklist(OPERATOR.blocklist(3, 9)) == 7
    assert purse.state().flags & StateFlags.BLOCKED
    spare = P256.public_key(bytes(31) + b"\x63")
    card.key_update(AUTHORITY.key_update(99, Role.CA, 1, spare))


def test_a_pin_is_verified_changed_and_reset() -> None:
    purse = new_purse()
    card = purse.card()
    with pytest.raises(WrongPin) as raised:
        card.verify_pin("0000")
    assert raised.value.tries_left == 2
    card.verify_pin(PIN)
    card.change_pin(PIN, "86420")
    card.verify_pin("86420")
    for _ in range(3):
        with pytest.raises(WrongPin):
            card.change_pin("1111", "2222")
    with pytest.raises(PinBlocked):
        card.verify_pin("86420")
    card.reset_pin(OPERATOR.unblock(card.get_certificate().id, 1, "4444"))
    card.verify_pin("4444")


def test_arming_needs_the_pin_and_lets_one_tap_through() -> None:
    payer = new_purse(limits=DEFAULT_LIMITS[PurseClass.PERSON], balance=400_00)
    request = new_purse().card().prepare(Kind.PAYMENT, Fen(300_00), CNY, REFERENCE)
    contact = payer.card()
    with pytest.raises(PinNeeded):
        contact.arm(Fen(300_00))
    contact.verify_pin(PIN)
    contact.arm(Fen(300_00))
    assert payer.card(Interface.CONTACTLESS).pay(request).voucher.amount == 300_00


def test_refusals_are_typed() -> None:
    payer = new_purse(limits=DEFAULT_LIMITS[PurseClass.PERSON], balance=100_00)
    till = new_purse().card()

    def ask(yuan: int) -> Payment:
        request = till.prepare(Kind.PAYMENT, Fen(yuan * 100), CNY, REFERENCE)
        return payer.card(Interface.CONTACTLESS).pay(request)

    with pytest.raises(InsufficientBalance):
        ask(101)
    with pytest.raises(PinNeeded):
        ask(201)
    with pytest.raises(OverPaymentLimit):
        ask(501)
    with pytest.raises(MalformedCommand):
        till.prepare(Kind.PAYMENT, Fen(1), 840, REFERENCE)


def test_a_blank_card_is_personalised_command_by_command() -> None:
    card = PurseCard(
        InProcessLink(Applet(Memory(bytes(memory_size(64))), os.urandom), Interface.CONTACT)
    )
    assert card.select().status.flags == StateFlags.FACTORY
    public_key = card.generate_key(P256.number)
    card.put_key(2, Role.CA, AUTHORITY.ca.public_key)
    certificate = AUTHORITY.certify(public_key, PurseClass.PERSON, VALIDITY)
    card.put_certificate(certificate)
    card.put_limits(PurseClass.PERSON, DEFAULT_LIMITS[PurseClass.PERSON])
    card.finish(PIN)
    assert card.get_certificate() == certificate
    with pytest.raises(NotAllowedNow):
        card.generate_key(P256.number)


def test_a_load_is_accepted_with_the_operator_s_certificate() -> None:
    purse = new_purse()
    card = purse.card()
    card.accept(load_voucher(card, 250), OPERATOR.certificate)
    assert purse.balance == 250


# --- when the card does not do as it should ---------------------------------------------------


def test_the_purse_is_selected_once_and_before_anything_else() -> None:
    card, link = scripted(
        (SELECT, SELECTED),
        (GET_CERTIFICATE, bytes(CERTIFICATE) + OK),
        (GET_CERTIFICATE, bytes(CERTIFICATE) + OK),
    )
    card.get_certificate()
    card.get_certificate()
    link.done()


def test_a_lost_selection_is_made_again_and_the_command_repeated() -> None:
    card, link = scripted(
        (SELECT, SELECTED),
        (GET_CERTIFICATE, NOTHING_SELECTED),
        (SELECT, SELECTED),
        (GET_CERTIFICATE, bytes(CERTIFICATE) + OK),
    )
    assert card.get_certificate() == CERTIFICATE
    link.done()


def test_a_selection_that_is_lost_twice_is_an_error() -> None:
    card, link = scripted(
        (SELECT, SELECTED),
        (GET_CERTIFICATE, NOTHING_SELECTED),
        (SELECT, SELECTED),
        (GET_CERTIFICATE, NOTHING_SELECTED),
    )
    with pytest.raises(SelectionLost):
        card.get_certificate()
    link.done()


def test_a_card_in_another_field_is_no_other_card() -> None:
    card, _ = scripted((SELECT, NOTHING_SELECTED))
    with pytest.raises(SelectionLost):
        card.select()


@pytest.mark.parametrize("sw", ["6A82", "6D00", "6E00", "6A86", "6F00"])
def test_a_card_without_a_purse_is_said_so(sw: str) -> None:
    card, _ = scripted((SELECT, bytes.fromhex(sw)))
    with pytest.raises(NotAPurse) as raised:
        card.get_certificate()
    assert raised.value.sw == int(sw, 16)


def test_after_a_tear_the_purse_is_selected_again() -> None:
    card, link = scripted(
        (SELECT, SELECTED),
        (GET_CERTIFICATE, CardTorn()),
        (SELECT, SELECTED),
        (GET_CERTIFICATE, bytes(CERTIFICATE) + OK),
        (SELECT, SELECTED),
        (GET_CERTIFICATE, bytes(CERTIFICATE) + OK),
    )
    with pytest.raises(CardTorn):
        card.get_certificate()
    card.get_certificate()
    card.reset()
    card.get_certificate()
    link.done()
    assert link.resets == 1


@pytest.mark.parametrize("answer", [b"", b"\x90", OK, bytes(136) + OK, bytes(137) + OK])
def test_an_answer_that_is_no_certificate_is_a_bad_answer(answer: bytes) -> None:
    card, _ = scripted((SELECT, SELECTED), (GET_CERTIFICATE, answer))
    with pytest.raises(BadAnswer):
        card.get_certificate()


def test_data_where_there_should_be_none_is_a_bad_answer() -> None:
    verify = command(Instruction.VERIFY, b"1234\xff\xff\xff\xff")
    card, _ = scripted((SELECT, SELECTED), (verify, b"\x00" + OK))
    with pytest.raises(BadAnswer, match="1 bytes instead of 0"):
        card.verify_pin("1234")


def test_a_status_word_that_nobody_knows_is_kept() -> None:
    card, _ = scripted((SELECT, SELECTED), (GET_CERTIFICATE, bytes.fromhex("6F00")))
    with pytest.raises(UnknownStatus) as raised:
        card.get_certificate()
    assert raised.value.sw == 0x6F00


@pytest.mark.parametrize(
    "pin", ["", "123", "123456789", "12a4", "\uff11\uff12\uff13\uff14", "12 34", "-123"]
)
def test_what_is_no_pin_never_reaches_the_card_nor_a_message(pin: str) -> None:
    card, link = scripted()
    with pytest.raises(MalformedPin) as raised:
        card.verify_pin(pin)
    assert not pin or pin not in f"{raised.value!r} {raised.value} {raised.value.next_step}"
    link.done()


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.OK])
def test_no_message_holds_a_pin(status: Status) -> None:
    verify = command(Instruction.VERIFY, b"86420975")
    card, _ = scripted((SELECT, SELECTED), *[(verify, status.to_bytes(2)), (SELECT, SELECTED)] * 2)
    with pytest.raises(StatusError) as raised:
        card.verify_pin("86420975")
    assert "86420975" not in f"{raised.value!r} {raised.value}"


def test_a_payment_is_its_bytes() -> None:
    payer = new_purse(balance=5)
    payment = payer.card().pay(new_purse().card().prepare(Kind.PAYMENT, Fen(5), CNY, REFERENCE))
    assert len(bytes(payment)) == 253
    assert Payment.parse(bytes(payment)) == payment
