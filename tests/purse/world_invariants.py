"""What a whole world must hold to, after every step and at the end.

Each invariant stands under the page's own sentence, and is judged by everything that every purse
ever committed, every load ever signed, and every request that ever left a purse.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.purse.cards import CONTACT, NOW_UNIX_S, Card, authority
from tests.purse.holders import Holder
from tests.purse.invariants import voucher_of
from tests.purse.world import SHARED_MEMORY, World
from zerobar.issuer import Journal, OperatorDesk
from zerobar.issuer.desk import Accounting
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import EntryKind, Kind, VoidFlags, VoidStatement, Voucher
from zerobar.purse.ring import Slot

VoucherKey = tuple[bytes, int]
"""Payer id and entry."""


def key_of(voucher: Voucher) -> VoucherKey:
    return voucher.payer_id, voucher.entry


class Truth:
    """What happened, gathered from everything that every purse ever committed."""

    def __init__(self, world: World) -> None:
        self.paid: dict[VoucherKey, Voucher] = {}
        self.credited: list[tuple[Holder, Voucher]] = []
        self.voided: list[tuple[Holder, Voucher]] = []
        self.undone: list[VoucherKey] = []
        self.loads = world.loads
        for holder in world.holders:
            for slot in holder.history:
                self._note(holder, slot)

    def _note(self, holder: Holder, slot: Slot) -> None:
        if slot.kind == EntryKind.UNDO:
            statement = VoidStatement.parse(slot.payload[: VoidStatement.LENGTH])
            self.undone.append((statement.payer_id, statement.payer_entry))
        elif slot.kind == EntryKind.PAY:
            self.paid[key_of(voucher_of(slot))] = voucher_of(slot)
        elif slot.kind == EntryKind.CREDIT:
            self.credited.append((holder, voucher_of(slot)))
        else:
            self.voided.append((holder, voucher_of(slot)))

    def of_kind(self, *kinds: Kind) -> int:
        return sum(v.amount for v in self.paid.values() if v.kind in kinds)

    @property
    def refunded(self) -> int:
        voided = {key_of(voucher) for _, voucher in self.voided}
        return sum(v.amount for key, v in self.loads.items() if key in voided)

    @property
    def unresolved(self) -> int:
        credited = {key_of(voucher) for _, voucher in self.credited}
        voided = {key_of(voucher) for _, voucher in self.voided}
        moved = {k: v for k, v in self.paid.items() if v.kind in (Kind.PAYMENT, Kind.REFUND)}
        open_payments = moved.keys() - credited - set(self.undone)
        open_loads = self.loads.keys() - credited - voided
        known = self.paid | self.loads
        return sum(known[key].amount for key in open_payments | open_loads)


# --- over the whole world ---------------------------------------------------------------------


def invariant_1(world: World) -> None:
    """1. balances + held + unresolved vouchers + unloaded + redirected + refunded = loaded."""
    truth = Truth(world)
    funds = sum(holder.state.funds for holder in world.holders)
    # What was pushed to a hosted payee its operator settles at once, as it does an unload.
    gone = truth.of_kind(Kind.UNLOAD, Kind.PUSH) + truth.refunded
    loaded = sum(voucher.amount for voucher in truth.loads.values())
    assert funds + truth.unresolved + gone == loaded, "1. money was made or lost"


def invariant_2(world: World) -> None:
    """2. Every committed voucher has at most one outcome, once."""
    truth = Truth(world)
    outcomes = Counter(voucher.body for _, voucher in truth.credited)
    outcomes.update(truth.paid[key].body for key in truth.undone)
    assert all(times == 1 for times in outcomes.values()), "2. a voucher had two outcomes"


def invariant_3(world: World) -> None:
    """3. Emitted implies committed; credited implies committed, addressed to that purse, and
    asked for by it with that amount."""
    truth = Truth(world)
    committed = {v.body for v in truth.paid.values()} | {v.body for v in truth.loads.values()}
    assert all(v.body in committed for v in world.emitted), "3. emitted and not committed"
    for holder, voucher in truth.credited:
        assert voucher.body in committed, "3. credited and never committed"
        assert voucher.payee_id == holder.id, "3. credited to another"
        asked = holder.prepared[voucher.number]
        agreed = (asked.kind, asked.amount, asked.currency, asked.reference)
        given = (voucher.kind, voucher.amount, voucher.currency, voucher.reference)
        assert agreed == given, "3. credited and never asked for"


def invariant_4(world: World) -> None:
    """4. No two bodies share (payer, entry); entry, request number and base never fall."""
    for holder in world.holders:
        entries = [slot.entry for slot in holder.history]
        assert entries == list(range(1, len(entries) + 1)), "4. entries do not rise by one"
    bodies = {(key_of(v), v.body) for v in [*world.emitted, *Truth(world).paid.values()]}
    assert len(bodies) == len({key for key, _ in bodies}), "4. two bodies share an entry"


def invariant_7(world: World) -> None:
    """7. A window bit is set exactly when a credit or void entry exists for it."""
    for holder in world.holders:
        settled = (EntryKind.CREDIT, EntryKind.VOID)
        ended = {voucher_of(slot).number for slot in holder.history if slot.kind in settled}
        state = holder.state
        shown = [state.number - i for i in range(64) if state.window >> i & 1]
        expected = [n for n in range(state.number, state.number - 64, -1) if n in ended]
        assert shown == expected, "7. the window is not what was settled"


def invariant_8(world: World) -> None:
    """8. What was pruned from a card is known to the operator."""
    for holder in world.holders:
        known = world.desk.known_entry(holder.id)
        visible = {entry for entry, slot in holder.state.visible if slot is not None}
        pruned = {slot.entry for slot in holder.history} - visible
        assert all(entry <= known for entry in pruned), "8. pruned and unknown"
        assert holder.state.sync.base <= known, "8. acknowledged and unknown"


def invariant_9(world: World) -> None:
    """9. VOID excludes credit for ever; UNDO at most once, and never together with a refund."""
    truth = Truth(world)
    credited = {voucher.hash for _, voucher in truth.credited}
    voided = [voucher.hash for _, voucher in truth.voided]
    never = [s.voucher_hash for s in world.statements if s.flags is VoidFlags.NEVER_MY_REQUEST]
    assert credited.isdisjoint([*voided, *never]), "9. voided and credited"
    assert len(truth.undone) == len(set(truth.undone)), "9. undone twice"
    assert set(truth.undone).isdisjoint(truth.loads), "9. undone and refunded"
    stated = {s.voucher_hash for s in world.statements if s.flags is not VoidFlags.TOO_OLD}
    assert all(truth.paid[key].hash in stated for key in truth.undone), "9. undone, never voided"


EVERYWHERE: tuple[Callable[[World], None], ...] = (
    invariant_1,
    invariant_2,
    invariant_3,
    invariant_4,
    invariant_7,
    invariant_8,
    invariant_9,
)


def check_all(world: World) -> None:
    for invariant in EVERYWHERE:
        invariant(world)


# --- at the end -------------------------------------------------------------------------------


def invariant_11(world: World) -> None:
    """11. The final ledger does not depend on the order of syncs."""
    names = [holder.name for holder in world.holders]
    first, second = settled_in(world, names), settled_in(world, names[::-1])
    third = settled_in(world, names[2:] + names[:2])
    assert first == second == third, "11. the order of syncs matters"
    truth = Truth(world)
    assert first.balanced and first.ahead == 0
    # The desk hosts no payees, so what was pushed to one is still on its way there.
    assert first.in_flight == truth.unresolved + truth.of_kind(Kind.PUSH)
    assert first.unloaded == truth.of_kind(Kind.UNLOAD) and first.refunded == truth.refunded
    funds = {holder.id: holder.state.funds for holder in world.holders}
    assert {i: a.balance + a.held for i, a in first.accounts.items()} == funds


def settled_in(world: World, names: list[str]) -> Accounting:
    """Sync copies of all purses with a copy of the desk, in this order."""
    directory = Path(tempfile.mkdtemp(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
    shutil.copy(world.journal.path, directory / "journal")
    holders = {holder.name: holder for holder in world.holders}
    with Journal(directory / "journal") as journal:
        desk = OperatorDesk(authority(), journal)
        for name in names:
            _sync(desk, Card.of(holders[name].card.image))
        accounting = desk.accounting()
    shutil.rmtree(directory)
    return accounting


def _sync(desk: OperatorDesk, card: Card) -> None:
    card.power(CONTACT)
    card.select()
    state = card.state()
    wanted = range(desk.known_entry(state.id) + 1, state.entry + 1)
    desk.record(state, [card.log(entry) for entry in wanted])
    if state.balance >= 0 and card.purse.store.sync.value.time <= NOW_UNIX_S:
        card.do(Instruction.SYNC_ACK, bytes(desk.acknowledge(state, NOW_UNIX_S + 10**9)))
