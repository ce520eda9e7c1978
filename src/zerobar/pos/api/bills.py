"""Bills that the till collects for others: a phone bill by a tap, with or without a network."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.pos import bills, receipts
from zerobar.pos.api.showing import show_cause, show_words
from zerobar.pos.api.wire import AmountFen, Most, Tap, WordsShown
from zerobar.pos.bill_store import Bill, Biller
from zerobar.pos.bills import BillStep
from zerobar.pos.program import Program
from zerobar.pos.readers import card_in_field
from zerobar.pos.sessions import Session
from zerobar.purse.money import Fen
from zerobar.reader import NoCard


class NewBill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bill to be paid here; its id is in the path.

    Attributes:
        line: the phone number that it is for.
    """

    biller_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    line: Annotated[str, msgspec.Meta(min_length=8, max_length=24)]
    amount_fen: AmountFen


class BillShown(msgspec.Struct, frozen=True, kw_only=True):
    """A bill as it stands.

    Attributes:
        finality: `none`, `final-now`, `final-settles-at-sync` or `unknown`.
        cause: the stable name of why a tap did not pay, such as `no-card` or `wrong-pin`.
        spoken: to be read aloud; empty when nothing is.
        is_refused: the bank has said that what the card gave is no money; begin another bill.
    """

    bill_id: UUID
    biller: Biller
    line: str
    amount_fen: int
    finality: str
    cause: str
    what_happened: WordsShown
    next_step: WordsShown
    spoken: WordsShown
    is_refused: bool


@get("/billers", sync_to_thread=True)
def list_billers(
    program: NamedDependency[Program], session: NamedDependency[Session]
) -> list[Biller]:
    """List whose bills this till collects."""
    del session
    return program.settings.billers


@put("/bills/{bill_id:uuid}", sync_to_thread=True)
def begin_bill(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    bill_id: FromPath[UUID],
    data: JSONBody[NewBill],
) -> BillShown:
    """Begin a bill under an id of the screen's own; the same again changes nothing."""
    till = program.till
    till.store.bills.add(
        Bill(
            bill_id,
            bills.biller_named(program.settings.billers, data.biller_id),
            bills.line_of(data.line),
            Fen(data.amount_fen),
            session.cashier.name,
            int(till.clock_unix_s()),
        )
    )
    return _show(bills.step_of(till, bill_id))


@get("/bills/{bill_id:uuid}", sync_to_thread=True)
def read_bill(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    bill_id: FromPath[UUID],
) -> BillShown:
    """Show a bill as it stands."""
    del session
    return _show(bills.step_of(program.till, bill_id))


@get("/bills", sync_to_thread=True)
def list_bills(
    program: NamedDependency[Program], session: NamedDependency[Session], most: Most = 50
) -> list[BillShown]:
    """List the newest bills first."""
    del session
    newest = program.till.store.bills.newest(most)
    return [_show(bills.step_of(program.till, bill.id)) for bill in newest]


@get("/bills/{bill_id:uuid}/receipt", sync_to_thread=True, media_type="application/pdf")
def bill_receipt(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    bill_id: FromPath[UUID],
) -> Response[bytes]:
    """Print the receipt of a paid bill, pending or not; later ones say that they are reprints."""
    del session
    made = receipts.bill_receipt_of(program.till, bill_id)
    return Response(made, media_type="application/pdf")


@post("/bills/{bill_id:uuid}/tap", status_code=200, sync_to_thread=True)
def tap_bill(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    bill_id: FromPath[UUID],
    data: JSONBody[Tap],
) -> BillShown:
    """Let the card in the field pay a bill, with its PIN; after a torn tap, the same again.

    Without a card in the field nothing moves.
    """
    del session
    try:
        with card_in_field(data.card or program.settings.reader, program.feed) as payer:
            return _show(bills.tap(program.till, bill_id, payer, data.pin))
    except NoCard as error:
        return _show(bills.step_of(program.till, bill_id, error))


def _show(step: BillStep) -> BillShown:
    bill, words = step.bill, step.words
    return BillShown(
        bill_id=bill.id,
        biller=bill.biller,
        line=bill.line,
        amount_fen=int(bill.amount),
        finality=step.finality.value,
        cause=show_cause(step.error),
        what_happened=show_words(words.what_happened),
        next_step=show_words(words.next_step),
        spoken=show_words(words.spoken),
        is_refused=step.is_refused,
    )


ROUTES: list[Any] = [list_billers, begin_bill, list_bills, read_bill, bill_receipt, tap_bill]
