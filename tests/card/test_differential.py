"""Random sequences of commands to both purses: what they say and what they hold stays the same."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.card.commands import Commands
from tests.card.holding import held
from tests.card.simulator import Simulator
from tests.card.twins import Different, Twins, known
from tests.conftest import PROFILE
from zerobar.conformance.world import World
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.messages import PurseClass
from zerobar.purse.purse import Interface
from zerobar.purse.status import Status
from zerobar.reader.errors import CardTorn

LENGTH = 400
FUNDS = 90_000
SELECT = command(Instruction.SELECT, AID, 4)
SEEDS = {"quick": 2, "everyday": 20, "deep": 40}[PROFILE]
RINGS = (8, 16, 64)
CLASSES = (PurseClass.PERSON, PurseClass.MERCHANT, PurseClass.ANONYMOUS)
LONGEST_CUT = 500
UNCERTAIN = (Instruction.VERIFY, Instruction.CHANGE_PIN, Instruction.ACCEPT, Instruction.SELECT)
"""Cut, these may rightly leave a try less, or a certificate not yet remembered."""

REACHED = {
    *((i.name, Status.OK) for i in Instruction if i.value[1] < 0xE0),
    ("PUT_CERTIFICATE", Status.OK),
    ("PAY", Status.OTHER_CONTENT),
    ("PAY", Status.INSUFFICIENT_BALANCE),
    ("PAY", Status.OVER_PAYMENT_LIMIT),
    ("PAY", Status.PIN_NEEDED),
    ("PAY", Status.LOG_FULL),
    ("PAY", Status.PURSE_BLOCKED),
    ("PAY", Status.CERTIFICATE_REFUSED),
    ("PAY", Status.SIGNATURE_REFUSED),
    ("ACCEPT", Status.REQUEST_NOT_MINE),
    ("ACCEPT", Status.ALREADY_SETTLED),
    ("ACCEPT", Status.CERTIFICATE_REFUSED),
    ("ACCEPT", Status.SIGNATURE_REFUSED),
    ("ACCEPT", Status.LOG_FULL),
    ("ACCEPT", Status.PAYER_BLOCKLISTED),
    ("VOID", Status.ALREADY_SETTLED),
    ("VOID", Status.CERTIFICATE_REFUSED),
    ("UNDO", Status.ENTRY_NOT_IN_LOG),
    ("UNDO", Status.OTHER_CONTENT),
    ("UNDO", Status.SIGNATURE_REFUSED),
    ("SYNC_ACK", Status.ENTRY_NOT_IN_LOG),
    ("SYNC_ACK", Status.OTHER_CONTENT),
    ("SYNC_ACK", Status.CONDITIONS_NOT_SATISFIED),
    ("KEY_UPDATE", Status.OTHER_CONTENT),
    ("KEY_UPDATE", Status.MALFORMED),
    ("VERIFY", Status.PIN_BLOCKED),
    ("PREPARE", Status.LOG_FULL),
    ("PREPARE", Status.TOO_MUCH_VALUE),
    ("PAY", Status.NO_PIN_TOTAL_USED),
    ("PAY", Status.TOO_MANY_PAYMENTS),
    ("SYNC_ACK", Status.SIGNATURE_REFUSED),
    ("STATE", Status.SIGNATURE_REFUSED),
    ("RESET_PIN", Status.REQUEST_NOT_MINE),
    ("unknown", Status.UNKNOWN_CLASS),
    ("unknown", Status.UNKNOWN_INSTRUCTION),
}
"""What the everyday run must have tried, or it has proved less than it says."""

pytestmark = pytest.mark.slow


def told_apart(console: Simulator, seed: int) -> Twins:
    """Drive both purses through one sequence; raise Different where they part."""
    random = Random(seed)
    slots, purse_class = RINGS[seed % len(RINGS)], CLASSES[seed % len(CLASSES)]
    twins = Twins(console, slots, World(), purse_class)
    commands = Commands(twins, random)
    for _ in range(random.randint(0, 3)):
        commands.fund(FUNDS)
    for _ in range(LENGTH):
        if random.random() < 0.08:
            twins.power_on(random.choice(list(Interface)))
        apdu = commands.next()
        if random.random() < 0.06 and known(apdu) not in UNCERTAIN:
            tear(twins, apdu, random)
        else:
            commands.learn(apdu, twins.send(apdu))
    twins.compare_held()
    return twins


def tear(twins: Twins, apdu: bytes, random: Random) -> None:
    """Cut the card's power in a command; the other purse then does all of it, or nothing."""
    before = bytes(twins.memory.read(0, twins.memory.size))
    python = twins.applet.exchange(apdu)
    twins.card.cut_after(random.randrange(LONGEST_CUT))
    try:
        card = twins.card.exchange(apdu)
    except CardTorn:
        card = b""
    twins.card.never_cut()
    if not card:
        twins.card.power_on(twins.interface)
        twins.card.exchange(SELECT)
        if twins.card.held() != held_by(twins):
            twins.memory.write(0, before)
    else:
        assert card[-2:] == python[-2:]
    twins.power_on(twins.interface)


def held_by(twins: Twins) -> bytes:
    """Return what the Python purse holds after a reset."""
    twins.applet.power_on(twins.interface)
    twins.applet.exchange(SELECT)
    return held(twins.purse)


def test_no_sequence_of_commands_tells_the_purses_apart(console: Simulator) -> None:
    seen: Counter[tuple[str, int]] = Counter()
    for seed in range(SEEDS):
        seen += seen_in(console, seed)
    if PROFILE != "quick":
        assert {f"{name} {status:04X}" for name, status in REACHED - set(seen)} == set()


@pytest.mark.deep
@pytest.mark.parametrize("block", range(20))
def test_no_long_run_tells_the_purses_apart(console: Simulator, block: int) -> None:
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        seen_in(console, seed)


def seen_in(console: Simulator, seed: int) -> Counter[tuple[str, int]]:
    """Return how often which command was answered by what; a failure names the seed."""
    try:
        return told_apart(console, seed).seen
    except Different as difference:
        pytest.fail(f"sequence {seed}: {difference}")
