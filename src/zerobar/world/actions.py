"""What can happen in a world: people do something, something is lost, and life goes on.

Each action draws who and how much. What devices and the bank are allowed to answer no to is told
and is no mistake; anything else that is raised is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from zerobar.device import (
    DeviceError,
    OperatorUnreachable,
    collect_for,
    finish_loads,
    give_back,
    go_on,
    load,
    pay_till,
    push,
    receive,
    send_all,
    synchronise,
    take,
    tell_in_field,
    unload,
)
from zerobar.purse.messages import Kind
from zerobar.purse.money import CNY, Fen
from zerobar.reader import (
    CardError,
    CardLink,
    NoCard,
    Payment,
    PurseCard,
    TapOutcome,
    Terms,
    collect,
)
from zerobar.world.cards import PIN
from zerobar.world.crimes import clone, lose_phone, mint, report_losses, restore, roll_back
from zerobar.world.town import Holder, Town

Action = Callable[[Town], None]
_REFERENCE_LENGTH: Final = 8
_LARGEST: Final = 25_000
_FIRST_LOAD: Final = Fen(45_000)
_MOST_WRITTEN: Final = 400
"""Bytes after which a card is torn: more than any command writes."""


def pay(town: Town) -> None:
    """Somebody taps a till."""
    _tap(town, _any_card(town), town.draw.choice(town.tills))


def pay_friend(town: Town) -> None:
    """Somebody taps a friend's phone."""
    payee = town.draw.choice(town.phones)
    payer = _any_card(town)
    if payer is not payee and not payee.is_lost:
        _tap(town, payer, payee)


def refund(town: Town) -> None:
    """A shop gives money back: its purse pays a customer's phone."""
    customer = town.draw.choice(town.phones)
    if not customer.is_lost:
        _tap(town, town.draw.choice(town.tills), customer, Kind.REFUND)


def tap_again(town: Town) -> None:
    """A payment that was torn goes on, with the same card or, by mistake, with another."""
    payee = _any_device(town)
    if payee is None or not payee.open_taps:
        return
    assert payee.device is not None
    tap_id, payer = town.draw.choice(list(payee.open_taps.items()))
    if town.draw.random() < 0.15:
        payer = _any_card(town).card.in_field
    outcome = go_on(payee.device, tap_id, payer, pin=_pin(town))
    if outcome.is_final:
        del payee.open_taps[tap_id]
    _tell(town, "tap again", payee, outcome)


def give_up(town: Town) -> None:
    """A payment that was torn after the voucher came is given back: void, then undo."""
    payee = _any_device(town)
    if payee is None or not payee.open_taps:
        return
    assert payee.device is not None
    tap_id, payer = town.draw.choice(list(payee.open_taps.items()))
    kept = payee.device.store.taps.outcome(tap_id)
    if kept.voucher is None or kept.certificate is None:
        return
    payment = Payment(kept.voucher, kept.certificate)
    # The payer may have left: then the statement goes to the operator first.
    outcome = give_back(payee.device, _nobody if town.draw.random() < 0.4 else payer, payment)
    town.story.tell("give back", f"{payee.name} gives back {kept.voucher.amount}: {outcome.status}")


def change_mind(town: Town) -> None:
    """A customer has tapped and leaves without the goods: the shop voids, and may sync first."""
    till, payer = town.draw.choice(town.tills), _any_card(town)
    assert till.device is not None
    amount = Fen(town.draw.randint(100, 5_000))
    with till.device.purse() as own:
        order = own.prepare(Kind.PAYMENT, amount, CNY, _reference(town))
    outcome = collect(payer.card.in_field, order)
    if outcome.voucher is None or outcome.certificate is None:
        return
    tap_id, payment = town.new_id(), Payment(outcome.voucher, outcome.certificate)
    till.device.store.taps.keep(tap_id, outcome)
    give_back(till.device, _nobody, payment)
    till.open_taps[tap_id] = payer.card.in_field
    town.story.tell("change of mind", f"{payer.name} leaves {till.name} without the goods")
    if town.draw.random() < 0.5:
        sync_one(town, till)


def load_purse(town: Town) -> None:
    """Somebody loads a purse from the wallet."""
    holder = _any_device(town)
    if holder is None:
        return
    assert holder.device is not None
    away, amount = town.holder_of(holder), Fen(town.draw.randint(1_000, 40_000))
    finish_loads(holder.device, away)
    load(holder.device, away, town.new_id(), amount)
    town.story.tell("load", f"{holder.name} loads {amount}")


def load_everybody(town: Town) -> None:
    """Begin with money on every card, so that something happens."""
    for phone in town.phones:
        assert phone.device is not None
        load(phone.device, town.holder_of(phone), town.new_id(), _FIRST_LOAD)
    for card in town.cards:
        _load_card(town, town.phones[0], card, _FIRST_LOAD)


