"""A link to a card in a PC/SC reader, through pyscard (extra `[pcsc]`).

pyscard is imported when a reader is asked for, so that everything else works without it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

from zerobar.reader.errors import (
    AccessDenied,
    BadAnswer,
    CardMute,
    CardTorn,
    DaemonNotRunning,
    FieldBusy,
    LinkError,
    NoCard,
    NoReader,
    ReaderMissing,
)
from zerobar.reader.link import CardLink

MAX_RESPONSE_PARTS: Final = 16
"""A T=0 card hands out a long answer in parts; no answer of ours needs more than two."""

_MORE_DATA: Final = 0x61
_WRONG_LE: Final = 0x6C
_GET_RESPONSE: Final = bytes.fromhex("00C00000")
_HEADER_LENGTH: Final = 4
_STATUS_LENGTH: Final = 2

_ERRORS: Final[dict[str, type[LinkError]]] = {
    "SCARD_E_NO_SERVICE": DaemonNotRunning,
    "SCARD_E_SERVICE_STOPPED": DaemonNotRunning,
    "SCARD_E_INVALID_HANDLE": DaemonNotRunning,
    "SCARD_E_NO_ACCESS": AccessDenied,
    "SCARD_W_SECURITY_VIOLATION": AccessDenied,
    "SCARD_E_NO_SMARTCARD": NoCard,
    "SCARD_E_TIMEOUT": NoCard,
    "SCARD_W_REMOVED_CARD": NoCard,
    "SCARD_W_UNRESPONSIVE_CARD": CardMute,
    "SCARD_W_UNPOWERED_CARD": CardMute,
    "SCARD_E_PROTO_MISMATCH": CardMute,
    "SCARD_E_SHARING_VIOLATION": FieldBusy,
    "SCARD_E_NO_READERS_AVAILABLE": NoReader,
    "SCARD_E_UNKNOWN_READER": NoReader,
    "SCARD_E_READER_UNAVAILABLE": NoReader,
}
"""What PC/SC answers, by name: the numbers are known only once pyscard is imported."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader that PC/SC knows."""

    name: str
    has_card: bool


def list_readers() -> tuple[Reader, ...]:
    """Return all readers, in PC/SC's order.

    Raises ReaderMissing, DaemonNotRunning or AccessDenied.
    """
    with _Context() as context:
        return context.readers()


