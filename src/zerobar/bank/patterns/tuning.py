"""How patterns are set: read, changed by one risk officer with a reason, never forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from psycopg.types.json import Jsonb

from zerobar.bank.context import Bank
from zerobar.bank.errors import Conflict, InvalidInput, NotFound
from zerobar.bank.patterns.model import Pattern, Setting
from zerobar.bank.patterns.rules import PATTERNS
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection

MOST_VERSIONS: Final = 200
_VERSIONS: Final = (
    "SELECT version, is_on, parameters, changed_by, changed_at, reason FROM bank.pattern_version"
    " WHERE name = %s ORDER BY version DESC LIMIT %s"
)
_CHANGE: Final = (
    "INSERT INTO bank.pattern_version (name, version, is_on, parameters, changed_by, changed_at,"
    " reason) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


class PatternUnknown(NotFound):
    """No pattern has this name."""

    problem = "pattern-unknown"

    def __init__(self) -> None:
        super().__init__("No pattern has this name.", "Take a name from the list of patterns.")


class PatternChanged(Conflict):
    """Somebody else changed the pattern meanwhile."""

    problem = "pattern-changed"

    def __init__(self, version: int) -> None:
        super().__init__(
            "Somebody has changed this pattern since you read it.",
            "Read it again, and then change what you still want to change.",
            version=version,
        )


class ParameterWrong(InvalidInput):
    """A number that the pattern does not have, or lacks, or that is out of its bounds."""

    problem = "parameter-wrong"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The parameter {name} {why}.", "Send all parameters within their bounds.")


def require_pattern(name: str) -> Pattern:
    """Return a pattern by its name; raises PatternUnknown."""
    if name not in PATTERNS:
        raise PatternUnknown
    return PATTERNS[name]


def settings(bank: Bank, session: StaffSession) -> list[tuple[Pattern, Setting]]:
    """Return all patterns as they are set now; raises RoleMissing."""
    session.require(Role.RISK)
    with bank.connection() as connection:
        return [(pattern, setting_of(connection, pattern)) for pattern in PATTERNS.values()]


def versions(bank: Bank, session: StaffSession, name: str) -> list[Setting]:
    """Return how a pattern was set, newest first; raises RoleMissing or PatternUnknown."""
    session.require(Role.RISK)
    pattern = require_pattern(name)
    with bank.connection() as connection:
        rows = connection.execute(_VERSIONS, (pattern.name, MOST_VERSIONS)).fetchall()
    return [Setting(*row) for row in rows]


def change(bank: Bank, session: StaffSession, name: str, wanted: Setting) -> Setting:
    """Set a pattern anew; `wanted` has the version that was read, and the reason.

    Raises RoleMissing, PatternUnknown, ParameterWrong or PatternChanged.
    """
    session.require(Role.RISK)
    pattern = require_pattern(name)
    _check(pattern, wanted.values)
    with bank.transaction() as connection:
        before = setting_of(connection, pattern)
        row = (
            name, wanted.version + 1, wanted.is_on, Jsonb(dict(wanted.values)),
            session.staff_id, bank.clock(), wanted.reason,
        )  # fmt: skip
        is_newest = before.version == wanted.version
        if not is_newest or not connection.execute(_CHANGE, row).rowcount:
            raise PatternChanged(before.version)
        audit.append(
            bank, connection, session.staff_id, "change-pattern", pattern=name,
            version=wanted.version + 1, is_on=wanted.is_on, values=dict(wanted.values),
            before=dict(before.values), was_on=before.is_on, reason=wanted.reason,
        )  # fmt: skip
        return setting_of(connection, pattern)


def setting_of(connection: Connection, pattern: Pattern) -> Setting:
    """Return how a pattern is set now."""
    row: tuple[Any, ...] | None = connection.execute(_VERSIONS, (pattern.name, 1)).fetchone()
    usual = {each.name: each.usual for each in pattern.parameters}
    if row is None:
        return Setting(0, True, usual)
    version, is_on, values, *who = row
    # A parameter that is newer than the setting has its usual value.
    return Setting(version, is_on, usual | values, *who)


def _check(pattern: Pattern, values: Mapping[str, int]) -> None:
    known = {each.name: each for each in pattern.parameters}
    for name in values.keys() ^ known.keys():
        raise ParameterWrong(name, "is missing" if name in known else "is not one of this pattern")
    for name, parameter in known.items():
        if not parameter.least <= values[name] <= parameter.most:
            raise ParameterWrong(name, f"is not within {parameter.least} and {parameter.most}")
