"""Looking whom a pattern fits at this moment, and saying why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from zerobar.bank.context import Bank
from zerobar.bank.patterns.model import Hit, Pattern, Setting
from zerobar.bank.patterns.tuning import require_pattern, setting_of
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.purse.money import Fen

MOST_HITS: Final = 100
_PATIENCE: Final = "SET LOCAL statement_timeout = '60s'"


class Hits(NamedTuple):
    """Whom a pattern fits, by how it was set, the worst first; `more`: there are others."""

    at: datetime
    setting: Setting
    found: list[Hit]
    more: bool


def look(bank: Bank, session: StaffSession, name: str) -> Hits:
    """Return whom a pattern fits now; nobody while it is off. Raises RoleMissing, PatternUnknown.

    It reads all vouchers or payments of the hours that it looks back.
    """
    session.require(Role.RISK)
    pattern, now = require_pattern(name), bank.clock()
    with bank.transaction() as connection:
        connection.execute(_PATIENCE)
        setting = setting_of(connection, pattern)
        if not setting.is_on:
            return Hits(now, setting, [], more=False)
        since = now - timedelta(hours=setting.values["hours"])
        parameters = {**setting.values, "since": since, "limit": MOST_HITS + 1}
        rows = connection.execute(pattern.query, parameters).fetchall()
    found = [_hit(pattern, setting, row) for row in rows[:MOST_HITS]]
    return Hits(now, setting, found, more=len(rows) > MOST_HITS)


def _hit(pattern: Pattern, setting: Setting, row: tuple[Any, ...]) -> Hit:
    id_, last_at, *numbers = row
    figures = dict(zip(pattern.figures, numbers, strict=True))
    words = {**figures, "hours": setting.values["hours"], "amount": Fen(figures["amount_fen"])}
    return Hit(
        pattern.subject,
        id_,
        last_at,
        figures,
        pattern.sentence.format(**words),
        pattern.sentence_zh.format(**words),
    )