class PcscLink(CardLink):
    """The card in a reader, for us alone until `close`.

    Args:
        reader_name: the reader's name, or a part that fits no other; empty: the only one.
        wait_ms: how long to wait for a card; 0: it must be there.

    Raises ReaderMissing, DaemonNotRunning, AccessDenied, NoReader, NoCard, CardMute or
    FieldBusy.

    Attributes:
        reader_name: the reader's full name.
    """

    def __init__(self, reader_name: str = "", wait_ms: int = 0) -> None:
        self._closed = False
        self._card: Any = None
        self._context = _Context()
        try:
            self.reader_name = _choose(reader_name, self._context.readers())
            self._context.wait_for_card(self.reader_name, wait_ms)
            self._connect()
        except BaseException:
            self._context.close()
            raise

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command and return its whole answer, also from a card that speaks T=0."""
        assert not self._closed
        if self._protocol == self._context.scard.SCARD_PROTOCOL_T0:
            return whole_answer(self._transmit, apdu)
        return self._transmit(apdu)

    def reset(self) -> None:
        """Power the card off and on, or connect to the one that took its place.

        The service may have been restarted meanwhile. Raises as the constructor does.
        """
        assert not self._closed
        self._let_go(self._context.scard.SCARD_RESET_CARD)
        self._context.close()
        self._context = _Context()
        self._connect()

    def close(self) -> None:
        """Reset the card, which forgets a verified PIN, and let it go."""
        if not self._closed:
            self._closed = True
            self._let_go(self._context.scard.SCARD_RESET_CARD)
            self._context.close()

    def _let_go(self, disposition: int) -> None:
        if self._card is not None:
            self._context.scard.SCardDisconnect(self._card, disposition)
            self._card = None

    def _connect(self) -> None:
        scard = self._context.scard
        code, card, self._protocol = scard.SCardConnect(
            self._context.handle,
            self.reader_name,
            scard.SCARD_SHARE_EXCLUSIVE,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        self._context.check(code, otherwise=CardMute)
        self._card = card

    def _transmit(self, apdu: bytes) -> bytes:
        if self._card is None:
            raise CardTorn
        scard = self._context.scard
        is_t0 = self._protocol == scard.SCARD_PROTOCOL_T0
        pci = scard.SCARD_PCI_T0 if is_t0 else scard.SCARD_PCI_T1
        code, answer = scard.SCardTransmit(self._card, pci, list(apdu))
        # Whatever it was, the command may have been executed. Some drivers call it a success
        # when a card is torn, and have no answer to show.
        if code == scard.SCARD_E_NO_SERVICE:
            raise DaemonNotRunning
        if code != scard.SCARD_S_SUCCESS or len(answer) < _STATUS_LENGTH:
            # A reset of a card that is gone would leave the service in doubt about the next.
            self._let_go(scard.SCARD_LEAVE_CARD)
            raise CardTorn
        return bytes(answer)


class _Context:
    """A connection to the smart card service."""

    def __init__(self) -> None:
        self.scard: Final = _pyscard()
        code, self.handle = self.scard.SCardEstablishContext(self.scard.SCARD_SCOPE_USER)
        self.check(code, otherwise=DaemonNotRunning)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up the connection."""
        self.scard.SCardReleaseContext(self.handle)

    def readers(self) -> tuple[Reader, ...]:
        """Return all readers."""
        code, names = self.scard.SCardListReaders(self.handle, [])
        if code == self.scard.SCARD_E_NO_READERS_AVAILABLE or not names:
            return ()
        self.check(code, otherwise=NoReader)
        return tuple(Reader(name, self._has_card(name)) for name in names)

    def wait_for_card(self, reader_name: str, wait_ms: int) -> None:
        """Return once a card is in the reader; raise NoCard if none comes in time."""
        if wait_ms > 0 and not self._has_card(reader_name):
            seen = (reader_name, self.scard.SCARD_STATE_EMPTY)
            code, _ = self.scard.SCardGetStatusChange(self.handle, wait_ms, [seen])
            self.check(code, otherwise=NoCard)

    def check(self, code: int, otherwise: type[LinkError]) -> None:
        """Raise the error that a result code stands for, unless it is success."""
        if code == self.scard.SCARD_S_SUCCESS:
            return
        names = (name for name in _ERRORS if getattr(self.scard, name) == code)
        raise _ERRORS.get(next(names, ""), otherwise)

    def _has_card(self, reader_name: str) -> bool:
        seen = (reader_name, self.scard.SCARD_STATE_UNAWARE)
        code, states = self.scard.SCardGetStatusChange(self.handle, 0, [seen])
        self.check(code, otherwise=NoReader)
        return bool(states[0][1] & self.scard.SCARD_STATE_PRESENT)


def _pyscard() -> Any:
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        raise ReaderMissing from None


def _choose(wanted: str, readers: tuple[Reader, ...]) -> str:
    """Return the name of the one reader meant; raise NoReader naming all there are."""
    names = tuple(reader.name for reader in readers)
    if wanted in names:
        return wanted
    fitting = [name for name in names if wanted.casefold() in name.casefold()]
    if len(fitting) != 1:
        raise NoReader(wanted, names)
    return fitting[0]


def whole_answer(transmit: Callable[[bytes], bytes], apdu: bytes) -> bytes:
    """Send a short command in the way of T=0 and return the whole answer.

    ISO/IEC 7816-3, clause 12.2: Le is not sent after data; 61xx asks to fetch xx bytes more,
    6Cxx to repeat the command with Le xx. Raises BadAnswer for a card that never ends.
    """
    command = _without_le(apdu)
    data = b""
    for _ in range(MAX_RESPONSE_PARTS):
        answer = transmit(command)
        if len(answer) < _STATUS_LENGTH:
            raise BadAnswer("it has no status word")
        if answer[-2] == _MORE_DATA:
            data += answer[:-_STATUS_LENGTH]
            command = _GET_RESPONSE + answer[-1:]
        elif answer[-2] == _WRONG_LE:
            command = command[:_HEADER_LENGTH] + answer[-1:]
        else:
            return data + answer
    raise BadAnswer("it never ends")


def _without_le(apdu: bytes) -> bytes:
    has_data = len(apdu) > _HEADER_LENGTH + 1
    return apdu[: _HEADER_LENGTH + 1 + apdu[_HEADER_LENGTH]] if has_data else apdu
