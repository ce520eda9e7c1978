"""Devices: the keys that sign for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.halting import halt, key_revocation
from zerobar.bank.people import store
from zerobar.bank.people.errors import BadDeviceKey, DeviceUnknown
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.bank.people.sessions import end_sessions
from zerobar.client.enrolment import enrolment_bytes
from zerobar.database import Connection
from zerobar.purse.suites import P256, SignatureRefused


@dataclass(frozen=True, slots=True)
class Device:
    """A device that asks to be enrolled.

    Attributes:
        public_key: P-256, X||Y, 64 bytes.
        proof: the key's signature over `enrolment_bytes`.
    """

    key_id: UUID
    public_key: bytes
    label: str
    proof: bytes = field(repr=False)


def check_proof(device: Device, request_id: UUID) -> None:
    """Raise BadDeviceKey if whoever asks does not have the private key."""
    message = enrolment_bytes(request_id, device.key_id, device.public_key)
    try:
        P256.verify(device.public_key, message, device.proof)
    except SignatureRefused:
        raise BadDeviceKey from None


def enrol_device(bank: Bank, connection: Connection, person_id: UUID, device: Device) -> None:
    """Let a device sign for a person; one that does already, stays.

    Its proof is to be checked before. Raises IdUsed when the key's id is of another key, of
    somebody else, or was revoked.
    """
    owner, now = KeyOwner.DEVICE, bank.clock()
    key = SigningKey(device.key_id, owner, person_id, device.public_key, device.label, now, None)
    if store.insert_signing_key(connection, key):
        return
    stored = store.signing_key(connection, device.key_id)
    assert stored is not None, "keys are never deleted"
    if _identity(stored) != _identity(key) or stored.revoked_at is not None:
        raise IdUsed


def devices_of(bank: Bank, person_id: UUID) -> list[SigningKey]:
    """Return a person's devices, oldest first, those that were revoked too."""
    with bank.connection() as connection:
        return store.signing_keys_of(connection, person_id)


def revoke_device(bank: Bank, session: Session, key_id: UUID) -> None:
    """Take a device's signature no more, and end its session and grants; again, nothing changes.

    Once this has returned, nothing that the device signed before is paid either.

    A device may end itself; to end another, whoever asks must be the holder. Raises DeviceUnknown,
    or as `require_holder`.
    """
    now = bank.clock()
    with bank.transaction() as connection:
        key = store.signing_key(connection, key_id)
        if key is None or key.owner_id != session.person_id:
            raise DeviceUnknown
        if key_id != session.key_id:
            require_holder(connection, session, now)
        store.revoke_signing_key(connection, key_id, now)
        end_sessions(connection, key_id, now)
    halt(bank, key_revocation(key_id))


def _identity(key: SigningKey) -> tuple[KeyOwner, UUID, bytes]:
    return key.owner_kind, key.owner_id, key.public_key
