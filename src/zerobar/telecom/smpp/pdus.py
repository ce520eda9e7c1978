"""PDUs of SMPP 3.4, read and written by smpplib, with bounds on what a peer may send.

    command_length command_id command_status sequence_number    4 octets each (SMPP 3.4, 3.2)
    body

smpplib trusts a peer's lengths; a frame that is longer than any PDU in use here, or not long enough
for a header, is refused before it is read, and a PDU whose fields do not add up afterwards.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from smpplib import consts, exceptions, smpp

from zerobar.telecom.smpp.model import UDHI, ShortMessage

HEADER_LENGTH: Final = 16
LARGEST_PDU: Final = 4_096
"""Octets: a message of 254, and optional parameters with room to spare."""
LARGEST_MESSAGE: Final = 254
_INTERNATIONAL: Final = 1
_ISDN: Final = 1

OK: Final = int(consts.SMPP_ESME_ROK)
SYSTEM_ERROR: Final = int(consts.SMPP_ESME_RSYSERR)
"""The peer is to send it again."""
BIND_FAILED: Final = int(consts.SMPP_ESME_RBINDFAIL)
WRONG_STATE: Final = int(consts.SMPP_ESME_RINVBNDSTS)
UNKNOWN_COMMAND: Final = int(consts.SMPP_ESME_RINVCMDID)
WRONG_LENGTH: Final = int(consts.SMPP_ESME_RINVCMDLEN)
REJECTED: Final = int(consts.SMPP_ESME_RX_R_APPN)
"""The peer is not to send it again."""

Pdu = Any
"""smpplib's, which has no types."""


class PduRefused(ValueError):
    """Octets that are no PDU, or none that is understood here; the session is of no more use."""


class PduNotUnderstood(PduRefused):
    """A whole PDU that says nothing here: answered by generic_nack, and the session goes on.

    Attributes:
        sequence: its number.
        status: for the answer.
    """

    def __init__(self, why: str, sequence: int, status: int) -> None:
        super().__init__(why)
        self.sequence = sequence
        self.status = status


class MessageRefused(ValueError):
    """A PDU that carries a message which is not whole, and never will be."""


class Sequence:
    """Numbers the PDUs that one side of a session begins (SMPP 3.4, 3.2)."""

    _LAST: Final = 0x7FFF_FFFF

    def __init__(self) -> None:
        self.sequence = 0

    def next_sequence(self) -> int:
        """Return the next number."""
        self.sequence = self.sequence % self._LAST + 1
        return self.sequence


def read_frame(receive: Callable[[int], bytes]) -> bytes:
    """Read one PDU's octets.

    Args:
        receive: returns exactly so many octets, or raises.

    Raises PduRefused for a length that no PDU has.
    """
    head = receive(4)
    (length,) = struct.unpack(">I", head)
    if not HEADER_LENGTH <= length <= LARGEST_PDU:
        raise PduRefused(f"a PDU of {length} octets")
    return head + receive(length - 4)


def parse(raw: bytes) -> Pdu:
    """Return the PDU of a frame; raises PduRefused, or PduNotUnderstood."""
    if len(raw) < HEADER_LENGTH or struct.unpack(">I", raw[:4])[0] != len(raw):
        raise PduRefused("a PDU whose length is not its own")
    try:
        return smpp.parse_pdu(raw, client=Sequence(), allow_unknown_opt_params=True)
    except exceptions.UnknownCommandError:
        why, status = "a PDU of a kind that is not known here", UNKNOWN_COMMAND
    except (struct.error, KeyError, ValueError, TypeError, AttributeError, IndexError):
        why, status = "a PDU whose fields do not add up", WRONG_LENGTH
    raise PduNotUnderstood(why, int.from_bytes(raw[12:16]), status)


def make(command: str, sequence: int | Sequence, **fields: object) -> bytes:
    """Return a PDU's octets; an answer has the sequence number of what it answers.

    Args:
        sequence: the number, or what gives the next one.
        fields: text as `str`, the message as `bytes`.
    """
    numbers = sequence if isinstance(sequence, Sequence) else Sequence()
    pdu = smpp.make_pdu(command, client=numbers, **fields)
    if not isinstance(sequence, Sequence):
        pdu.sequence = sequence
    raw: bytes = pdu.generate()
    return raw


def message_fields(message: ShortMessage) -> dict[str, object]:
    """Return a message as the fields of submit_sm or deliver_sm."""
    assert len(message.user_data) <= LARGEST_MESSAGE
    return {
        "source_addr_ton": _INTERNATIONAL,
        "source_addr_npi": _ISDN,
        "source_addr": message.source,
        "dest_addr_ton": _INTERNATIONAL,
        "dest_addr_npi": _ISDN,
        "destination_addr": message.destination,
        "esm_class": UDHI if message.has_header else 0,
        "data_coding": message.data_coding,
        "short_message": message.user_data,
    }


def read_message(pdu: Pdu) -> ShortMessage:
    """Return the message of a submit_sm or deliver_sm; raises MessageRefused if it is not whole."""
    user_data = pdu.short_message or b""
    if not isinstance(pdu.esm_class, int) or not isinstance(pdu.data_coding, int):
        raise MessageRefused("a message without its classes")
    if pdu.sm_length != len(user_data) or len(user_data) > LARGEST_MESSAGE:
        raise MessageRefused("a message whose length is not its own")
    return ShortMessage(
        _digits(pdu.source_addr),
        _digits(pdu.destination_addr),
        pdu.data_coding,
        bool(pdu.esm_class & UDHI),
        user_data,
    )


def text_of(field: object) -> str:
    """Return a field that holds a word, such as a system's name; empty if it holds none."""
    return field.decode("ascii", "replace") if isinstance(field, bytes) else ""


def _digits(address: object) -> str:
    text = text_of(address)
    if not text.isascii() or len(text) > 20:
        raise MessageRefused("an address that is none")
    return text