def load_anonymous(town: Town) -> None:
    """Somebody loads an anonymous card, held to the phone, from the own wallet."""
    phone = town.draw.choice(town.phones)
    if not town.cards or phone.is_lost:
        return
    _load_card(town, phone, town.draw.choice(town.cards), Fen(town.draw.randint(1_000, 20_000)))


def unload_purse(town: Town) -> None:
    """Somebody gives value back to the wallet."""
    holder = _any_device(town)
    if holder is None:
        return
    assert holder.device is not None
    amount = Fen(town.draw.randint(100, 20_000))
    told = unload(holder.device, town.holder_of(holder), town.new_id(), amount)
    said = "queued" if told is None else told.sentence
    town.story.tell("unload", f"{holder.name} unloads {amount}: {said}")


def wallet_pays_till(town: Town) -> None:
    """Somebody with network pays a till without: the bank's voucher goes over as a code."""
    payer, till = town.draw.choice(town.phones), town.draw.choice(town.tills)
    if payer.is_lost:
        return
    assert payer.device is not None and till.device is not None
    with till.device.purse() as own:
        amount = Fen(town.draw.randint(100, 30_000))
        order = own.prepare_signed(Kind.PAYMENT, amount, CNY, _reference(town))
    payment = pay_till(payer.device, town.holder_of(payer), town.new_id(), order)
    if town.draw.random() < 0.2:
        town.story.tell("code lost", f"{payer.name} shows no code to {till.name}")
        return
    outcome = receive(till.device, town.new_id(), payment)
    _tell(town, "wallet pays till", till, outcome)


def pay_bill(town: Town) -> None:
    """Somebody pays a bill at a till: from the card, or from the wallet behind it."""
    till, payer = town.draw.choice(town.tills), _any_card(town)
    assert till.device is not None
    kind = town.draw.choice((Kind.PAYMENT, Kind.AUTHORISE))
    amount = Fen(town.draw.randint(100, 15_000))
    order = town.biller.order(kind, amount, _reference(town))
    _perhaps_tear(town, payer, payer)
    collected = [collect_for(till.device, order, payer.card.in_field, pin=_pin(town))]
    payer.card.tear_in = None
    if town.draw.random() < 0.3:
        other = payer if town.draw.random() < 0.7 else _any_card(town)
        collected.append(collect_for(till.device, order, other.card.in_field))
    paid = sum(one.payment is not None for one in collected)
    town.story.tell("bill", f"{payer.name} pays a bill of {amount} by {kind.name}: {paid} vouchers")


def push_bill(town: Town) -> None:
    """Somebody pays a bill with the own phone, where no request can reach it."""
    holder = town.draw.choice(town.phones)
    if holder.is_lost:
        return
    assert holder.device is not None
    what = town.biller.push(Fen(town.draw.randint(100, 15_000)), _reference(town))
    for _ in range(town.draw.choice((1, 1, 2))):
        done = push(holder.device, what, holder.card.on_contact, pin=PIN)
        how = "sent" if done.told else "queued" if done.payment else str(done.error)
        town.story.tell("push", f"{holder.name} pushes {what.amount}: {how}")


def sync_card(town: Town) -> None:
    """A card without phone is held to somebody's, which syncs it."""
    phone = town.draw.choice(town.phones)
    if town.cards and not phone.is_lost:
        sync_borrowed(town, phone, town.draw.choice(town.cards))


def sync_borrowed(town: Town, phone: Holder, card: Holder) -> None:
    """Sync a card without phone through a phone; raises what `synchronise` raises."""
    done = synchronise(town.borrowed(phone, card))
    town.story.tell("sync card", f"{card.name} syncs at {phone.name}: {done.entries} entries")


def sync(town: Town) -> None:
    """A device finds the network, and syncs."""
    holder = _any_device(town)
    if holder is not None:
        sync_one(town, holder)


def sync_one(town: Town, holder: Holder) -> None:
    """Sync a device's purse; raises what `synchronise` raises."""
    assert holder.device is not None
    done = synchronise(holder.device)
    if done.entries or done.deliveries or done.undone:
        town.story.tell(
            "sync",
            f"{holder.name} syncs: {done.entries} entries, {len(done.deliveries)} delivered,"
            f" {done.undone} undone",
        )
    else:
        town.story.tell("sync", f"{holder.name} syncs: nothing new")


def carry(town: Town) -> None:
    """A phone brings the bank a voucher that another device took: by a friend, or twice."""
    giver, bearer = _any_device(town), _any_device(town)
    if giver is None or bearer is None:
        return
    assert giver.device is not None and bearer.device is not None
    history = giver.device.store.outgoing.history(20)
    if history:
        bearer.device.store.outgoing.keep(town.draw.choice(history).payment)
        send_all(bearer.device)
        town.story.tell("carry", f"{bearer.name} carries a voucher of {giver.name}")


def crash(town: Town) -> None:
    """A device's program dies, and is started again."""
    holder = _any_device(town)
    if holder is not None:
        town.start(holder)
        town.story.tell("crash", f"{holder.name} is started again")


