"""KEY UPDATE: the authority rotates the keys that cards trust."""

from __future__ import annotations

from typing import Any, Final

from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, signed
from zerobar.conformance.world import (
    CA_NUMBER,
    OPERATOR_NUMBER,
    ROOT_NUMBER,
    SYNC_NUMBER,
    UNKNOWN_NUMBER,
    public_key,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, Role
from zerobar.purse.status import Status

_SECOND_CA: Final = 5
_SECOND_SYNC: Final = 6
_SECOND_OPERATOR: Final = 7
_SECOND_ROOT: Final = 8
_DELETED: Final = bytes(64)


@case("4 KEY UPDATE", "11", antenna=True)
def test_valid_second_authority(purse: PurseUnderTest) -> None:
    """A new CA's certificates are taken beside the old one's, on any interface."""
    purse.contactless()
    purse.update_key(_SECOND_CA, Role.CA, public_key("second authority"))
    second = purse.world.signer("second authority")
    payer = purse.world.person.certified(by=second, key_number=_SECOND_CA)
    purse.accept(payer.payment(purse.prepare()))
    purse.earn()
    purse.state()


@case("4 KEY UPDATE", "11")
def test_valid_compromised_authority(purse: PurseUnderTest) -> None:
    """Once a CA's key is deleted its certificates are refused with 9E0D, the own one works on."""
    purse.fund(200)
    request = purse.prepare()
    purse.update_key(CA_NUMBER, Role.CA, _DELETED)
    payment = purse.world.person.payment(request)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)
    merchant = purse.world.merchant
    order = merchant.sign_request(merchant.request())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)
    purse.pay(order[:32])
    purse.update_key(CA_NUMBER, Role.CA, public_key("certification authority"))
    purse.accept(payment)


@case("4 KEY UPDATE", "11")
def test_valid_replaced_authority(purse: PurseUnderTest) -> None:
    """A CA's number with a new key takes what the new one signs, and not what the old one did."""
    purse.update_key(CA_NUMBER, Role.CA, public_key("second authority"))
    request = purse.prepare()
    purse.refuses(
        Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, purse.world.person.payment(request)
    )
    second = purse.world.signer("second authority")
    purse.accept(purse.world.person.certified(by=second).payment(request))


@case("4 KEY UPDATE", "11")
def test_valid_old_certificate_in_the_cache(purse: PurseUnderTest) -> None:
    """A certificate in the cache is not taken any longer once its CA is deleted."""
    payer = purse.world.newcomer()
    purse.accept(payer.payment(purse.prepare()))
    request = purse.prepare()
    purse.update_key(CA_NUMBER, Role.CA, _DELETED)
    for payment in (payer.short_payment(request), payer.payment(request)):
        purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


@case("4 KEY UPDATE")
def test_valid_second_sync_key(purse: PurseUnderTest) -> None:
    """A new sync key acknowledges, blocks and asks for the STATE."""
    purse.update_key(_SECOND_SYNC, Role.SYNC, public_key("second sync"))
    second = purse.world.signer("second sync")
    nonce = purse.nonce()
    query = nonce + bytes((_SECOND_SYNC,)) + second.sign(nonce + purse.id)
    purse.ok(Instruction.STATE, query)
    purse.ok(Instruction.SYNC_ACK, purse.ack(by=second, key_number=_SECOND_SYNC))
    delta = purse.delta(number=_SECOND_SYNC)
    purse.ok(Instruction.BLOCKLIST, signed(delta, second))
    purse.state()


@case("4 KEY UPDATE")
def test_invalid_deleted_sync_key(purse: PurseUnderTest) -> None:
    """A deleted sync key acknowledges nothing: 9E0E."""
    purse.update_key(SYNC_NUMBER, Role.SYNC, _DELETED)
    purse.state()
    purse.answers(Status.SIGNATURE_REFUSED, Instruction.SYNC_ACK, purse.ack())
    delta = signed(purse.delta(), purse.world.sync)
    purse.answers(Status.SIGNATURE_REFUSED, Instruction.BLOCKLIST, delta)
    purse.state()


