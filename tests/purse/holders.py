"""The purses of a world, the bag of its messages, and what chance adds to each move."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from tests.purse.cards import CONTACT, CONTACTLESS, Card, personalised
from tests.purse.logical import Logical
from zerobar.purse.limits import Limits
from zerobar.purse.messages import Certificate, LogEntry, PurseClass, Request, State
from zerobar.purse.purse import Interface
from zerobar.purse.ring import Slot


@dataclass(frozen=True)
class Member:
    """A purse that the world begins with: limits in fen, as in section 5."""

    name: str
    purse_class: PurseClass
    slots: int
    limits: Limits


MEMBERS = (
    Member("anna", PurseClass.PERSON, 8, Limits(5000, 2000, 6000, 12000, 10, 15000, 15000, 6)),
    Member("carl", PurseClass.ANONYMOUS, 4, Limits(3000, 1000, 4000, 6000, 3, 5000, 8000, 0)),
    Member("till", PurseClass.MERCHANT, 8, Limits(9000, 9000, 30000, 20000, 9, 30000, 40000, 9)),
    Member("dora", PurseClass.PERSON, 16, Limits(5000, 5000, 9000, 9000, 5, 9000, 9000, 0)),
)


@dataclass(frozen=True)
class Draw:
    """What chance adds to a move: whom, which message, how much, and where the power goes."""

    who: int
    pick: int
    amount: int
    twist: int
    cut: int | None = None


@dataclass
class Holder:
    """A purse, and what the world knows of it.

    Attributes:
        history: every slot it ever committed, in order.
        prepared: its requests that left it, by number.
        floors: values that must never fall, as last seen.
        paying: the PIN was given in this session; `armed` up to how much, at which entry.
        block: set by the last acknowledgement; `hits` own blocklist entries, `forgiven` so many.
    """

    member: Member
    card: Card
    state: Logical
    interface: Interface = CONTACT
    history: list[Slot] = field(default_factory=list)
    prepared: dict[int, Request] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)
    paying: bool = False
    armed: tuple[int, int] = (0, 0)
    block: bool = False
    hits: int = 0
    hits_told: int = 0
    forgiven: int = 0

    @property
    def name(self) -> str:
        return self.member.name

    @property
    def id(self) -> bytes:
        return self.certificate.id

    @property
    def certificate(self) -> Certificate:
        return Certificate.parse(self.state.certificate.raw)

    @property
    def blocked(self) -> bool:
        return self.block or self.hits != self.forgiven

    @property
    def expired(self) -> bool:
        floor_s = max(self.state.sync.time, self.certificate.not_before_day * 86400)
        return floor_s // 86400 > self.certificate.not_after_day

    @property
    def limits(self) -> Limits:
        sync = self.state.sync
        limits = self.member.limits
        return limits.overridden(sync.per_payment, sync.without_pin, sync.holding)

    def agreed(self, amount: int) -> bool:
        """Whether the holder gave the PIN for this payment, or armed the card for it."""
        maximum, entry = self.armed
        armed = entry == self.state.newest.entry and amount <= maximum
        return self.paying or (self.interface is CONTACTLESS and armed)


@dataclass
class Bag:
    """Every message ever seen; nothing is ever taken out."""

    orders: list[bytes] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    vouchers: list[bytes] = field(default_factory=list)
    statements: list[bytes] = field(default_factory=list)
    states: list[tuple[State, tuple[LogEntry, ...]]] = field(default_factory=list)
    acks: list[bytes] = field(default_factory=list)
    deltas: list[bytes] = field(default_factory=list)
    updates: list[bytes] = field(default_factory=list)
    unblocks: list[bytes] = field(default_factory=list)
    renewals: list[bytes] = field(default_factory=list)


@cache
def member_image(member: Member) -> bytes:
    return personalised(member.name, member.purse_class, member.slots, member.limits)
