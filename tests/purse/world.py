"""A few purses, one operator, and a bag of every message that was ever seen.

Whoever holds the bag is the adversary: it delivers any message to any purse, as often as it likes
and in any order, cuts the power at any byte, and moves cards between contact and antenna. After
every step `invariants` are checked, against what this world knows and the purses do not.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.purse.cards import (
    CONTACT,
    CONTACTLESS,
    NEW_PIN,
    NOW_UNIX_S,
    PIN,
    SELECT,
    TODAY,
    WRONG_PIN,
    Answer,
    Card,
    authority,
    stranger,
    terms,
    voucher_in,
)
from tests.purse.holders import MEMBERS, Bag, Draw, Holder, Member, member_image
from tests.purse.invariants import (
    check_commit,
    check_floors,
    check_repeat,
    check_totals,
    in_ring,
    invariant_15,
)
from tests.purse.logical import Logical, logical_state
from zerobar.issuer import EvidenceRefused, Journal, OperatorDesk
from zerobar.issuer.authority import Validity
from zerobar.issuer.operator import Overrides
from zerobar.purse.apdu import Instruction, command
from zerobar.purse.memory import PowerCut
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    LogEntry,
    PurseClass,
    Request,
    Role,
    State,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.status import Status

SHARED_MEMORY = Path("/dev/shm")
ADDRESSED = 7
"""Of ten messages, so many go to whom they are for; the rest go astray."""


SPARE_KEYS = (30, 31)


class World:
    """One world; `close` it at the end."""

    def __init__(self) -> None:
        shared = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
        self.directory = Path(tempfile.mkdtemp(dir=shared))
        self.journal = Journal(self.directory / "journal")
        self.desk = OperatorDesk(authority(), self.journal)
        self.bag = Bag()
        self.loads: dict[tuple[bytes, int], Voucher] = {}
        self.emitted: list[Voucher] = []
        self.statements: list[VoidStatement] = []
        self.epoch = 0
        self.now_unix_s = NOW_UNIX_S
        self.count = 0
        self.service = stranger("service", PurseClass.SERVICE)
        self.holders = [self._holder(member) for member in MEMBERS]

    def _holder(self, member: Member) -> Holder:
        card = Card.of(member_image(member))
        card.insert()
        holder = Holder(member, card, logical_state(card.memory))
        self.desk.register(holder.certificate)
        return holder

    def close(self) -> None:
        self.journal.close()
        shutil.rmtree(self.directory)

    def fresh_number(self) -> int:
        self.count += 1
        return self.count

    # --- one command to one card ------------------------------------------------------------

    def send(
        self,
        holder: Holder,
        instruction: Instruction,
        data: bytes,
        cut: int | None = None,
        p1: int = 0,
    ) -> Answer | None:
        """Send a command, cut or not; None when no answer came. Learn what the card became."""
        apdu = command(instruction, data, p1)
        answer = holder.card.exchange(apdu) if cut is None else self._torn(holder, apdu, cut)
        self.observe(holder)
        return answer

    def _torn(self, holder: Holder, apdu: bytes, cut: int) -> Answer | None:
        before = holder.state
        twin = copy.deepcopy(holder.card)
        twin.exchange(apdu)
        after = self._settled(twin, holder.interface)
        holder.card.memory.cut_after(cut)
        try:
            return holder.card.exchange(apdu)
        except PowerCut:
            holder.card.memory.cut_after(None)
            self.power(holder, holder.interface)
            invariant_15(before, after, logical_state(holder.card.memory))
            return None
        finally:
            holder.card.memory.cut_after(None)

    def _settled(self, card: Card, interface: Interface) -> Logical:
        card.power(interface)
        card.select()
        return logical_state(card.memory)

    def power(self, holder: Holder, interface: Interface) -> None:
        """Reset by this interface and select: the session is gone."""
        holder.interface = interface
        holder.card.power(interface)
        holder.paying = False
        assert holder.card.exchange(SELECT).status == Status.OK

    def observe(self, holder: Holder) -> None:
        """Read what the card is now, and note the slot it committed, if any."""
        before, now = holder.state, logical_state(holder.card.memory)
        check_floors(holder, now)
        if now.newest.entry != before.newest.entry:
            check_commit(holder, before, now)
            holder.history.append(now.newest)
            holder.paying = holder.paying and now.newest.kind != EntryKind.PAY
        check_totals(holder, now)
        holder.state = now

    # --- whom and which ---------------------------------------------------------------------

    def who(self, draw: Draw) -> Holder:
        return self.holders[draw.who % len(self.holders)]

    def whom(self, purse_id: bytes, draw: Draw) -> Holder:
        """Mostly the purse of that id, else anyone."""
        owner = [holder for holder in self.holders if holder.id == purse_id]
        return owner[0] if owner and draw.twist < ADDRESSED else self.who(draw)

    def which(self, messages: list[bytes], draw: Draw) -> bytes:
        """One of the last few, or any."""
        few = min(len(messages), 4) if draw.pick % 3 else len(messages)
        return messages[-1 - draw.pick // 3 % few]

    # --- asking and paying --------------------------------------------------------------------

    def prepare(self, draw: Draw) -> None:
        kind = (Kind.PAYMENT, Kind.PAYMENT, Kind.REFUND, Kind.LOAD)[draw.pick % 4]
        self.ask(self.who(draw), kind, draw.amount, draw)

    def ask(self, holder: Holder, kind: Kind, amount: int, draw: Draw) -> Request | None:
        reference = self.fresh_number().to_bytes(8)
        p1 = int(draw.twist == 9)
        data = terms(kind, amount, reference=reference)
        answer = self.send(holder, Instruction.PREPARE, data, draw.cut, p1)
        if answer is None or answer.status != Status.OK:
            return None
        request = Request.parse(answer.data[:32])
        holder.prepared[request.number] = request
        self.bag.requests.append(request)
        signed = answer.data + bytes(holder.certificate) if p1 else answer.data
        self.bag.orders.append(signed)
        return request

    def forge(self, draw: Draw) -> None:
        """Change a request that was seen, pay it, and present it: a terminal that cheats."""
        if not self.bag.requests:
            return
        true = self.bag.requests[draw.pick % len(self.bag.requests)]
        forged = (
            replace(true, amount=Fen(draw.amount)),
            replace(true, number=true.number + 1 + draw.pick % 3),
            replace(true, payee_id=self.who(draw).id),
            replace(true, reference=b"not this"),
        )
        order = bytes(forged[draw.twist % len(forged)])
        self.bag.orders.append(order)
        presented = self.order(self.who(draw), order, draw.cut)
        if presented is not None:
            payee_id = voucher_in(presented).payee_id
            self.send(self.whom(payee_id, draw), Instruction.ACCEPT, presented)

    def slide(self, draw: Draw) -> None:
        """Prepare until everything asked before is out of the window."""
        if draw.twist < 3:
            calm = Draw(draw.who, 0, 1, 0)
            for _ in range(65):
                self.ask(self.who(draw), Kind.PAYMENT, 1, calm)

    def ask_hosted(self, draw: Draw) -> None:
        """An operator-hosted payee asks: to be pushed, to be paid, or for an authorisation."""
        number, amount = self.fresh_number(), draw.amount
        kinds = (Kind.PUSH, Kind.PAYMENT, Kind.AUTHORISE)
        kind = kinds[draw.pick % len(kinds)]
        if kind is Kind.PUSH:
            self.bag.orders.append(bytes(self.service.push(amount, number)))
        else:
            self.bag.orders.append(bytes(self.service.signed_request(number, amount, kind)))

    def ask_unload(self, draw: Draw) -> None:
        request = self.desk.unload_request(Fen(draw.amount))
        self.bag.orders.append(bytes(request if draw.twist < 5 else request.request))

    def pay(self, draw: Draw) -> None:
        """Any order ever seen, to any purse."""
        if self.bag.orders:
            self.order(self.who(draw), self.which(self.bag.orders, draw), draw.cut)

    def order(self, holder: Holder, order: bytes, cut: int | None) -> bytes | None:
        earlier, written = in_ring(holder, order), holder.card.memory.written
        answer = self.send(holder, Instruction.PAY, order, cut)
        if answer is not None and earlier is not None:
            check_repeat(holder, earlier, answer, holder.card.memory.written - written)
        if answer is None or answer.status != Status.OK:
            return None
        self.seen(answer.data)
        return answer.data

    def seen(self, presented: bytes) -> None:
        self.emitted.append(voucher_in(presented))
        if presented not in self.bag.vouchers:
            self.bag.vouchers.append(presented)

    def fetch(self, draw: Draw) -> None:
        """GET VOUCHER by entry or by request."""
        holder = self.who(draw)
        by_request = draw.twist % 2 and self.bag.requests
        key = draw.pick.to_bytes(4)
        if by_request:
            request = self.bag.requests[draw.pick % len(self.bag.requests)]
            key = request.payee_id + request.number.to_bytes(4)
        answer = self.send(holder, Instruction.GET_VOUCHER, key)
        if answer is not None and answer.status == Status.OK:
            self.seen(answer.data)

    def pay_across(self, draw: Draw) -> None:
        """A whole payment, torn perhaps at one of its three commands."""
        payee, payer = self.who(draw), self.holders[draw.pick % len(self.holders)]
        torn_at = draw.twist % 3
        cuts = [draw.cut if step == torn_at else None for step in range(3)]
        calm = Draw(draw.who, 0, draw.amount, 0, cuts[0])
        request = self.ask(payee, Kind.PAYMENT, draw.amount, calm)
        if request is not None and payee is not payer:
            presented = self.order(payer, bytes(request), cuts[1])
            if presented is not None:
                self.send(payee, Instruction.ACCEPT, presented, cuts[2])

    # --- settling -----------------------------------------------------------------------------

    def sign_load(self, draw: Draw) -> None:
        loads = [request for request in self.bag.requests if request.kind is Kind.LOAD]
        if loads:
            self.load(loads[draw.pick % len(loads)])

    def load(self, request: Request) -> bytes:
        voucher, certificate = self.desk.load(request)
        self.loads[(voucher.payer_id, voucher.entry)] = voucher
        presented = bytes(voucher) + bytes(certificate)
        if presented not in self.bag.vouchers:
            self.bag.vouchers.append(presented)
        return presented

    def load_across(self, draw: Draw) -> None:
        """A whole load."""
        holder = self.who(draw)
        request = self.ask(holder, Kind.LOAD, draw.amount, Draw(draw.who, 0, draw.amount, 0))
        if request is not None:
            self.send(holder, Instruction.ACCEPT, self.load(request), draw.cut)

    def accept(self, draw: Draw) -> None:
        """Any voucher ever seen, mostly to its payee; now and then by the certificate's hash."""
        if not self.bag.vouchers:
            return
        presented = self.which(self.bag.vouchers, draw)
        holder = self.whom(voucher_in(presented).payee_id, draw)
        if draw.twist == 2:
            certificate = Certificate.parse(presented[Voucher.LENGTH :])
            presented = presented[: Voucher.LENGTH] + certificate.hash
        self.send(holder, Instruction.ACCEPT, presented, draw.cut)

    def void(self, draw: Draw) -> None:
        if not self.bag.vouchers:
            return
        presented = self.which(self.bag.vouchers, draw)
        if draw.twist == 3:
            presented = presented[:32] + b"evil" + presented[36:]
        holder = self.whom(voucher_in(presented).payee_id, draw)
        answer = self.send(holder, Instruction.VOID, presented, draw.cut)
        if answer is not None and answer.status == Status.OK:
            self.statements.append(VoidStatement.parse(answer.data))
            self.bag.statements.append(answer.data + bytes(holder.certificate))

    def undo(self, draw: Draw) -> None:
        if self.bag.statements:
            statement = self.which(self.bag.statements, draw)
            payer_id = VoidStatement.parse(statement[: VoidStatement.LENGTH]).payer_id
            self.send(self.whom(payer_id, draw), Instruction.UNDO, statement, draw.cut)

    def take_back(self, draw: Draw) -> None:
        """A payment that is never delivered: voided by its payee, undone by its payer."""
        payer, payee = self.who(draw), self.holders[draw.pick % len(self.holders)]
        calm = Draw(draw.who, 0, draw.amount, 0)
        request = self.ask(payee, Kind.PAYMENT, draw.amount, calm)
        if request is None or payer is payee or self.order(payer, bytes(request), None) is None:
            return
        self.power(payee, CONTACT)
        void, undo = (draw.cut, None) if draw.twist % 2 else (None, draw.cut)
        last = len(self.bag.vouchers) * 3
        self.void(Draw(draw.who, last, 0, 0, void))
        if self.bag.statements:
            self.undo(Draw(draw.who, len(self.bag.statements) * 3, 0, 0, undo))

    def take_unload(self, draw: Draw) -> None:
        """The operator sees an unload, whoever brings it."""
        unloads = [v for v in self.bag.vouchers if voucher_in(v).kind is Kind.UNLOAD]
        if unloads:
            answer = unloads[draw.pick % len(unloads)]
            certificate = Certificate.parse(answer[Voucher.LENGTH :])
            self.desk.take_unload(voucher_in(answer), certificate)

    # --- syncs, in separate steps ---------------------------------------------------------------

    def tell(self, draw: Draw) -> None:
        """A card says its STATE and the log that the operator lacks; it may get lost after."""
        holder = self.who(draw)
        nonce = self.fresh_number().to_bytes(8)
        query = authority().operator.state_query(holder.id, nonce) if draw.twist % 2 else nonce
        answer = self.send(holder, Instruction.STATE, query)
        if answer is None or answer.status != Status.OK:
            return
        holder.hits_told = holder.hits
        state = State.parse(answer.data)
        wanted = range(self.desk.known_entry(holder.id) + 1, state.entry + 1)
        log = [self.send(holder, Instruction.READ_LOG, e.to_bytes(4)) for e in wanted]
        assert all(entry is not None and entry.status == Status.OK for entry in log)
        entries = tuple(LogEntry.parse(entry.data) for entry in log if entry is not None)
        self.bag.states.append((state, entries))

    def hear(self, draw: Draw) -> None:
        """The operator hears one of the accounts told, late or twice, and acknowledges it."""
        if self.bag.states:
            state, entries = self.bag.states[draw.pick % len(self.bag.states)]
            if self.record(state, entries):
                self.bag.acks.append(self.acknowledged(state, draw))

    def record(self, state: State, entries: tuple[LogEntry, ...]) -> bool:
        """Invariant 12, for the honest: only what was told before and is out of date is refused."""
        known = self.desk.known_entry(state.id)
        try:
            self.desk.record(state, entries)
        except EvidenceRefused as refusal:
            late = state.entry < known or (entries and entries[0].entry != known + 1)
            if late and refusal.test == "gap":
                return False
            raise AssertionError(f"12. an honest purse is flagged: {refusal}") from refusal
        return True

    def acknowledged(self, state: State, draw: Draw) -> bytes:
        overrides = Overrides()
        if draw.twist == 8:
            overrides = Overrides(per_payment=4000, holding=8000)
        blocked = draw.twist == 9
        operator = authority().operator
        ack = operator.acknowledge(state, self.now_unix_s, blocked=blocked, overrides=overrides)
        return bytes(ack)

    def take_ack(self, draw: Draw) -> None:
        if self.bag.acks:
            ack = self.bag.acks[-1 - draw.pick % min(4, len(self.bag.acks))]
            self.deliver_ack(self.whom(ack[2:10], draw), ack, draw.cut)

    def deliver_ack(self, holder: Holder, ack: bytes, cut: int | None) -> None:
        before = holder.state.sync
        self.send(holder, Instruction.SYNC_ACK, ack, cut)
        if holder.state.sync != before:
            holder.block = bool(holder.state.sync.flags & 1)
            holder.forgiven = holder.hits_told

    def sync(self, draw: Draw) -> None:
        """All of it at once, the acknowledgement torn perhaps."""
        self.tell(Draw(draw.who, 0, 0, 1))
        state, entries = self.bag.states[-1]
        if state.id == self.who(draw).id and self.record(state, entries):
            self.bag.acks.append(self.acknowledged(state, Draw(0, 0, 0, 0)))
            self.deliver_ack(self.who(draw), self.bag.acks[-1], draw.cut)

    # --- blocklists, keys, certificates -----------------------------------------------------------

    def publish(self, draw: Draw) -> None:
        """The operator publishes the next blocklist delta; now and then with one of its purses."""
        blocked = self.who(draw).id if draw.twist == 0 else draw.pick.to_bytes(8)
        delta = authority().operator.blocklist(self.epoch, self.epoch + 1, (blocked,))
        self.epoch += 1
        self.bag.deltas.append(bytes(delta))

    def gossip(self, draw: Draw) -> None:
        """A terminal tells a card the delta that it lacks, or any other."""
        if not self.bag.deltas:
            return
        holder, deltas = self.who(draw), self.bag.deltas
        lacking = min(holder.state.blocklist.epoch, len(deltas) - 1)
        delta = deltas[lacking if draw.twist < ADDRESSED else draw.pick % len(deltas)]
        before = holder.state.blocklist.epoch
        self.send(holder, Instruction.BLOCKLIST, delta, draw.cut)
        if holder.state.blocklist.epoch != before:
            holder.hits += delta.count(holder.id)

    def rotate(self, draw: Draw) -> None:
        """The root signs a new date for the CA key, or puts or deletes a spare key."""
        keys, day = authority().authority, TODAY + draw.amount % 50
        spare = SPARE_KEYS[draw.pick % 2]
        key = bytes(64) if draw.twist < 3 else stranger(f"spare {spare}").certificate.public_key
        update = keys.key_update(spare, Role.CA, day, key)
        if draw.twist > 6:
            update = keys.key_update(keys.ca.number, Role.CA, day, keys.ca.public_key)
        self.bag.updates.append(bytes(update))

    def take_key(self, draw: Draw) -> None:
        if self.bag.updates:
            update = self.bag.updates[draw.pick % len(self.bag.updates)]
            self.send(self.who(draw), Instruction.KEY_UPDATE, update, draw.cut)

    def renew(self, draw: Draw) -> None:
        """A new certificate, or one that was seen before."""
        holder, old = self.who(draw), self.who(draw).certificate
        if draw.twist < 5 or not self.bag.renewals:
            later = Validity(old.not_before_day + 1, old.not_after_day + draw.pick % 400)
            key, purse_class = old.public_key, old.purse_class
            renewed = authority().authority.certify(key, purse_class, later)
            self.bag.renewals.append(bytes(renewed))
        renewal = self.bag.renewals[-1 - draw.pick % len(self.bag.renewals)]
        self.send(holder, Instruction.PUT_CERTIFICATE, renewal, draw.cut)
        if bytes(holder.certificate) == renewal:
            self.desk.register(holder.certificate)

    def time_passes(self, draw: Draw) -> None:
        years = 4 if draw.twist == 0 and draw.pick % 6 == 0 else 0
        self.now_unix_s += 60 * (draw.amount % 5000) + years * 365 * 86400

    # --- the holder's hand ------------------------------------------------------------------------

    def reset(self, draw: Draw) -> None:
        holder = self.who(draw)
        self.power(holder, CONTACTLESS if draw.twist % 2 else CONTACT)
        self.observe(holder)

    def verify(self, draw: Draw) -> None:
        holder = self.who(draw)
        pin = WRONG_PIN if draw.twist == 0 else PIN
        answer = self.send(holder, Instruction.VERIFY, pin, draw.cut)
        if answer is not None:
            kept = holder.paying and answer.status == Status.PIN_BLOCKED
            holder.paying = answer.status == Status.OK or kept

    def change_pin(self, draw: Draw) -> None:
        """And back again, so that the next VERIFY knows it."""
        holder = self.who(draw)
        for old, new in ((PIN, NEW_PIN), (NEW_PIN, PIN)):
            answer = self.send(holder, Instruction.CHANGE_PIN, old + new, draw.cut)
            if answer is not None and answer.status != Status.PIN_BLOCKED:
                holder.paying = False

    def arm(self, draw: Draw) -> None:
        holder = self.who(draw)
        maximum = draw.amount
        self.send(holder, Instruction.ARM, maximum.to_bytes(4), draw.cut)
        holder.armed = (holder.state.arm.maximum, holder.state.arm.entry)

    def unblock_pin(self, draw: Draw) -> None:
        holder = self.who(draw)
        counter = holder.state.security.unblock_counter + 1
        unblock = authority().operator.unblock(holder.id, counter, "1234")
        self.bag.unblocks.append(bytes(unblock))
        chosen = self.bag.unblocks[-1 - draw.pick % len(self.bag.unblocks)]
        self.send(holder, Instruction.RESET_PIN, chosen, draw.cut)
