"""How large a world the checker looks at."""

from __future__ import annotations

from dataclasses import dataclass

from tests.model.purse import Limits
from tests.model.terms import Request
from zerobar.purse.messages import Kind


@dataclass(frozen=True)
class Scope:
    """Bounds of one exploration; tears need none, for a torn command leads nowhere new for ever.

    Attributes:
        loaded: fen that each purse holds at the start, by a load already synchronised.
        ring: slots in each log.
        window: request numbers that a purse keeps open.
        numbers: requests that each purse may prepare.
        asks: kind and amount, what a purse may ask for.
        forged: requests with a wrong tag that the adversary shows to payers.
        service: requests of the operator's own payees, and pushes to them.
        pays: PAY entries that each purse may write.
        states: STATEs that each purse may answer.
        loads: vouchers that the operator may sign.
        nonces: 0, terminals never use one twice; else they choose among so many.
        days: times that the operator's clock may move on.
        last_day: of every certificate.
        grace: days for which an expired payer's voucher is taken.
        bars: purses that the operator may put on the blocklist.
        keys: times that the operator may change its sync key.
        pin: whether the holder may give the PIN.
        cheat: a purse whose holder is inside its element.
        cheats: what he does there.
        tamper: whether a terminal may break what is unproven in a READ LOG.
        weak: whether the last byte before a power cut may be written weakly.
    """

    name: str
    loaded: tuple[int, ...]
    numbers: tuple[int, ...]
    pays: tuple[int, ...]
    states: tuple[int, ...]
    ring: int = 4
    window: int = 2
    asks: tuple[tuple[Kind, int], ...] = ((Kind.PAYMENT, 1),)
    forged: tuple[Request, ...] = ()
    service: tuple[Request, ...] = ()
    loads: int = 0
    nonces: int = 0
    days: int = 0
    last_day: int = 0
    grace: int = 1
    bars: tuple[int, ...] = ()
    keys: int = 0
    pin: bool = False
    weak: bool = False
    cheat: int | None = None
    cheats: tuple[str, ...] = ()
    tamper: bool = False
    limits: Limits = Limits()
