"""What the authority and the operator sign is what a card takes."""

from __future__ import annotations

import pytest

from tests.purse.cards import (
    NOW_UNIX_S,
    THREE_YEARS,
    TODAY,
    Answer,
    Card,
    authority,
    fresh,
    operator_purse,
    stranger,
)
from zerobar.issuer.authority import Validity
from zerobar.issuer.operator import Overrides
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass, Role
from zerobar.purse.money import Fen
from zerobar.purse.status import Status

OK = Status.OK


def test_a_validity_counts_days_from_today() -> None:
    assert Validity.years_from(NOW_UNIX_S, 3) == Validity(TODAY, TODAY + 1095)


def test_a_certificate_is_signed_by_the_ca() -> None:
    certificate = authority().authority.certify(bytes(64), PurseClass.PERSON, THREE_YEARS)
    certificate.verify(authority().authority.ca.public_key)
    assert certificate.key_number == authority().authority.ca.number
    assert (certificate.not_before_day, certificate.not_after_day) == (TODAY, TODAY + 1095)


def test_a_card_takes_a_load_and_gives_it_back() -> None:
    card, operator = fresh(), authority().operator
    request = card.prepare(Kind.LOAD, 5000)
    voucher = operator.voucher(request, 1, bytes(16))
    card.accept(bytes(voucher) + bytes(operator.certificate))
    assert operator.chain_after(bytes(16), voucher) != bytes(16)
    card.pay(operator.unload_request(1, Fen(5000), bytes(4), bytes(8)))
    assert card.purse.newest.balance == 0


def test_a_card_gives_its_state_to_a_signed_query_anywhere() -> None:
    card, operator = fresh(), authority().operator
    purse_id = card.purse.id
    card.tap()
    query = operator.state_query(purse_id, b"nonce 77")
    assert card.state(query).nonce[:4] == b"nonc"
    forged = query[:-1] + bytes((query[-1] ^ 1,))
    assert card.send(Instruction.STATE, forged) == Answer(b"", Status.SIGNATURE_REFUSED)


def synced(card: Card, **how: object) -> int:
    operator, state = authority().operator, card.state()
    ack = operator.acknowledge(state, NOW_UNIX_S, **how)  # type: ignore[arg-type]
    return card.send(Instruction.SYNC_ACK, bytes(ack)).status


def test_an_acknowledgement_sets_overrides_and_the_block() -> None:
    card = fresh()
    assert synced(card, overrides=Overrides(per_payment=700)) == OK
    assert card.purse.limits.per_payment == 700
    assert synced(card, blocked=True) == OK
    assert card.purse.blocked and card.purse.limits.per_payment == 700
    assert synced(card) == OK
    assert not card.purse.blocked


def test_a_blocklist_reaches_the_card() -> None:
    card, operator = fresh(), authority().operator
    thief = stranger("thief")
    delta = operator.blocklist(0, 1, (thief.id,))
    assert card.send(Instruction.BLOCKLIST, bytes(delta)) == Answer((1).to_bytes(4), OK)
    request = card.prepare(Kind.PAYMENT, 100)
    refused = card.send(Instruction.ACCEPT, thief.voucher(request, 1))
    assert refused.status == Status.PAYER_BLOCKLISTED


def test_an_unblock_sets_a_new_pin_once() -> None:
    card, operator = fresh(), authority().operator
    unblock = operator.unblock(card.purse.id, 1, "8642")
    assert card.send(Instruction.RESET_PIN, bytes(unblock)).status == OK
    assert card.send(Instruction.VERIFY, b"8642\xff\xff\xff\xff").status == OK
    assert card.send(Instruction.RESET_PIN, bytes(unblock)).status == Status.REQUEST_NOT_MINE


def test_a_key_update_rotates_the_ca() -> None:
    card, keys = fresh(), authority().authority
    number = keys.ca.number
    new = stranger("new ca")
    update = keys.key_update(number, Role.CA, TODAY, new.certificate.public_key)
    assert card.send(Instruction.KEY_UPDATE, bytes(update)).status == OK
    request = card.prepare(Kind.PAYMENT, 100)
    answer = card.send(Instruction.ACCEPT, stranger("friend").voucher(request, 1))
    assert answer.status == Status.CERTIFICATE_REFUSED


@pytest.mark.parametrize("signed_by", ["sync", "ca"])
def test_a_card_takes_no_key_from_another_than_the_root(signed_by: str) -> None:
    card, keys = fresh(), authority()
    update = keys.authority.key_update(50, Role.CA, TODAY, stranger("x").certificate.public_key)
    signer = {"sync": keys.operator.sync, "ca": keys.authority.ca}[signed_by]
    forged = update.signed(signer.sign)
    status = card.send(Instruction.KEY_UPDATE, bytes(forged)).status
    assert status == Status.SIGNATURE_REFUSED


def test_the_operators_purse_is_the_one_of_role_4() -> None:
    assert fresh().purse.is_operator_purse(operator_purse().id)
    assert operator_purse().certificate == authority().operator.certificate
