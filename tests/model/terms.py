"""The words of the model: messages without bytes, and logs without hashes.

A signature is the fact that a message exists, a tag is whether it is the right one, and a chain
is a number that stands for the whole log it was made from.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from zerobar.purse.messages import EntryKind, Kind

OPERATOR: Final = 8
"""Id of the operator's own purse: loads come from it, unloads go to it."""
SERVICE: Final = 9
"""Id of a payee that the operator hosts."""
NOBODY: Final = 7
"""Id of a payee that was never certified."""

FORGED: Final = -1
"""Chain in a voucher whose signature is nobody's."""

VOIDED: Final = 0
NEVER_MINE: Final = 1
TOO_OLD: Final = 2
"""Flags of a void statement."""


class Request(NamedTuple):
    """What asks for money. The tag is right only in what the payee itself prepared."""

    kind: Kind
    payee: int
    number: int
    amount: int
    tag: bool
    type: int = 2


class Voucher(NamedTuple):
    """Money on its way; all of it is its body."""

    kind: Kind
    payer: int
    entry: int
    payee: int
    number: int
    amount: int
    tag: bool
    chain: int
    type: int = 3


class Statement(NamedTuple):
    """A void statement; flags 01 and 02 stand in no log and have entry 0."""

    flags: int
    entry: int
    voucher: Voucher
    type: int = 4


class Receipt(NamedTuple):
    """What ACCEPT answers. Unsigned, so that it is checked and then forgotten."""

    voucher: Voucher
    type: int = 5


class Account(NamedTuple):
    """A STATE message; `told_blocked` is its flag."""

    purse: int
    nonce: int
    entry: int
    base: int
    number: int
    window: int
    balance: int
    held: int
    told_blocked: bool
    chain: int
    type: int = 6


class Ack(NamedTuple):
    """A SYNC ACK; `answers` is the STATE that it answers, of which the bytes say only the nonce."""

    purse: int
    key: int
    entry: int
    chain: int
    time: int
    blocked: bool
    nonce: int
    answers: Account | None
    type: int = 7


class Delta(NamedTuple):
    """A blocklist delta with one id."""

    from_epoch: int
    blocked: int
    type: int = 8


class KeyUpdate(NamedTuple):
    """The sync key of a date; with a later date comes another key."""

    date: int
    type: int = 9


Message = Request | Voucher | Statement | Receipt | Account | Ack | Delta | KeyUpdate


class Entry(NamedTuple):
    """One entry of a log; its number is its place."""

    kind: EntryKind
    voucher: Voucher


_LINKS: list[tuple[int, Entry]] = []
_CHAINS: dict[tuple[int, Entry], int] = {}


def chain_after(chain: int, entry: Entry) -> int:
    """Return the chain after an entry; equal chains have equal logs, as with a good hash."""
    link = (chain, entry)
    if link not in _CHAINS:
        _LINKS.append(link)
        _CHAINS[link] = len(_LINKS)
    return _CHAINS[link]


@cache
def log_of(chain: int) -> tuple[Entry, ...]:
    """Return the whole log that a chain stands for, first entry first."""
    if chain == 0:
        return ()
    before, entry = _LINKS[chain - 1]
    return (*log_of(before), entry)


class Ends(NamedTuple):
    """What a log says of vouchers, each in the order of the log."""

    paid: tuple[Voucher, ...]
    credited: tuple[Voucher, ...]
    voided: tuple[Voucher, ...]
    undone: tuple[Voucher, ...]


@cache
def ends_of(chain: int) -> Ends:
    """Sort the vouchers of a log by what happened to them."""
    log = log_of(chain)
    kinds = (EntryKind.PAY, EntryKind.CREDIT, EntryKind.VOID, EntryKind.UNDO)
    return Ends(*(tuple(e.voucher for e in log if e.kind == kind) for kind in kinds))
