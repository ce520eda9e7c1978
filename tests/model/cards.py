"""Real purses for the model's, with memory that can be cut, written weakly, and copied."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from tests.model.scope import Scope
from tests.model.terms import NOBODY, OPERATOR, SERVICE
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    Certificate,
    PurseClass,
    Role,
    SelectAnswer,
    State,
)
from zerobar.purse.purse import WINDOW_SIZE, Interface
from zerobar.purse.records import VALID
from zerobar.purse.store import memory_size
from zerobar.purse.suites import KEY_SEED_LENGTH, P256, purse_id

CURRENCY: Final = 156
FIRST_DAY: Final = 20_000
DAYS_PER_STEP: Final = 16
"""One step of the model's clock: within the grace of 30 days after expiry, two are beyond it."""
PIN: Final = b"1234".ljust(8, b"\xff")
CA_KEY, SYNC_KEY, LIST_KEY, ROOT_KEY, OPERATOR_KEY = range(1, 6)
"""Numbers in the key table."""


@dataclass(frozen=True)
class KeyPair:
    """A private key of 32 bytes, a public key of 64, and the purse id that it makes."""

    private: bytes
    public: bytes
    id: bytes

    @classmethod
    def of(cls, name: str) -> KeyPair:
        """Make the key pair that belongs to a name."""
        private = P256.private_key(Random(name).randbytes(KEY_SEED_LENGTH))
        public = P256.public_key(private)
        return cls(private, public, purse_id(P256, public))

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return P256.sign(self.private, message)


AUTHORITY: Final = KeyPair.of("authority")
LISTS: Final = KeyPair.of("blocklists")
HOSTED: Final = {OPERATOR: KeyPair.of("operator"), SERVICE: KeyPair.of("service")}
HOSTED_CLASSES: Final = {OPERATOR: PurseClass.OPERATOR, SERVICE: PurseClass.SERVICE}
STRANGER: Final = {NOBODY: KeyPair.of("nobody").id}


def sync_key(date: int) -> KeyPair:
    """Return the sync key that is in force from a date on."""
    return KeyPair.of(f"sync {date}")


def day(time: int) -> int:
    """Return the day that a step of the model's clock stands for."""
    return FIRST_DAY + time * DAYS_PER_STEP


def certify(public_key: bytes, purse_class: PurseClass, scope: Scope) -> Certificate:
    """Make a certificate that ends on the scope's last day."""
    return Certificate(
        key_number=CA_KEY,
        purse_class=purse_class,
        currency=CURRENCY,
        not_before_day=FIRST_DAY,
        not_after_day=day(scope.last_day),
        public_key=public_key,
    ).signed(AUTHORITY.sign)


class TornMemory(Memory):
    """Memory whose last byte before a cut may be left weak.

    Attributes:
        journal: every write, as (offset, data), since it was last emptied.
        weak_at: the offset of the weak byte; any write over it makes it firm.
        last: the byte written last, as (offset, what it was before).
    """

    def __init__(self, contents: bytes | bytearray) -> None:
        super().__init__(contents)
        self.journal: list[tuple[int, bytes]] = []
        self.weak_at: int | None = None
        self._weak_values = (b"", b"")
        self.last = (0, b"")

    def write(self, offset: int, data: bytes) -> None:
        self.journal.append((offset, data))
        super().write(offset, data)

    @property
    def image(self) -> bytes:
        """All bytes as they read now."""
        return self.read(0, self.size)

    def weaken(self) -> None:
        """Leave the byte written last weak: it reads as now, or as it did before."""
        self.weak_at, before = self.last
        self._weak_values = (before, self.read(self.weak_at, 1))

    def settle(self, written: bool | None) -> None:
        """Let the weak byte read one way until the power goes again; without one, nothing.

        Args:
            written: which way; None: the other way than last time, which is always the worse.
        """
        if self.weak_at is not None:
            before, after = self._weak_values
            if written is None:
                written = self.read(self.weak_at, 1) != after
            super()._store(self.weak_at, after if written else before)

    def _store(self, offset: int, data: bytes) -> None:
        if self.weak_at is not None and offset <= self.weak_at < offset + len(data):
            self.weak_at = None
        if data:
            end = offset + len(data) - 1
            self.last = (end, self.read(end, 1))
        super()._store(offset, data)


