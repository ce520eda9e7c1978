"""Counting what a card computes, beside what crosses its link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from unittest import mock

from zerobar.purse import suites
from zerobar.purse.memory import Memory
from zerobar.reader.counting import CountingLink
from zerobar.reader.link import CardLink


class CountingSuite:
    """Suite 1, counting its signatures and verifications."""

    number = suites.P256.number
    hash = staticmethod(suites.P256.hash)
    private_key = staticmethod(suites.P256.private_key)
    public_key = staticmethod(suites.P256.public_key)

    def __init__(self) -> None:
        self.signed = 0
        self.verified = 0

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        self.signed += 1
        return suites.P256.sign(private_key, message)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        self.verified += 1
        suites.P256.verify(public_key, message, signature)


@contextmanager
def counted() -> Iterator[CountingSuite]:
    """Let every purse of this process compute with a counting suite."""
    suite: Final = CountingSuite()
    with mock.patch.dict(suites._SUITES, {suite.number: suite}):
        yield suite


class CountingMemory(Memory):
    """Memory in RAM that counts how often a commit would wait for a disk."""

    barriers = 0

    def barrier(self) -> None:
        self.barriers += 1


class MeteredLink(CountingLink):
    """A link that also counts what the card does for the commands that cross it."""

    def __init__(self, link: CardLink, suite: CountingSuite, memory: CountingMemory) -> None:
        super().__init__(link)
        self._suite, self._memory = suite, memory
        self.signatures = 0
        self.verifications = 0
        self.bytes_written = 0
        self.barriers = 0

    def exchange(self, apdu: bytes) -> bytes:
        signed, verified = self._suite.signed, self._suite.verified
        written, barriers = self._memory.written, self._memory.barriers
        answer = super().exchange(apdu)
        self.signatures += self._suite.signed - signed
        self.verifications += self._suite.verified - verified
        self.bytes_written += self._memory.written - written
        self.barriers += self._memory.barriers - barriers
        return answer
