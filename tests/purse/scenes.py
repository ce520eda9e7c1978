"""The kinds of state a card can be in, each as bytes of memory and the commands to try on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from tests.purse.cards import (
    CONTACT,
    WRONG_PIN,
    Card,
    authority,
    fresh,
    stranger,
)
from tests.purse.life import Attempt, Life, factory_certificate
from zerobar.issuer.operator import Overrides
from zerobar.purse.apdu import Instruction
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Kind, PurseClass, Role
from zerobar.purse.records import VALID, short_hash
from zerobar.purse.ring import SLOT_SIZE
from zerobar.purse.store import memory_size

Story = Callable[[], Life]
SCENES: dict[str, Story] = {}


@dataclass(frozen=True)
class Scene:
    """A card's memory, and what can be tried on it."""

    name: str
    image: bytes
    attempts: tuple[Attempt, ...]

    def attempt(self, name: str) -> Attempt:
        return next(a for a in self.attempts if a.name == name)


@cache
def scene(name: str) -> Scene:
    """Live a card's life up to the scene of that name."""
    life = SCENES[name]()
    life.card.power(CONTACT)
    return Scene(name, life.card.image, tuple(life.attempts()))


def story(tell: Callable[[], Life]) -> Callable[[], Life]:
    """Enter a scene under the function's name."""
    SCENES[tell.__name__.replace("_", " ")] = tell
    return tell


# --- in the factory ---------------------------------------------------------------------------


def blank() -> Life:
    card = Card.of(bytes(memory_size(8)))
    card.insert()
    return Life(card)


@story
def factory_blank() -> Life:
    return blank()


@story
def factory_with_key() -> Life:
    life = blank()
    life.card.do(Instruction.GENERATE_KEY, b"\x01")
    ca = authority().authority.ca
    life.card.do(Instruction.PUT_KEY, bytes((ca.number, Role.CA)) + ca.public_key)
    return life


@story
def factory_certified() -> Life:
    life = factory_with_key()
    life.card.do(Instruction.PUT_CERTIFICATE, factory_certificate(life.card))
    life.card.insert()
    return life


# --- in its holder's hand ---------------------------------------------------------------------


@story
def personalised_only() -> Life:
    return Life(fresh())


def loaded(slots: int = 8, purse_class: PurseClass = PurseClass.PERSON, seed: str = "card") -> Life:
    """Loaded with ¥500, four requests open, nothing synchronised."""
    life = Life(fresh(seed, purse_class, slots))
    life.loads(50000)
    life.opens()
    return life


@story
def just_loaded() -> Life:
    return loaded()


@story
def in_the_middle_of_the_log() -> Life:
    life = loaded(64)
    life.pays(1200)
    life.receives(3300)
    life.voids(400)
    life.pays(800)
    life.pays(900)
    life.undoes()
    life.unloads(1000)
    life.resets_pin()
    life.rotates(7)
    return life


@story
def two_slots_short_of_full() -> Life:
    life = loaded()
    while life.card.purse.ring.free(0) > 3:
        life.pays(100)
    return life


@story
def only_the_reserved_slots_left() -> Life:
    life = two_slots_short_of_full()
    life.pays(100)
    return life


@story
def log_full() -> Life:
    life = only_the_reserved_slots_left()
    life.undoes()
    life.unloads(500)
    return life


@story
def wrapped_and_all_acknowledged() -> Life:
    life = loaded()
    for _ in range(2):
        for _ in range(3):
            life.pays(100)
        life.receives(250)
        life.voids(50)
        life.syncs()
    return life


@story
def wrapped_with_four_slots() -> Life:
    life = Life(fresh(slots=4))
    life.loads(50000)
    life.opens()
    for amount in (100, 200, 300, 400, 500):
        life.pays(amount)
        life.syncs()
    life.pays(600)
    return life


@story
def wrapped_partly_acknowledged() -> Life:
    life = wrapped_and_all_acknowledged()
    life.pays(100)
    life.pays(200)
    life.voids(10)
    return life


@story
def merchant_wrapped() -> Life:
    life = loaded(64, PurseClass.MERCHANT)
    for _ in range(40):
        life.receives(150)
    life.syncs()
    for _ in range(30):
        life.receives(110)
    life.open_requests.clear()
    life.opens()
    return life


# --- in trouble -------------------------------------------------------------------------------


@story
def blocked_by_its_operator() -> Life:
    life = loaded()
    life.pays(100)
    life.syncs(blocked=True)
    return life


@story
def blocked_by_a_blocklist() -> Life:
    life = loaded()
    life.pays(100)
    life.lists((b"somebody", life.card.purse.id))
    return life


@story
def expired() -> Life:
    life = loaded()
    life.pays(100)
    life.syncs(4 * 365 * 86400)
    return life


@story
def armed() -> Life:
    life = loaded()
    life.syncs()
    life.card.verify_pin()
    life.card.do(Instruction.ARM, (40000).to_bytes(4))
    return life


@story
def one_pin_try_left() -> Life:
    life = loaded()
    for _ in range(2):
        life.card.send(Instruction.VERIFY, WRONG_PIN)
    return life


@story
def pin_blocked() -> Life:
    life = one_pin_try_left()
    life.card.send(Instruction.VERIFY, WRONG_PIN)
    return life


@story
def money_held() -> Life:
    life = loaded()
    life.syncs(overrides=Overrides(holding=20000))
    life.receives(2500)
    life.pays(700)
    return life


@story
def many_requests_by_antenna() -> Life:
    life = loaded()
    life.card.tap()
    for _ in range(31):
        life.card.prepare(Kind.PAYMENT, 100)
    life.open_requests = []
    life.opens(1)
    life.open_requests *= 4
    return life


@story
def blocklist_partly_filled() -> Life:
    life = loaded()
    for batch in range(3):
        life.lists(tuple(bytes((1, batch, i)) + b"abcde" for i in range(18)))
    return life


@story
def blocklist_wrapped() -> Life:
    life = loaded()
    for batch in range(16):
        life.lists(tuple(bytes((2, batch, i)) + b"abcde" for i in range(18)))
    return life


@story
def cache_full() -> Life:
    life = Life(fresh(slots=32))
    life.opens()
    for i in range(17):
        life.receives(100, stranger(f"payer {i}"))
    return life


@story
def key_table_full() -> Life:
    life = loaded()
    for number in range(20, 24):
        life.rotates(number)
    life.renews()
    life.syncs(40 * 86400)
    return life


@story
def counter_near_its_end() -> Life:
    life = loaded()
    life.pays(100)
    life.syncs()
    return moved_to_entry(life, 0xFFFFFFFE - 1)


@story
def counter_at_its_end() -> Life:
    life = loaded()
    life.pays(100)
    life.syncs()
    return moved_to_entry(life, 0xFFFFFFFF)


def moved_to_entry(life: Life, entry: int) -> Life:
    """Give the card the same state under another entry number, as after billions of payments."""
    store = life.card.purse.store
    newest = replace(store.ring.newest, entry=entry)
    store.sync.write(replace(store.sync.value, base=entry))
    image = bytearray(life.card.image)
    slots = store.ring.slots
    log = bytearray(slots * SLOT_SIZE)
    body = bytes(newest)
    at = entry % slots * SLOT_SIZE
    log[at : at + SLOT_SIZE] = VALID + body + short_hash(body)
    image[-len(log) :] = log
    card = Card(Memory(image))
    card.insert()
    assert card.purse.newest.entry == entry
    moved = Life(card, open_requests=life.open_requests, synced_unix_s=life.synced_unix_s)
    moved._counter = life.next()
    return moved
