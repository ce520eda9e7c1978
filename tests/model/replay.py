"""Steps of the model, taken by real applets: what they answer and keep must be the same.

The model counts in its own units. Its window is shorter than the real one, so that each of its
requests stands for several real ones, of which the last is the one that is shown; and a step of
its clock is more than two weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Final

from tests.model.bytes_of import REFERENCE, Book
from tests.model.cards import CURRENCY, PIN, Card, commit_length, read_state, requests_per_number
from tests.model.cheating import SWAP
from tests.model.purse import Purse
from tests.model.tearing import AFTER, BEFORE, DONE, EMITTED, INSIDE, READ, UNREAD, WEAKLY
from tests.model.terms import (
    OPERATOR,
    Account,
    Message,
    Receipt,
    Request,
    Statement,
    Voucher,
)
from tests.model.world import RESET, Local, Step, World
from zerobar.purse import messages
from zerobar.purse.apdu import Instruction, command
from zerobar.purse.applet import Applet
from zerobar.purse.memory import PowerCut
from zerobar.purse.messages import Certificate, EntryKind, LogEntry, State, StateFlags
from zerobar.purse.status import Status

_INSTRUCTIONS: Final = {
    "PREPARE": Instruction.PREPARE,
    "PAY": Instruction.PAY,
    "GET VOUCHER": Instruction.GET_VOUCHER,
    "ACCEPT": Instruction.ACCEPT,
    "VOID": Instruction.VOID,
    "UNDO": Instruction.UNDO,
    "STATE": Instruction.STATE,
    "SYNC ACK": Instruction.SYNC_ACK,
    "BLOCKLIST": Instruction.BLOCKLIST,
    "KEY UPDATE": Instruction.KEY_UPDATE,
    "VERIFY": Instruction.VERIFY,
}


class Disagreement(AssertionError):
    """A real purse did something else than the model's."""


