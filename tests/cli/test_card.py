from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run, served

PAIR = ("--payer", "alice.purse", "--payee", "shop.purse")


def test_two_new_purses_pay_each_other(shop: Run) -> None:
    assert "Received ¥12.50. Final now." in shop("card", "tap", *PAIR, "12.50").output
    assert "¥187.50" in shop("card", "show", "alice.purse").output
    assert "¥12.50" in shop("card", "show", "shop.purse").output


def test_syncing_accounts_for_every_fen(shop: Run) -> None:
    shop("card", "tap", *PAIR, "12.50")
    synced = shop("card", "sync", "alice.purse", "shop.purse").output
    assert "alice.purse: 2 entries taken in, balance ¥187.50" in synced
    books = shop("card", "audit").output
    assert "loaded ¥200.00 = in purses ¥200.00 + in flight ¥0.00" in books
    assert "Every fen is accounted for." in books


def test_load_and_unload_end_where_they_began(shop: Run) -> None:
    shop("card", "load", "alice.purse", "30")
    shop("card", "unload", "alice.purse", "230")
    shop("card", "sync", "alice.purse")
    assert "loaded ¥230.00 = in purses ¥0.00" in shop("card", "audit").output


def test_a_pin_is_drawn_when_none_is_given_and_shown_once(zerobar: Run, tmp_path: Path) -> None:
    told = zerobar("card", "issue", "alice.purse").output
    drawn = re.search(r"Its PIN is (\d{6})\.", told)
    assert drawn is not None
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("authority.*"))
    assert drawn[1].encode() not in kept


def test_more_than_the_no_pin_limit_needs_the_pin(zerobar: Run) -> None:
    zerobar("card", "issue", "alice.purse", "--load", "900", "--pin", "135790")
    zerobar("card", "issue", "shop.purse", "--class", "merchant", "--pin", "246800")
    refused = zerobar("card", "tap", *PAIR, "250", code=1).output
    assert "needs the PIN" in refused and "Nothing was charged" in refused
    paid = zerobar("card", "tap", *PAIR, "--pin", "250", typed="135790\n").output
    assert "Received ¥250.00" in paid and "135790" not in paid


def test_a_wrong_pin_at_the_till_charges_nothing(shop: Run) -> None:
    told = shop("card", "tap", *PAIR, "--pin", "12.50", typed="000000\n", code=1).output
    assert "Wrong PIN; tries left: 2." in told and "Nothing was charged" in told
    assert "¥200.00" in shop("card", "show", "alice.purse").output


def test_a_wrong_pin_says_how_many_tries_are_left(shop: Run) -> None:
    told = shop("card", "arm", "alice.purse", "300", typed="000000\n", code=1).output
    assert "Wrong PIN; tries left: 2." in told


def test_an_armed_card_pays_above_the_no_pin_limit_once(zerobar: Run) -> None:
    zerobar("card", "issue", "alice.purse", "--load", "900", "--pin", "135790")
    zerobar("card", "issue", "shop.purse", "--class", "merchant", "--pin", "246800")
    zerobar("card", "arm", "alice.purse", "300", typed="135790\n")
    zerobar("card", "tap", *PAIR, "250")
    zerobar("card", "tap", *PAIR, "250", code=1)


def test_a_card_is_disarmed_with_zero(shop: Run) -> None:
    assert "Disarmed." in shop("card", "arm", "alice.purse", "0", typed="135790\n").output


def test_the_pin_can_be_changed(shop: Run) -> None:
    shop("card", "pin", "alice.purse", typed="135790\n1122\n1122\n")
    assert "Armed" in shop("card", "arm", "alice.purse", "5", typed="1122\n").output


@pytest.mark.parametrize("amount", ["12.505", "0", "-1", "abc", "99999999999", "1e3"])
def test_invalid_amounts_are_explained(shop: Run, amount: str) -> None:
    told = shop("card", "load", "alice.purse", "--", amount, code=1).output
    assert "type" in told


