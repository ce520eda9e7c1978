"""The purse's commands with types: what goes in and out is messages, refusals are exceptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.limits import Limits
from zerobar.purse.messages import (
    BlocklistDelta,
    Certificate,
    KeyUpdate,
    Kind,
    LogEntry,
    PurseClass,
    Push,
    Receipt,
    Request,
    Role,
    SelectAnswer,
    SignedRequest,
    State,
    SyncAck,
    Unblock,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import Fen
from zerobar.purse.status import Status
from zerobar.purse.suites import PUBLIC_KEY_LENGTH
from zerobar.purse.wire import FormError
from zerobar.reader.errors import BadAnswer, LinkError, MalformedPin
from zerobar.reader.link import CardLink
from zerobar.reader.refusals import NotAPurse, status_error

_STATUS_LENGTH: Final = 2
_SELECT_BY_NAME: Final = 0x04
_SIGNED: Final = 0x01
_SIGNED_QUERY_LENGTH: Final = 73
_PIN_LENGTH: Final = 8
_FEWEST_DIGITS: Final = 4
_NOT_ABOUT_THE_APPLET: Final = (Status.NOTHING_SELECTED, Status.MEMORY_FAILURE)

T = TypeVar("T")


class Payment(NamedTuple):
    """A voucher and its payer's certificate: all that a payee needs, 253 bytes."""

    voucher: Voucher
    certificate: Certificate

    @classmethod
    def parse(cls, raw: bytes) -> Payment:
        """Read 253 bytes; raise FormError otherwise."""
        split = Voucher.LENGTH
        return cls(Voucher.parse(raw[:split]), Certificate.parse(raw[split:]))

    def __bytes__(self) -> bytes:
        return bytes(self.voucher) + bytes(self.certificate)


