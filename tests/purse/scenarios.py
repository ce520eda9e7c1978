"""Single rules that no cut and no random world shows quickly enough, each as a small story."""

from __future__ import annotations

from tests.purse.cards import (
    CONTACTLESS,
    PIN,
    TODAY,
    WRONG_PIN,
    Card,
    authority,
    fresh,
    stranger,
    voucher_in,
)
from tests.purse.life import Attempt, Life, by_hash, spare_key
from tests.purse.life import apdu as encoded
from tests.purse.logical import logical_state
from tests.purse.scenes import loaded, scene
from tests.purse.tearing import start
from zerobar.purse.apdu import Instruction
from zerobar.purse.memory import Memory, PowerCut
from zerobar.purse.messages import Kind, Role, VoidFlags, VoidStatement
from zerobar.purse.ring import SLOT_SIZE
from zerobar.purse.status import Status


def prove_a_rotated_key_is_forgotten() -> None:
    """What was certified by a key that has gone is refused, although it was known before."""
    life = Life(fresh())
    life.receives(100)
    keys = authority().authority
    update = keys.key_update(keys.ca.number, Role.CA, TODAY, spare_key(1))
    life.card.do(Instruction.KEY_UPDATE, bytes(update))
    presented = life.friend.voucher(life.card.prepare(Kind.PAYMENT, 100), 77)
    for form in (presented, by_hash(presented)):
        answer = life.card.send(Instruction.ACCEPT, form)
        assert answer.status == Status.CERTIFICATE_REFUSED, f"{answer.status:04X}"


def prove_totals_count_from_base() -> None:
    """What is paid between STATE and its acknowledgement counts after it."""
    life = loaded()
    life.pays(1000)
    state = life.card.state(b"nonce 42")
    life.pays(300)
    ack = authority().operator.acknowledge(state, life.synced_unix_s)
    life.card.do(Instruction.SYNC_ACK, bytes(ack))
    after = life.card.state(b"nonce 43")
    assert (after.base, after.entry) == (state.entry, state.entry + 1)
    assert (after.out_total, after.out_count) == (300, 1)


def prove_an_old_request_is_closed() -> None:
    """A request that slid out of the window takes no voucher, whether or not one had settled it."""
    card, friend = fresh(slots=64), stranger("friend")
    settled, unsettled = card.prepare(Kind.PAYMENT, 100), card.prepare(Kind.PAYMENT, 100)
    presented = friend.voucher(settled, 1)
    card.accept(presented)
    for _ in range(64):
        card.prepare(Kind.PAYMENT, 1)
    before = card.purse.newest
    for late in (presented, friend.voucher(settled, 2), friend.voucher(unsettled, 3)):
        answer = card.send(Instruction.ACCEPT, late)
        assert answer.status == Status.REQUEST_NOT_MINE, f"{answer.status:04X}"
    assert card.purse.newest == before


def prove_too_old_is_told_and_never_undone() -> None:
    """VOID of an own request out of the window signs flags 02, writes nothing, and undoes nothing:
    only the log tells whether it was credited."""
    card, payer = fresh(slots=64), loaded(seed="payer").card
    paid = payer.pay(card.prepare(Kind.PAYMENT, 100))
    for _ in range(64):
        card.prepare(Kind.PAYMENT, 1)
    before = card.image
    answer = card.do(Instruction.VOID, paid)
    statement = VoidStatement.parse(answer)
    assert statement.flags is VoidFlags.TOO_OLD and statement.payee_entry == 0
    assert card.image == before
    undone = payer.send(Instruction.UNDO, answer + bytes(card.purse.certificate))
    assert undone.status == Status.MALFORMED, f"{undone.status:04X}"


def prove_the_try_goes_before_the_comparison() -> None:
    """Up to the byte that takes the try, a right and a wrong PIN leave the same memory."""
    for name in ("just loaded", "one pin try left"):
        image, at = scene(name).image, 0
        while True:
            right, wrong = (_cut_verify(image, pin, at) for pin in (PIN, WRONG_PIN))
            assert right == wrong, f"cut after {at} bytes, the PIN shows"
            tries = Card.of(right).purse.store.security.value.tries
            if tries < Card.of(image).purse.store.security.value.tries:
                break
            at += 1
            assert at < 100, "no try is ever taken"


def _cut_verify(image: bytes, pin: bytes, at: int) -> bytes:
    apdu = encoded(Instruction.VERIFY, pin)
    card = start(Attempt("VERIFY", CONTACTLESS, apdu), image)
    card.insert()
    card.memory.cut_after(at)
    try:
        card.exchange(apdu)
    except PowerCut:
        return card.image
    raise AssertionError(f"VERIFY writes fewer than {at} bytes")


