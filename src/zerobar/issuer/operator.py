"""The operator: loads, unloads, acknowledges, blocks and unblocks - all by signing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.issuer.signer import NumberedSigner
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    BlocklistDelta,
    Certificate,
    EntryKind,
    Kind,
    Request,
    SignedRequest,
    State,
    SyncAck,
    Unblock,
    Voucher,
    chain_after,
)
from zerobar.purse.money import Fen

_PIN_LENGTH: Final = 8


@dataclass(frozen=True)
class Overrides:
    """Limits that an acknowledgement sets on the card, in fen; FFFFFFFF keeps one."""

    per_payment: int = KEEP_OVERRIDE
    without_pin: int = KEEP_OVERRIDE
    holding: int = KEEP_OVERRIDE


KEEP_ALL: Final = Overrides()


@dataclass(frozen=True)
class Operator:
    """An operator's keys: one for syncs, and that of its own purse, which loads come from.

    Attributes:
        sync: signs SYNC ACK, BLOCKLIST, UNBLOCK and the query for a STATE.
        purse: key of role 4 on the operator's cards.
        certificate: of that key, class 0F.
    """

    sync: NumberedSigner
    purse: NumberedSigner
    certificate: Certificate

    @property
    def id(self) -> bytes:
        """The operator's purse id, 8 bytes."""
        return self.certificate.id

    def voucher(self, request: Request, entry: int, chain: bytes) -> Voucher:
        """Sign the voucher that loads (or pays) a purse's request.

        Args:
            request: of kind LOAD, PAYMENT or REFUND.
            entry: the operator's own next number; never one used before.
            chain: the operator's 16-byte chain before it.
        """
        return Voucher(
            kind=request.kind,
            payer_id=self.id,
            entry=entry,
            payee_id=request.payee_id,
            number=request.number,
            amount=request.amount,
            currency=request.currency,
            tag=request.tag,
            reference=request.reference,
            chain=chain[:8],
        ).signed(self.purse.sign)

    def chain_after(self, chain: bytes, voucher: Voucher) -> bytes:
        """Return the operator's 16-byte chain after one of its own vouchers."""
        return chain_after(voucher.suite, chain, EntryKind.PAY, voucher.entry, voucher.body)

    def unload_request(
        self, number: int, amount: Fen, tag: bytes, reference: bytes
    ) -> SignedRequest:
        """Ask a purse to give value back; tag 4 and reference 8 bytes are the operator's own."""
        request = Request(
            kind=Kind.UNLOAD,
            payee_id=self.id,
            number=number,
            amount=amount,
            currency=self.certificate.currency,
            tag=tag,
            reference=reference,
        )
        return SignedRequest(request, self.purse.sign(bytes(request)), self.certificate)

    def state_query(self, purse_id: bytes, nonce: bytes) -> bytes:
        """Return the 73 bytes that make a purse give its STATE anywhere."""
        signature = self.sync.sign(nonce + purse_id)
        return nonce + bytes((self.sync.number,)) + signature

    def acknowledge(
        self,
        state: State,
        now_unix_s: int,
        *,
        blocked: bool = False,
        overrides: Overrides = KEEP_ALL,
    ) -> SyncAck:
        """Say that the whole log up to this STATE's entry is held for good."""
        return SyncAck(
            key_number=self.sync.number,
            id=state.id,
            entry=state.entry,
            chain=state.chain,
            time=now_unix_s,
            flags=int(blocked),
            per_payment=overrides.per_payment,
            without_pin=overrides.without_pin,
            holding=overrides.holding,
            nonce=state.nonce,
        ).signed(self.sync.sign)

    def blocklist(
        self, from_epoch: int, to_epoch: int, ids: tuple[bytes, ...] = ()
    ) -> BlocklistDelta:
        """Return the delta between two epochs; at most 18 ids of 8 bytes, oldest first."""
        delta = BlocklistDelta(self.sync.number, from_epoch, to_epoch, ids)
        signature = self.sync.sign(delta.body)
        return BlocklistDelta(self.sync.number, from_epoch, to_epoch, ids, signature)

    def unblock(self, purse_id: bytes, counter: int, new_pin: str) -> Unblock:
        """Set a new PIN (4 to 8 digits) on a purse; counter above the last one used."""
        return Unblock(
            key_number=self.sync.number,
            id=purse_id,
            counter=counter,
            new_pin=new_pin.encode("ascii").ljust(_PIN_LENGTH, b"\xff"),
        ).signed(self.sync.sign)
