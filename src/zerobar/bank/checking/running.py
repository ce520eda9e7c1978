"""All checks, in the order in which they are told, and how they are run."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.authority.supply import supply
from zerobar.bank.checking import counting, funding, paying, posting, returns, selling, vouchers
from zerobar.bank.checking.model import MOST_SHOWN, Check, Rule
from zerobar.bank.checking.naming import CONSTANTS
from zerobar.bank.checking.preparing import prepare
from zerobar.bank.context import Bank
from zerobar.bank.settlement.books import equation_faults
from zerobar.database import Connection
from zerobar.ledger import trial_balance

RULES: Final[tuple[Rule, ...]] = (
    *posting.RULES,
    *paying.RULES,
    *selling.RULES,
    *funding.RULES,
    *vouchers.RULES,
    *returns.RULES,
    *counting.RULES,
)
"""The checks that are one statement each."""

# Everything is read once and joined in memory, if that is given some.
_SETTINGS: Final = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL jit = off",
)
_LISTED: Final = (
    "SELECT found.*, count(*) OVER () FROM ({query}) AS found (deviation) LIMIT %(most_shown)s"
)


def check_books(bank: Bank) -> list[Check]:
    """Compare all that must agree."""
    supplied = _supply(bank)
    with bank.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return [supplied, *compare(connection), _equation(connection, bank.operator_id)]


def compare(connection: Connection) -> list[Check]:
    """Compare all but the supply, in a transaction, with what that sees; its settings change."""
    for setting in _SETTINGS:
        connection.execute(setting)
    prepare(connection)
    return [_trial_balance(connection), *(_run(connection, rule) for rule in RULES)]


def _run(connection: Connection, rule: Rule) -> Check:
    parameters = {**CONSTANTS, "most_shown": MOST_SHOWN}
    found = connection.execute(_LISTED.replace("{query}", rule.query), parameters).fetchall()
    many = found[0][1] if found else 0
    return Check(rule.name, rule.finds, rule.look_at, many, tuple(text for text, _ in found))


def _trial_balance(connection: Connection) -> Check:
    trial = trial_balance(connection)
    faults = [
        f"code {line.code}, currency {line.currency}: {line.wrong} balances are not their entries,"
        f" {line.below_floor} are below their floor"
        for line in trial.lines
        if line.wrong or line.below_floor
    ]
    if not trial.balanced and not faults:
        faults.append("debits and credits do not sum up to zero")
    return _told(
        "trial balance",
        "Balances are not the sums of their entries, below their floor, or do not cancel out.",
        "The other checks of entries and transfers, which name accounts.",
        faults,
    )


def _supply(bank: Bank) -> Check:
    found = supply(bank)
    faults = []
    if found.difference:
        faults.append(f"{found.issued} was issued, {found.difference} of it is nowhere")
    if found.uncovered:
        faults.append(f"{found.issued} was issued, {found.uncovered} of it is not covered")
    return _told(
        "supply",
        "Digital cash that was issued is nowhere, or no reserves cover it.",
        "The authority's accounts and every operator's vault.",
        faults,
    )


def _equation(connection: Connection, operator_id: UUID) -> Check:
    return _told(
        "purses' equation",
        "What was decided of vouchers, and what purses' logs lead to, part.",
        "Outcomes against the logs of payer and payee; only a cheat's entries are named stray.",
        equation_faults(connection, operator_id),
    )


def _told(name: str, finds: str, look_at: str, faults: list[str]) -> Check:
    return Check(name, finds, look_at, len(faults), tuple(faults[:MOST_SHOWN]))