class PurseCard:
    """The purse at the other end of a link.

    Every method raises LinkError when no answer comes, a StatusError when the purse refuses,
    and BadAnswer when the answer makes no sense. The purse is selected when it has to be; if
    another field has taken the selection away, it is selected again and the command repeated,
    for then it had not been executed.
    """

    def __init__(self, link: CardLink) -> None:
        self.link = link
        self._selected = False

    def reset(self) -> None:
        """Power the card off and on, so that it forgets the session and a verified PIN."""
        self._selected = False
        self.link.reset()

    # --- who are you ----------------------------------------------------------------------

    def select(self) -> SelectAnswer:
        """Begin a session; raise NotAPurse when the card has no purse on it."""
        apdu = command(Instruction.SELECT, AID, p1=_SELECT_BY_NAME)
        self._selected = False
        data, sw = self._exchange(apdu)
        if sw in _NOT_ABOUT_THE_APPLET:
            raise status_error(sw)
        if sw != Status.OK:
            raise NotAPurse(sw)
        answer = _parsed(SelectAnswer.parse, data)
        self._selected = True
        return answer

    def get_certificate(self) -> Certificate:
        """Return the purse's certificate; on contact, with PIN, or after a request."""
        return _parsed(Certificate.parse, self._send(Instruction.GET_CERTIFICATE))

    # --- the payer ------------------------------------------------------------------------

    def pay(self, order: Request | SignedRequest | Push) -> Payment:
        """Pay a request, or push; the same order again gives the same payment again."""
        return _parsed(Payment.parse, self._send(Instruction.PAY, bytes(order)))

    def get_voucher(self, payee_id: bytes, number: int) -> Payment:
        """Return the payment made for a payee's request; raise EntryNotInLog if none is kept."""
        assert len(payee_id) == 8
        wanted = payee_id + number.to_bytes(4)
        return _parsed(Payment.parse, self._send(Instruction.GET_VOUCHER, wanted))

    def get_voucher_by_entry(self, entry: int) -> Payment:
        """Return the payment made at a log entry; on contact, or with PIN."""
        wanted = entry.to_bytes(4)
        return _parsed(Payment.parse, self._send(Instruction.GET_VOUCHER, wanted))

    def undo(self, statement: VoidStatement, payee_certificate: Certificate) -> None:
        """Take back what its payee has voided; a second time changes nothing."""
        self._send_for_nothing(Instruction.UNDO, bytes(statement) + bytes(payee_certificate))

    # --- the payee ------------------------------------------------------------------------

    def prepare(self, kind: Kind, amount: Fen, currency: int, reference: bytes) -> Request:
        """Return a new request; each has its own number.

        Args:
            kind: PAYMENT, REFUND or LOAD.
            amount: in fen.
            currency: ISO 4217 number, the purse's own.
            reference: 8 bytes, the order or the bill account.
        """
        return _parsed(Request.parse, self._prepare(kind, amount, currency, reference, 0))

    def prepare_signed(
        self, kind: Kind, amount: Fen, currency: int, reference: bytes
    ) -> SignedRequest:
        """Return a new request signed by the purse, with its certificate; else as `prepare`."""
        signed = self._prepare(kind, amount, currency, reference, _SIGNED)
        return _parsed(SignedRequest.parse, signed + bytes(self.get_certificate()))

    def accept(self, voucher: Voucher, proof: Certificate | bytes) -> Receipt:
        """Credit a voucher; the same one again gives the same receipt and changes nothing.

        Args:
            voucher: for a request of this purse.
            proof: the payer's certificate, or its 8-byte hash if this purse has it cached.
        """
        return _parsed(Receipt.parse, self._send(Instruction.ACCEPT, bytes(voucher) + bytes(proof)))

    def void(self, voucher: Voucher, certificate: Certificate) -> VoidStatement:
        """Return the purse's promise never to credit a voucher; on contact, or with PIN."""
        presented = bytes(voucher) + bytes(certificate)
        return _parsed(VoidStatement.parse, self._send(Instruction.VOID, presented))

    # --- the operator ---------------------------------------------------------------------

    def state(self, nonce: bytes) -> State:
        """Return the signed state for an 8-byte nonce; on contact, or with PIN."""
        assert len(nonce) == 8
        return _parsed(State.parse, self._send(Instruction.STATE, nonce))

    def state_signed(self, query: bytes) -> State:
        """Return the signed state from anywhere, for an operator's query.

        Args:
            query: 73 bytes: nonce 8, number of a sync key 1, its signature 64 over the nonce
                and the purse's id.
        """
        assert len(query) == _SIGNED_QUERY_LENGTH
        return _parsed(State.parse, self._send(Instruction.STATE, query))

    def read_log(self, entry: int) -> LogEntry:
        """Return a log entry, in a session in which the state was answered."""
        return _parsed(LogEntry.parse, self._send(Instruction.READ_LOG, entry.to_bytes(4)))

    def sync_ack(self, ack: SyncAck) -> None:
        """Give the purse its operator's word on how far its log is kept."""
        self._send_for_nothing(Instruction.SYNC_ACK, bytes(ack))

    def blocklist(self, delta: BlocklistDelta) -> int:
        """Offer a blocklist delta; return the epoch at which the purse is now."""
        epoch = self._send(Instruction.BLOCKLIST, bytes(delta))
        return int.from_bytes(_of_length(epoch, 4))

    def key_update(self, update: KeyUpdate) -> None:
        """Put, replace or delete a key of the authority or the operator."""
        self._send_for_nothing(Instruction.KEY_UPDATE, bytes(update))

    def reset_pin(self, unblock: Unblock) -> None:
        """Set a new PIN by the operator's word."""
        self._send_for_nothing(Instruction.RESET_PIN, bytes(unblock))

    # --- the holder -----------------------------------------------------------------------

    def verify_pin(self, pin: str) -> None:
        """Verify the PIN of 4 to 8 digits; raise WrongPin with the tries left, or PinBlocked."""
        self._send_for_nothing(Instruction.VERIFY, _pin_bytes(pin))

    def change_pin(self, old: str, new: str) -> None:
        """Replace the PIN; raise as `verify_pin` does."""
        self._send_for_nothing(Instruction.CHANGE_PIN, _pin_bytes(old) + _pin_bytes(new))

    def arm(self, maximum: Fen) -> None:
        """Allow one contactless payment up to maximum without PIN; 0 disarms. After verify_pin."""
        self._send_for_nothing(Instruction.ARM, maximum.to_bytes(4))

    # --- the factory ----------------------------------------------------------------------

    def generate_key(self, suite_number: int) -> bytes:
        """Make the purse's keys and return the public one, X||Y, 64 bytes."""
        public_key = self._send(Instruction.GENERATE_KEY, bytes((suite_number,)))
        return _of_length(public_key, PUBLIC_KEY_LENGTH)

    def put_key(self, number: int, role: Role, public_key: bytes) -> None:
        """Put a key of the authority or the operator, 64 bytes."""
        assert len(public_key) == PUBLIC_KEY_LENGTH
        self._send_for_nothing(Instruction.PUT_KEY, bytes((number, role)) + public_key)

    def put_certificate(self, certificate: Certificate) -> None:
        """Put the purse's certificate; once the purse is active, a renewed one."""
        self._send_for_nothing(Instruction.PUT_CERTIFICATE, bytes(certificate))

    def put_limits(self, purse_class: PurseClass, limits: Limits) -> None:
        """Set the limits of one class of purse."""
        self._send_for_nothing(Instruction.PUT_LIMITS, bytes((purse_class,)) + bytes(limits))

    def finish(self, pin: str) -> None:
        """End personalisation, for ever."""
        self._send_for_nothing(Instruction.FINISH, _pin_bytes(pin))

    # --- bytes ----------------------------------------------------------------------------

    def _prepare(self, kind: Kind, amount: Fen, currency: int, reference: bytes, p1: int) -> bytes:
        assert len(reference) == 8
        terms = bytes((kind,)) + amount.to_bytes(4) + currency.to_bytes(2) + reference
        return self._send(Instruction.PREPARE, terms, p1)

    def _send_for_nothing(self, instruction: Instruction, data: bytes) -> None:
        _of_length(self._send(instruction, data), 0)

    def _send(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> bytes:
        """Return the response data of a command that succeeds."""
        if not self._selected:
            self.select()
        apdu = command(instruction, data, p1)
        answer, sw = self._exchange(apdu)
        if sw == Status.NOTHING_SELECTED:
            self.select()
            answer, sw = self._exchange(apdu)
        if sw != Status.OK:
            raise status_error(sw)
        return answer

    def _exchange(self, apdu: bytes) -> tuple[bytes, int]:
        try:
            answer = self.link.exchange(apdu)
        except LinkError:
            self._selected = False
            raise
        if len(answer) < _STATUS_LENGTH:
            raise BadAnswer("it has no status word")
        return answer[:-_STATUS_LENGTH], int.from_bytes(answer[-_STATUS_LENGTH:])


def _parsed(parse: Callable[[bytes], T], raw: bytes) -> T:
    try:
        return parse(raw)
    except FormError as error:
        raise BadAnswer(str(error)) from error


def _of_length(raw: bytes, length: int) -> bytes:
    if len(raw) != length:
        raise BadAnswer(f"{len(raw)} bytes instead of {length}")
    return raw


def _pin_bytes(pin: str) -> bytes:
    """Return the digits padded with FF to 8 bytes; raise MalformedPin, which does not tell."""
    fits = _FEWEST_DIGITS <= len(pin) <= _PIN_LENGTH and pin.isascii() and pin.isdigit()
    if not fits:
        raise MalformedPin
    return pin.encode("ascii").ljust(_PIN_LENGTH, b"\xff")
