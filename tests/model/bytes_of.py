"""The bytes of the model's messages: made here where an operator or an adversary makes them."""

from __future__ import annotations

from typing import Final

from tests.model.cards import (
    AUTHORITY,
    CURRENCY,
    HOSTED,
    HOSTED_CLASSES,
    LIST_KEY,
    LISTS,
    ROOT_KEY,
    STRANGER,
    SYNC_KEY,
    Card,
    certify,
    day,
    requests_per_number,
    sync_key,
)
from tests.model.scope import Scope
from tests.model.terms import (
    OPERATOR,
    SERVICE,
    Ack,
    Delta,
    KeyUpdate,
    Message,
    Request,
    Statement,
    Voucher,
)
from zerobar.purse import messages
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    SECONDS_PER_DAY,
    BlocklistDelta,
    Kind,
    Push,
    Role,
    SignedRequest,
    StateFlags,
    SyncAck,
)
from zerobar.purse.money import Fen

REFERENCE: Final = bytes(8)
WRONG_TAG: Final = b"evil"
HOSTED_TAG: Final = b"host"


class Book:
    """Which bytes each message of a replay has.

    Args:
        scope: sizes.
        cards: the real purses.
    """

    def __init__(self, scope: Scope, cards: list[Card]) -> None:
        self._scope, self._cards = scope, cards
        self._bytes: dict[Message, bytes] = {}
        self.chains: dict[int, bytes] = {0: bytes(16)}
        """Real chains by the model's, 16 bytes each."""

    def said(self, message: Message, raw: bytes) -> None:
        """Note what a purse said; a message said again must have the very same bytes."""
        assert self._bytes.setdefault(message, raw) == raw, f"{message} has changed"

    def of(self, message: Message) -> bytes:
        """Return a message as a command takes it, certificates included."""
        if isinstance(message, Request) and message not in self._bytes:
            self._bytes[message] = self._foreign_request(message)
        raw = self._bytes[message]
        if isinstance(message, Statement):
            return raw + bytes(self._cards[message.voucher.payee].certificate)
        return raw

    def id(self, owner: int) -> bytes:
        """Return a purse id, 8 bytes."""
        if owner < len(self._cards):
            return self._cards[owner].id
        return HOSTED[owner].id if owner in HOSTED else STRANGER[owner]

    def number(self, number: int) -> int:
        """Return the real request number for one of the model."""
        return number * requests_per_number(self._scope)

    # --- requests that no purse made ------------------------------------------------------

    def _foreign_request(self, request: Request) -> bytes:
        if request.kind is Kind.PUSH:
            return bytes(
                Push(
                    kind=Kind.PUSH,
                    payee_id=self.id(request.payee),
                    amount=Fen(request.amount),
                    currency=CURRENCY,
                    time=bytes(4),
                    reference=REFERENCE,
                )
            )
        plain = messages.Request(
            kind=request.kind,
            payee_id=self.id(request.payee),
            number=self.number(request.number),
            amount=Fen(request.amount),
            currency=CURRENCY,
            tag=HOSTED_TAG if request.tag else WRONG_TAG,
            reference=REFERENCE,
        )
        signed = request.kind is Kind.AUTHORISE and request.tag and request.payee == SERVICE
        return self._signed(plain) if signed else bytes(plain)

    def _signed(self, request: messages.Request) -> bytes:
        keys = HOSTED[SERVICE]
        certificate = certify(keys.public, HOSTED_CLASSES[SERVICE], self._scope)
        return bytes(SignedRequest(request, keys.sign(bytes(request)), certificate))

    # --- the operator ---------------------------------------------------------------------

    def operator_says(self, message: Message) -> None:
        """Make the bytes of what the operator says."""
        match message:
            case Voucher():
                self.said(message, self._load(message))
            case Ack():
                self.said(message, self._ack(message))
            case Delta(epoch, blocked):
                ids = (self.id(blocked),)
                delta = BlocklistDelta(LIST_KEY, epoch, epoch + 1, ids)
                signature = LISTS.sign(delta.body)
                self.said(message, delta.body + signature)
            case KeyUpdate(date):
                self.said(message, self._key_update(date))

    def _load(self, voucher: Voucher) -> bytes:
        asked = Request(voucher.kind, *voucher[3:7])
        request = messages.Request.parse(self.of(asked))
        keys = HOSTED[OPERATOR]
        signed = messages.Voucher(
            kind=request.kind,
            payer_id=keys.id,
            entry=voucher.entry,
            payee_id=request.payee_id,
            number=request.number,
            amount=request.amount,
            currency=request.currency,
            tag=request.tag,
            reference=request.reference,
            chain=bytes(8),
        ).signed(keys.sign)
        certificate = certify(keys.public, HOSTED_CLASSES[OPERATOR], self._scope)
        return bytes(signed) + bytes(certificate)

    def _ack(self, ack: Ack) -> bytes:
        assert ack.answers is not None
        answered = messages.State.parse(self.of(ack.answers))
        return bytes(
            SyncAck(
                key_number=SYNC_KEY,
                id=self.id(ack.purse),
                entry=ack.entry,
                chain=self.chains[ack.chain],
                time=day(ack.time) * SECONDS_PER_DAY,
                flags=StateFlags.BLOCKED if ack.blocked else 0,
                per_payment=KEEP_OVERRIDE,
                without_pin=KEEP_OVERRIDE,
                holding=KEEP_OVERRIDE,
                nonce=answered.nonce,
            ).signed(sync_key(ack.key).sign)
        )

    def _key_update(self, date: int) -> bytes:
        return bytes(
            messages.KeyUpdate(
                key_number=ROOT_KEY,
                new_number=SYNC_KEY,
                role=Role.SYNC,
                not_before_day=date,
                public_key=sync_key(date).public,
            ).signed(AUTHORITY.sign)
        )
