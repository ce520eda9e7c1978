"""What the till's purse holds, and giving it to the shop's wallet (圈提).

Taps without a network gather in the purse. A chief moves what is there to the wallet when there is
one: the purse pays the bank's signed request, and the bank credits the wallet once the purse's log
shows the money.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.device import Told, unload
from zerobar.device.over_http import HolderOverHttp
from zerobar.pos.model import Finality
from zerobar.pos.program import Program
from zerobar.pos.telling import Words
from zerobar.purse.money import Fen
from zerobar.reader import Sentence

_NONCE_LENGTH: Final = 8
_NO_WALLET: Final = UUID(int=0)
"""A till only unloads, and to which wallet the bank knows."""
_GIVEN: Final = Words(
    Sentence(
        "{amount} has left the till's purse. The shop's wallet has it after the next sync.",
        zh="{amount}已从本机硬钱包转出，同步后记入店铺钱包。",
    ),
    Sentence("Nothing more is to do.", zh="无需其他操作。"),
)
_REFUSED: Final = Words(
    Sentence("The bank did not take it: {reason}", zh="银行未接受：{reason}"),
    Sentence(
        "It is not lost: it comes back to this purse or to the wallet. Ask the bank.",
        zh="款项没有丢失，会回到本机硬钱包或店铺钱包。请联系银行。",
    ),
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the till's purse shows of itself."""

    purse_id: bytes
    balance: Fen


@dataclass(frozen=True, slots=True)
class Unloaded:
    """How an unload stands, and the words for it."""

    finality: Finality
    words: Words


def look(program: Program) -> Held:
    """Have the till's purse show itself, on contact; raises CardError."""
    with program.till.device.purse() as card:
        certificate = card.get_certificate()
        return Held(certificate.id, card.state(os.urandom(_NONCE_LENGTH)).balance)


def give_to_wallet(program: Program, unload_id: UUID, amount: Fen) -> Unloaded:
    """Give an amount of the till's purse to the shop's wallet; with the same id once.

    Raises CardError, OperatorUnreachable or OperatorRefused: nothing has moved.
    """
    with program.till.lock:
        holder = HolderOverHttp(program.http, look(program).purse_id, _NO_WALLET)
        return _told(amount, unload(program.till.device, holder, unload_id, amount))


def _told(amount: Fen, told: Told | None) -> Unloaded:
    if told is not None and not told.taken:
        refused = _REFUSED.what_happened.filled(reason=told.sentence)
        return Unloaded(Finality.UNKNOWN, Words(refused, _REFUSED.next_step))
    given = _GIVEN.what_happened.filled(amount=amount)
    return Unloaded(Finality.AT_SYNC, Words(given, _GIVEN.next_step))
