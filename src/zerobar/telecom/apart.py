"""Money that belongs to no open line, kept apart: what it is, and what becomes of it.

| state | what happens next |
|---|---|
| kept | it is given back by itself on its day, or when somebody says so; or is put on a line |
| asked | the bank is asked to give it back, until it is known; nothing else can be done with it |
| returned | whoever paid has it again |
| placed | a line has it |

Each changes once, under the lock of the payment (`topping.lock_money`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from zerobar.database import Connection
from zerobar.database.batches import PUT_OFF
from zerobar.purse.money import Fen
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import UnplacedUnknown
from zerobar.telecom.model import Source

COLUMNS: Final = (
    "top_up_id, reference, amount_fen, reason, came_at, source, payer_id, entry, state,"
    " give_back_at, asked_at, number, note, refusal, given_to, ended_at"
)
_SELECT: Final = f"SELECT {COLUMNS} FROM telecom.unplaced"  # noqa: S608 - names in the code, no input


class ApartState(IntEnum):
    """What becomes of money that was kept apart."""

    KEPT = 1
    ASKED = 2
    RETURNED = 3
    PLACED = 4


_KEPT_SENTENCE: Final = "It is settled, but names no line that can take it: it is given back."
_SENTENCES: Final = {
    ApartState.KEPT: _KEPT_SENTENCE,
    ApartState.ASKED: _KEPT_SENTENCE,
    ApartState.RETURNED: "It is settled, named no line that could take it, and was given back.",
    ApartState.PLACED: "It is settled, named no line that could take it, and was put on one.",
}


class VoucherName(NamedTuple):
    """What a voucher is known by: its payer, 8 bytes, and its entry."""

    payer_id: bytes
    entry: int


class ByOrder(Enum):
    """What paid an order is given back by a refund of the order."""

    BY_ORDER = 1


BY_ORDER: Final = ByOrder.BY_ORDER
WayBack: TypeAlias = VoucherName | Literal[ByOrder.BY_ORDER] | None
"""By what the bank gives money back: its voucher, its order, or nothing."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Money that came and belongs to no open line.

    Attributes:
        id: as a top-up's.
        reference: the 8 bytes that were to name a line.
        reason: the stable name of why it was not placed.
        voucher: by which it came; None: by none, or an earlier version has not noted by which.
        give_back_at: when the bank is asked by itself; None: only when somebody says so.
        asked_at: when the bank was last asked to give it back.
        number: of the line that it was put on in the end.
        note: why, in the words of whoever put it there.
        refusal: the stable name of why the bank has not given it back.
        given_to: who has it again: `wallet`, or `card`, which gets it with its next load.
    """

    id: UUID
    reference: bytes
    amount: Fen
    reason: str
    came_at: datetime
    source: Source = Source.VOUCHER
    voucher: VoucherName | None = None
    state: ApartState = ApartState.KEPT
    give_back_at: datetime | None = None
    asked_at: datetime | None = None
    number: str | None = None
    note: str = ""
    refusal: str = ""
    given_to: str = ""
    ended_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """What became of it, for whoever brought its voucher."""
        return _SENTENCES[self.state]


def unplaced(telecom: Telecom, most: int) -> list[Unplaced]:
    """Return money that belongs to no line and is still here, oldest first."""
    with telecom.connection() as connection:
        rows = connection.execute(
            _SELECT + " WHERE state = ANY(%s) ORDER BY came_at, top_up_id LIMIT %s",
            ([ApartState.KEPT, ApartState.ASKED], most),
        ).fetchall()
    return [read_unplaced(*row) for row in rows]


def find_unplaced(telecom: Telecom, top_up_id: UUID) -> Unplaced:
    """Return money that was kept apart, whatever became of it; raises UnplacedUnknown."""
    with telecom.connection() as connection:
        return require_unplaced(connection, top_up_id)


def require_unplaced(connection: Connection, top_up_id: UUID) -> Unplaced:
    """Return money that was kept apart; raises UnplacedUnknown."""
    found = stored_unplaced(connection, top_up_id)
    if found is None:
        raise UnplacedUnknown(top_up_id)
    return found


def stored_unplaced(connection: Connection, top_up_id: UUID) -> Unplaced | None:
    """Return money that was kept apart; None: it was not."""
    row = connection.execute(_SELECT + " WHERE top_up_id = %s", (top_up_id,)).fetchone()
    return None if row is None else read_unplaced(*row)


def insert_unplaced(connection: Connection, apart: Unplaced) -> None:
    """Store money that nothing is known of yet."""
    payer_id, entry = apart.voucher or (None, None)
    connection.execute(
        "INSERT INTO telecom.unplaced (top_up_id, reference, amount_fen, reason, came_at, source,"
        " payer_id, entry, state, give_back_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(apart.id, apart.reference, int(apart.amount), apart.reason, apart.came_at),
            *(apart.source, payer_id, entry, apart.state, apart.give_back_at),
        ),
    )


def read_unplaced(id_: UUID, reference: bytes, amount: int, *rest: Any) -> Unplaced:
    """Return what a row of COLUMNS says."""
    reason, came_at, source, payer_id, entry, state, *more = rest
    voucher = None if payer_id is None else VoucherName(payer_id, entry)
    kept = id_, reference, Fen(amount), reason, came_at
    return Unplaced(*kept, Source(source), voucher, ApartState(state), *more)


def begin_return(
    connection: Connection, apart: Unplaced, voucher: VoucherName, now: datetime
) -> None:
    """Have the bank asked to give a voucher back from now on, if nothing else is decided."""
    connection.execute(
        "UPDATE telecom.unplaced SET state = %s, payer_id = %s, entry = %s, refusal = '',"
        " asked_at = %s, tries = 0, next_try_at = %s WHERE top_up_id = %s AND state = %s",
        (ApartState.ASKED, *voucher, now, now, apart.id, ApartState.KEPT),
    )


def begin_overdue(connection: Connection, now: datetime) -> int:
    """Have the bank asked for what goes back by itself by now; return how many."""
    return connection.execute(
        "UPDATE telecom.unplaced SET state = %(asked)s, asked_at = %(now)s, next_try_at = %(now)s"
        " WHERE state = %(kept)s AND give_back_at <= %(now)s",
        {"asked": ApartState.ASKED, "kept": ApartState.KEPT, "now": now},
    ).rowcount


def expect_refund(connection: Connection, apart: Unplaced) -> None:
    """Note that a refund of its order gives it back."""
    connection.execute(
        "UPDATE telecom.unplaced SET state = %s WHERE top_up_id = %s AND state = %s",
        (ApartState.ASKED, apart.id, ApartState.KEPT),
    )


def take_up(connection: Connection, apart: Unplaced, now: datetime) -> bool:
    """Have the bank asked again later, unless it answers now; False: something else is decided."""
    taken = connection.execute(
        f"UPDATE telecom.unplaced SET{PUT_OFF} WHERE top_up_id = %(id)s AND state = %(asked)s",
        {"now": now, "id": apart.id, "asked": ApartState.ASKED},
    )
    return taken.rowcount == 1


def note_asked(connection: Connection, apart: Unplaced, now: datetime) -> bool:
    """Note that the bank is being asked; return False if something else is decided by now."""
    noted = connection.execute(
        "UPDATE telecom.unplaced SET asked_at = %s WHERE top_up_id = %s AND state = %s",
        (now, apart.id, apart.state),
    )
    return noted.rowcount == 1


def keep_again(
    connection: Connection, top_up_id: UUID, refusal: str, again_at: datetime | None = None
) -> None:
    """Note that the bank has not given it back; None: nor will it, so somebody has to decide."""
    connection.execute(
        "UPDATE telecom.unplaced SET state = %s, refusal = %s, give_back_at = %s,"
        " next_try_at = NULL WHERE top_up_id = %s AND state = %s",
        (ApartState.KEPT, refusal, again_at, top_up_id, ApartState.ASKED),
    )


def end_return(connection: Connection, top_up_id: UUID, given_to: str, now: datetime) -> None:
    """Note that whoever paid has it again, also if another request was refused meanwhile."""
    connection.execute(
        "UPDATE telecom.unplaced SET state = %s, given_to = %s, refusal = '', ended_at = %s,"
        " give_back_at = NULL, next_try_at = NULL WHERE top_up_id = %s AND state = ANY(%s)",
        (ApartState.RETURNED, given_to, now, top_up_id, [ApartState.KEPT, ApartState.ASKED]),
    )


def end_placed(
    connection: Connection, apart: Unplaced, where: tuple[str, str], now: datetime
) -> bool:
    """Note that a line has it, and why; return False if something else was decided meanwhile."""
    placed = connection.execute(
        "UPDATE telecom.unplaced SET state = %s, number = %s, note = %s, ended_at = %s,"
        " give_back_at = NULL WHERE top_up_id = %s AND state = %s",
        (ApartState.PLACED, *where, now, apart.id, ApartState.KEPT),
    )
    return placed.rowcount == 1
