"""Keys that two of the authority's staff announce reach real cards with their next sync."""

from __future__ import annotations

import pytest

from tests.bank.purses.conftest import Sim
from zerobar.bank.context import Bank
from zerobar.bank.merchants.errors import KeyWrong
from zerobar.bank.purses import register_purse, trusted_keys
from zerobar.bank.purses.errors import CertificateRefused
from zerobar.bank.purses.key_updates import ANNOUNCE_KEY, KeyInUse, KeyRoleFixed
from zerobar.bank.staff.model import Role
from zerobar.bank.syncing import Upload, sync
from zerobar.client.authority import AnnounceKey, KeyRole
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Authority, Validity
from zerobar.issuer.signer import NumberedSigner, SoftwareSigner
from zerobar.purse.messages import Certificate, Kind, PurseClass, Request, SignedRequest
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import StatusError

pytestmark = pytest.mark.slow

SECOND_CA = P256.private_key(bytes(range(1, KEY_SEED_LENGTH + 1)))
PAYEE = P256.private_key(bytes(range(2, KEY_SEED_LENGTH + 2)))


def announced(number: int, key: bytes | None, role: KeyRole = KeyRole.CA) -> AnnounceKey:
    public = None if key is None else P256.public_key(key).hex()
    return AnnounceKey(number=number, role=role, public_key=public, reason="another authority")


def announce(bank: Bank, proposal: AnnounceKey) -> None:
    ANNOUNCE_KEY.check(bank, proposal)
    approval_id = bank.new_id()
    for _ in range(2):
        ANNOUNCE_KEY.carry_out(bank, approval_id, proposal)


def tell(bank: Bank, sim: Sim) -> int:
    """Sync a card, and carry the keys to it; return how many there were."""
    state = sim.card.state(bytes(8))
    entries = [sim.card.read_log(entry) for entry in range(1, state.entry + 1)]
    updates = sync(bank, Upload(state, entries)).key_updates
    for update in updates:
        sim.card.key_update(update)
    return len(updates)


def asked(bank: Bank, keys: TestAuthority, number: int = 1) -> SignedRequest:
    """A request of a payee that the second authority has certified."""
    second = Authority(keys.authority.root, NumberedSigner(9, SoftwareSigner(SECOND_CA)))
    validity = Validity.years_from(int(bank.clock().timestamp()), 3)
    certificate: Certificate = second.certify(P256.public_key(PAYEE), PurseClass.SERVICE, validity)
    request = Request(
        kind=Kind.AUTHORISE,
        payee_id=certificate.id,
        number=number,
        amount=Fen(5_00),
        currency=CNY,
        tag=bytes(4),
        reference=bytes(8),
    )
    return SignedRequest(request, P256.sign(PAYEE, bytes(request)), certificate)


def test_a_card_takes_a_new_authoritys_certificates_after_its_sync_and_no_more_after_the_next(
    offering: Bank, keys: TestAuthority, sim: Sim
) -> None:
    with pytest.raises(StatusError):
        sim.card.pay(asked(offering, keys))
    announce(offering, announced(9, SECOND_CA))
    assert tell(offering, sim) == 1 and tell(offering, sim) == 1
    sim.card.pay(asked(offering, keys))
    announce(offering, announced(9, None))
    assert tell(offering, sim) == 1
    with pytest.raises(StatusError):
        sim.card.pay(asked(offering, keys, 2))


def test_the_bank_itself_trusts_what_it_announces(offering: Bank, keys: TestAuthority) -> None:
    certificate = asked(offering, keys).certificate
    announce(offering, announced(9, SECOND_CA))
    with offering.connection() as connection:
        assert trusted_keys(connection).authorities[9] == P256.public_key(SECOND_CA)
    announce(offering, announced(9, None))
    with pytest.raises(CertificateRefused, match="no authority key 9"):
        register_purse(offering, person(keys, certificate), None)


def person(keys: TestAuthority, like: Certificate) -> Certificate:
    second = Authority(keys.authority.root, NumberedSigner(9, SoftwareSigner(SECOND_CA)))
    validity = Validity(like.not_before_day, like.not_after_day)
    return second.certify(like.public_key, PurseClass.ANONYMOUS, validity)


def test_what_may_not_be_announced_is_refused_when_it_is_proposed(
    offering: Bank, keys: TestAuthority
) -> None:
    with pytest.raises(KeyInUse):
        ANNOUNCE_KEY.check(offering, announced(keys.authority.ca.number, SECOND_CA))
    announce(offering, announced(9, SECOND_CA))
    with pytest.raises(KeyRoleFixed):
        ANNOUNCE_KEY.check(offering, announced(9, SECOND_CA, KeyRole.OPERATOR_PURSE))
    no_point = AnnounceKey(number=9, role=KeyRole.CA, public_key="11" * 64, reason="")
    with pytest.raises(KeyWrong):
        ANNOUNCE_KEY.check(offering, no_point)
    assert ANNOUNCE_KEY.proposers == {Role.AUTHORITY_ISSUER}
    assert ANNOUNCE_KEY.approvers == {Role.AUTHORITY_APPROVER}
