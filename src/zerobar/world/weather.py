"""The network of a world: it goes and comes for everybody or for one, and loses what it likes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from zerobar.bank.errors import BankError, Unavailable
from zerobar.device import OperatorRefused, OperatorUnreachable

T = TypeVar("T")


class Weather:
    """How good the network is.

    Attributes:
        is_down: for everybody.
        loss: of each message, asking or answering, while it is up; 0 to 1.
        lost: messages so far.
    """

    def __init__(self, draw: random.Random, loss: float) -> None:
        self._draw = draw
        self.loss = loss
        self.is_down = False
        self.lost = 0

    def call(self, ask: Callable[[], T]) -> T:
        """Ask the bank; raises OperatorUnreachable, also when it has done what was asked."""
        self._pass_one()
        answer = _answered(ask)
        self._pass_one()
        return answer

    def clear_up(self) -> None:
        """Lose nothing more."""
        self.is_down, self.loss = False, 0.0

    def _pass_one(self) -> None:
        if self.is_down or self._draw.random() < self.loss:
            self.lost += 1
            raise OperatorUnreachable


def _answered(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Unavailable:
        raise OperatorUnreachable from None
    except BankError as error:
        raise OperatorRefused(error.problem, error.what_happened, error.next_step) from None
