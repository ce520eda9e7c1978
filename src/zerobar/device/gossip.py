"""Passing on what operators sign for every card: who is blocked, which keys count.

A card takes a delta only from the epoch that it is at, so an old one changes nothing.
"""

from __future__ import annotations

from zerobar.device.device import Device
from zerobar.purse.messages import BlocklistDelta, KeyUpdate
from zerobar.reader import LinkError, OpenPayer, PurseCard, StatusError


def tell(device: Device, card: PurseCard) -> None:
    """Tell a card all news that it has not heard; raises LinkError."""
    for update in device.store.gossip.key_updates():
        _offer_key(card, update)
    tell_blocklist(card, device.store.gossip.deltas())


def tell_in_field(device: Device, payer: OpenPayer) -> bool:
    """Tell a card in the field the news, if it stays long enough; return whether it did."""
    try:
        with payer() as link:
            tell(device, PurseCard(link))
    except LinkError:
        return False
    return True


def tell_blocklist(card: PurseCard, deltas: list[BlocklistDelta]) -> int | None:
    """Offer deltas, oldest first; return the card's epoch, None when it took to none of them."""
    epoch: int | None = None
    for delta in deltas:
        if epoch is not None and delta.from_epoch != epoch:
            continue
        try:
            epoch = card.blocklist(delta)
        except StatusError:
            # Another operator's, or signed with a key that this card does not know: not for it.
            continue
    return epoch


def _offer_key(card: PurseCard, update: KeyUpdate) -> None:
    try:
        card.key_update(update)
    except StatusError:
        # Another authority's, or older than what the card has: not for it.
        return
