"""A new PIN that staff have allowed: two of them have seen the holder, with document and phone.

They give no PIN and learn none. What they give is a permit for the one device that they saw, good
for an hour and for one reset, in which the device need not be known for a day; the holder still
gives the resident ID and the code that is sent to the phone number. So staff who lie gain nothing
without the holder's phone, and whoever has the holder's phone gains nothing without two of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.people.model import Person
from zerobar.database import Connection

PERMITTED_FOR: Final = timedelta(hours=1)

_TEXT: Final = (
    "两名工作人员已允许在您的手机上重设支付密码，一小时内有效。若非本人到柜台办理，请立即冻结钱包。"
    " Two members of staff have allowed a new payment PIN to be set on your phone within an hour."
    " If you are not at their desk, freeze your wallets at once."
)
_OPEN: Final = """
    SELECT 1 FROM bank.pin_permit WHERE person_id = %s AND key_id = %s AND expires_at > %s
    AND (used_for IS NULL OR used_for = %s) LIMIT 1
"""


def permit_reset(bank: Bank, approval_id: UUID, person: Person, key_id: UUID) -> None:
    """Tell the holder, then let the PIN be reset once on a device; again changes nothing.

    Raises PartnerUnavailable when the holder could not be told, and permits nothing then.
    """
    bank.partners.sms.send(person.phone, _TEXT)
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.pin_permit (person_id, approval_id, key_id, expires_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (person.id, approval_id, key_id, bank.clock() + PERMITTED_FOR),
        )


def is_permitted(connection: Connection, session: Session, request_id: UUID, now: datetime) -> bool:
    """Return whether staff let this device reset the PIN, by this request if one has done so."""
    asked = session.person_id, session.key_id, now, request_id
    return connection.execute(_OPEN, asked).fetchone() is not None


def use_permits(connection: Connection, session: Session, request_id: UUID) -> None:
    """Let the person's permits serve no other request, now that the PIN is set."""
    connection.execute(
        "UPDATE bank.pin_permit SET used_for = %s WHERE person_id = %s AND used_for IS NULL",
        (request_id, session.person_id),
    )
