"""The purse applet: APDUs in, answers out, over memory that may lose power at any byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from zerobar.purse import accepting, factory, paying, pin, syncing
from zerobar.purse.apdu import AID, MAX_DATA, Command, Instruction
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    BlocklistDelta,
    KeyUpdate,
    SelectAnswer,
    SelectStatus,
    SyncAck,
)
from zerobar.purse.purse import Interface, Purse, refuse_if
from zerobar.purse.ring import MemoryFailure
from zerobar.purse.status import Refusal, Status
from zerobar.purse.wire import FormError

VERSION: Final = 1
_MAX_SHOWN_SLOTS: Final = 255
_SELECT_BY_NAME: Final = 0x04


@dataclass(frozen=True)
class _Handler:
    """How one command is taken: its lengths, its parser, where in life, and what it does."""

    lengths: tuple[int, ...]
    parse: Callable[[bytes], Any]
    run: Callable[..., bytes]
    in_factory: bool = False
    when_active: bool = True
    p1s: tuple[int, ...] = (0,)


def _nothing(_: bytes) -> None:
    return None


def _factory(length: int, parse: Callable[[bytes], Any], run: Callable[..., bytes]) -> _Handler:
    return _Handler((length,), parse, run, in_factory=True, when_active=False)


_DELTA_LENGTHS: Final = tuple(range(BlocklistDelta.MIN_LENGTH, BlocklistDelta.MAX_LENGTH + 1, 8))

_HANDLERS: Final[dict[Instruction, _Handler]] = {
    Instruction.PAY: _Handler((27, 32, 233), paying.Order.parse, paying.pay),
    Instruction.GET_VOUCHER: _Handler((12, 4), paying.Wanted.parse, paying.get_voucher),
    Instruction.GET_CERTIFICATE: _Handler((0,), _nothing, paying.get_certificate),
    Instruction.PREPARE: _Handler((15,), accepting.parse_terms, accepting.prepare, p1s=(0, 1)),
    Instruction.ACCEPT: _Handler((253, 124), accepting.Presented.parse, accepting.accept),
    Instruction.VOID: _Handler((253,), accepting.Presented.parse_to_void, accepting.void),
    Instruction.UNDO: _Handler((243,), paying.Voided.parse, paying.undo),
    Instruction.STATE: _Handler((8, 73), syncing.StateQuery.parse, syncing.state),
    Instruction.READ_LOG: _Handler((4,), syncing.parse_entry, syncing.read_log),
    Instruction.SYNC_ACK: _Handler((123,), SyncAck.parse, syncing.sync_ack),
    Instruction.BLOCKLIST: _Handler(_DELTA_LENGTHS, BlocklistDelta.parse, syncing.blocklist),
    Instruction.KEY_UPDATE: _Handler((134,), KeyUpdate.parse, syncing.key_update),
    Instruction.VERIFY: _Handler((8,), pin.parse_pin, pin.verify),
    Instruction.CHANGE_PIN: _Handler((16,), pin.PinChange.parse, pin.change),
    Instruction.RESET_PIN: _Handler((84,), pin.parse_unblock, pin.reset),
    Instruction.ARM: _Handler((4,), pin.parse_maximum, pin.arm),
    Instruction.GENERATE_KEY: _factory(1, factory.parse_suite, factory.generate_key),
    Instruction.PUT_KEY: _factory(66, factory.parse_key, factory.put_factory_key),
    Instruction.PUT_CERTIFICATE: _Handler(
        (137,), factory.parse_certificate, factory.put_certificate, in_factory=True
    ),
    Instruction.PUT_LIMITS: _factory(33, factory.ClassLimits.parse, factory.put_limits),
    Instruction.FINISH: _factory(8, pin.parse_pin, factory.finish),
}


class Applet:
    """A purse behind APDUs.

    Args:
        memory: of `memory_size(slots)` bytes; zeros are a blank purse in factory state.
        random: returns that many random bytes; used when keys are made.
    """

    def __init__(self, memory: Memory, random: Callable[[int], bytes]) -> None:
        self._memory = memory
        self._random = random
        self._powered: Interface | None = None
        self._purse: Purse | None = None

    def power_on(self, interface: Interface) -> None:
        """Power up or reset by this interface; everything in RAM is lost."""
        self._powered, self._purse = interface, None

    def power_off(self) -> None:
        """Take the power away."""
        self._powered, self._purse = None, None

    def exchange(self, apdu: bytes) -> bytes:
        """Answer a command: response data, 0 to 253 bytes, and a status word of 2.

        A PowerCut passes through; the applet then needs `power_on`.
        """
        assert self._powered is not None, "no power"
        try:
            return self._run(Command.parse(apdu)) + Status.OK.to_bytes(2)
        except Refusal as refusal:
            return refusal.status.to_bytes(2)
        except MemoryFailure:
            self._purse = None
            return Status.MEMORY_FAILURE.to_bytes(2)

    def _run(self, command: Command) -> bytes:
        if command.instruction is Instruction.SELECT:
            return self._select(command)
        if self._purse is None:
            raise Refusal(Status.NOTHING_SELECTED)
        handler = _HANDLERS[command.instruction]
        refuse_if(command.p1 not in handler.p1s or command.p2 != 0, Status.WRONG_P1_P2)
        refuse_if(len(command.data) not in handler.lengths, Status.WRONG_LENGTH)
        try:
            parsed = handler.parse(command.data)
        except FormError:
            raise Refusal(Status.MALFORMED) from None
        at_home = handler.when_active if self._purse.active else handler.in_factory
        refuse_if(not at_home, Status.CONDITIONS_NOT_SATISFIED)
        if len(handler.p1s) > 1:
            return handler.run(self._purse, parsed, command.p1)
        return handler.run(self._purse, parsed)

    def _select(self, command: Command) -> bytes:
        wrong = command.p1 != _SELECT_BY_NAME or command.p2 != 0
        refuse_if(wrong, Status.WRONG_P1_P2)
        refuse_if(len(command.data) > MAX_DATA, Status.WRONG_LENGTH)
        refuse_if(command.data != AID, Status.NOT_FOUND)
        assert self._powered is not None
        purse = Purse(self._memory, self._random, self._powered)
        purse.store.firm()
        if not purse.contactless:
            accepting.forget_contactless_requests(purse)
        self._purse = purse
        return bytes(_select_answer(purse))


def _select_answer(purse: Purse) -> SelectAnswer:
    """To an antenna nothing is told that could track a person."""
    shown = purse.active and not purse.contactless
    status = SelectStatus(
        flags=purse.flags,
        purse_class=purse.certificate.purse_class if purse.active else 0,
        number=purse.number if shown else 0,
        epoch=purse.store.blocklist.value.epoch if shown else 0,
        free_slots=min(_MAX_SHOWN_SLOTS, purse.ring.free(purse.base)),
    )
    return SelectAnswer(VERSION, status, purse.certificate if shown else None)