class Card:
    """One real purse in contact, selected.

    Args:
        name: from which its keys are made.
        scope: sizes and limits.
    """

    def __init__(self, name: str, scope: Scope) -> None:
        self.memory = TornMemory(bytes(memory_size(scope.ring)))
        self._other: bytes | None = None
        self._random = Random(name)
        self.applet = Applet(self.memory, self._random.randbytes)
        self.reset()
        self.certificate = self._personalise(scope)

    @property
    def id(self) -> bytes:
        """Purse id, 8 bytes."""
        return self.certificate.id

    def reset(self) -> SelectAnswer:
        """Take the power away, give it back, select."""
        self.applet.power_off()
        self.applet.power_on(Interface.CONTACT)
        return SelectAnswer.parse(self.ask(Instruction.SELECT, AID, p1=4))

    def ask(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> bytes:
        """Exchange a command that must succeed; return its answer."""
        answer, status = self.exchange(instruction, data, p1)
        assert status == 0x9000, f"{instruction.name}: {status:04X}"
        return answer

    def exchange(self, instruction: Instruction, data: bytes, p1: int = 0) -> tuple[bytes, int]:
        """Exchange a command; return its answer and status word."""
        raw = self.applet.exchange(command(instruction, data, p1))
        return raw[:-2], int.from_bytes(raw[-2:])

    def swap(self) -> None:
        """Put this copy of the purse aside and take the other; the first time, make it."""
        here = self.memory.image
        self.memory.write(0, self._other or here)
        self._other = here
        self.reset()

    def copy(self) -> Applet:
        """Return another applet on a copy of the memory as it reads now, in contact, selected."""
        applet = Applet(Memory(self.memory.image), self._random.randbytes)
        applet.power_on(Interface.CONTACT)
        applet.exchange(command(Instruction.SELECT, AID, p1=4))
        return applet

    def _personalise(self, scope: Scope) -> Certificate:
        public_key = self.ask(Instruction.GENERATE_KEY, b"\x01")
        for number, role, key in (
            (CA_KEY, Role.CA, AUTHORITY.public),
            (SYNC_KEY, Role.SYNC, sync_key(0).public),
            (LIST_KEY, Role.SYNC, LISTS.public),
            (ROOT_KEY, Role.ROOT, AUTHORITY.public),
            (OPERATOR_KEY, Role.OPERATOR_PURSE, HOSTED[OPERATOR].public),
        ):
            self.ask(Instruction.PUT_KEY, bytes((number, role)) + key)
        certificate = certify(public_key, PurseClass.PERSON, scope)
        self.ask(Instruction.PUT_CERTIFICATE, bytes(certificate))
        self.ask(Instruction.PUT_LIMITS, bytes((PurseClass.PERSON,)) + _limits(scope))
        self.ask(Instruction.FINISH, PIN)
        self.reset()
        return certificate


def _limits(scope: Scope) -> bytes:
    limits, never = scope.limits, 0x7FFFFFFF
    values = (
        limits.per_payment,
        limits.without_pin,
        never,
        limits.holding,
        limits.count_out,
        limits.value_out,
        limits.value_in,
        0,
    )
    return b"".join(value.to_bytes(4) for value in values)


def commit_length(journal: list[tuple[int, bytes]]) -> int:
    """Return how many bytes of a command's writes it takes to commit: the first marker set."""
    length = 0
    for _, data in journal:
        length += len(data)
        if data == VALID:
            return length
    raise AssertionError("nothing was committed")


def requests_per_number(scope: Scope) -> int:
    """Return how many real requests stand for one of the model, whose window is smaller."""
    assert WINDOW_SIZE % scope.window == 0
    return WINDOW_SIZE // scope.window


def read_state(applet: Applet) -> State:
    """Return the STATE of a selected applet in contact, with a nonce of zeros."""
    raw = applet.exchange(command(Instruction.STATE, bytes(8)))
    assert raw[-2:] == b"\x90\x00", raw[-2:].hex()
    return State.parse(raw[:-2])
