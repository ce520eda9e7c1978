"""Whatever staff may ask of the bank has its place in the console, or a reason why it has none."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from zerobar.bank.api.app import document
from zerobar.client.authority import Proposal

CONSOLE = Path(__file__).parents[3] / "web" / "src" / "console"
C = "/v1/console"
M = "/v1/merchants"
HOMES = {
    "POST /v1/staff/enrolments/options": "passkey.ts",
    "POST /v1/staff/enrolments": "passkey.ts",
    "POST /v1/staff/sessions/options": "passkey.ts",
    "POST /v1/staff/sessions": "passkey.ts",
    "DELETE /v1/staff/sessions/current": "staff.ts",
    "GET /v1/staff/me": "staff.ts",
    "GET /v1/staff/me/passkeys": "control/AccountPage.vue",
    "DELETE /v1/staff/me/passkeys/{passkey_id}": "control/AccountPage.vue",
    "GET /v1/staff": "control/StaffPage.vue",
    "POST /v1/staff/{staff_id}/revocation": "control/StaffPage.vue",
    "POST /v1/staff/wallets/{wallet_id}/freezing": "operations/WalletActs.vue",
    "POST /v1/staff/purses/{purse_id}/loss": "operations/PurseActs.vue",
    "POST /v1/staff/purse-orders": "operations/PurseOrdersPage.vue",
    f"GET {C}/purse-orders": "operations/PurseOrdersPage.vue",
    "GET /v1/staff/vouchers/{payer_id}/{entry}": "operations/VoucherPage.vue",
    "POST /v1/approvals": "control/MoneyPage.vue",
    "GET /v1/approvals": "control/ApprovalsPage.vue",
    "GET /v1/approvals/{approval_id}": "control/ApprovalPage.vue",
    "POST /v1/approvals/{approval_id}/decision": "control/ApprovalPage.vue",
    "GET /v1/approvals/{approval_id}/enrolment-code": "control/ApprovalPage.vue",
    "GET /v1/approvals/{approval_id}/till-code": "control/TillCode.vue",
    "POST /v1/operators": "control/OperatorsPanel.vue",
    "GET /v1/operators": "control/OperatorsPanel.vue",
    f"GET {C}/keys": "control/KeysPanel.vue",
    f"GET {C}/figures": "figures.ts",
    "GET /v1/staff/{staff_id}/name": "colleagues.ts",
    "GET /v1/supply": "operations/OverviewPage.vue",
    "GET /v1/status": "health/HealthPage.vue",
    "GET /v1/audit/head": "control/TrailPage.vue",
    f"GET {C}/audit": "control/TrailPage.vue",
    f"POST {C}/searches": "operations/SearchPage.vue",
    f"GET {C}/wallets/{{wallet_id}}": "operations/WalletPage.vue",
    f"GET {C}/purses/{{purse_id}}": "operations/PursePage.vue",
    f"GET {C}/purses/{{purse_id}}/history": "operations/PurseHistory.vue",
    f"GET {C}/purses/{{purse_id}}/log": "operations/PurseLog.vue",
    f"POST {C}/purses/{{purse_id}}/blocking": "operations/PurseActs.vue",
    f"GET {C}/vouchers": "operations/VouchersPage.vue",
    f"GET {C}/in-flight": "operations/OverviewPage.vue",
    f"GET {C}/settlement-runs": "operations/RunsPage.vue",
    f"GET {C}/settlement-runs/{{batch}}": "operations/RunPage.vue",
    f"GET {C}/settlement-runs/{{batch}}/rejects": "operations/RunPage.vue",
    "POST /v1/settlement-batches": "operations/RunsPage.vue",
    f"GET {C}/refunds": "operations/RefundsPage.vue",
    f"GET {C}/blocklist": "operations/BlocklistPage.vue",
    f"GET {C}/blocklist/ids": "operations/BlocklistPage.vue",
    "GET /v1/reconciliations": "operations/ReconciliationPage.vue",
    "GET /v1/reconciliations/{day}": "operations/DayDialog.vue",
    "GET /v1/stranded-orders": "operations/CardOrders.vue",
    "POST /v1/stranded-orders/{order_id}/retry": "operations/CardOrders.vue",
    "GET /v1/overdue-orders": "operations/CardOrders.vue",
    f"POST {M}": "operations/MerchantNewPage.vue",
    f"GET {M}/{{merchant_id}}": "operations/MerchantPage.vue",
    f"PUT {M}/{{merchant_id}}/suspension": "operations/MerchantPage.vue",
    f"GET {C}/merchants/{{merchant_id}}/server-keys": "operations/ServerKeys.vue",
    f"POST {M}/{{merchant_id}}/hosted-payees": "operations/PayeeHosting.vue",
    f"GET {C}/merchants": "operations/MerchantsPage.vue",
    f"GET {C}/merchants/{{merchant_id}}/shops": "operations/MerchantShops.vue",
    f"POST {C}/merchants/{{merchant_id}}/shops": "operations/MerchantShops.vue",
    f"GET {C}/merchants/{{merchant_id}}/terminals": "operations/MerchantShops.vue",
    f"POST {C}/merchants/{{merchant_id}}/terminals/{{terminal_id}}/revocation": (
        "operations/MerchantTills.vue"
    ),
    "GET /v1/settlement-days/{day}": "operations/MerchantPayoutsPage.vue",
    "POST /v1/settlement-days/{day}": "operations/MerchantPayoutsPage.vue",
    "GET /v1/fraud-cases": "risk/CasesPage.vue",
    f"GET {C}/cases/{{case_id}}": "risk/CasePage.vue",
    "POST /v1/fraud-cases/{case_id}/closing": "risk/CasePage.vue",
    f"GET {C}/losses": "risk/LossesPage.vue",
    f"GET {C}/stalled-purses": "risk/StalledPurses.vue",
    f"GET {C}/class-preview": "risk/ClassesPage.vue",
    f"GET {C}/limits": "risk/LimitsPage.vue",
    f"POST {C}/limits/preview": "risk/LimitsProposal.vue",
    f"GET {C}/patterns": "risk/PatternsPage.vue",
    f"PUT {C}/patterns/{{name}}": "risk/PatternTuning.vue",
    f"GET {C}/patterns/{{name}}/versions": "risk/PatternPage.vue",
    f"GET {C}/patterns/{{name}}/hits": "risk/PatternPage.vue",
    **{
        f"GET {C}/exports/{what}.{form}": "control/ExportsPage.vue"
        for what in ("audit", "cases", "supply")
        for form in ("csv", "pdf")
    },
}
"""What staff may ask, and the file of the console that asks it."""
ELSEWHERE = {
    "GET /v1/audit": "/v1/console/audit has the names besides",
    "GET /v1/fraud-cases/{case_id}": "/v1/console/cases has it field by field",
    f"GET {M}": "/v1/console/merchants has what each has and is owed",
    "GET /v1/staff/purses/{purse_id}": "/v1/console/purses has it with its vouchers",
}
"""What programs ask, and staff see in another form."""
PROPOSED_IN = {
    "pay-in-reserves": "control/MoneyPage.vue",
    "issue": "control/MoneyPage.vue",
    "redeem": "control/MoneyPage.vue",
    "announce-key": "control/KeyAnnouncement.vue",
    "add-staff": "control/StaffPage.vue",
    "renew-code": "control/StaffPage.vue",
    "new-pin": "control/PinPermit.vue",
    "limits": "risk/LimitsProposal.vue",
    "block-class": "risk/ClassesPage.vue",
    "cover-loss": "risk/LossCover.vue",
    "acknowledge-purse": "risk/AcknowledgeAgain.vue",
    "release-voucher": "operations/VoucherPage.vue",
    "refund-order": "operations/RefundProposal.vue",
    "category-one": "operations/WalletActs.vue",
    "unfreeze": "operations/WalletActs.vue",
    "unblock-purse": "operations/PurseActs.vue",
    "release-purse": "operations/PurseActs.vue",
    "link-purse": "operations/PurseLinking.vue",
    "server-key": "operations/ServerKeys.vue",
    "add-till": "operations/MerchantShops.vue",
}


def text_of(name: str) -> str:
    return (CONSOLE / name).read_text(encoding="utf-8")


def staffs_operations() -> set[str]:
    """What the description of the interface says staff may ask."""
    return {
        f"{method.upper()} {path}"
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if {"staff": []} in operation.get("security", [])
        or path.startswith(("/v1/staff/sessions", "/v1/staff/enrolments"))
    }


def test_whatever_staff_may_ask_has_its_place_or_a_reason_why_not() -> None:
    assert staffs_operations() == HOMES.keys() | ELSEWHERE.keys()
    for operation, home in HOMES.items():
        said = [part for part in operation.split("/")[2:] if not part.startswith("{")]
        last = said[-1].partition(".")[0]
        assert last in text_of(home), f"{operation} is not asked in {home}"


def test_whatever_two_people_decide_can_be_proposed_somewhere() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(Proposal)}
    assert kinds == PROPOSED_IN.keys()
    for kind, home in PROPOSED_IN.items():
        assert f"'{kind}'" in text_of(home), f"{kind} is not proposed in {home}"
