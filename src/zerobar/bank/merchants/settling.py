"""Settlement: what a merchant has at the end of a day goes to the merchant's bank.

In steps, each of which can be done again and changes nothing then: fix the amounts, hold them in
the merchants' wallets, write the file and keep it, hand it in, and when the bank has paid or not,
commit or void each hold. After a crash the next run goes on where the last one stopped.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.calendar import CHINA, day_of
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants import event_store, settlement_store, store
from zerobar.bank.merchants.days import moments_of, require_over
from zerobar.bank.merchants.model import EventKind, Merchant, Settlement, SettlementState
from zerobar.bank.merchants.onboarding import ACCOUNT_PURPOSE
from zerobar.bank.merchants.payment_file import CreditTransfer, PaymentFile
from zerobar.bank.merchants.sellers import require_merchant
from zerobar.bank.merchants.settlement_store import SettlementFile
from zerobar.bank.partners import BankOutcome, BankStatus
from zerobar.database import Connection
from zerobar.ledger import Balance, Transfer, TransferKind, balance, balance_at
from zerobar.purse.money import Fen

SUSPENDED: Final = "merchant-suspended"
"""Why a settlement ended whose merchant was suspended before the file was written."""
_AT_ONCE: Final = 200
_INSTANT: Final = timedelta(microseconds=1)


def run_settlements(bank: Bank) -> int:
    """Settle yesterday, and go on with earlier days; return on how many something ended.

    A day that cannot go on now keeps no other waiting; the next run tries it again.
    """
    yesterday = day_of(bank.clock() - timedelta(days=1))
    with bank.connection() as connection:
        days = settlement_store.unfinished_days(connection, bank.operator_id)
        known = settlement_store.file_of_day(connection, bank.operator_id, yesterday)
    if known is None and yesterday not in days:
        days.append(yesterday)
    return do_each("settlement", days, lambda day: settle_day(bank, day) > 0)


def settle_day(bank: Bank, day: int) -> int:
    """Settle a day as far as it goes now; return how many settlements ended.

    Raises DayNotOver, or PartnerUnavailable, after which it can be called again.
    """
    require_over(bank, day)
    _plan(bank, day)
    _drop_suspended(bank, day)
    _hold(bank, day)
    file = _write(bank, day)
    if file is None or not file.message:
        return 0
    if file.submitted_at is None:
        bank.partners.bank.submit_transfers(file.name, file.message)
        with bank.transaction() as connection:
            settlement_store.set_submitted(connection, file, bank.clock())
    return _conclude(bank, file)


def read_settlements(bank: Bank, day: int) -> tuple[SettlementFile | None, list[Settlement]]:
    """Return a day's file and settlements."""
    with bank.connection() as connection:
        file = settlement_store.file_of_day(connection, bank.operator_id, day)
        return file, settlement_store.settlements_of_day(connection, bank.operator_id, day)


def list_settlements(
    bank: Bank, merchant_id: UUID, before_day: int | None, limit: int
) -> list[Settlement]:
    """Return a merchant's settlements, the newest day first."""
    with bank.connection() as connection:
        return settlement_store.settlements_of_merchant(connection, merchant_id, before_day, limit)


def commit_id(settlement_id: UUID) -> UUID:
    """Return the id of the transfer that moves a settlement's money out of the wallet."""
    return derived_id(Word.SETTLEMENT_COMMIT, settlement_id)


# --- fixing and holding the amounts -------------------------------------------------------


def _plan(bank: Bank, day: int) -> None:
    """Fix all amounts of a day at once, and only once; suspended merchants have to wait."""
    _, end = moments_of(day)
    with bank.transaction() as connection:
        settlement_store.only_one(connection, bank.operator_id)
        if settlement_store.is_planned(connection, bank.operator_id, day):
            return
        after: UUID | None = None
        while page := store.merchants(connection, after, _AT_ONCE):
            for merchant in page:
                if merchant.operator_id == bank.operator_id and merchant.suspended_at is None:
                    _plan_one(bank, connection, merchant, day, end)
            after = page[-1].id


def _drop_suspended(bank: Bank, day: int) -> None:
    """End the settlements of merchants that were suspended since, unless the file is written.

    The money stays in the wallet and is settled with a later day, once staff let them go on.
    """
    with bank.transaction() as connection:
        # Nobody may write the file meanwhile, or the bank would pay what is not held any more.
        settlement_store.only_one(connection, bank.operator_id)
        if settlement_store.file_of_day(connection, bank.operator_id, day) is not None:
            return
        for settlement in settlement_store.suspended_of_day(connection, bank.operator_id, day):
            # A hold that another process has begun is made here first, so that the void finds it.
            if bank.ledger.post(_held(settlement))[0].ok:
                (answer,) = bank.ledger.post(_void(settlement))
                assert answer.ok, "a hold of ours ends as we say"
            _end(bank, connection, settlement, SUSPENDED)


def _plan_one(
    bank: Bank, connection: Connection, merchant: Merchant, day: int, end: datetime
) -> None:
    at_end = balance_at(connection, merchant.wallet_id, end - _INSTANT)
    amount = _free(at_end, balance(connection, merchant.wallet_id))
    if amount > 0:
        new = Settlement(
            merchant.id,
            day,
            derived_id(Word.SETTLEMENT, merchant.id, day),
            bank.operator_id,
            merchant.wallet_id,
            amount,
            SettlementState.MADE,
            "",
            bank.clock(),
            None,
        )
        settlement_store.insert_settlement(connection, new)


def _free(at_end: Balance, now: Balance) -> Fen:
    """Return what was there at the day's end and still is: refunds since then come first."""
    return Fen(min(at_end.available, now.available))