def test_invalid_more_than_the_balance(shop: Run) -> None:
    told = shop("card", "tap", *PAIR, "200").output
    assert "Received ¥200.00" in told
    told = shop("card", "tap", *PAIR, "0.01", code=1).output
    assert "not enough money" in told


def test_invalid_a_card_that_pays_itself(shop: Run) -> None:
    twice = ("--payer", "alice.purse", "--payee", "alice.purse")
    assert "cannot pay itself" in shop("card", "tap", *twice, "1", code=2).output


def test_invalid_a_missing_purse(zerobar: Run) -> None:
    assert "there is no such file" in zerobar("card", "show", "nobody.purse", code=1).output


def test_invalid_another_kind_of_file(zerobar: Run, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear sir")
    (tmp_path / "letter").chmod(0o600)
    assert "is not a usable purse file" in zerobar("card", "show", "letter", code=1).output


def test_invalid_a_missing_authority(shop: Run) -> None:
    told = shop("card", "load", "alice.purse", "1", "--authority", "other.json", code=1).output
    assert "other.json does not exist" in told


def test_invalid_a_purse_is_not_issued_twice(shop: Run) -> None:
    assert "not a blank purse" in shop("card", "issue", "alice.purse", code=1).output
    assert "¥200.00" in shop("card", "show", "alice.purse").output


def test_an_issue_that_was_cut_short_is_done_again(zerobar: Run, tmp_path: Path) -> None:
    with served(tmp_path / "late.purse", "--antenna", "127.0.0.1:0") as (_, said):
        assert "blank purse" in said
    assert "blank purse" in zerobar("card", "show", "late.purse").output
    assert "Issued late.purse" in zerobar("card", "issue", "late.purse").output


def test_invalid_another_authority_s_purse(shop: Run) -> None:
    shop("card", "issue", "bo.purse", "--authority", "second.json")
    assert "another authority" in shop("card", "load", "bo.purse", "1", code=1).output
    told = shop("card", "tap", "--payer", "bo.purse", "--payee", "shop.purse", "1", code=1).output
    assert "not enough money" in told


def test_nothing_outstanding_is_said_plainly(shop: Run) -> None:
    assert "Nothing is outstanding" in shop("card", "resume", *PAIR).output
    assert "nothing to give back" in shop("card", "void", *PAIR).output


def test_a_void_gives_back_what_the_payer_still_shows_as_paid(shop: Run) -> None:
    shop("card", "tap", *PAIR, "12.50")
    told = shop("card", "void", *PAIR, "--entry", "2", code=1).output
    assert "was not voided" in told


def test_a_tap_reaches_a_served_purse_through_its_antenna(shop: Run, tmp_path: Path) -> None:
    with served(tmp_path / "alice.purse", "--antenna", "127.0.0.1:0") as (_, antenna):
        pair = ("--payer", antenna, "--payee", "shop.purse")
        assert "Final now" in shop("card", "tap", *pair, "12.50").output
        told = shop("card", "show", "alice.purse", code=1).output
        assert "holds this purse" in told


def test_a_served_purse_that_is_killed_keeps_its_money(shop: Run, tmp_path: Path) -> None:
    with served(tmp_path / "alice.purse", "--antenna", "127.0.0.1:0") as (process, antenna):
        shop("card", "tap", "--payer", antenna, "--payee", "shop.purse", "12.50")
        process.kill()
    assert "¥187.50" in shop("card", "show", "alice.purse").output


def test_chinese_is_spoken_where_it_is_asked_for(
    shop: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEROBAR_LANG", "zh")
    assert "收款¥12.50，已最终到账。" in shop("card", "tap", *PAIR, "12.50").output


def test_invalid_serve_without_anything_to_serve_on(zerobar: Run) -> None:
    assert "--antenna" in zerobar("card", "serve", "--store", "x.purse", code=2).output


@pytest.mark.parametrize("address", ["nowhere", "host:", "host:99999", ":80"])
def test_invalid_addresses_are_explained(zerobar: Run, address: str) -> None:
    told = zerobar("card", "serve", "--store", "x.purse", "--antenna", address, code=2).output
    assert "HOST:PORT" in told
