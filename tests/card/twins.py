"""Two purses with the same keys: the applet on a simulated card, and the Python purse.

Every command goes to both. Status words, answers and what is held must be the same, byte for
byte; signatures must verify. What a purse makes at random is taken from the card: its keys, and
its half of a nonce.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from tests.card.holding import held
from tests.card.simulator import SimulatedLink, Simulator
from zerobar.conformance.world import FIRST_DAY, World, public_key
from zerobar.issuer.authority import Validity
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Certificate, EntryKind, PurseClass, Role
from zerobar.purse.purse import Interface, Purse
from zerobar.purse.store import memory_size
from zerobar.purse.suites import KEY_SEED_LENGTH, P256, PRIVATE_KEY_LENGTH

PIN: Final = b"1234\xff\xff\xff\xff"
KEYS: Final = {
    1: (Role.ROOT, "root"),
    2: (Role.CA, "certification authority"),
    3: (Role.SYNC, "sync"),
    4: (Role.OPERATOR_PURSE, "operator purse"),
}
_OK: Final = b"\x90\x00"
_SIGNATURE_AT: Final = {
    Instruction.PAY: 52,
    Instruction.GET_VOUCHER: 52,
    Instruction.VOID: 42,
    Instruction.STATE: 68,
}
_LOG_SIGNATURE_AT: Final = 13 + 52
_LIVES: Final = 100


class Different(AssertionError):
    """The two purses did not do the same."""


class Twins:
    """Both purses, personalised alike, in the same session.

    Attributes:
        seen: how often a command was answered by a status word.
    """

    def __init__(
        self, card: Simulator, slots: int, world: World, purse_class: PurseClass = PurseClass.PERSON
    ) -> None:
        self.world = world
        self.card = card
        card.blank(slots)
        self.memory = Memory(bytes(memory_size(slots)))
        self.applet = Applet(self.memory, self._random)
        self._told: dict[int, bytes] = {}
        self.seen: Counter[tuple[str, int]] = Counter()
        self.interface = Interface.CONTACT
        self.power_on(Interface.CONTACT)
        self._personalise(purse_class)

    # --- keys ------------------------------------------------------------------------------

    def _random(self, length: int) -> bytes:
        return self._told[length]

    def _personalise(self, purse_class: PurseClass) -> None:
        self.public_key = self._generate_key()
        self.id = P256.hash(self.public_key)[:8]
        for number, (role, name) in KEYS.items():
            self.ok(Instruction.PUT_KEY, bytes((number, role)) + public_key(name))
        validity = Validity(FIRST_DAY, FIRST_DAY + _LIVES)
        certificate = self.world.authority.certify(self.public_key, purse_class, validity)
        self.ok(Instruction.PUT_CERTIFICATE, bytes(certificate))
        self.ok(Instruction.FINISH, PIN)
        self.select()

    def _generate_key(self) -> bytes:
        """Make a key on the card, and have the other purse make the very same."""
        apdu = command(Instruction.GENERATE_KEY, b"\x01")
        made = self.card.exchange(apdu)
        keys = self.card.keys()
        # The seed is reduced to 1 and more.
        seed = int.from_bytes(keys.private_key) - 1
        self._told[KEY_SEED_LENGTH] = seed.to_bytes(KEY_SEED_LENGTH)
        self._told[PRIVATE_KEY_LENGTH] = keys.internal_key
        self._compare(apdu, made, self.applet.exchange(apdu))
        return made[:-2]

    # --- what both do ----------------------------------------------------------------------

    def power_on(self, interface: Interface) -> None:
        """Power both up by an interface, and select the purse."""
        self.interface = interface
        SimulatedLink(self.card, interface)
        self.applet.power_on(interface)
        self.select()

    def select(self) -> bytes:
        """Begin a session."""
        return self.ok(Instruction.SELECT, AID, p1=4)

    def ok(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> bytes:
        """Send a command that must succeed; return its data."""
        answer = self.send(command(instruction, data, p1))
        if answer[-2:] != _OK:
            raise Different(f"{instruction.name} was answered {answer[-2:].hex()}")
        return answer[:-2]

    def send(self, apdu: bytes) -> bytes:
        """Send a command to both; return the card's answer when all is the same."""
        card = self.card.exchange(apdu)
        self._told[4] = card[6:10]
        python = self.applet.exchange(apdu)
        self._compare(apdu, card, python)
        self.seen[name_of(apdu), int.from_bytes(card[-2:])] += 1
        return card

    def _compare(self, apdu: bytes, card: bytes, python: bytes) -> None:
        masked = [self._masked(apdu, answer) for answer in (card, python)]
        if masked[0] != masked[1]:
            raise Different(f"> {apdu.hex()}\n< {card.hex()} (card)\n< {python.hex()} (python)")
        if python[-2:] == _OK or apdu[:2] == b"\x00\x20" or apdu[:2] == b"\x00\x24":
            self.compare_held(apdu)

    def compare_held(self, apdu: bytes = b"") -> None:
        """See that both hold the same, once both are selected."""
        purse = self.applet._purse
        if purse is None:
            return
        card, python = self.card.held(), held(purse)
        if card != python:
            at = next((i for i, (a, b) in enumerate(zip(card, python, strict=False)) if a != b), -1)
            raise Different(f"held differs from byte {at} after {apdu.hex()}")

    def _masked(self, apdu: bytes, answer: bytes) -> bytes:
        """Return an answer without the purse's own signature, which must be good."""
        at = self._signature_at(apdu, answer)
        if at is None:
            return answer
        P256.verify(self.public_key, self._signed(apdu, answer, at), answer[at : at + 64])
        return answer[:at] + answer[at + 64 :]

    def _signature_at(self, apdu: bytes, answer: bytes) -> int | None:
        if len(answer) == 2:
            return None
        instruction = known(apdu)
        if instruction is Instruction.PREPARE and apdu[2] == 1:
            return 32
        if instruction is Instruction.READ_LOG:
            return _LOG_SIGNATURE_AT if answer[0] == EntryKind.PAY else None
        return None if instruction is None else _SIGNATURE_AT.get(instruction)

    @staticmethod
    def _signed(apdu: bytes, answer: bytes, at: int) -> bytes:
        start = 13 if known(apdu) is Instruction.READ_LOG else 0
        return answer[start:at]

    # --- what tests ask --------------------------------------------------------------------

    @property
    def purse(self) -> Purse:
        """The Python purse, into which one can look."""
        assert self.applet._purse is not None
        return self.applet._purse

    @property
    def certificate(self) -> Certificate:
        """Their certificate."""
        return self.purse.certificate


def known(apdu: bytes) -> Instruction | None:
    """Return the command that an APDU is, if it is any."""
    try:
        return Instruction((apdu[0], apdu[1]))
    except (ValueError, IndexError):
        return None


def name_of(apdu: bytes) -> str:
    """Return a command's name."""
    instruction = known(apdu)
    return instruction.name if instruction else "unknown"