def _hold(bank: Bank, day: int) -> None:
    with bank.connection() as connection:
        made = settlement_store.settlements_of_day(
            connection, bank.operator_id, day, SettlementState.MADE
        )
    asked = [(settlement, bank.ledger.submit(_held(settlement))) for settlement in made]
    for settlement, answer in asked:
        held = answer.result()[0].ok
        with bank.transaction() as connection:
            if held:
                settlement_store.set_state(connection, settlement, SettlementState.HELD)
            else:
                _end(bank, connection, settlement, "insufficient-balance")


def _held(settlement: Settlement) -> Transfer:
    return _transfer(settlement, _hold_id(settlement), TransferKind.HOLD)


def _hold_id(settlement: Settlement) -> UUID:
    return derived_id(Word.SETTLEMENT_HOLD, settlement.id)


def _transfer(settlement: Settlement, transfer_id: UUID, kind: TransferKind) -> Transfer:
    return Transfer(
        transfer_id,
        settlement.wallet_id,
        operator_account(settlement.operator_id, AccountCode.VAULT),
        settlement.amount,
        int(TransferCode.MERCHANT_SETTLEMENT),
        kind,
        None if kind is TransferKind.HOLD else _hold_id(settlement),
    )


# --- the file -----------------------------------------------------------------------------


def _write(bank: Bank, day: int) -> SettlementFile | None:
    """Keep the file of all that is held; who comes second finds the first one's.

    None if another process has fixed amounts just now that are not held yet, or a merchant was
    suspended just now: the next run goes on.
    """
    with bank.transaction() as connection:
        settlement_store.only_one(connection, bank.operator_id)
        found = settlement_store.file_of_day(connection, bank.operator_id, day)
        if found is not None:
            return found
        lines = settlement_store.settlements_of_day(connection, bank.operator_id, day)
        if any(line.state is SettlementState.MADE for line in lines):
            return None
        if settlement_store.suspended_of_day(connection, bank.operator_id, day):
            return None
        held = [line for line in lines if line.state is SettlementState.HELD]
        name = f"ZEROBAR-{day}-{bank.operator_id.hex[-12:]}"
        message = _message(bank, connection, name, held)
        new = SettlementFile(bank.operator_id, day, name, message, bank.clock(), None)
        settlement_store.insert_file(connection, new)
        return new


def _message(bank: Bank, connection: Connection, name: str, held: list[Settlement]) -> bytes:
    if not held:
        return b""
    # The standard's classes take long to import, for one file a day.
    from zerobar.bank.merchants.pain import write_file  # noqa: PLC0415

    row = connection.execute(
        "SELECT name FROM bank.operator WHERE operator_id = %s", (bank.operator_id,)
    ).fetchone()
    assert row is not None, "this operator is registered"
    now = bank.clock()
    transfers = tuple(_credit(bank, connection, settlement) for settlement in held)
    paid_on: date = now.astimezone(CHINA).date()
    file = PaymentFile(name, row[0], bank.operator_id.hex, paid_on, now, transfers)
    return write_file(file)


def _credit(bank: Bank, connection: Connection, settlement: Settlement) -> CreditTransfer:
    merchant = require_merchant(connection, settlement.merchant_id)
    return CreditTransfer(
        settlement.id,
        settlement.amount,
        merchant.bank_code,
        merchant.account_holder,
        bank.sealer.open(merchant.account_sealed, ACCOUNT_PURPOSE),
    )


# --- what the bank has done ---------------------------------------------------------------


def _conclude(bank: Bank, file: SettlementFile) -> int:
    with bank.connection() as connection:
        held = settlement_store.settlements_of_day(
            connection, bank.operator_id, file.day, SettlementState.HELD
        )
    outcomes = bank.partners.bank.transfer_outcomes(file.name) if held else {}
    told = [settlement for settlement in held if settlement.id.hex in outcomes]
    return do_each("settlement", told, lambda one: _conclude_one(bank, one, outcomes[one.id.hex]))


def _conclude_one(bank: Bank, settlement: Settlement, outcome: BankOutcome) -> bool:
    if outcome.status is BankStatus.UNKNOWN:
        return False
    paid = outcome.status is BankStatus.DONE
    chain = _paid(bank, settlement) if paid else [_void(settlement)]
    answers = bank.ledger.post(*chain)
    assert all(answer.ok for answer in answers), "a hold of ours ends as we say"
    with bank.transaction() as connection:
        return _end(bank, connection, settlement, "" if paid else outcome.reason or "refused")


def _paid(bank: Bank, settlement: Settlement) -> list[Transfer]:
    deposit = Transfer(
        derived_id(Word.SETTLEMENT_DEPOSIT, settlement.id),
        operator_account(bank.operator_id, AccountCode.AT_BANK),
        operator_account(bank.operator_id, AccountCode.BANK_CUSTOMERS),
        settlement.amount,
        int(TransferCode.DEPOSIT_LEG),
    )
    return [_transfer(settlement, commit_id(settlement.id), TransferKind.COMMIT), deposit]


def _void(settlement: Settlement) -> Transfer:
    return _transfer(settlement, derived_id(Word.SETTLEMENT_VOID, settlement.id), TransferKind.VOID)


def _end(bank: Bank, connection: Connection, settlement: Settlement, reason: str) -> bool:
    """Record the end and have the merchant told; return False if that was done before."""
    now = bank.clock()
    state = SettlementState.REFUSED if reason else SettlementState.DONE
    kind = EventKind.SETTLEMENT_REFUSED if reason else EventKind.SETTLED
    ended = settlement_store.set_state(connection, settlement, state, reason=reason, ended_at=now)
    merchant = require_merchant(connection, settlement.merchant_id)
    if ended and merchant.webhook_url is not None:
        event_store.insert_event(connection, merchant.id, kind, settlement.id, now)
    return ended
