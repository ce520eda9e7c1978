"""Charts show at once what the bank kept, and where it kept nothing; who decided has a name."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens.browsing import Chosen
from tests.screens.console.office import OLGA, RITA, Office
from tests.screens.console.test_pages import check_page, open_place
from zerobar.database import connect

# As a bank had kept it that ran for three months and stood still for some hours of last night.
_PAST = """
    WITH newest AS (SELECT * FROM bank.figures ORDER BY at DESC LIMIT 1), past AS (
        SELECT n.at - h * interval '1 hour' AS at, h FROM newest n, generate_series(2, 2000) h
        UNION ALL
        SELECT n.at - m * interval '1 minute', 0 FROM newest n, generate_series(1, 119) m
    )
    INSERT INTO bank.figures
    SELECT (jsonb_populate_record(NULL::bank.figures, to_jsonb(n) || jsonb_build_object(
        'at', p.at,
        'in_flight_fen', n.in_flight_fen + (30000 * (1 + sin(p.h / 9.0)))::bigint,
        'wallets_fen', greatest(0, n.wallets_fen - p.h * 10),
        'requests', 4000000 + extract(epoch FROM p.at - n.at)::bigint))).*
    FROM past p, newest n WHERE p.h NOT BETWEEN 9 AND 12 ON CONFLICT DO NOTHING
"""


@pytest.fixture(scope="module")
def past(office: Office) -> None:
    """Have the bank remember three months."""
    database = office.town.bank._database
    with connect(database, "console tests", autocommit=True) as connection:
        for _ in range(600):
            if connection.execute("SELECT FROM bank.figures").rowcount:
                break
            connection.execute("SELECT pg_sleep(0.1)")
        assert connection.execute(_PAST).rowcount > 1_000


def readings(page: Page, name: str) -> int:
    """Return how many readings a chart is of, as those hear it who do not see it."""
    chart = page.get_by_role("img", name=re.compile(name))
    found = re.search(r"in (\d+) readings", chart.get_attribute("aria-label") or "")
    assert found is not None
    return int(found[1])


@pytest.mark.usefixtures("past")
def test_a_chart_shows_at_once_what_was_before_its_window_was_opened(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, OLGA, Chosen(locale="en")) as page:
        open_place(page, office, "/")
        expect(page.get_by_role("button", name="1 hour")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("img", name=re.compile("Where the money was"))).to_be_visible()
        assert readings(page, "Where the money was") > 50
        assert readings(page, "How much was in flight") > 50
        expect(page.get_by_text("No readings from")).to_have_count(0)


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("chosen", [Chosen(locale="en", look="dark"), Chosen()], ids=["en", "zh"])
def test_where_the_bank_stood_still_a_chart_says_so_on_every_page(
    browser: Browser, office: Office, chosen: Chosen
) -> None:
    spans, hole = ("7 days", "No readings from") if chosen.locale == "en" else ("7 天", "没有读数")
    with office.desk(browser, OLGA, chosen) as page:
        open_place(page, office, "/")
        page.get_by_role("button", name=spans).click()
        expect(page.get_by_text(hole)).to_be_visible()
        check_page(page)
        open_place(page, office, "/health-of-the-bank")
        expect(page.get_by_role("button", name=spans)).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text(hole)).to_be_visible()
        check_page(page)


def test_who_proposed_something_has_a_name_for_every_role(browser: Browser, office: Office) -> None:
    with office.desk(browser, OLGA, Chosen(locale="en")) as page:
        open_place(page, office, "/approvals")
        page.get_by_role("button", name="All").click()
        rows = page.locator("main tbody tr")
        expect(rows.first).to_be_visible()
        names = page.locator("main tbody .staff")
        expect(names).to_have_count(rows.count())
        expect(names.filter(has_text="a colleague")).to_have_count(0)


def test_a_vouchers_life_is_told_in_the_language_that_was_chosen(
    browser: Browser, office: Office
) -> None:
    assert office.cheat
    for locale, said in (("en", "It came in"), ("zh-CN", "已送达银行")):
        with office.desk(browser, RITA, Chosen(locale=locale)) as page:
            open_place(page, office, f"/purses/{office.purse('alice')}")
            page.locator("main td a[href*='/vouchers/']").first.click()
            expect(page.get_by_text(said)).to_be_visible()
