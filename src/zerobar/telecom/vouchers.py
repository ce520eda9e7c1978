"""Vouchers for suspended lines, from whoever brings them: kept, taken to the bank, credited once.

A line is credited when the bank says that a voucher is settled, and by what the bank then says it
was for: its amount and its reference. So it does not matter who brought it, here or to the bank.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from zerobar.client.errors import NotFound
from zerobar.client.hosting import SettledVoucher
from zerobar.client.syncing import VoucherLife
from zerobar.database import Connection
from zerobar.database.batches import PUT_OFF
from zerobar.purse.messages import Certificate, Voucher
from zerobar.purse.money import CNY
from zerobar.purse.wire import FormError
from zerobar.telecom.apart import Unplaced, VoucherName
from zerobar.telecom.bank import SETTLED, Bank, money_of, octets_of
from zerobar.telecom.batches import LEASE, MOST_AT_ONCE, do_each
from zerobar.telecom.binary_sms import VoucherMessage
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import TooManyVouchers, VoucherForOthers, VoucherMalformed
from zerobar.telecom.hearing import BEFORE_ALL
from zerobar.telecom.model import Source, TopUp
from zerobar.telecom.topping import is_known, take_money, voucher_top_up_id
from zerobar.tracing.spans import moment, own_work, voucher_name

RECORD_LENGTH: Final = Voucher.LENGTH + Certificate.LENGTH
MOST_WAITING: Final = 10_000
"""Vouchers that wait for the bank; whoever brings more is told to keep them."""
PATIENCE: Final = timedelta(days=1)
"""With a bank that does not know this telecom for the payee."""
WAITING_SENTENCE: Final = "It is kept here, and on its way to the bank."
CREDITED_SENTENCE: Final = "It is settled, and credited to the line."
_CONTRADICTED: Final = "The bank has settled another voucher of this purse under the same number."
_COLUMNS: Final = (
    "payer_id, entry, voucher_hash, certificate_hash, voucher, certificate, state, sentence,"
    " came_at"
)
_DUE: Final = f"""
    UPDATE telecom.voucher v SET next_try_at = %(until)s
    FROM (SELECT payer_id, entry, voucher_hash, certificate_hash FROM telecom.voucher
          WHERE next_try_at <= %(now)s
          ORDER BY next_try_at LIMIT %(most)s FOR UPDATE SKIP LOCKED) due
    WHERE (v.payer_id, v.entry, v.voucher_hash, v.certificate_hash)
        = (due.payer_id, due.entry, due.voucher_hash, due.certificate_hash)
    RETURNING v.{_COLUMNS.replace(", ", ", v.")}
"""  # noqa: S608 - names in the code, no input
_ONE: Final = (
    " WHERE payer_id = %(payer)s AND entry = %(entry)s AND voucher_hash = %(voucher_hash)s"
    " AND certificate_hash = %(certificate_hash)s"
)


class VoucherState(IntEnum):
    """How far a voucher has come here."""

    WAITING = 1
    SETTLED = 2
    """The bank has its money, and the line or whoever is owed it has the credit."""
    REFUSED = 3
    """It will never be money for this telecom."""


@dataclass(frozen=True, slots=True)
class BroughtVoucher:
    """A voucher that was brought here.

    Attributes:
        certificate: 137 bytes of its payer; None while only their hash has come, by SMS.
        sentence: what is known of it.
    """

    voucher: Voucher
    certificate_hash: bytes
    certificate: bytes | None
    state: VoucherState
    sentence: str
    came_at: datetime

    @property
    def top_up_id(self) -> UUID:
        """Under which its money counts once."""
        return voucher_top_up_id(self.voucher.payer_id, self.voucher.entry)

    @property
    def key(self) -> dict[str, object]:
        """What it is stored under."""
        return {
            "payer": self.voucher.payer_id,
            "entry": self.voucher.entry,
            "voucher_hash": hashlib.sha256(bytes(self.voucher)).digest(),
            "certificate_hash": self.certificate_hash,
        }


def read_record(raw: bytes) -> tuple[Voucher, Certificate]:
    """Read a voucher of 116 bytes and its payer's certificate; raises VoucherMalformed."""
    if len(raw) != RECORD_LENGTH:
        raise VoucherMalformed(f"it has {RECORD_LENGTH} bytes with its certificate")
    try:
        voucher = Voucher.parse(raw[: Voucher.LENGTH])
        certificate = Certificate.parse(raw[Voucher.LENGTH :])
    except FormError as error:
        raise VoucherMalformed(str(error)) from None
    if certificate.id != voucher.payer_id:
        raise VoucherMalformed("the certificate is another purse's")
    return voucher, certificate


