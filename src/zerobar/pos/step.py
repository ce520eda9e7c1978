"""What a cashier's step came to: the sale as it stands, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from zerobar.client.errors import ClientError
from zerobar.pos.finality import finality_of
from zerobar.pos.model import Finality, Sale
from zerobar.pos.telling import Words, words_of
from zerobar.pos.till import Till
from zerobar.reader import CardError


@dataclass(frozen=True, slots=True)
class Step:
    """A sale after a step, whether it went well or not.

    Attributes:
        error: why the step did not go well, for a program to decide by.
    """

    sale: Sale
    finality: Finality
    words: Words
    error: CardError | ClientError | None = None


def step_of(
    till: Till,
    sale_id: UUID,
    words: Words | None = None,
    error: CardError | ClientError | None = None,
) -> Step:
    """Return a sale as it stands; `words` tell more than its state does, unless it is paid."""
    sale = till.store.sales.sale(sale_id)
    finality = finality_of(till, sale)
    is_paid = sale.paid_by is not None
    told = words_of(sale, finality) if is_paid or words is None else words
    return Step(sale, finality, told, None if is_paid else error)
