"""SMPP 3.4 over real TCP: a voucher in one binary SMS, and peers that say strange things."""

from __future__ import annotations

import queue
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Run, zerobar
from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER
from tests.telecom.purses import Purse
from zerobar.codes.vouchers import voucher_text
from zerobar.purse.money import Fen
from zerobar.telecom import Telecom, bill_month, line, read_message, write_message
from zerobar.telecom.bank import Bank
from zerobar.telecom.errors import NotSubmitted
from zerobar.telecom.installation import SmscAccess
from zerobar.telecom.messages import Inbox
from zerobar.telecom.smpp import pdus
from zerobar.telecom.smpp.model import BINARY, ShortMessage
from zerobar.telecom.smpp.receiver import Receiver
from zerobar.telecom.smpp.smsc import Smsc
from zerobar.telecom.smpp.stream import Stream, StreamClosed
from zerobar.telecom.smpp.submitting import submit
from zerobar.telecom.vouchers import bring_vouchers

__all__ = ["zerobar"]

SYSTEM, PASSWORD = "telecom", "secret"
AMOUNT = Fen(5_000)
SENDER, SERVICE = "8613800000009", "10001"


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; the run's own limit ends a wait in vain."""
    while not holds():
        time.sleep(0.01)


def access_to(port: int, password: str = PASSWORD) -> SmscAccess:
    return SmscAccess(host="127.0.0.1", port=port, system_id=SYSTEM, password=password)


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    with Smsc(SYSTEM, PASSWORD, acknowledged_within_s=0.3) as smsc:
        yield smsc


@pytest.fixture
def message(purse: Purse) -> ShortMessage:
    user_data = write_message(purse.voucher(AMOUNT, NUMBER), purse.certificate)
    return ShortMessage(SENDER, SERVICE, BINARY, True, user_data)


@contextmanager
def connected(port: int) -> Iterator[Stream]:
    """Connect as somebody may who is not the telecom."""
    stream = Stream(socket.create_connection(("127.0.0.1", port)), 5)
    try:
        yield stream
    finally:
        stream.close()


@contextmanager
def accepted(listening: socket.socket) -> Iterator[Stream]:
    """Be an SMSC that lets whoever comes in."""
    stream = Stream(listening.accept()[0], 5)
    try:
        bind = stream.read()
        stream.write(pdus.make("bind_transceiver_resp", bind.sequence, system_id="smsc"))
        yield stream
    finally:
        stream.close()


def bind_of(password: str) -> bytes:
    return pdus.make(
        "bind_transceiver",
        pdus.Sequence(),
        system_id=SYSTEM,
        password=password,
        system_type="",
        address_range="",
    )


@pytest.mark.usefixtures("line")
def test_a_voucher_by_sms_is_counted_once(
    telecom: Telecom,
    bank: Bank,
    books: TestBank,
    purse: Purse,
    message: ShortMessage,
    smsc: Smsc,
) -> None:
    bill_month(telecom, "202611")
    books.certificates[purse.certificate.hash] = purse.certificate
    with Receiver(access_to(smsc.port), Inbox(telecom, bank).take):
        for _ in range(2):
            smsc.submit(message)
        until(lambda: smsc.is_empty)
    bring_vouchers(telecom, bank)
    assert line(telecom, NUMBER).balance_fen == AMOUNT - 3_900
    assert bring_vouchers(telecom, bank) == 0


def test_a_message_arrives_as_it_was_sent(smsc: Smsc, message: ShortMessage) -> None:
    taken: queue.Queue[ShortMessage] = queue.Queue()
    with Receiver(access_to(smsc.port), taken.put):
        smsc.submit(message)
        arrived = taken.get(timeout=10)
    assert arrived == message and arrived.is_binary and len(arrived.user_data) == 132


def test_a_message_whose_acknowledgement_is_lost_comes_again(
    smsc: Smsc, message: ShortMessage
) -> None:
    taken: queue.Queue[ShortMessage] = queue.Queue()

    def take(arrived: ShortMessage) -> None:
        if taken.empty():
            taken.put(arrived)
            smsc.cut()  # the session breaks before the answer is out
            return
        taken.put(arrived)

    with Receiver(access_to(smsc.port), take):
        smsc.submit(message)
        assert [taken.get(timeout=10) for _ in range(2)] == [message, message]
        until(lambda: smsc.is_empty)


