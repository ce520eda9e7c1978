"""Submitting one short message to an SMSC: what the modem does in a phone, for who has none.

The session is a transmitter's (SMPP 3.4, 4.1.1), so that nothing is delivered to it. When no answer
comes the message may have been taken; the same again does no harm, for what it says counts once.
"""

from __future__ import annotations

import socket
from typing import Final

from zerobar.telecom.errors import NotSubmitted
from zerobar.telecom.installation import SmscAccess
from zerobar.telecom.smpp import pdus
from zerobar.telecom.smpp.model import ShortMessage
from zerobar.telecom.smpp.stream import Silence, Stream, StreamClosed

ANSWER_WITHIN_S: Final = 10.0


def submit(access: SmscAccess, message: ShortMessage) -> None:
    """Bind, submit a message, and unbind; raises NotSubmitted."""
    try:
        connection = socket.create_connection((access.host, access.port), ANSWER_WITHIN_S)
    except OSError as error:
        raise NotSubmitted(error.strerror or str(error)) from None
    stream, numbers = Stream(connection, ANSWER_WITHIN_S), pdus.Sequence()
    try:
        _ask(stream, _bind(access, numbers))
        _ask(stream, pdus.make("submit_sm", numbers, **pdus.message_fields(message)))
        stream.write(pdus.make("unbind", numbers))
    except (StreamClosed, Silence, pdus.PduRefused) as error:
        raise NotSubmitted(str(error)) from None
    finally:
        stream.close()


def _bind(access: SmscAccess, numbers: pdus.Sequence) -> bytes:
    return pdus.make(
        "bind_transmitter",
        numbers,
        system_id=access.system_id,
        password=access.password,
        system_type="",
        address_range="",
    )


def _ask(stream: Stream, raw: bytes) -> None:
    stream.write(raw)
    status = stream.read().status
    if status != pdus.OK:
        raise NotSubmitted(f"its status is 0x{status:02x}")
