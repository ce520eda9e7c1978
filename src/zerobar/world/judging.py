"""What must be true at the end of a world, by what was seen and by what the bank says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.settlement import Outcome
from zerobar.bank.settlement.books import purse_books
from zerobar.ledger import balance
from zerobar.purse.money import Fen
from zerobar.world.town import Town
from zerobar.world.truth import InvariantBroken, VoucherKey

_SIGNED: Final = """
    SELECT v.payer_id, v.entry, v.amount_fen, v.body FROM bank.voucher v WHERE v.payer_id = %s
"""
# A hosted payee has no card: it has been paid when its voucher is settled.
_ENDED: Final = """
    SELECT o.payer_id, o.entry FROM bank.voucher_outcome o
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    WHERE o.outcome = ANY(%s) OR v.payee_id = %s
"""


def judge(town: Town) -> Iterator[str]:
    """Check everything, and say what was checked; raises InvariantBroken."""
    town.truth.check()
    yield _outcomes(town)
    yield _books(town)
    yield _cheats(town)
    yield _purse_books(town)
    if not town.cheats:
        yield _money(town)


def _outcomes(town: Town) -> str:
    """Say how vouchers ended; each has one outcome at most, by the key that it is stored under."""
    with town.world.bank.connection() as connection:
        rows = connection.execute(
            "SELECT outcome, count(*) FROM bank.voucher_outcome GROUP BY outcome ORDER BY outcome"
        ).fetchall()
    told = ", ".join(f"{many} {Outcome(outcome).name.lower()}" for outcome, many in rows)
    return f"Vouchers: {told}."


def _books(town: Town) -> str:
    checks = check_books(town.world.bank)
    wrong = [check for check in checks if check.many]
    if wrong:
        raise InvariantBroken(f"the books deviate: {wrong}")
    return f"{len(checks)} checks of the books found nothing."


def _cheats(town: Town) -> str:
    """Nobody honest is flagged, and whoever can be proved a cheat is."""
    with town.world.bank.connection() as connection:
        rows = connection.execute("SELECT purse_id FROM bank.purse WHERE flagged_at IS NOT NULL")
        flagged = {purse_id for (purse_id,) in rows}
    cheats = {cheat.id for cheat in town.cheats}
    if not flagged <= cheats:
        names = [holder.name for holder in town.holders if holder.id in flagged - cheats]
        raise InvariantBroken(f"honest purses are flagged: {names}")
    provable = {payer_id for payer_id, _ in town.truth.forks()} | town.minted
    if not provable <= flagged:
        names = [cheat.name for cheat in town.cheats if cheat.id in provable - flagged]
        raise InvariantBroken(f"cheats are not flagged: {names}")
    return f"{len(flagged)} of {len(cheats)} cheats are flagged, and nobody honest is."


def _purse_books(town: Town) -> str:
    """Compare the float with what was decided of vouchers, and with what logs show."""
    bank = town.world.bank
    with bank.connection() as connection:
        books = purse_books(connection, bank.operator_id)
    if books.float != books.decided or (not town.cheats and not books.is_exact):
        raise InvariantBroken(f"the purses' books deviate: {books}")
    return f"The purses' books: {books.float} float, {books.covered} lost to cheats."


def _money(town: Town) -> str:
    """Compare the float with what is in the cards and on its way."""
    bank = town.world.bank
    with bank.connection() as connection:
        account = operator_account(bank.operator_id, AccountCode.FLOAT)
        in_float = balance(connection, account).balance
    # What a lost card still says was paid out, and nobody can spend it any more.
    newest = [holder.card.newest() for holder in town.holders if not holder.is_lost]
    in_cards = sum(slot.balance + slot.held for slot in newest)
    on_the_way = sum(_on_the_way(town).values())
    if in_float != in_cards + on_the_way:
        raise InvariantBroken(
            f"the float has {in_float}, the cards {in_cards}, and {on_the_way} is on its way"
        )
    if on_the_way:
        raise InvariantBroken(f"{on_the_way} fen are on their way for ever")
    return f"The float has {Fen(in_float)}, the cards as much, and nothing is on its way."


def _on_the_way(town: Town) -> dict[VoucherKey, int]:
    """Return the vouchers that no card has, and that have not ended at the bank."""
    operator_id = issuing_keys(town.world.bank).operator.id
    with town.world.bank.connection() as connection:
        signed = connection.execute(_SIGNED, (operator_id,)).fetchall()
        given_back = [Outcome.REDIRECTED, Outcome.REFUNDED]
        rows = connection.execute(_ENDED, (given_back, town.biller.certificate.id))
        ended = set(rows.fetchall())
    open_ = {key: int(voucher.amount) for key, voucher in town.truth.open_vouchers().items()}
    for payer_id, entry, amount, body in signed:
        if not town.truth.credited[body]:
            open_[payer_id, entry] = amount
    return {key: amount for key, amount in open_.items() if key not in ended}
