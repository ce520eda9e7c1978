"""The worlds that are looked at: small ones every day, large ones on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tests.model.cheating import FAKE, MINT, SWAP
from tests.model.purse import Limits
from tests.model.scope import Scope
from tests.model.terms import NOBODY, OPERATOR, SERVICE, Request
from zerobar.purse.messages import Kind

A, B, C = 0, 1, 2


def forged(kind: Kind, payee: int, number: int, amount: int) -> Request:
    """Make a request that its payee never made."""
    return Request(kind, payee, number, amount, tag=False)


def hosted(kind: Kind, payee: int, number: int, amount: int) -> Request:
    """Make a request of one of the operator's own payees."""
    return Request(kind, payee, number, amount, tag=True)


PUSH: Final = Request(Kind.PUSH, SERVICE, 0, 1, tag=False)

TAP: Final = Scope(
    "a tap",
    loaded=(2, 0),
    numbers=(0, 3),
    pays=(1, 0),
    states=(1, 1),
    forged=(forged(Kind.PAYMENT, B, 1, 1),),
)
THERE_AND_BACK: Final = Scope(
    "there and back", loaded=(1, 0), numbers=(1, 1), pays=(1, 1), states=(1, 1)
)
TWO_PAYERS: Final = Scope(
    "one request, two payers",
    loaded=(1, 1, 0),
    numbers=(0, 0, 1),
    pays=(1, 1, 0),
    states=(1, 0, 1),
)
ONWARD: Final = Scope(
    "received and spent at once",
    loaded=(1, 0, 0),
    numbers=(0, 1, 1),
    pays=(1, 1, 0),
    states=(1, 1, 0),
)
PRUNED: Final = Scope(
    "a log that goes round",
    loaded=(4,),
    numbers=(0,),
    pays=(4,),
    states=(2,),
    service=(hosted(Kind.UNLOAD, OPERATOR, 1, 1), hosted(Kind.UNLOAD, OPERATOR, 2, 1)),
    forged=(forged(Kind.PAYMENT, NOBODY, 1, 1),),
)
LOADS: Final = Scope(
    "loads",
    loaded=(0,),
    numbers=(3,),
    pays=(0,),
    states=(1,),
    loads=1,
    asks=((Kind.LOAD, 1),),
    forged=(forged(Kind.LOAD, A, 1, 1),),
)
BLOCKED: Final = Scope(
    "a blocked purse",
    loaded=(1, 1),
    numbers=(1, 1),
    pays=(1, 0),
    states=(1, 0),
    bars=(A,),
    service=(hosted(Kind.UNLOAD, OPERATOR, 1, 1),),
)
EXPIRED: Final = Scope(
    "an expired purse",
    loaded=(1, 0),
    numbers=(0, 1),
    pays=(1, 0),
    states=(1, 0),
    days=2,
    service=(hosted(Kind.UNLOAD, OPERATOR, 1, 1),),
)
KEYS: Final = Scope(
    "keys that change", loaded=(1, 0), numbers=(0, 1), pays=(1, 0), states=(1, 0), keys=2
)
LIMITED: Final = Scope(
    "limits, held value and the PIN",
    loaded=(2, 1),
    numbers=(0, 2),
    pays=(2, 0),
    states=(1, 0),
    pin=True,
    asks=((Kind.PAYMENT, 1), (Kind.REFUND, 2)),
    limits=Limits(without_pin=1, holding=2, count_out=1, value_out=2, value_in=2),
)
HOSTED: Final = Scope(
    "payees that the operator hosts",
    loaded=(1, 1),
    numbers=(0, 0),
    pays=(2, 1),
    states=(1, 0),
    service=(
        hosted(Kind.PAYMENT, SERVICE, 1, 1),
        hosted(Kind.AUTHORISE, SERVICE, 2, 1),
        hosted(Kind.UNLOAD, OPERATOR, 1, 1),
        PUSH,
    ),
)
WEAK: Final = Scope(
    "bytes written weakly",
    loaded=(1, 0),
    numbers=(0, 2),
    pays=(1, 0),
    states=(1, 1),
    weak=True,
)
REUSED_NONCES: Final = Scope(
    "a terminal that uses a nonce twice",
    loaded=(1, 0),
    numbers=(0, 1),
    pays=(1, 0),
    states=(1, 0),
    bars=(A,),
    nonces=2,
)
TAMPERED: Final = Scope(
    "a terminal that tampers with logs",
    loaded=(1, 0),
    numbers=(0, 1),
    pays=(1, 0),
    states=(1, 1),
    tamper=True,
)
CLONED: Final = Scope(
    "a purse that is copied",
    loaded=(1, 0, 0),
    numbers=(0, 1, 1),
    pays=(1, 1, 0),
    states=(1, 0, 0),
    cheat=A,
    cheats=(SWAP,),
)
CLONED_ALONE: Final = Scope(
    "a purse that is copied, and one till",
    loaded=(1, 0),
    numbers=(0, 2),
    pays=(2, 0),
    states=(1, 0),
    cheat=A,
    cheats=(SWAP,),
)
CLONED_AND_PAID: Final = Scope(
    "a purse that is copied, and paid too",
    loaded=(1, 1),
    numbers=(1, 2),
    pays=(2, 1),
    states=(0, 0),
    cheat=A,
    cheats=(SWAP,),
)
OPENED: Final = Scope(
    "a purse that is opened",
    loaded=(1, 0),
    numbers=(0, 1),
    pays=(1, 0),
    states=(1, 0),
    asks=((Kind.PAYMENT, 2),),
    cheat=A,
    cheats=(MINT, FAKE),
)
"""In these the cheat breaks every other invariant, so that only 12 is watched."""

EVERYDAY: Final = (
    TAP,
    THERE_AND_BACK,
    TWO_PAYERS,
    ONWARD,
    PRUNED,
    LOADS,
    BLOCKED,
    EXPIRED,
    KEYS,
    LIMITED,
    HOSTED,
    WEAK,
    REUSED_NONCES,
    TAMPERED,
    CLONED,
    CLONED_ALONE,
    OPENED,
)

_TAP_TWICE: Final = replace(TAP, name="a tap, synchronised twice", states=(2, 2))
_TWO_TAPS: Final = replace(TAP, name="two taps", pays=(2, 0), forged=())
_GOES_ROUND: Final = replace(
    PRUNED,
    name="a log that goes round, with a payee",
    loaded=(4, 0),
    numbers=(0, 1),
    pays=(4, 0),
    states=(2, 0),
    service=tuple(hosted(Kind.UNLOAD, OPERATOR, n, 1) for n in (1, 2, 3)),
    forged=(),
)
_MANY_LOADS: Final = replace(LOADS, name="two loads", loads=2, states=(2,))
_TWO_PAYERS_SYNC: Final = replace(TWO_PAYERS, name="two payers, all synchronised", states=(1, 1, 1))
_ALL_ONWARD: Final = replace(ONWARD, name="received, spent, all synchronised", states=(1, 1, 1))
_LATE: Final = replace(EXPIRED, name="an expired purse, all synchronised", states=(1, 1))
_WEAKER: Final = replace(
    WEAK, name="bytes written weakly, and a window that slides", numbers=(0, 3)
)

DEEP: Final = (
    _TAP_TWICE,
    _TWO_TAPS,
    _GOES_ROUND,
    _MANY_LOADS,
    _TWO_PAYERS_SYNC,
    _ALL_ONWARD,
    _LATE,
    _WEAKER,
    CLONED_AND_PAID,
)
