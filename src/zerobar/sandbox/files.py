"""Files of transfers (ISO 20022 pain.001.001.09), each transfer with an outcome of its own."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pyiso20022.pain.pain_001_001_09 import Document
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from zerobar.sandbox.bank import Bank
from zerobar.sandbox.model import Outcome, SandboxRefusal, Status
from zerobar.sandbox.store import Store


@dataclass(frozen=True)
class FileTransfer:
    """One transfer of a file."""

    end_to_end_id: str
    creditor_account: str
    amount_fen: int


Fate = Callable[[], Outcome | int]
"""What a transfer meets: an outcome, or for how many queries it stays pending."""


class TransferFiles:
    """Files that operators hand in."""

    def __init__(self, store: Store, bank: Bank) -> None:
        self._store = store
        self._bank = bank

    def hand_in(self, account: str, name: str, pain_001: bytes, fate: Fate) -> None:
        """Carry out a file's transfers; the same file again does nothing.

        Raises SandboxRefusal for another file of the same name, or one that does not add up.
        """
        digest = hashlib.sha256(pain_001).hexdigest()
        with self._store.transaction() as database:
            known = database.execute(
                "SELECT digest FROM transfer_file WHERE account = ? AND name = ?", (account, name)
            ).fetchone()
            if known is None:
                transfers = read_file(pain_001)
                database.execute(
                    "INSERT INTO transfer_file VALUES (?, ?, ?)", (account, name, digest)
                )
                for transfer in transfers:
                    self._begin(database, (account, name), transfer, fate())
            elif known[0] != digest:
                raise SandboxRefusal(
                    409, "Another file of this name was handed in.", "Use a new name."
                )

    def outcomes(self, account: str, name: str) -> dict[str, Outcome]:
        """Return what became of a file's transfers; nothing for a file that never came."""
        with self._store.transaction() as database:
            rows = database.execute(
                "SELECT end_to_end_id, creditor_account, amount_fen, status, reason, queries_left"
                " FROM transfer WHERE account = ? AND file = ? ORDER BY end_to_end_id",
                (account, name),
            ).fetchall()
            return {
                row[0]: self._now(database, (account, name), FileTransfer(*row[:3]), row[3:])
                for row in rows
            }

    def _begin(
        self,
        database: sqlite3.Connection,
        file: tuple[str, str],
        transfer: FileTransfer,
        fate: Outcome | int,
    ) -> None:
        outcome = Outcome(Status.PENDING) if isinstance(fate, int) else fate
        database.execute(
            "INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *file,
                transfer.end_to_end_id,
                transfer.creditor_account,
                transfer.amount_fen,
                outcome.status,
                outcome.reason,
                fate if isinstance(fate, int) else 0,
            ),
        )
        if outcome.status is Status.DONE:
            self._book(database, file[0], transfer)

    def _now(
        self,
        database: sqlite3.Connection,
        file: tuple[str, str],
        transfer: FileTransfer,
        state: tuple[str, str, int],
    ) -> Outcome:
        status, reason, queries_left = state
        if status != Status.PENDING:
            return Outcome(Status(status), reason)
        done = queries_left <= 1
        database.execute(
            "UPDATE transfer SET status = ?, queries_left = ?"
            " WHERE account = ? AND file = ? AND end_to_end_id = ?",
            (
                Status.DONE if done else Status.PENDING,
                queries_left - 1,
                *file,
                transfer.end_to_end_id,
            ),
        )
        if done:
            self._book(database, file[0], transfer)
        return Outcome(Status.DONE if done else Status.PENDING)

    def _book(self, database: sqlite3.Connection, account: str, transfer: FileTransfer) -> None:
        self._bank.book(database, account, "transfer", transfer.end_to_end_id, transfer.amount_fen)


def read_file(pain_001: bytes) -> list[FileTransfer]:
    """Read a file; raises SandboxRefusal if it cannot be read, or its totals are wrong."""
    if b"<!DOCTYPE" in pain_001 or b"<!ENTITY" in pain_001:
        raise _bad("it has a document type, which no pain.001 has")
    config = ParserConfig(fail_on_converter_warnings=True)
    try:
        document = XmlParser(config=config).from_bytes(pain_001, Document)
        transfers = _transfers(document)
    except (ParserError, ConverterWarning, AttributeError, TypeError, ValueError) as error:
        raise _bad(f"it is no pain.001.001.09: {type(error).__name__}") from error
    return transfers


def _transfers(document: Any) -> list[FileTransfer]:
    order = document.cstmr_cdt_trf_initn
    found = [_transfer(one) for part in order.pmt_inf for one in part.cdt_trf_tx_inf]
    total = sum(transfer.amount_fen for transfer in found)
    if int(order.grp_hdr.nb_of_txs) != len(found):
        raise _bad("its number of transactions is wrong")
    if order.grp_hdr.ctrl_sum is not None and _fen(order.grp_hdr.ctrl_sum) != total:
        raise _bad("its control sum is wrong")
    if len({transfer.end_to_end_id for transfer in found}) != len(found):
        raise _bad("an end-to-end id occurs twice")
    return found


def _transfer(one: Any) -> FileTransfer:
    amount, account = one.amt.instd_amt, one.cdtr_acct.id
    if amount.ccy != "CNY":
        raise _bad("an amount is not in CNY")
    number = account.iban if account.iban is not None else account.othr.id
    return FileTransfer(one.pmt_id.end_to_end_id, number, _fen(amount.value))


def _fen(yuan: Decimal) -> int:
    fen = yuan * 100
    if fen != int(fen) or fen < 1:
        raise _bad("an amount is not a number of fen")
    return int(fen)


def _bad(why: str) -> SandboxRefusal:
    return SandboxRefusal(422, f"The file is refused: {why}.", "Make it anew.")
