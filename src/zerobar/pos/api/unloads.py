"""The till's purse, and what a chief moves from it to the shop's wallet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.pos import unloading
from zerobar.pos.api.showing import show_words
from zerobar.pos.api.wire import AmountFen, WordsShown
from zerobar.pos.background import Background
from zerobar.pos.program import Program
from zerobar.pos.sessions import Session
from zerobar.purse.money import Fen


class HeldShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the till's purse holds.

    Attributes:
        purse_id: 16 hexadecimal digits.
    """

    purse_id: str
    balance_fen: int


class NewUnload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount to be moved to the shop's wallet; its id is in the path."""

    amount_fen: AmountFen


class UnloadedShown(msgspec.Struct, frozen=True, kw_only=True):
    """How an unload stands.

    Attributes:
        finality: `final-settles-at-sync`, or `unknown` when the bank did not take the voucher.
    """

    finality: str
    what_happened: WordsShown
    next_step: WordsShown


@get("/purse", sync_to_thread=True)
def read_purse(program: NamedDependency[Program], session: NamedDependency[Session]) -> HeldShown:
    """Show what the till's purse holds; needs no network."""
    del session
    held = unloading.look(program)
    return HeldShown(purse_id=held.purse_id.hex(), balance_fen=int(held.balance))


@put("/unloads/{unload_id:uuid}", sync_to_thread=True)
def unload(
    program: NamedDependency[Program],
    background: NamedDependency[Background],
    session: NamedDependency[Session],
    unload_id: FromPath[UUID],
    data: JSONBody[NewUnload],
) -> UnloadedShown:
    """Move money from the till's purse to the shop's wallet; for a chief."""
    session.require_chief()
    moved = unloading.give_to_wallet(program, unload_id, Fen(data.amount_fen))
    background.sync_soon()
    return UnloadedShown(
        finality=moved.finality.value,
        what_happened=show_words(moved.words.what_happened),
        next_step=show_words(moved.words.next_step),
    )


ROUTES: list[Any] = [read_purse, unload]