def test_a_message_that_could_not_be_kept_comes_again(smsc: Smsc, message: ShortMessage) -> None:
    tries: queue.Queue[ShortMessage] = queue.Queue()

    def take(arrived: ShortMessage) -> None:
        tries.put(arrived)
        if tries.qsize() == 1:
            raise RuntimeError("the database is away")

    with Receiver(access_to(smsc.port), take):
        smsc.submit(message)
        until(lambda: smsc.is_empty)
    assert tries.qsize() == 2


def test_other_messages_are_acknowledged_and_left_alone(
    telecom: Telecom, bank: Bank, smsc: Smsc, message: ShortMessage
) -> None:
    with Receiver(access_to(smsc.port), Inbox(telecom, bank).take):
        smsc.submit(ShortMessage(SENDER, SERVICE, 0, False, b"hello"))
        smsc.submit(ShortMessage(SENDER, SERVICE, BINARY, True, b"\x06\x05\x04\x00\x00\x00\x00"))
        smsc.submit(ShortMessage(SENDER, SERVICE, BINARY, False, message.user_data))
        until(lambda: smsc.is_empty)
    assert bring_vouchers(telecom, bank) == 0


def test_a_phone_submits_through_another_session(smsc: Smsc, message: ShortMessage) -> None:
    taken: queue.Queue[ShortMessage] = queue.Queue()
    submit = pdus.make("submit_sm", 1, **pdus.message_fields(message))
    with Receiver(access_to(smsc.port), taken.put), connected(smsc.port) as phone:
        phone.write(submit)
        assert phone.read().status == pdus.WRONG_STATE
        phone.write(pdus.make("enquire_link", 2))
        assert phone.read().command == "enquire_link_resp"
        phone.write(bind_of(PASSWORD))
        assert phone.read().status == pdus.OK
        phone.write(submit)
        answer = phone.read()
        while answer.command != "submit_sm_resp":
            # Bound as it is, it may be given the message itself; it takes none.
            answer = phone.read()
        assert answer.status == pdus.OK
        phone.write(pdus.make("unbind", 3))
        assert taken.get(timeout=10) == message


def test_a_transmitter_submits_and_is_given_nothing(smsc: Smsc, message: ShortMessage) -> None:
    taken: queue.Queue[ShortMessage] = queue.Queue()
    submit(access_to(smsc.port), message)
    submit(access_to(smsc.port), message)
    assert not smsc.is_empty, "nobody who takes messages is bound yet"
    with Receiver(access_to(smsc.port), taken.put):
        assert [taken.get(timeout=10) for _ in range(2)] == [message, message]


def test_what_an_smsc_does_not_take_is_said_to_be_not_submitted(
    smsc: Smsc, message: ShortMessage
) -> None:
    with pytest.raises(NotSubmitted, match="0x0d"):
        submit(access_to(smsc.port, "wrong"), message)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(NotSubmitted, match="counts once"):
        submit(access_to(port), message)
    assert smsc.is_empty


def test_a_voucher_that_a_phone_shows_is_sent_by_a_command(
    smsc: Smsc, purse: Purse, message: ShortMessage, zerobar: Run
) -> None:
    text = voucher_text(read_message(message.user_data).voucher, purse.certificate)
    where = ("--smsc", f"127.0.0.1:{smsc.port}", "--password", PASSWORD)
    taken: queue.Queue[ShortMessage] = queue.Queue()
    with Receiver(access_to(smsc.port), taken.put):
        said = zerobar("telecom", "send-sms", text, "--sender", "13800000009", *where).output
        assert taken.get(timeout=10) == message
    assert "132 octets" in said
    zerobar("telecom", "send-sms", text[:-1], "--sender", "13800000009", *where, code=2)


def test_who_has_another_password_is_not_let_in(smsc: Smsc) -> None:
    with connected(smsc.port) as stranger:
        stranger.write(bind_of("wrong"))
        assert stranger.read().status == pdus.BIND_FAILED
        with pytest.raises(StreamClosed):
            stranger.read()


