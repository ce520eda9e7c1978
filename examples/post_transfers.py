"""The ledger by itself: accounts, a transfer, a hold, the same request twice, and a floor.

    python examples/post_transfers.py

PostgreSQL comes along and runs in a folder that is removed at the end; an operator's server is
given in its place as `Database(url)`.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from zerobar.database import Database, EmbeddedPostgres, connect
from zerobar.database.migrations import migrate
from zerobar.ledger import (
    Account,
    GroupingPoster,
    Posted,
    Poster,
    Result,
    Transfer,
    TransferKind,
    balance,
    open_accounts,
    trial_balance,
)
from zerobar.purse.money import Fen

RESERVE, WALLET, SHOP = uuid4(), uuid4(), uuid4()


def main() -> None:
    """Run a server, post, and see that the books balance."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        database = server.database("books")
        migrate(database, "zerobar.ledger.migrations")
        with connect(database, "example", autocommit=True) as connection:
            accounts = [Account(RESERVE, 1, floor=None), Account(WALLET, 2), Account(SHOP, 2)]
            open_accounts(connection, accounts, datetime.now(UTC))
            with GroupingPoster(_poster(database)) as ledger:
                _post(ledger)
            for name, account in (("wallet", WALLET), ("shop", SHOP)):
                money = balance(connection, account)
                print(f"In the {name}: {Fen(money.balance)}, {Fen(money.available)} available.")
            assert trial_balance(connection).balanced


def _poster(database: Database) -> Poster:
    return Poster(
        lambda: connect(database, "example poster", autocommit=True), lambda: datetime.now(UTC)
    )


def _post(ledger: GroupingPoster) -> None:
    _tell("Funded", ledger.post(Transfer(uuid4(), RESERVE, WALLET, Fen(100_00))))

    payment = Transfer(uuid4(), WALLET, SHOP, Fen(30_00))
    _tell("Paid", ledger.post(payment))
    _tell("Asked again, with the same id", ledger.post(payment))
    other = Transfer(payment.id, WALLET, SHOP, Fen(31_00))
    _tell("The same id for something else", ledger.post(other))

    hold = Transfer(uuid4(), WALLET, SHOP, Fen(50_00), kind=TransferKind.HOLD)
    _tell("Set aside", ledger.post(hold))
    _tell("More than is available", ledger.post(Transfer(uuid4(), WALLET, SHOP, Fen(20_01))))
    commit = Transfer(uuid4(), WALLET, SHOP, Fen(45_00), kind=TransferKind.COMMIT, hold=hold.id)
    _tell("Less than was set aside is taken", ledger.post(commit))


def _tell(what: str, answers: list[Posted]) -> None:
    (posted,) = answers
    again = ", as answered before" if posted.repeated else ""
    print(f"{what}: {Result(posted.result).name}{again}.")


if __name__ == "__main__":
    main()