def gossip(town: Town) -> None:
    """A till tells a card in its field who is blocked."""
    till, holder = town.draw.choice(town.tills), _any_card(town)
    assert till.device is not None
    tell_in_field(till.device, holder.card.in_field)


def change_weather(town: Town) -> None:
    """The network goes, comes, or gets worse."""
    weather = town.weather
    weather.is_down = town.draw.random() < 0.4
    weather.loss = town.draw.choice((0.0, 0.02, 0.1, 0.3))
    how = "gone" if weather.is_down else f"losing {weather.loss:.0%} of its messages"
    town.story.tell("weather", f"the network is {how}")


def let_time_pass(town: Town) -> None:
    """Minutes, or most of a day."""
    town.world.clock.advance(minutes=town.draw.choice((1, 5, 20, 60, 600)))


ACTIONS: Final[tuple[tuple[Action, int], ...]] = (
    (pay, 30),
    (pay_friend, 12),
    (refund, 4),
    (tap_again, 16),
    (give_up, 6),
    (change_mind, 4),
    (load_purse, 12),
    (load_anonymous, 4),
    (unload_purse, 4),
    (wallet_pays_till, 6),
    (pay_bill, 6),
    (push_bill, 3),
    (sync, 14),
    (sync_card, 3),
    (carry, 4),
    (crash, 5),
    (gossip, 2),
    (change_weather, 5),
    (let_time_pass, 10),
)
"""What happens, and how often."""
_LOSSES: Final[tuple[tuple[Action, int], ...]] = ((lose_phone, 2), (report_losses, 3))
_CRIMES: Final[tuple[tuple[Action, int], ...]] = (
    (clone, 2),
    (roll_back, 2),
    (restore, 4),
    (mint, 1),
)


def act(town: Town) -> None:
    """Let one thing happen."""
    may_happen = ACTIONS
    if town.size.losses:
        may_happen += _LOSSES
    if town.size.crimes:
        may_happen += _CRIMES
    actions, weights = zip(*may_happen, strict=True)
    (action,) = town.draw.choices(actions, weights)
    try:
        action(town)
    except OperatorUnreachable:
        town.story.tell("unreachable", f"{action.__name__}: the bank is not reached")
    except (DeviceError, CardError) as error:
        town.story.tell("refused", f"{action.__name__}: {error}")
    town.truth.check()


def _load_card(town: Town, phone: Holder, card: Holder, amount: Fen) -> None:
    with card.card.on_contact() as link:
        purse = PurseCard(link)
        request = purse.prepare(Kind.LOAD, amount, CNY, _reference(town))
        payment = town.holder_of(phone).load(town.new_id(), request)
        purse.accept(*payment)
    town.story.tell("load card", f"{phone.name} loads {card.name} with {amount}")


def _tap(town: Town, payer: Holder, payee: Holder, kind: Kind = Kind.PAYMENT) -> None:
    assert payee.device is not None
    tap_id = town.new_id()
    amount = Fen(town.draw.randint(1, _LARGEST))
    terms = Terms(amount, _reference(town), kind, signed=town.draw.random() < 0.2)
    _perhaps_tear(town, payer, payee)
    try:
        outcome = take(payee.device, tap_id, payer.card.in_field, terms, pin=_pin(town))
    finally:
        payer.card.tear_in = payee.card.tear_in = None
    if outcome.order is not None and not outcome.is_final:
        payee.open_taps[tap_id] = payer.card.in_field
    _tell(town, "tap", payee, outcome, payer)


def _perhaps_tear(town: Town, payer: Holder, payee: Holder) -> None:
    """Let one of the two cards lose its field or its power at some command, after some bytes."""
    if town.draw.random() < 0.35:
        torn = town.draw.choice((payer, payee))
        torn.card.tear_in = town.draw.randint(0, 3), town.draw.randint(0, _MOST_WRITTEN)


def _tell(
    town: Town, kind: str, payee: Holder, outcome: TapOutcome, payer: Holder | None = None
) -> None:
    asked = outcome.request or outcome.voucher
    amount = asked.amount if asked is not None else "nothing"
    who = f"{payer.name} -> {payee.name}" if payer else payee.name
    town.story.tell(f"{kind}: {outcome.status.value}", f"{who}: {amount} {outcome.status.value}")


def _any_card(town: Town) -> Holder:
    return town.draw.choice(
        [*town.phones, *town.phones, *town.cards, *town.tills, *town.clones, *town.clones]
    )


def _any_device(town: Town) -> Holder | None:
    holder = town.draw.choice([*town.phones, *town.tills])
    return None if holder.is_lost else holder


def _nobody() -> CardLink:
    raise NoCard


def _pin(town: Town) -> str | None:
    return PIN if town.draw.random() < 0.3 else None


def _reference(town: Town) -> bytes:
    return town.draw.randbytes(_REFERENCE_LENGTH)
