"""How long a tap holds a real card in the field: a model, from what chips were measured to take.

Signature and verification are JCAlgTest's published measurements of P-256 on 256 bytes of data
(crocs-muni/JCAlgTest, Profiles/performance); a SIM's are an estimate. Hashing and the write of a
slot are an allowance, for JCAlgTest's SHA-256 of 256 bytes (7.9 ms on the P71, 22.4 on
JCOP 2.4.2 R3, 11.8 on the Athena) is already inside its signature figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RADIO_UP_MS: Final = 25.0
"""Field on, anticollision, activation."""
SELECT_MS: Final = 15.0
BYTECODE_MS: Final = 10.0
READER_PER_APDU_MS: Final = 2.0
BITS_PER_BYTE: Final = 9
"""Eight and parity."""
KBIT_PER_S: Final = 106.0
"""The slowest rate, which every card and reader has."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind of card.

    Attributes:
        sign_ms, verify_ms: one P-256 operation.
        hash_and_write_ms: chain, guard and a non-atomic write of one slot.
        goal_ms: for the hold; None: none was set.
    """

    name: str
    sign_ms: float
    verify_ms: float
    hash_and_write_ms: float
    goal_ms: float | None = None


CHIPS: Final = (
    Chip("JCOP4 P71", 28.6, 30.2, 12.4, 150),
    Chip("JCOP3 P60", 51.6, 50.3, 11.4, 150),
    Chip("JCOP 2.4.2", 82.8, 128.0, 19.2),
    Chip("Athena IDProtect", 114.0, 203.0, 10.0),
    Chip("SIM class (estimate)", 115.0, 150.0, 20.0, 220),
)

ANCHORS: Final = (
    ("transit gate, budget", "300"),
    ("Octopus", "300"),
    ("Oyster", "300-350"),
    ("contactless EMV", "about 530"),
)
"""What people hold a card to a reader for today, in milliseconds."""


def hold_ms(
    chip: Chip, *, apdus: int, bytes_on_air: int, signatures: int, verifications: int
) -> float:
    """Return how long the card has to stay in the field."""
    on_air = bytes_on_air * BITS_PER_BYTE / KBIT_PER_S
    computing = signatures * chip.sign_ms + verifications * chip.verify_ms
    around = RADIO_UP_MS + SELECT_MS + BYTECODE_MS + apdus * READER_PER_APDU_MS
    return around + on_air + computing + chip.hash_and_write_ms
