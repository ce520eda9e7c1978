"""The proofs that a cut anywhere is survived, as functions: tests call them, on the purse as it
is and on purses broken on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from tests.purse.cards import SELECT, Answer, Card
from tests.purse.life import Attempt
from tests.purse.logical import Logical, logical_state
from tests.purse.memories import DeferredMemory, Recording, WeakMemory
from zerobar.purse.memory import PowerCut
from zerobar.purse.messages import EntryKind, Kind, VoidStatement, Voucher
from zerobar.purse.status import Status


def start(attempt: Attempt, image: bytes) -> Card:
    """Bring a card with this memory to just before the command."""
    return lead_up(attempt, Card.of(image))


def lead_up(attempt: Attempt, card: Card) -> Card:
    card.power(attempt.interface)
    if attempt.selected:
        card.exchange(SELECT)
    for apdu in attempt.before:
        card.exchange(apdu)
    return card


def settled(attempt: Attempt, image: bytes) -> Logical:
    """The state that a card with this memory answers for: after power-up and SELECT."""
    card = Card.of(image)
    card.power(attempt.interface)
    card.select()
    return logical_state(card.memory)


@dataclass(frozen=True)
class Result:
    """What a command answers, and the state after it."""

    answer: Answer
    state: Logical


def run(attempt: Attempt, image: bytes) -> Result:
    """Run the command, with all that leads up to it, without a cut."""
    card = start(attempt, image)
    answer = card.exchange(attempt.apdu)
    return Result(answer, logical_state(card.memory))


@dataclass
class Uncut:
    """How an attempt goes when nothing is cut.

    Attributes:
        lengths: of its writes.
        clean: images from which a re-tap is known to start in each allowed state.
    """

    attempt: Attempt
    before: Logical
    after: Logical
    answer: Answer
    lengths: list[int]
    clean: dict[Logical, bytes]
    retaps: dict[Logical, Result] = field(default_factory=dict)

    @property
    def written(self) -> int:
        return sum(self.lengths)

    def retap(self, state: Logical) -> Result:
        """The same command again, from a memory that was never torn and is in this state."""
        if state not in self.retaps:
            self.retaps[state] = run(self.attempt, self.clean[state])
        return self.retaps[state]


def uncut(attempt: Attempt, image: bytes) -> Uncut:
    """Run an attempt as it should go, and check what holds without any cut."""
    card = start(attempt, image)
    before_image = card.image
    before = settled(attempt, before_image)
    memory = Recording(before_image)
    recorded = lead_up(attempt, Card(memory))
    memory.lengths.clear()
    answer = recorded.exchange(attempt.apdu)
    after = settled(attempt, recorded.image)
    known = Uncut(attempt, before, after, answer, memory.lengths, {after: recorded.image})
    known.clean[before] = before_image
    if attempt.takes_try:
        spent = known.before.security
        fewer = replace(before, security=replace(spent, tries=max(0, spent.tries - 1)))
        known.clean.setdefault(fewer, first_commit(attempt, before_image, memory.lengths))
    check_uncut(known)
    return known


def first_commit(attempt: Attempt, image: bytes, lengths: list[int]) -> bytes:
    """The memory when the try has been taken and nothing else happened."""
    card = start(attempt, image)
    if lengths:
        card.memory.cut_after(sum(lengths[:3]))
        cut(card, attempt)
    return card.image


def check_uncut(known: Uncut) -> None:
    """A refusal leaves the state; a success is conserved; a repeat is the same."""
    attempt, before, after = known.attempt, known.before, known.after
    if known.answer.status != Status.OK and not attempt.takes_try:
        assert known.lengths == [], f"{attempt.name} is refused and writes"
        assert after == before
    assert conserved(before, after), f"{attempt.name} makes or loses money"
    if attempt.name.endswith("again"):
        assert known.lengths == [], f"{attempt.name} writes"
    if attempt.idempotent and known.answer.status == Status.OK:
        again = known.retap(after)
        assert again.answer == known.answer, f"{attempt.name} answers otherwise the second time"
        assert again.state == after, f"{attempt.name} changes {again.state.differences(after)}"


def conserved(before: Logical, after: Logical) -> bool:
    """Whether funds changed exactly by what the one new log entry says, if there is one."""
    new = after.newest.entry - before.newest.entry
    if new == 0:
        return after.funds == before.funds
    return new == 1 and after.funds == before.funds + effect(after)


def effect(state: Logical) -> int:
    """What the newest entry did to balance and held, in fen, read from its payload alone."""
    slot = state.newest
    if slot.kind == EntryKind.UNDO:
        return VoidStatement.parse(slot.payload[: VoidStatement.LENGTH]).amount
    voucher = Voucher.parse(slot.payload)
    if slot.kind == EntryKind.PAY:
        return 0 if voucher.kind is Kind.AUTHORISE else -voucher.amount
    return int(voucher.amount) if slot.kind == EntryKind.CREDIT else 0


def cut(card: Card, attempt: Attempt) -> None:
    """Send the command to a card whose power is about to go."""
    try:
        card.exchange(attempt.apdu)
    except PowerCut:
        card.power(attempt.interface)
        return
    raise AssertionError(f"{attempt.name} was not cut")


def every_cut(known: Uncut) -> Iterable[int]:
    """After every byte; and before the first."""
    return range(known.written + 1) if known.written else ()


def telling_cuts(known: Uncut, stride: int = 19) -> Iterator[int]:
    """At the ends of every write, and at every so many bytes between."""
    at = 0
    for length in known.lengths:
        near_ends = {0, 1, length - 1}
        yield from (at + i for i in range(length) if i in near_ends or i % stride == 0)
        at += length
    if known.lengths:
        yield at


def prove_cut(known: Uncut, at: int) -> None:
    """Cut after so many bytes; the state is the one before or after; a re-tap makes it right."""
    attempt = known.attempt
    card = start(attempt, known.clean[known.before])
    card.memory.cut_after(at)
    cut(card, attempt)
    assert_recovers(known, card.image, f"{attempt.name} cut after {at} of {known.written} bytes")


def assert_recovers(known: Uncut, torn: bytes, what: str) -> None:
    attempt, card = known.attempt, Card.of(torn)
    card.power(attempt.interface)
    card.select()
    state = logical_state(card.memory)
    assert state in known.clean, f"{what}: a third state, {state.differences(known.before)}"
    expected = known.retap(state)
    for apdu in attempt.before:
        card.exchange(apdu)
    answer = card.exchange(attempt.apdu)
    assert answer == expected.answer, f"{what}: a re-tap answers {answer}"
    final = logical_state(card.memory)
    assert final == expected.state, f"{what}: a re-tap changes {final.differences(known.after)}"


def prove_cuts(known: Uncut, cuts: Iterable[int]) -> int:
    """Prove these cuts; return how many they were."""
    count = 0
    for at in cuts:
        prove_cut(known, at)
        count += 1
    return count


def prove_chain(attempt: Attempt, image: bytes, cuts: Random, tears: int) -> int:
    """Tear, retry torn again and again, SELECT torn too; then let it through. Count the cuts."""
    known = uncut(attempt, image)
    select = replace(attempt, name="SELECT", apdu=SELECT, before=(), selected=False)
    count = 0
    for _ in range(tears):
        for step in (attempt, select):
            torn, made = _torn_once(step, image, cuts)
            image, count = torn, count + made
    last = run(attempt, image)
    if attempt.idempotent:
        assert last.answer == known.answer
        assert last.state == known.after
    return count


def _torn_once(attempt: Attempt, image: bytes, cuts: Random) -> tuple[bytes, int]:
    known = uncut(attempt, image)
    if not known.written:
        return image, 0
    at = cuts.randint(0, known.written)
    card = start(attempt, image)
    card.memory.cut_after(at)
    cut(card, attempt)
    torn = card.image
    state = settled(attempt, torn)
    assert state in known.clean, f"{attempt.name} cut after {at} bytes of a torn memory"
    return torn, 1


# --- memories that behave worse ---------------------------------------------------------------


def prove_weak(known: Uncut, at: int, draws: tuple[bool, ...]) -> None:
    """A cut byte flickers; what SELECT has once answered for stays so at every later power-up."""
    attempt, memory = known.attempt, WeakMemory(known.clean[known.before])
    card = lead_up(attempt, Card(memory))
    memory.cut_after(at)
    cut(card, attempt)
    what = f"{attempt.name} cut after {at} of {known.written} bytes, weak {draws}"
    seen: list[Logical] = []
    for reads_new in draws:
        memory.power_up(reads_new)
        card.power(attempt.interface)
        card.select()
        seen.append(logical_state(memory))
        assert seen[0] in known.clean, f"{what}: a third state"
        assert seen[-1] == seen[0], f"{what}: flickers in {seen[-1].differences(seen[0])}"


def prove_weak_retap(known: Uncut, at: int, draws: tuple[bool, bool]) -> None:
    """After a weak cut and a re-tap, what the re-tap answered lasts, however the byte reads."""
    attempt, memory = known.attempt, WeakMemory(known.clean[known.before])
    card = lead_up(attempt, Card(memory))
    memory.cut_after(at)
    cut(card, attempt)
    memory.power_up(draws[0])
    card = lead_up(attempt, Card(memory))
    answer = card.exchange(attempt.apdu)
    card.power(attempt.interface)
    card.select()
    final = logical_state(memory)
    memory.power_up(draws[1])
    card.power(attempt.interface)
    card.select()
    what = f"{attempt.name} cut after {at} of {known.written} bytes, weak {draws}"
    later = logical_state(memory)
    assert later == final, f"{what}: {answer} was answered, and lost {later.differences(final)}"


def weak_cuts(known: Uncut) -> Iterator[int]:
    """The cuts whose last byte changes what the memory says, whichever way it reads."""
    attempt = known.attempt
    for at in telling_cuts(known, stride=known.written + 1):
        memory = WeakMemory(known.clean[known.before])
        card = lead_up(attempt, Card(memory))
        memory.cut_after(at)
        cut(card, attempt)
        readings = set()
        for reads_new in (False, True):
            memory.power_up(reads_new)
            readings.add(logical_state(memory))
        if len(readings) > 1:
            yield at


def prove_deferred(known: Uncut, at: int) -> int:
    """Cut, and lose any of the writes since the last barrier: still before or after."""
    attempt, memory = known.attempt, DeferredMemory(known.clean[known.before])
    card = lead_up(attempt, Card(memory))
    memory.cut_after(at)
    cut(card, attempt)
    count = 0
    for image in memory.survivors():
        state = settled(attempt, image)
        assert state in known.clean, f"{attempt.name} cut after {at} bytes, writes lost"
        count += 1
    return count


def prove_answered_lasts(known: Uncut) -> None:
    """Once answered, a command has happened, whatever is lost that no barrier stands behind."""
    memory = DeferredMemory(known.clean[known.before])
    card = lead_up(known.attempt, Card(memory))
    assert card.exchange(known.attempt.apdu) == known.answer
    for image in memory.survivors():
        state = settled(known.attempt, image)
        lost = state.differences(known.after)
        assert state == known.after, f"{known.attempt.name} was answered, and lost {lost}"


def prove_weak_tears(steps: tuple[Attempt, ...], image: bytes, chance: Random) -> None:
    """Tear one command after the other, every torn byte weak: each time before or after."""
    memory = WeakMemory(image)
    card = Card(memory)
    for step in steps:
        known = uncut(step, card.image)
        if not known.written:
            continue
        card = lead_up(step, Card(memory))
        at = chance.randint(0, known.written)
        memory.cut_after(at)
        cut(card, step)
        memory.power_up(chance.random() < 0.5)
        card.power(step.interface)
        card.select()
        state = logical_state(memory)
        what = f"{step.name} cut after {at} of {known.written} bytes, over weak ones"
        assert state in known.clean, f"{what}: {state.differences(known.before)}"
