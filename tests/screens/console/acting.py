"""What staff do again and again: confirm what an act does, approve what somebody proposed."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def approve(page: Page, url: str) -> None:
    """Approve what somebody else proposed, after a look at what it does."""
    page.goto(url)
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved and carried out.")).to_be_visible()


def confirm(page: Page, act: str, reason: str) -> None:
    """Confirm a dangerous act, whose effect is told first."""
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("What this does")).to_be_visible()
    expect(dialog.get_by_text("What happens next:")).to_be_visible()
    expect(dialog.get_by_role("button", name=act)).to_be_disabled()
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=act).click()


def ready(page: Page) -> Page:
    """Wait until what was proposed waits for a second person."""
    expect(page.get_by_text("A second person has to approve it")).to_be_visible()
    return page