def take_record(telecom: Telecom, bank: Bank, raw: bytes) -> BroughtVoucher:
    """Keep a voucher that came with its payer's certificate; the same again changes nothing.

    Raises VoucherMalformed, VoucherForOthers, or TooManyVouchers.
    """
    voucher, certificate = read_record(raw)
    return _keep(telecom, bank, voucher, certificate.hash, bytes(certificate))


def take_message(telecom: Telecom, bank: Bank, message: VoucherMessage) -> BroughtVoucher:
    """Keep a voucher that came by SMS; raises VoucherForOthers or TooManyVouchers."""
    return _keep(telecom, bank, message.voucher, message.certificate_hash, None)


def bring_vouchers(telecom: Telecom, bank: Bank) -> int:
    """Take to the bank the vouchers that are due, and credit what it has settled.

    Returns how many are decided now.
    """
    now = telecom.clock()
    with telecom.connection() as connection:
        rows = connection.execute(
            _DUE, {"now": now, "until": now + LEASE, "most": MOST_AT_ONCE}
        ).fetchall()
    due = [_read(*row) for row in rows]
    return do_each("vouchers", due, lambda each: _go_on(telecom, bank, each))


def bring_now(telecom: Telecom, bank: Bank, brought: BroughtVoucher) -> BroughtVoucher:
    """Take one voucher to the bank at once, and return what is known of it then.

    If the bank does not answer it stays as it is, and is brought later.
    """
    if brought.state is VoucherState.WAITING:
        do_each("vouchers", [brought], lambda each: _bring(telecom, bank, each))
    return _stored(telecom, brought)


def ask_what_is_settled(telecom: Telecom, bank: Bank) -> int:
    """Collect what was settled, if it is time to ask; return how many are new.

    What asking finds first was told by no notice, so the bank is asked more often from now on.
    """
    if not bank.hearing.is_time_to_ask():
        return 0
    found = collect_settled(telecom, bank)
    if found:
        bank.hearing.missed()
    return found


def collect_settled(telecom: Telecom, bank: Bank) -> int:
    """Credit what was settled at the bank, whoever brought it there; return how many are new.

    The list's last are read first, page by page, back to where an earlier look had credited all;
    and credited from the oldest on. So neither an interruption leaves any behind, nor a page of
    what notices have told since, nor one of what the telecom's shops have sold.
    """
    new: list[SettledVoucher] = []
    read_until, newest = bank.hearing.read_until, BEFORE_ALL
    for page in bank.vouchers.settled():
        newest = max([newest, *(each.settled_at for each in page)])
        own = [each for each in page if each.payee_id == bank.biller_id.hex()]
        fresh = [each for each in own if not is_known(telecom, _id_of(each))]
        new += fresh
        if not fresh and _is_read(page, own, read_until):
            break
    done = do_each("settled vouchers", reversed(new), lambda each: _collect(telecom, bank, each))
    if done == len(new):
        bank.hearing.note_read(newest)
    return done


def _is_read(
    page: list[SettledVoucher], own: list[SettledVoucher], read_until: datetime | None
) -> bool:
    """Return whether nothing behind a page of the list is new, if nothing of the page itself is."""
    if read_until is None:
        # The first look of this program: an earlier one has read up to here.
        return bool(own)
    return not page or page[-1].settled_at < read_until


