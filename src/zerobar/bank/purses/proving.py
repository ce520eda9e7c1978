"""Proof of possession: the bank asks something new, and the purse signs its STATE over it.

A card gives its STATE on contact or after its PIN, so who brings the answer has the card at hand.
Of the nonce's eight bytes the purse gives four back and adds four of its own; a challenge is for
one person, once, and for five minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses.errors import ChallengeOver, StateRefused
from zerobar.bank.purses.registering import check_certified
from zerobar.database import Connection
from zerobar.purse.messages import Certificate, State, StateFlags
from zerobar.purse.suites import SignatureRefused

VALID_FOR: Final = timedelta(minutes=5)
MOST_OPEN: Final = 20
"""Challenges of one person; older ones end before their time."""
_NONCE_LENGTH: Final = 8
_ECHOED: Final = 4


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a purse is asked to answer."""

    id: UUID
    nonce: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """A purse's answer to a challenge, as its holder's device brings it.

    Attributes:
        state: 132 bytes, read.
    """

    challenge_id: UUID
    certificate: Certificate
    state: State = field(repr=False)


def challenge(bank: Bank, person_id: UUID) -> Challenge:
    """Ask a person's purse something new."""
    new = Challenge(bank.new_id(), bank.random(_NONCE_LENGTH), bank.clock() + VALID_FOR)
    with bank.transaction() as connection:
        connection.execute(
            "INSERT INTO bank.purse_challenge (challenge_id, person_id, nonce, expires_at)"
            " VALUES (%s, %s, %s, %s)",
            (new.id, person_id, new.nonce, new.expires_at),
        )
        connection.execute(
            "DELETE FROM bank.purse_challenge WHERE challenge_id IN ("
            " SELECT challenge_id FROM bank.purse_challenge WHERE person_id = %s"
            " ORDER BY expires_at DESC, challenge_id DESC OFFSET %s)",
            (person_id, MOST_OPEN),
        )
    return new


def check_possession(bank: Bank, connection: Connection, person_id: UUID, proof: Proof) -> None:
    """Use a challenge up, in a transaction, if the purse has answered it.

    Raises CertificateRefused, StateRefused or ChallengeOver.
    """
    check_certified(connection, proof.certificate)
    _check_state(proof)
    row = connection.execute(
        "DELETE FROM bank.purse_challenge"
        " WHERE challenge_id = %s AND person_id = %s AND expires_at > %s RETURNING nonce",
        (proof.challenge_id, person_id, bank.clock()),
    ).fetchone()
    if row is None:
        raise ChallengeOver
    if row[0][:_ECHOED] != proof.state.nonce[:_ECHOED]:
        raise StateRefused("it answers another question")


def prune_challenges(bank: Bank) -> int:
    """Forget challenges that have ended; return how many."""
    with bank.connection() as connection:
        return connection.execute(
            "DELETE FROM bank.purse_challenge WHERE expires_at <= %s", (bank.clock(),)
        ).rowcount


def _check_state(proof: Proof) -> None:
    state, certificate = proof.state, proof.certificate
    if state.id != certificate.id:
        raise StateRefused("it is another purse's")
    if state.flags & StateFlags.FACTORY:
        raise StateRefused("the purse is not personalised")
    try:
        state.verify(certificate.public_key)
    except SignatureRefused:
        raise StateRefused("the purse did not sign it") from None