@case("4 KEY UPDATE", "5 ACCEPT")
def test_valid_second_operator(purse: PurseUnderTest) -> None:
    """A new operator purse loads, and takes unloads."""
    purse.fund(0)
    other = purse.world.other_bank
    purse.update_key(_SECOND_OPERATOR, Role.OPERATOR_PURSE, other.signer.public_key)
    purse.accept(other.payment(purse.prepare(Kind.LOAD, 700)))
    purse.pay(other.request(Kind.UNLOAD, 700))
    purse.state()
    purse.update_key(_SECOND_OPERATOR, Role.OPERATOR_PURSE, _DELETED)
    load = other.payment(purse.prepare(Kind.LOAD))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, load)


@case("4 KEY UPDATE")
def test_valid_new_root(purse: PurseUnderTest) -> None:
    """A new root key updates keys, its own number included."""
    second = purse.world.signer("second root")
    purse.update_key(_SECOND_ROOT, Role.ROOT, second.public_key)
    ca = public_key("second authority")
    update = purse.key_update(CA_NUMBER, Role.CA, ca, by=second, key_number=_SECOND_ROOT)
    purse.ok(Instruction.KEY_UPDATE, update)
    purse.update_key(_SECOND_ROOT, Role.ROOT, _DELETED)
    again = purse.key_update(CA_NUMBER, Role.CA, ca, by=second, key_number=_SECOND_ROOT)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.KEY_UPDATE, again)


@case("4 KEY UPDATE")
def test_valid_root_replaces_itself(purse: PurseUnderTest) -> None:
    """A root key can put another key in its own place, which then signs."""
    second = purse.world.signer("second root")
    purse.update_key(ROOT_NUMBER, Role.ROOT, second.public_key)
    stale = purse.key_update(_SECOND_CA, Role.CA, public_key("second authority"))
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.KEY_UPDATE, stale)
    back = purse.key_update(ROOT_NUMBER, Role.ROOT, public_key("root"), by=second)
    purse.ok(Instruction.KEY_UPDATE, back)
    purse.update_key(_SECOND_CA, Role.CA, public_key("second authority"))


@case("4 KEY UPDATE")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The stored update again is answered with 9000."""
    update = purse.key_update(_SECOND_CA, Role.CA, public_key("second authority"))
    purse.ok(Instruction.KEY_UPDATE, update)
    purse.ok(Instruction.KEY_UPDATE, update)
    purse.contact()
    purse.ok(Instruction.KEY_UPDATE, update)
    purse.state()


@case("4 KEY UPDATE", "10.13", "11")
def test_invalid_old_key_again(purse: PurseUnderTest) -> None:
    """An earlier update, replayed after a later one, is refused with 9E0A: dates never fall."""
    first = purse.key_update(_SECOND_CA, Role.CA, public_key("second authority"))
    purse.ok(Instruction.KEY_UPDATE, first)
    purse.update_key(_SECOND_CA, Role.CA, public_key("third authority"))
    purse.refuses(Status.OTHER_CONTENT, Instruction.KEY_UPDATE, first)
    purse.update_key(_SECOND_CA, Role.CA, _DELETED)
    purse.refuses(Status.OTHER_CONTENT, Instruction.KEY_UPDATE, first)


@case("4 KEY UPDATE", over={"the same": 0, "an earlier": -1})
def test_invalid_date(purse: PurseUnderTest, step: int) -> None:
    """Another key from {} day is refused with 9E0A."""
    purse.update_key(_SECOND_CA, Role.CA, public_key("second authority"))
    day = purse.key_days[_SECOND_CA] + step
    update = purse.key_update(
        _SECOND_CA, Role.CA, public_key("third authority"), not_before_day=day
    )
    purse.refuses(Status.OTHER_CONTENT, Instruction.KEY_UPDATE, update)


_ROLES: Final = {role.name: role for role in (Role.ROOT, Role.SYNC, Role.OPERATOR_PURSE)}


@case("4 KEY UPDATE", over=_ROLES)
def test_invalid_other_role(purse: PurseUnderTest, role: Role) -> None:
    """A CA's number for a key of role {} is refused with 6A80: the role stays."""
    update = purse.key_update(CA_NUMBER, role, public_key("second authority"))
    purse.refuses(Status.MALFORMED, Instruction.KEY_UPDATE, update)


