"""What is remembered of payers, payees and limits, so that it need not be read again.

Why that is right, and what is not remembered: `reading_room`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from zerobar.bank.paying.facts import Facts, Party
from zerobar.bank.paying.model import PaymentOrder
from zerobar.bank.paying.targets import Target
from zerobar.bank.people.limits import LimitTable
from zerobar.bank.people.model import SigningKey

MOST_REMEMBERED: Final = 50_000
"""Of keys, wallets and numbers each; then all is forgotten."""


class Remembered(msgspec.Struct, frozen=True):
    """What is remembered about an order."""

    key: SigningKey
    payer: Party
    payee: Party


class KnownLimits(msgspec.Struct, frozen=True):
    """An operator's limits, which are read once for each moment they are valid from."""

    operator_id: UUID
    since: datetime | None
    table: LimitTable


class Memory:
    """Keys, wallets and wallet numbers, by their ids as whole numbers, whose hash is quick.

    One thread keeps what it has read; any may recall it.

    Attributes:
        limits: those that were valid when they were last asked for.
    """

    def __init__(self) -> None:
        self.limits: KnownLimits | None = None
        self._keys: dict[int, SigningKey] = {}
        self._payers: dict[int, Party] = {}
        self._payees: dict[int, Party] = {}
        self._numbers: dict[str, int] = {}

    def recall(self, order: PaymentOrder, target: Target) -> Remembered | None:
        """Return what is known about an order, if that is all."""
        payee_id = self._payee_id(target)
        key = self._keys.get(order.claim.key_id.int)
        payer = self._payers.get(order.wallet_id.int)
        payee = None if payee_id is None else self._payees.get(payee_id)
        if key is None or payer is None or payee is None:
            return None
        return Remembered(key, payer, payee)

    def _payee_id(self, target: Target) -> int | None:
        if target.wallet_id is not None:
            return target.wallet_id.int
        return None if target.number is None else self._numbers.get(target.number)

    def keep(self, facts: Facts, operator_id: UUID) -> None:
        """Remember what may be; forget what may not."""
        key, payer, payee, number = facts.key, facts.payer, facts.payee, facts.target.number
        if key is not None:
            _put(self._keys, key.id.int, key, key.revoked_at is None)
        if payer is not None:
            lasting = _is_open(payer, operator_id) and not facts.auto_top_up
            _put(self._payers, payer.wallet_id.int, payer, lasting)
        if payee is not None:
            _put(self._payees, payee.wallet_id.int, payee, _is_open(payee, operator_id))
            if number is not None:
                _put(self._numbers, number, payee.wallet_id.int, True)


def _put(memory: dict[Any, Any], name: object, value: object, lasting: bool) -> None:
    if not lasting:
        memory.pop(name, None)
        return
    if len(memory) >= MOST_REMEMBERED:
        memory.clear()
    memory[name] = value


def _is_open(party: Party, operator_id: UUID) -> bool:
    return not party.frozen and not party.closed and party.operator_id == operator_id
