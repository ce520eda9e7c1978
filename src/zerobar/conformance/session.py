"""Sessions with the purse under test: raw commands, each answer checked to the last byte."""

from __future__ import annotations

from typing import Final, NamedTuple

from zerobar.conformance.answers import check_answer
from zerobar.conformance.exchange_log import ExchangeLog, meaning
from zerobar.conformance.mirror import Mirror
from zerobar.conformance.provider import CardUnderTest
from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.conformance.world import World
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.limits import Limits
from zerobar.purse.messages import Certificate, SelectAnswer, State
from zerobar.purse.status import WRONG_PIN_BASE, Status

PIN: Final = b"1234\xff\xff\xff\xff"
OTHER_PIN: Final = b"4321\xff\xff\xff\xff"
_PIN_COMMANDS: Final = (Instruction.VERIFY, Instruction.CHANGE_PIN)


class Answer(NamedTuple):
    """What a card answers."""

    data: bytes
    status: int


class Session:
    """A card, the world around it, and the mirror of what it must hold.

    Attributes:
        mirror: there once the card has a key.
        certificate: the purse's own; None in factory state.
        pin: the right PIN, 8 bytes.
        requests: every request that the purse has prepared.
        keys: public keys of the key table by number, and key_days their dates.
    """

    mirror: Mirror
    certificate: Certificate | None = None

    def __init__(self, card: CardUnderTest, world: World, log: ExchangeLog) -> None:
        self.card = card
        self.world = world
        self.log = log
        self.contactless_now = False
        self.active = False
        self.pin = PIN
        self.unblock_counter = 0
        self.requests: set[bytes] = set()
        self.public_key = self.id = b""
        self.key_days: dict[int, int] = {}
        self.keys: dict[int, bytes] = {}
        self._nonces = 0
        self.last_nonce = bytes(8)
        self.class_is_listed = False

    # --- sessions -------------------------------------------------------------------------

    def power_on(self, *, contactless: bool = False) -> None:
        """Reset the card on one of its interfaces; nothing is selected then."""
        self.log.powered_on(contactless=contactless)
        if contactless:
            self.card.power_on_contactless()
        else:
            self.card.power_on_contact()
        self.contactless_now = contactless

    def contact(self) -> SelectAnswer:
        """Reset the card on its contacts and select the purse."""
        self.power_on()
        return self.select()

    def contactless(self) -> SelectAnswer:
        """Bring the card into a new field and select the purse."""
        self.power_on(contactless=True)
        return self.select()

    def select(self) -> SelectAnswer:
        """Select the purse: a new session, without a reset."""
        return SelectAnswer.parse(self.ok(Instruction.SELECT, AID, p1=4))

    # --- raw commands ---------------------------------------------------------------------

    def exchange(self, apdu: bytes) -> Answer:
        """Send any bytes; the mirror does not hear of it."""
        answer = self.card.exchange(apdu)
        self.log.exchanged(apdu, answer)
        if len(answer) < 2:
            raise Nonconformity("an answer without a status word")
        return Answer(answer[:-2], int.from_bytes(answer[-2:]))

    def send(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> Answer:
        """Send a command; what an answer with 9000 must be is checked."""
        answer = self.exchange(command(instruction, data, p1))
        if answer.status == Status.OK:
            check_answer(self, instruction, p1, data, answer.data)
        else:
            same(answer.data, b"", "data beside a refusal")
        last_try = instruction in _PIN_COMMANDS and answer.status == WRONG_PIN_BASE
        if last_try and self.active:
            self.mirror.pin_blocked = True
        return answer

    def ok(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> bytes:
        """Send a command that must succeed; return its data."""
        answer = self.send(instruction, data, p1)
        self._answered(instruction, answer.status, Status.OK)
        return answer.data

    def refuses(
        self, status: int, instruction: Instruction, data: bytes = b"", p1: int = 0
    ) -> None:
        """Send a command that must be refused so, and see that the state is as it was."""
        self._answered(instruction, self.send(instruction, data, p1).status, status)
        if self.active:
            self.state()

    def answers(
        self, status: int, instruction: Instruction, data: bytes = b"", p1: int = 0
    ) -> None:
        """Send a command that must answer so; for where asking for the STATE would disturb."""
        self._answered(instruction, self.send(instruction, data, p1).status, status)

    def repeats(self, instruction: Instruction, data: bytes = b"") -> None:
        """Send a command that must succeed and change nothing."""
        entry, number = self.mirror.entry, self.mirror.number
        self.ok(instruction, data)
        same((self.mirror.entry, self.mirror.number), (entry, number), "entry and request number")
        self.state()

    def _answered(self, instruction: Instruction, got: int, wanted: int) -> None:
        if got != wanted:
            raise Nonconformity(
                f"{instruction.name.replace('_', ' ')} was answered {got:04X} ({meaning(got)})"
                f" instead of {wanted:04X} ({meaning(wanted)})"
            )

    def state(self) -> State:
        """Ask for the STATE, by contact plainly, in a field in the operator's name."""
        return State.parse(self.ok(Instruction.STATE, self.state_query()))

    def state_query(self) -> bytes:
        """Return what STATE takes on the interface in use, with a new nonce."""
        nonce = self.nonce()
        if not self.contactless_now:
            return nonce
        return self.world.operator.state_query(self.id, nonce)

    def nonce(self) -> bytes:
        """Return 8 bytes not used before."""
        self._nonces += 1
        return self._nonces.to_bytes(4) + b"none"

    # --- what the suite knows -------------------------------------------------------------

    def take_public_key(self, key: bytes) -> None:
        """Remember the key that the card has made."""
        self.public_key = key
        self.id = self.world.hash(key)[:8]

    @property
    def own_certificate(self) -> Certificate:
        """The purse's certificate; the purse must have one."""
        assert self.certificate is not None
        return self.certificate

    @property
    def has_first_pin(self) -> bool:
        """Whether the PIN is the one set in the factory."""
        return self.pin == PIN

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self.mirror.limits