@case("4 KEY UPDATE")
def test_invalid_other_role_of_a_deleted_key(purse: PurseUnderTest) -> None:
    """A deleted key's number keeps its role and its date."""
    purse.update_key(_SECOND_CA, Role.CA, public_key("second authority"))
    purse.update_key(_SECOND_CA, Role.CA, _DELETED)
    update = purse.key_update(_SECOND_CA, Role.SYNC, public_key("second sync"))
    purse.refuses(Status.MALFORMED, Instruction.KEY_UPDATE, update)
    early = purse.key_update(_SECOND_CA, Role.CA, public_key("third authority"), not_before_day=1)
    purse.refuses(Status.OTHER_CONTENT, Instruction.KEY_UPDATE, early)


_SIGNERS: Final = {
    "CA": ("certification authority", CA_NUMBER),
    "sync": ("sync", SYNC_NUMBER),
    "operator purse": ("operator purse", OPERATOR_NUMBER),
    "root, under an unknown number": ("root", UNKNOWN_NUMBER),
    "root, under the CA's number": ("root", CA_NUMBER),
    "stranger's": ("stranger", ROOT_NUMBER),
}


@case("4 KEY UPDATE", "11", over=_SIGNERS)
def test_invalid_signer(purse: PurseUnderTest, key: tuple[str, int]) -> None:
    """An update by the {} key is refused with 9E0E."""
    update = purse.key_update(
        CA_NUMBER,
        Role.CA,
        public_key("second authority"),
        by=purse.world.signer(key[0]),
        key_number=key[1],
    )
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.KEY_UPDATE, update)
    purse.earn()


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "role 0": {"role": 0},
    "role 5": {"role": 5},
    "type 8": {"head": 0x81},
    "type A": {"head": 0xA1},
    "suite 15": {"head": 0x9F},
}


@case("4 KEY UPDATE", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """An update of {} is refused with 6A80."""
    changed = {"role": Role.CA, **changes}
    update = purse.key_update(_SECOND_CA, key=public_key("second authority"), **changed)
    purse.refuses(Status.MALFORMED, Instruction.KEY_UPDATE, update)


@case("4 KEY UPDATE", own_card=True)
def test_invalid_table_full(purse: PurseUnderTest) -> None:
    """A ninth number is refused with 6A84; the eight can still be updated, deleted or not."""
    for number in range(10, 14):
        purse.update_key(number, Role.CA, public_key("second authority"))
    ninth = purse.key_update(14, Role.CA, public_key("third authority"))
    purse.refuses(Status.NO_SPACE, Instruction.KEY_UPDATE, ninth)
    purse.update_key(13, Role.CA, _DELETED)
    purse.refuses(Status.NO_SPACE, Instruction.KEY_UPDATE, ninth)
    purse.update_key(13, Role.CA, public_key("third authority"))


@case("5 KEY UPDATE")
def test_invalid_signature_comes_before_everything(purse: PurseUnderTest) -> None:
    """9E0E is answered before a repeat, another role and an early date are looked at."""
    second, stranger = public_key("second authority"), purse.world.stranger
    purse.update_key(_SECOND_CA, Role.CA, second)
    day = purse.key_days[_SECOND_CA]
    for role in (Role.CA, Role.SYNC):
        forged = purse.key_update(_SECOND_CA, role, second, by=stranger, not_before_day=day)
        purse.refuses(Status.SIGNATURE_REFUSED, Instruction.KEY_UPDATE, forged)


@case("5 KEY UPDATE")
def test_invalid_role_comes_before_date(purse: PurseUnderTest) -> None:
    """6A80 for another role is answered before 9E0A."""
    purse.update_key(_SECOND_CA, Role.CA, public_key("second authority"))
    update = purse.key_update(_SECOND_CA, Role.SYNC, public_key("second sync"), not_before_day=0)
    purse.refuses(Status.MALFORMED, Instruction.KEY_UPDATE, update)
