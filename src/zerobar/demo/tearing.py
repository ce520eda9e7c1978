"""A card that leaves the field too early, on purpose."""

from __future__ import annotations

from zerobar.purse.apdu import Instruction
from zerobar.reader import CardLink
from zerobar.reader.errors import CardTorn


class LeavesEarly(CardLink):
    """A field that is taken away after the card has got a command and before it is answered.

    Args:
        link: to the card.
        instruction: the command whose answer is lost.
    """

    def __init__(self, link: CardLink, instruction: Instruction) -> None:
        self._link = link
        self._header = bytes(instruction.value)

    def exchange(self, apdu: bytes) -> bytes:
        """Pass a command on, but lose the answer to that one."""
        answer = self._link.exchange(apdu)
        if apdu[:2] == self._header:
            self._link.close()
            raise CardTorn
        return answer

    def reset(self) -> None:
        """Do as the card's link does."""
        self._link.reset()

    def close(self) -> None:
        """Take the field away."""
        self._link.close()
