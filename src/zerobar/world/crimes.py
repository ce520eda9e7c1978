"""What goes wrong on purpose: phones are lost, elements opened, cards cloned, money minted."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Final

from zerobar.bank.purses.losing import report_lost
from zerobar.bank.purses.model import Holder as PurseHolder
from zerobar.purse.memory import Memory
from zerobar.purse.money import Fen
from zerobar.world.people import give_pin
from zerobar.world.town import Holder, Town

MOST_LOST: Final = 2
MOST_CHEATS: Final = 3
_MINTED: Final = Fen(30_000)


def lose_phone(town: Town) -> None:
    """A phone is lost; whoever finds it taps it. Its holder reports it, sooner or later."""
    phone = town.draw.choice(town.phones)
    if phone.is_lost or phone in town.cheats or len(_lost(town)) >= MOST_LOST:
        return
    phone.is_lost = True
    town.story.tell("lost", f"{phone.name} is lost")


def report_losses(town: Town) -> None:
    """Whoever lost a phone reports it from another one; again changes nothing."""
    for phone in _lost(town):
        assert phone.person is not None
        give_pin(town.world, phone.person)
        session = phone.person.session
        report_lost(town.world.bank, PurseHolder(session.person_id, session.key_id), phone.id)
        town.story.tell("reported", f"{phone.name} is reported lost")


def clone(town: Town) -> None:
    """Somebody opens the own element and copies it into another card."""
    phone = _new_cheat(town)
    if phone is None:
        return
    copied = phone.card.copied(f"clone of {phone.name}")
    town.truth.distrust(copied)
    town.clones.append(replace(phone, name=copied.name, card=copied, device=None, open_taps={}))
    town.story.tell("clone", f"{phone.name} is cloned")


def roll_back(town: Town) -> None:
    """Somebody restores an old copy of the own element's memory, again and again."""
    phone = _new_cheat(town)
    if phone is None:
        return
    old = Memory(phone.card.memory.read(0, phone.card.memory.size))
    copied = copy.deepcopy(old)
    town.rollbacks.append((phone, copied))
    town.story.tell("roll back", f"the memory of {phone.name} is saved")


def restore(town: Town) -> None:
    """An old memory comes back."""
    if town.rollbacks:
        phone, old = town.draw.choice(town.rollbacks)
        phone.card.rolled_back_to(old)
        town.truth.distrust(phone.card)
        town.story.tell("restore", f"{phone.name} is what it was before")


def mint(town: Town) -> None:
    """Somebody writes a balance into the own element."""
    phone = _new_cheat(town)
    if phone is None:
        return
    phone.card.mint(_MINTED)
    town.truth.distrust(phone.card)
    town.minted.add(phone.id)
    town.story.tell("mint", f"{phone.name} mints {_MINTED}")


def _new_cheat(town: Town) -> Holder | None:
    phone = town.draw.choice(town.phones)
    if phone.is_lost or phone in town.cheats or len(town.cheats) >= MOST_CHEATS:
        return None
    town.cheats.append(phone)
    town.truth.distrust(phone.card)
    return phone


def _lost(town: Town) -> list[Holder]:
    return [phone for phone in town.phones if phone.is_lost]