@pytest.mark.parametrize("length", [0, 3, 15, 4_097, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_hostile_lengths_are_refused(smsc: Smsc, length: int) -> None:
    with pytest.raises(pdus.PduRefused):
        pdus.read_frame(lambda many: struct.pack(">I", length) if many == 4 else bytes(many))
    with connected(smsc.port) as stranger:
        stranger.write(struct.pack(">I", length) + bytes(64))
        with pytest.raises(StreamClosed):
            stranger.read()


def test_the_telecom_leaves_an_smsc_that_sends_nonsense_and_binds_again(
    message: ShortMessage,
) -> None:
    taken: queue.Queue[ShortMessage] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with Receiver(access_to(port), taken.put):
            with accepted(listening) as stream:
                stream.write(struct.pack(">I", 0xFFFF_FFFF))
                with pytest.raises(StreamClosed):
                    stream.read()
            with accepted(listening) as stream:
                stream.write(struct.pack(">IIII", 16, 0x0000_0111, 0, 77))
                nack = stream.read()
                assert (nack.command, nack.sequence) == ("generic_nack", 77)
                stream.write(struct.pack(">IIII", 17, 0x0000_0005, 0, 78) + b"x")
                assert stream.read().status in (pdus.WRONG_LENGTH, pdus.REJECTED)
                deliver = pdus.make("deliver_sm", 1, **pdus.message_fields(message))
                stream.write(cut_by_one(deliver))
                assert stream.read().status == pdus.REJECTED
                stream.write(deliver)
                assert stream.read().status == pdus.OK
    assert taken.get(timeout=10) == message


def cut_by_one(raw: bytes) -> bytes:
    """Return a message's PDU without its last octet, its length put right."""
    return struct.pack(">I", len(raw) - 1) + raw[4:-1]


def test_a_silent_smsc_is_asked_and_then_left() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        Receiver(access_to(listening.getsockname()[1]), print, enquire_after_s=0.1),
        accepted(listening) as stream,
    ):
        assert stream.read().command == "enquire_link"
        with pytest.raises(StreamClosed):
            stream.read()


def test_a_receiver_without_any_smsc_ends_when_it_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with Receiver(access_to(port), print):
        time.sleep(0.05)
    assert not [t for t in threading.enumerate() if t.name == "telecom-smpp"]


@given(st.binary(max_size=300))
def test_any_octets_are_a_pdu_or_refused(body: bytes) -> None:
    for command in (0x4, 0x5, 0x9, 0x15, 0x8000_0009, 0x103, 0xDEAD):
        raw = struct.pack(">IIII", 16 + len(body), command, 0, 1) + body
        try:
            pdu = pdus.parse(raw)
            if pdu.command in ("submit_sm", "deliver_sm"):
                pdus.read_message(pdu)
        except (pdus.PduRefused, pdus.MessageRefused):
            continue


@given(
    st.integers(0, 255),
    st.booleans(),
    st.binary(min_size=1, max_size=254),
    st.text("0123456789", max_size=20),
    st.text("0123456789", max_size=20),
)
def test_a_message_is_read_as_it_was_written(
    data_coding: int, has_header: bool, user_data: bytes, source: str, destination: str
) -> None:
    message = ShortMessage(source, destination, data_coding, has_header, user_data)
    raw = pdus.make("deliver_sm", 5, **pdus.message_fields(message))
    pdu = pdus.parse(raw)
    assert pdu.sequence == 5 and pdus.read_message(pdu) == message


@given(st.data())
def test_a_message_with_octets_changed_is_read_or_refused(data: st.DataObject) -> None:
    message = ShortMessage(SENDER, SERVICE, BINARY, True, bytes(132))
    raw = bytearray(pdus.make("deliver_sm", 5, **pdus.message_fields(message)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(16, len(raw)))
    try:
        pdu = pdus.parse(bytes(raw[:cut]))
        if pdu.command == "deliver_sm":
            pdus.read_message(pdu)
    except (pdus.PduRefused, pdus.MessageRefused):
        return
