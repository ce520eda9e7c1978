"""Keeping the evidence against purses, and flagging them: once, in the storing transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from zerobar.bank.fraud import blocklist
from zerobar.bank.fraud.model import Finding, FraudTest
from zerobar.bank.purses.model import PurseStatus
from zerobar.database import Connection

# Two bodies are kept for each entry; of the other tests a first proof is enough.
_KEEP: Final = """
    INSERT INTO bank.fraud_case (purse_id, entry, test, first_body, first_signature, second_body,
        second_signature, found_at)
    SELECT %(purse_id)s, %(entry)s, %(test)s, %(first_body)s, %(first_signature)s,
           %(second_body)s, %(second_signature)s, %(now)s
    WHERE %(test)s = %(two_bodies)s OR NOT EXISTS (
        SELECT FROM bank.fraud_case WHERE purse_id = %(purse_id)s AND test = %(test)s)
    ON CONFLICT DO NOTHING RETURNING true
"""
_KEEP_LOG: Final = """
    INSERT INTO bank.fraud_log (purse_id, entry, test, log) VALUES (%s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""
_FLAG: Final = """
    UPDATE bank.purse SET flagged_at = %(now)s, status = greatest(status, %(blocked)s)
    WHERE purse_id IN (
        SELECT purse_id FROM bank.purse WHERE purse_id = ANY(%(ids)s) AND flagged_at IS NULL
        ORDER BY purse_id FOR UPDATE)
"""


def flag(connection: Connection, findings: Sequence[Finding], now: datetime) -> None:
    """Keep the evidence, block the purses and put them on the blocklist; again changes nothing."""
    for finding in findings:
        if _keep(connection, finding, now) and finding.log:
            connection.execute(
                _KEEP_LOG, (finding.purse_id, finding.entry, finding.test, finding.log)
            )
    ids = sorted({finding.purse_id for finding in findings})
    if ids:
        connection.execute(_FLAG, {"now": now, "ids": ids, "blocked": int(PurseStatus.BLOCKED)})
        blocklist.add(connection, ids, now)


def _keep(connection: Connection, finding: Finding, now: datetime) -> bool:
    row = connection.execute(
        _KEEP,
        {
            "purse_id": finding.purse_id,
            "entry": finding.entry,
            "test": int(finding.test),
            "two_bodies": int(FraudTest.TWO_BODIES),
            "first_body": finding.first.body,
            "first_signature": finding.first.signature,
            "second_body": finding.second.body,
            "second_signature": finding.second.signature,
            "now": now,
        },
    ).fetchone()
    return row is not None
