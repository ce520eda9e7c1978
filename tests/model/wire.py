"""What the adversary holds: every message ever said; and numbers for things that come again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from tests.model.terms import (
    Account,
    Ack,
    Delta,
    KeyUpdate,
    Message,
    Receipt,
    Request,
    Statement,
    Voucher,
)

T = TypeVar("T", bound=Hashable)


class Numbered(Generic[T]):
    """Things with numbers: equal ones have the same."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}
        self.things: list[T] = []

    def of(self, thing: T) -> int:
        number = self._numbers.setdefault(thing, len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number

    def __getitem__(self, number: int) -> T:
        return self.things[number]


class Wire(NamedTuple):
    """Everything ever said, by kind, each in the order of its values."""

    requests: tuple[Request, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    statements: tuple[Statement, ...] = ()
    accounts: tuple[Account, ...] = ()
    acks: tuple[Ack, ...] = ()
    deltas: tuple[Delta, ...] = ()
    updates: tuple[KeyUpdate, ...] = ()

    def has(self, message: Message) -> bool:
        """Whether it would change nothing to say this again; a receipt proves nothing."""
        return isinstance(message, Receipt) or message in self._kept(message)

    def with_message(self, message: Message) -> Wire:
        """Return the wire with a message on it."""
        if self.has(message):
            return self
        name = _NAMES[type(message)]
        kept: Any = {name: tuple(sorted((*self._kept(message), message)))}
        return self._replace(**kept)

    def _kept(self, message: Message) -> tuple[Message, ...]:
        kept: tuple[Message, ...] = getattr(self, _NAMES[type(message)])
        return kept


_NAMES: Final[dict[type, str]] = dict(
    zip((Request, Voucher, Statement, Account, Ack, Delta, KeyUpdate), Wire._fields, strict=True)
)