def credit_settled(telecom: Telecom, bank: Bank, settled: SettledVoucher) -> TopUp | Unplaced:
    """Credit what the bank says is settled, once.

    Raises VoucherForOthers, BankNotUnderstood, or IdUsed if it contradicts what it said before.
    """
    payer_id, payee_id, reference = (
        octets_of(text) for text in (settled.payer_id, settled.payee_id, settled.reference)
    )
    if payee_id != bank.biller_id:
        raise VoucherForOthers
    id_ = voucher_top_up_id(payer_id, settled.entry)
    amount = money_of(settled.amount_fen)
    name = VoucherName(payer_id, settled.entry)
    # In the voucher's own trace, whether a notice told it or the bank was asked.
    with own_work("credit", voucher=voucher_name(*name)):
        taken = take_money(telecom, id_, reference, amount, Source.VOUCHER, name)
        _tell(payer_id, settled.entry, taken)
    return taken


def _collect(telecom: Telecom, bank: Bank, settled: SettledVoucher) -> bool:
    credit_settled(telecom, bank, settled)
    return True


def _tell(payer_id: bytes, entry: int, taken: TopUp | Unplaced) -> None:
    happened = "line topped up" if isinstance(taken, TopUp) else "money kept apart"
    moment(happened, voucher=voucher_name(payer_id, entry), top_up_id=taken.id)


def _go_on(telecom: Telecom, bank: Bank, brought: BroughtVoucher) -> bool:
    with own_work("bring", voucher=voucher_name(brought.voucher.payer_id, brought.voucher.entry)):
        return _bring(telecom, bank, brought)


def _bring(telecom: Telecom, bank: Bank, brought: BroughtVoucher) -> bool:
    _put_off(telecom, brought)
    certified = brought.certificate or _certificate(telecom, bank, brought)
    if certified is None:
        return False
    (told,) = bank.vouchers.take_vouchers([bytes(brought.voucher) + certified])
    if not told.taken:
        return _end(telecom, brought, VoucherState.REFUSED, told.sentence)
    try:
        fate = bank.vouchers.fate(brought.voucher.payer_id, brought.voucher.entry)
    except NotFound:
        # Only payer and payee are told: what the bank has kept under this number pays others.
        if telecom.clock() - brought.came_at < PATIENCE:
            return False
        return _end(telecom, brought, VoucherState.REFUSED, told.sentence)
    return _decide(telecom, bank, brought, fate)


def _decide(telecom: Telecom, bank: Bank, brought: BroughtVoucher, fate: VoucherLife) -> bool:
    voucher = brought.voucher
    if fate.outcome is None:
        return False
    if fate.outcome != SETTLED:
        sentence = f"The bank has decided: {fate.outcome}."
        return _end(telecom, brought, VoucherState.REFUSED, sentence)
    payee_id, reference = octets_of(fate.payee_id), octets_of(fate.reference)
    if payee_id != bank.biller_id:
        return _end(telecom, brought, VoucherState.REFUSED, _CONTRADICTED)
    amount = money_of(fate.amount_fen)
    name = VoucherName(voucher.payer_id, voucher.entry)
    taken = take_money(telecom, brought.top_up_id, reference, amount, Source.VOUCHER, name)
    _tell(voucher.payer_id, voucher.entry, taken)
    if (reference, fate.amount_fen) != (voucher.reference, int(voucher.amount)):
        return _end(telecom, brought, VoucherState.REFUSED, _CONTRADICTED)
    return _end(telecom, brought, VoucherState.SETTLED, _sentence_of(taken))


def _sentence_of(taken: TopUp | Unplaced) -> str:
    if isinstance(taken, TopUp):
        return CREDITED_SENTENCE
    return taken.sentence