def prove_an_antenna_never_takes_the_last_try() -> None:
    """However often a hidden reader guesses, its victim's PIN still works by contact."""
    card = fresh()
    card.tap()
    statuses = [card.send(Instruction.VERIFY, WRONG_PIN).status for _ in range(5)]
    assert statuses == [0x63C2, 0x63C1, 0x6983, 0x6983, 0x6983]
    card.insert()
    card.verify_pin()


def prove_an_old_key_never_comes_back() -> None:
    """A key update whose date is not later than the stored one changes nothing."""
    card, keys = fresh(), authority().authority
    number = keys.ca.number
    first = keys.key_update(number, Role.CA, TODAY, spare_key(1))
    second = keys.key_update(number, Role.CA, TODAY + 1, spare_key(2))
    for update in (first, second):
        card.do(Instruction.KEY_UPDATE, bytes(update))
    before = card.image
    again = keys.key_update(number, Role.CA, TODAY + 1, spare_key(1))
    for old in (first, again):
        answer = card.send(Instruction.KEY_UPDATE, bytes(old))
        assert answer.status == Status.OTHER_CONTENT, f"{answer.status:04X}"
    assert card.image == before


def prove_a_pin_serves_one_payment() -> None:
    """A verified PIN serves one new PAY slot; the repeat of an answer takes nothing of it."""
    life = loaded()
    card, shop = life.card, life.shop
    card.insert()
    first, second = shop.request(501, 25000), shop.request(502, 20001)
    card.verify_pin()
    answer = card.pay(first)
    assert card.send(Instruction.PAY, bytes(second)).status == Status.PIN_NEEDED
    card.verify_pin()
    assert card.pay(first) == answer
    assert voucher_in(card.pay(second)).amount == 20001


def prove_old_acknowledgements_do_nothing() -> None:
    """An acknowledgement of an earlier session neither lowers base nor lifts a block."""
    life = loaded()
    life.syncs()
    old = life.repeats["SYNC ACK"]
    life.pays(100)
    life.syncs(blocked=True)
    life.card.state(b"nonce 55")
    before = life.card.image
    answer = life.card.send(Instruction.SYNC_ACK, old)
    assert answer.status == Status.CONDITIONS_NOT_SATISFIED, f"{answer.status:04X}"
    assert life.card.image == before and life.card.purse.blocked


def prove_a_voided_voucher_has_no_receipt() -> None:
    """ACCEPT of what was voided is refused, as is VOID of what was credited."""
    life = loaded()
    life.receives(100)
    life.voids(100)
    for instruction, data in (("ACCEPT", life.repeats["VOID"]), ("VOID", life.repeats["ACCEPT"])):
        answer = life.card.send(Instruction[instruction], data)
        assert answer.status == Status.ALREADY_SETTLED, f"{answer.status:04X}"


def prove_what_was_acknowledged_is_not_undone() -> None:
    """The operator may have refunded it: an undo needs an entry above base."""
    life = loaded()
    voucher = life.pays(100)
    life.syncs()
    answer = life.card.send(Instruction.UNDO, life.shop.statement(voucher))
    assert answer.status == Status.ENTRY_NOT_IN_LOG, f"{answer.status:04X}"


def prove_a_nonce_serves_one_state() -> None:
    """A terminal that asks twice with one nonce cannot give the first state's acknowledgement to
    the second: so a block that came between stands."""
    life = loaded()
    card, operator = life.card, authority().operator
    ack = operator.acknowledge(card.state(b"nonce 66"), life.synced_unix_s + 60)
    life.lists((card.purse.id,))
    card.insert()
    card.state(b"nonce 66")
    before = card.image
    answer = card.send(Instruction.SYNC_ACK, bytes(ack))
    assert answer.status == Status.CONDITIONS_NOT_SATISFIED, f"{answer.status:04X}"
    assert card.image == before and card.purse.blocked


class WornOut(Memory):
    """One bit of the log reads as zero for ever."""

    worn_at: int | None = None

    def _store(self, offset: int, data: bytes) -> None:
        super()._store(offset, data)
        if self.worn_at is not None:
            self._bytes[self.worn_at] = 0


def prove_worn_out_memory_is_reported() -> None:
    """What does not read back as written is no payment, and the card says so."""
    image = loaded().card.image
    memory = WornOut(image)
    card = Card(memory)
    card.insert()
    before = logical_state(memory)
    next_slot = memory.size - 8 * SLOT_SIZE + (before.newest.entry + 1) % 8 * SLOT_SIZE
    memory.worn_at = next_slot + 5
    order = stranger("shop").request(1, 100)
    assert card.send(Instruction.PAY, bytes(order)).status == Status.MEMORY_FAILURE
    assert card.send(Instruction.PAY, bytes(order)).status == Status.NOTHING_SELECTED
    card.insert()
    assert logical_state(memory) == before