class Replay:
    """One run of the model and of real applets, step by step side by side.

    Args:
        world: the model.
        seed: chooses where in a write the power is cut.
        commit: tells from a command's writes how many bytes commit it.
    """

    def __init__(
        self,
        world: World,
        seed: int = 0,
        commit: Callable[[list[tuple[int, bytes]]], int] = commit_length,
    ) -> None:
        self._world = world
        self._commit = commit
        self._random = Random(seed)
        self.state = world.blank()
        self.cards = [Card(f"purse {me}", world.scope) for me in range(len(world.scope.loaded))]
        self.book = Book(world.scope, self.cards)
        self.taken = 0

    def play(self, *steps: Step) -> None:
        """Take steps; raise Disagreement at the first that ends otherwise than in the model."""
        for step in steps:
            try:
                self._play(step)
            except AssertionError as error:
                raise Disagreement(f"step {self.taken}, {step}: {error}") from error
            self.taken += 1

    def _play(self, step: Step) -> None:
        before = self.state
        self.state, answer = self._world.perform(before, step)
        if step.actor == OPERATOR:
            if answer is not None:
                self.book.operator_says(answer)
            return
        expected = self._world.run(before, step)
        self._act(step, expected, self._world.purses[before[step.actor]])
        self._compare(step.actor)

    # --- doing ----------------------------------------------------------------------------

    def _act(self, step: Step, expected: Local, before: Purse) -> None:
        card = self.cards[step.actor]
        if step.name == SWAP:
            card.swap()
            return
        tear = step.tear.removesuffix(READ).removesuffix(UNREAD)
        if step.name != RESET:
            instruction, data = _INSTRUCTIONS[step.name], self._data(step)
            self._fill_up(card, step, before, data)
            self._exchange(card, tear, (instruction, data), expected)
        if tear or step.name == RESET:
            reads = {READ: True, UNREAD: False}.get(step.tear.removeprefix(tear))
            card.memory.settle(reads)
            card.reset()

    def _exchange(
        self, card: Card, tear: str, apdu: tuple[Instruction, bytes], expected: Local
    ) -> None:
        if tear not in (DONE, EMITTED):
            self._cut(card, tear, apdu)
            return
        answer, status = card.exchange(*apdu)
        assert status == expected.status, f"{status:04X} for {expected.status:04X}"
        if status == Status.OK:
            self._check_answer(expected.answer, answer)

    def _cut(self, card: Card, tear: str, apdu: tuple[Instruction, bytes]) -> None:
        twin = deepcopy(card)
        twin.memory.journal.clear()
        twin.exchange(*apdu)
        whole = self._commit(twin.memory.journal)
        inside = self._random.randint(1, whole - 1)
        card.memory.cut_after({BEFORE: 0, INSIDE: inside, WEAKLY: whole, AFTER: whole}[tear])
        try:
            card.exchange(*apdu)
        except PowerCut:
            card.memory.cut_after(None)
        else:
            raise AssertionError("nothing was written, so nothing was cut")
        if tear == WEAKLY:
            card.memory.weaken()

    def _fill_up(self, card: Card, step: Step, before: Purse, data: bytes) -> None:
        """Prepare the requests that stand before the one which the model means."""
        if step.name == "PREPARE":
            target = self.book.number(before.number + 1)
            for _ in range(target - 1 - read_state(card.copy()).number):
                card.exchange(Instruction.PREPARE, data)

    def _data(self, step: Step) -> bytes:
        match step.name, step.argument:
            case "PREPARE", (int(kind), int(amount)):
                currency = CURRENCY.to_bytes(2)
                return bytes((kind,)) + amount.to_bytes(4) + currency + REFERENCE
            case "VERIFY", _:
                return PIN
            case "STATE", int(nonce):
                return self._query(nonce) + bytes(4)
            case "GET VOUCHER", int(entry):
                return entry.to_bytes(4)
        assert isinstance(step.argument, tuple)
        message: Message = step.argument  # type: ignore[assignment]
        return self.book.of(message)

    def _query(self, nonce: int) -> bytes:
        """Return a terminal's half of a nonce: where the purse has its own, the same each time."""
        return (0 if self._world.rules.purse_nonce else nonce).to_bytes(4)

    # --- comparing ------------------------------------------------------------------------

    def _check_answer(self, expected: Message | None, raw: bytes) -> None:
        match expected:
            case Request():
                self._check_request(expected, messages.Request.parse(raw))
            case Voucher():
                split = messages.Voucher.LENGTH
                self._check_voucher(expected, messages.Voucher.parse(raw[:split]))
                Certificate.parse(raw[split:])
            case Receipt(voucher):
                self._check_receipt(voucher, messages.Receipt.parse(raw))
            case Statement():
                self._check_statement(expected, messages.VoidStatement.parse(raw))
            case Account():
                self._check_account(expected, State.parse(raw))
        if expected is not None and not isinstance(expected, Receipt):
            self.book.said(expected, raw)

    def _check_request(self, expected: Request, found: messages.Request) -> None:
        number = self.book.number(expected.number)
        assert (found.kind, found.number, found.amount) == (expected.kind, number, expected.amount)
        assert found.payee_id == self.book.id(expected.payee)

    def _check_voucher(self, expected: Voucher, found: messages.Voucher) -> None:
        assert found.payer_id == self.book.id(expected.payer) and found.entry == expected.entry
        assert found.payee_id == self.book.id(expected.payee)
        assert found.number == self.book.number(expected.number)
        assert (found.kind, found.amount) == (expected.kind, expected.amount)
        assert found.chain == self.book.chains[expected.chain][:8]

    def _check_receipt(self, voucher: Voucher, found: messages.Receipt) -> None:
        assert (found.payer_id, found.payer_entry) == (self.book.id(voucher.payer), voucher.entry)
        assert found.payee_id == self.book.id(voucher.payee)
        assert (found.number, found.amount) == (self.book.number(voucher.number), voucher.amount)

    def _check_statement(self, expected: Statement, found: messages.VoidStatement) -> None:
        voucher = expected.voucher
        voided = messages.Voucher.parse(self.book.of(voucher)[: messages.Voucher.LENGTH])
        assert (found.flags, found.payee_entry) == (expected.flags, expected.entry)
        assert (found.voucher_hash, found.payer_entry) == (voided.hash, voucher.entry)

    def _check_account(self, expected: Account, found: State) -> None:
        assert found.nonce[:4] == self._query(expected.nonce)
        assert (found.entry, found.base) == (expected.entry, expected.base)
        assert (found.balance, found.held) == (expected.balance, expected.held)
        found.verify(self.cards[expected.purse].certificate.public_key)

    def _compare(self, me: int) -> None:
        """Compare everything of one purse that can be seen, on a copy, so that RAM stays."""
        purse, applet = self._world.purses[self.state[me]], self.cards[me].copy()
        found = read_state(applet)
        newest = purse.newest
        assert found.entry == newest.entry, f"entry {found.entry} for {newest.entry}"
        assert found.base == purse.base, f"base {found.base} for {purse.base}"
        assert (found.balance, found.held) == (newest.balance, newest.held)
        assert found.out_total == newest.out_total - purse.sync.out_total
        assert found.out_count == newest.out_count - purse.sync.out_count
        assert bool(found.flags & StateFlags.BLOCKED) == purse.blocked
        assert self.book.chains.setdefault(newest.chain, found.chain) == found.chain
        self._compare_window(purse, found)
        self._compare_log(purse, applet)

    def _compare_window(self, purse: Purse, found: State) -> None:
        each, size = requests_per_number(self._world.scope), self._world.scope.window
        assert found.number // each == purse.number, f"number {found.number} for {purse.number}"
        bits = purse.window(size)
        real = {found.number - i for i in range(64) if found.window >> i & 1}
        assert real == {(purse.number - i) * each for i in range(size) if bits >> i & 1}

    def _compare_log(self, purse: Purse, applet: Applet) -> None:
        for entry in range(1, purse.newest.entry + 2):
            raw = applet.exchange(command(Instruction.READ_LOG, entry.to_bytes(4)))
            slot = purse.slot(entry)
            assert (raw[-2:] == b"\x90\x00") == (slot is not None), f"log entry {entry}"
            if slot is not None:
                found = LogEntry.parse(raw[:-2])
                assert (found.kind, found.balance, found.held) == slot[1:4]
                assert slot.voucher is not None
                if found.kind is not EntryKind.UNDO:
                    self._check_voucher(slot.voucher, messages.Voucher.parse(found.payload))