def _certificate(telecom: Telecom, bank: Bank, brought: BroughtVoucher) -> bytes | None:
    found = bank.vouchers.certificate(brought.voucher.payer_id, brought.certificate_hash)
    if found is not None:
        with telecom.connection() as connection:
            connection.execute(
                "UPDATE telecom.voucher SET certificate = %(certificate)s" + _ONE,  # noqa: S608
                brought.key | {"certificate": found},
            )
    return found


def _keep(
    telecom: Telecom, bank: Bank, voucher: Voucher, certificate_hash: bytes, raw: bytes | None
) -> BroughtVoucher:
    if voucher.payee_id != bank.biller_id or voucher.currency != CNY:
        raise VoucherForOthers
    now = telecom.clock()
    new = BroughtVoucher(
        voucher, certificate_hash, raw, VoucherState.WAITING, WAITING_SENTENCE, now
    )
    with telecom.transaction() as connection:
        stored = connection.execute(
            "INSERT INTO telecom.voucher (payer_id, entry, voucher_hash, certificate_hash, voucher,"
            " certificate, state, sentence, came_at, next_try_at)"
            " VALUES (%(payer)s, %(entry)s, %(voucher_hash)s, %(certificate_hash)s, %(voucher)s,"
            " %(certificate)s, %(state)s, %(sentence)s, %(now)s, %(now)s)"
            " ON CONFLICT (payer_id, entry, voucher_hash, certificate_hash) DO UPDATE"
            " SET certificate = coalesce(voucher.certificate, excluded.certificate)"
            " RETURNING xmax = 0",
            new.key
            | {
                "voucher": bytes(voucher),
                "certificate": raw,
                "state": new.state,
                "sentence": new.sentence,
                "now": now,
            },
        ).fetchone()
        assert stored is not None
        if stored[0] and _waiting(connection) > MOST_WAITING:
            raise TooManyVouchers
    return _stored(telecom, new)


def _waiting(connection: Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM (SELECT FROM telecom.voucher WHERE next_try_at IS NOT NULL"
        " LIMIT %s) waiting",
        (MOST_WAITING + 1,),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _put_off(telecom: Telecom, brought: BroughtVoucher) -> None:
    with telecom.connection() as connection:
        connection.execute(
            f"UPDATE telecom.voucher SET {PUT_OFF}{_ONE}",  # noqa: S608
            brought.key | {"now": telecom.clock()},
        )


def _end(telecom: Telecom, brought: BroughtVoucher, state: VoucherState, sentence: str) -> bool:
    with telecom.connection() as connection:
        connection.execute(
            "UPDATE telecom.voucher SET state = %(state)s, sentence = %(sentence)s,"  # noqa: S608
            " next_try_at = NULL" + _ONE,
            brought.key | {"state": state, "sentence": sentence},
        )
    return True


def _stored(telecom: Telecom, brought: BroughtVoucher) -> BroughtVoucher:
    with telecom.connection() as connection:
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM telecom.voucher{_ONE}",  # noqa: S608
            brought.key,
        ).fetchone()
    assert row is not None, "what is brought is never deleted"
    return _read(*row)


def _read(*row: Any) -> BroughtVoucher:
    certificate_hash, voucher, certificate, state, *more = row[3:]
    return BroughtVoucher(
        Voucher.parse(voucher), certificate_hash, certificate, VoucherState(state), *more
    )


def _id_of(settled: SettledVoucher) -> UUID:
    return voucher_top_up_id(octets_of(settled.payer_id), settled.entry)


def tell_bringers(connection: Connection, apart: Unplaced) -> None:
    """Tell whoever brings a voucher again what has become of it since it was kept apart."""
    if apart.voucher is not None:
        connection.execute(
            "UPDATE telecom.voucher SET sentence = %s"
            " WHERE payer_id = %s AND entry = %s AND state = %s",
            (apart.sentence, *apart.voucher, VoucherState.SETTLED),
        )
