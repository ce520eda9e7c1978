"""A subscriber falls into arrears, is cut off both ways, and pays by every road at once."""

from __future__ import annotations

import time

import httpx

from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, PLAN, TOKEN, Clock
from tests.telecom.purses import Purse
from zerobar.database.worker import Worker
from zerobar.purse.money import Fen
from zerobar.telecom import (
    LineStatus,
    Source,
    Telecom,
    line,
    open_line,
    top_ups,
    write_message,
)
from zerobar.telecom.api.access import ACCESS_HEADER
from zerobar.telecom.bank import Bank
from zerobar.telecom.batches import EXPECTED
from zerobar.telecom.installation import SmscAccess
from zerobar.telecom.jobs import bill_today, jobs, suspend_today
from zerobar.telecom.messages import Inbox
from zerobar.telecom.smpp.model import BINARY, ShortMessage
from zerobar.telecom.smpp.receiver import Receiver
from zerobar.telecom.smpp.smsc import Smsc
from zerobar.telecom.vouchers import bring_vouchers, collect_settled


def test_a_subscriber_without_any_network_pays_and_is_back(
    url: str, telecom: Telecom, bank: Bank, books: TestBank, purse: Purse, clock: Clock
) -> None:
    with httpx.Client(base_url=url, timeout=30) as http:
        own = {"authorization": f"Bearer {TOKEN}"}
        http.post("/v1/lines", json={"number": NUMBER, "plan": PLAN.name}, headers=own)
        assert bill_today(telecom) == 0, "who joins in November pays from December on"
        fall_into_arrears(telecom, clock)
        owed = http.get("/v1/line", headers={ACCESS_HEADER: NUMBER}).json()
        assert (owed["arrears_fen"], owed["status"]) == (3_900, "suspended_two_way")

        # One tap, one voucher: the shop's till, a friend's phone and an SMS all carry it.
        voucher = purse.voucher(Fen(5_000), NUMBER)
        record = purse.record(voucher)
        books.hold_vouchers = True
        by_sms(telecom, bank, write_message(voucher, purse.certificate))
        waiting = http.post("/v1/vouchers", json={"record": record.hex()}).json()
        assert waiting["state"] == "waiting"
        books.hold_vouchers = False
        books.take(record)
        clock.advance(minutes=11)
        bring_vouchers(telecom, bank)
        collect_settled(telecom, bank)
        told = http.post("/v1/vouchers", json={"record": record.hex()}).json()
        assert told["state"] == "settled"

        back = http.get("/v1/line", headers={ACCESS_HEADER: NUMBER}).json()
        assert (back["status"], back["balance_fen"]) == ("active", 1_100)
    (top_up,) = top_ups(telecom, NUMBER, 9)
    assert top_up.resumed and top_up.source is Source.VOUCHER and top_up.amount == 5_000


def fall_into_arrears(telecom: Telecom, clock: Clock) -> None:
    clock.advance(days=6)  # the first of December, in China
    assert bill_today(telecom) == 1 and bill_today(telecom) == 0
    assert suspend_today(telecom) == 0
    clock.advance(days=3)
    assert suspend_today(telecom) == 1
    assert line(telecom, NUMBER).status is LineStatus.SUSPENDED_ONE_WAY
    clock.advance(days=12)
    assert suspend_today(telecom) == 1


def by_sms(telecom: Telecom, bank: Bank, user_data: bytes) -> None:
    """Send a message from somewhere, through the SMSC."""
    with Smsc("telecom", "secret") as smsc:
        access = SmscAccess(
            host="127.0.0.1", port=smsc.port, system_id="telecom", password="secret"
        )
        with Receiver(access, Inbox(telecom, bank).take):
            smsc.submit(ShortMessage("8613800000009", "10001", BINARY, True, user_data))
            while not smsc.is_empty:
                time.sleep(0.01)


def test_the_worker_does_by_itself_what_is_due(
    telecom: Telecom, bank: Bank, books: TestBank, purse: Purse, clock: Clock
) -> None:
    open_line(telecom, NUMBER, PLAN.name)
    clock.advance(days=6)
    books.take(purse.push(Fen(5_000), NUMBER))
    with Worker(jobs(telecom, bank), EXPECTED):
        while line(telecom, NUMBER).balance_fen != 1_100:
            time.sleep(0.01)


def test_whoever_waits_at_a_till_for_the_line_does_not_wait_long(
    telecom: Telecom, bank: Bank
) -> None:
    pauses = {job.name: job.pause_s for job in jobs(telecom, bank)}
    assert pauses["settled-vouchers"] <= 1
