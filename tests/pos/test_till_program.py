"""A till, a phone, their purses and a bank, all of them processes: the four cases, and faults."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import PIN as WALLET_PIN
from tests.phone.conftest import open_wallet
from tests.phone.programs import ANSWER_WITHIN_S, PhoneProgram, Sim
from tests.pos.programs import CASHIER, PIN, Merchant, Sam, TillProgram
from tests.pos.test_closing import text_of

pytestmark = pytest.mark.slow
ORIGIN = "http://localhost:8000"
TEN = 10_00


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-till-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with Sandbox(folder) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def bank(folder: Path, sandbox: Sandbox) -> Iterator[BankProgram]:
    with BankProgram(folder, sandbox.url) as bank:
        yield bank


@pytest.fixture(scope="module")
def sam(folder: Path, bank: BankProgram) -> Iterator[Sam]:
    with Sam(folder, folder / "bank") as sam:
        yield sam


@pytest.fixture(scope="module")
def merchant(bank: BankProgram, sam: Sam) -> Merchant:
    return Merchant(bank, ORIGIN, sam)


@pytest.fixture(scope="module")
def started(folder: Path, bank: BankProgram, sam: Sam, merchant: Merchant) -> Iterator[TillProgram]:
    with TillProgram(folder, bank, sam, merchant) as till:
        yield till


@pytest.fixture
def till(started: TillProgram) -> TillProgram:
    started.road.join()
    return started


@pytest.fixture(scope="module")
def phone(folder: Path, bank: BankProgram, sandbox: Sandbox) -> Iterator[PhoneProgram]:
    with (
        Sim(folder, "sim", folder / "bank") as sim,
        PhoneProgram(folder, "phone", bank.port, sim) as phone,
    ):
        open_wallet(phone, sandbox, 0)
        phone.post("/code/enrolment")
        phone.post("/purse/loads", id=str(uuid4()), amount_fen=300_00)
        yield phone


def purse_of(phone: PhoneProgram) -> int:
    return int(phone.get("/purse")["balance_fen"])


def wallet_of(phone: PhoneProgram) -> int:
    return int(phone.get("/balance")["balance_fen"])


# --- the four cases -------------------------------------------------------------------------------


def test_both_online_the_customers_code_is_charged_and_a_part_goes_back(
    till: TillProgram, phone: PhoneProgram, merchant: Merchant
) -> None:
    before, had = wallet_of(phone), merchant.balance()
    id_ = till.sale(TEN, ("牛肉面", 8_00), ("茶", 2_00))
    code = phone.get("/code")["digits"]
    paid = till.post(f"/sales/{id_}/scan", text=code)
    assert (paid["state"], paid["finality"]) == ("paid", "final-now")
    assert paid["spoken"] == {"en": "Received 10 yuan", "zh": "收款10元"}
    assert till.post(f"/sales/{id_}/scan", text=code)["state"] == "paid"
    refund = str(uuid4())
    for _ in range(2):
        back = till.put(f"/refunds/{refund}", sale_id=id_, amount_fen=4_00)
        assert (back["state"], back["spoken"]["zh"]) == ("done", "退款4元")
    assert (wallet_of(phone), merchant.balance()) == (before - 6_00, had + 6_00)


def test_both_online_the_customer_pays_the_tills_code(
    till: TillProgram, phone: PhoneProgram
) -> None:
    id_ = till.sale(TEN)
    text = till.post(f"/sales/{id_}/code")["text"]
    read = phone.post("/scans", text=text)
    assert read["kind"] == "merchant-code"
    phone.post("/grant", pin=WALLET_PIN)
    phone.post("/payments", id=str(uuid4()), payee=read["payee"], amount_fen=TEN)
    assert till.post(f"/sales/{id_}/ask")["means"] == "merchant-code"


def test_the_customer_offline_and_the_till_online(till: TillProgram, phone: PhoneProgram) -> None:
    """The phone's program is dead: its SIM answers alone, and the bank hears of it at once."""
    before = purse_of(phone)
    phone.kill()
    id_ = till.sale(TEN)
    paid = till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    phone.start()
    assert paid["state"] == "paid"
    till.wait_for(f"/sales/{id_}", finality="final-now")
    assert purse_of(phone) == before - TEN


def test_the_till_offline_and_the_customer_online(till: TillProgram, phone: PhoneProgram) -> None:
    before = wallet_of(phone)
    till.road.cut()
    id_ = till.sale(TEN)
    failed = till.post(f"/sales/{id_}/scan", text=phone.get("/code")["digits"])
    assert failed["state"] == "open" and "离线收款码" in failed["next_step"]["zh"]
    asked = till.post(f"/sales/{id_}/request")["text"]
    phone.post("/grant", pin=WALLET_PIN)
    voucher = phone.post("/till-payments", id=str(uuid4()), text=asked)["text"]
    for _ in range(2):
        paid = till.post(f"/sales/{id_}/scan", text=voucher)
        assert (paid["state"], paid["finality"]) == ("paid", "final-settles-at-sync")
    assert wallet_of(phone) == before - TEN
    till.road.join()
    till.post("/sync")
    assert till.wait_for(f"/sales/{id_}", finality="final-now")["means"] == "voucher"


def test_both_offline_a_tap_is_final_and_a_part_goes_back_by_tap(
    bank: BankProgram, till: TillProgram, phone: PhoneProgram
) -> None:
    before = purse_of(phone)
    bank.kill()
    try:
        id_ = till.sale(TEN)
        paid = till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
        assert paid["finality"] == "final-settles-at-sync"
        waiting = till.get("/queue")
        assert waiting["count"] >= 1 and waiting["amount_fen"] >= TEN
        refund = str(uuid4())
        till.put(f"/refunds/{refund}", sale_id=id_, amount_fen=4_00)
        for _ in range(2):
            back = till.post(f"/refunds/{refund}/tap", card=phone.sim.antenna)
            assert (back["state"], back["is_in_hand"]) == ("done", True)
        assert purse_of(phone) == before - 6_00
    finally:
        bank.start()
    till.post("/sync")
    till.wait_for("/queue", count=0, error="")
    phone.post("/sync")
    assert bank.check().returncode == 0


def test_both_offline_and_without_a_tap_the_customers_sim_pays_the_tills_request(
    bank: BankProgram, till: TillProgram, phone: PhoneProgram
) -> None:
    before = purse_of(phone)
    bank.kill()
    try:
        id_ = till.sale(TEN)
        asked = till.post(f"/sales/{id_}/request")["text"]
        voucher = phone.post("/purse/payments", id=str(uuid4()), text=asked)["text"]
        for _ in range(2):
            paid = till.post(f"/sales/{id_}/scan", text=voucher)
            assert (paid["finality"], paid["means"]) == ("final-settles-at-sync", "voucher")
        # Whoever has paid once is not asked for more by a tap.
        assert till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)["state"] == "paid"
        assert purse_of(phone) == before - TEN
        refund = str(uuid4())
        till.put(f"/refunds/{refund}", sale_id=id_, amount_fen=4_00)
        assert till.post(f"/refunds/{refund}/tap", card=phone.sim.antenna)["is_in_hand"]
        assert purse_of(phone) == before - 6_00
    finally:
        bank.start()
    till.post("/sync")
    till.wait_for(f"/sales/{id_}", finality="final-now")
    phone.post("/sync")
    assert bank.check().returncode == 0


# --- faults ---------------------------------------------------------------------------------------


def test_a_torn_tap_is_tapped_again_after_the_till_was_killed(
    till: TillProgram, phone: PhoneProgram
) -> None:
    before = purse_of(phone)
    id_ = till.sale(TEN)
    # PAY is 80 10; what the card answers does not come through.
    phone.sim.field.lose_answer_to(bytes((0x80, 0x10)))
    with pytest.raises(httpx.TransportError):
        _tap_and_kill(till, phone, id_)
    phone.sim.field.mend()
    till.start()
    assert till.get(f"/sales/{id_}")["finality"] == "unknown"
    assert till.refused(f"/sales/{id_}/code")["type"].endswith("may-be-paid")
    paid = till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    assert paid["state"] == "paid"
    assert till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)["state"] == "paid"
    assert purse_of(phone) == before - TEN


def _tap_and_kill(till: TillProgram, phone: PhoneProgram, id_: str) -> None:
    def kill() -> None:
        assert phone.sim.field.lost.wait(30)
        till.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    finally:
        killer.join()


def test_a_charge_whose_answer_is_lost_becomes_known_after_a_kill(
    till: TillProgram, phone: PhoneProgram, merchant: Merchant
) -> None:
    before, had = wallet_of(phone), merchant.balance()
    id_ = till.sale(TEN)
    till.road.lose_answer_to(b"/charges")
    unknown = till.post(f"/sales/{id_}/scan", text=phone.get("/code")["digits"])
    assert unknown["finality"] == "unknown"
    assert "请勿交付商品" in unknown["next_step"]["zh"] or unknown["state"] == "unknown"
    till.kill()
    till.road.mend()
    till.start()
    paid = till.wait_for(f"/sales/{id_}", state="paid")
    assert paid["means"] == "customer-code"
    assert (wallet_of(phone), merchant.balance()) == (before - TEN, had + TEN)


def test_the_purse_may_be_taken_out_and_put_back(
    till: TillProgram, phone: PhoneProgram, sam: Sam
) -> None:
    sam.kill()
    id_ = till.sale(TEN)
    failed = till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    assert failed["state"] == "open" and "cannot take" in failed["what_happened"]["en"]
    sam.start()
    assert till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)["state"] == "paid"


# --- the screen -----------------------------------------------------------------------------------


def test_nobody_sells_without_signing_in(till: TillProgram) -> None:
    for headers in ({}, {"authorization": "Bearer nonsense"}):
        answer = httpx.get(f"{till.url}/sales", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["detail_zh"] == "尚未登录。"


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_page_from_elsewhere_is_refused(till: TillProgram, headers: dict[str, str]) -> None:
    assert httpx.get(f"{till.url}/events", headers=headers).status_code in (403, 421)


def test_the_feed_tells_who_was_asked_and_nothing_secret(
    till: TillProgram, phone: PhoneProgram
) -> None:
    code = phone.get("/code")["digits"]
    till.post(f"/sales/{till.sale(TEN)}/scan", text=code)
    till.post(f"/sales/{till.sale(TEN)}/tap", card=phone.sim.antenna)
    told = till.get("/events", after=0)["items"]
    assert {"bank", "sam", "card-in-the-field"} <= {event["other"] for event in told}
    assert all(event["words"] and event["words_zh"] for event in told)
    assert code not in str(told) and PIN not in str(told)
    assert {"PAY", "POST /v1/orders/{id}/charges"} <= {event["step"] for event in told}
    last = told[-1]["number"]
    assert till.get("/events", after=last + 1000) == {"items": [], "last": last + 1000}


def test_a_receipt_is_printed(till: TillProgram, phone: PhoneProgram) -> None:
    id_ = till.sale(TEN, ("牛肉面", TEN))
    till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    assert "牛肉面" in text_of(till.get(f"/sales/{id_}/receipt"))


def test_the_shops_standing_code_is_printed(till: TillProgram, phone: PhoneProgram) -> None:
    read = phone.post("/scans", text=till.get("/shop-code")["text"])
    assert read["kind"] == "merchant-code"


def test_a_till_is_enrolled_once_and_the_doctor_speaks_at_the_command_line(
    till: TillProgram,
) -> None:
    with pytest.raises(AssertionError, match="a till is there already"):
        till.init()
    with pytest.raises(AssertionError, match="No reader is set"):
        till.examine()


def test_what_is_malformed_is_a_problem(till: TillProgram) -> None:
    id_ = str(uuid4())
    for content in (
        {"amount_fen": 0},
        {"amount_fen": "ten"},
        {"amount_fen": "1000"},
        {"amount": 1},
        {},
    ):
        answer = till.screen.put(f"/sales/{id_}", json=content)
        assert answer.status_code == 400, answer.text
    items = [{"name": "a", "quantity": 1, "amount_fen": 5}]
    answer = till.screen.put(f"/sales/{id_}", json={"amount_fen": 6, "items": items})
    assert answer.json()["type"].endswith("items-differ")


def test_the_doctor_finds_nothing_wrong_but_the_reader_that_is_not_set(till: TillProgram) -> None:
    till.post("/sync")
    found = {finding["part"]: finding for finding in till.get("/doctor")}
    assert not found.pop("reader")["is_well"]
    assert [part for part, finding in found.items() if not finding["is_well"]] == []
    till.road.cut()
    offline = {finding["part"]: finding for finding in till.get("/doctor")}
    assert "无法连接银行" in offline["bank"]["what"]["zh"]


def test_the_day_is_closed_and_agrees_with_the_bank(
    till: TillProgram, bank: BankProgram, phone: PhoneProgram
) -> None:
    till.post("/sync")
    till.wait_for("/queue", count=0, error="")
    closing = till.put(f"/closings/{uuid4()}")
    assert closing["made_by"] == CASHIER and closing["totals"]["pending_count"] == 0
    assert till.get("/totals")["taken_fen"] == 0
    assert till.get("/closings")[0] == closing
    phone.post("/sync")
    checked = bank.check()
    assert checked.returncode == 0, checked.stdout


# --- what the screen needs ------------------------------------------------------------------------


def test_where_the_till_stands_is_told_before_anybody_signs_in(till: TillProgram) -> None:
    place = httpx.get(f"{till.url}/place").json()
    assert (place["shop"], place["till"], place["has_reader"]) == ("小面馆一店", "1号机", False)
    assert {"name": CASHIER, "is_chief": True, "is_locked": False} in place["cashiers"]


def test_without_a_card_in_the_field_nothing_of_a_sale_moves(
    till: TillProgram, phone: PhoneProgram
) -> None:
    id_ = till.sale(TEN)
    text = till.post(f"/sales/{id_}/code")["text"]
    for step in ("tap", "void"):
        shown = till.post(f"/sales/{id_}/{step}")
        assert (shown["cause"], shown["state"], shown["road"]) == ("no-card", "asking", "online")
    shown = till.post(f"/sales/{id_}/hosted-tap", pays="shared-balance")
    assert (shown["cause"], shown["tried"]) == ("no-card", "merchant-code")
    assert till.post(f"/sales/{id_}/code")["text"] == text
    assert till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)["state"] == "paid"


def test_why_a_step_did_not_go_well_has_a_stable_name(
    till: TillProgram, phone: PhoneProgram
) -> None:
    id_ = till.sale(280_00)
    shown = till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    assert (shown["cause"], shown["state"], shown["can_void"]) == ("pin-needed", "open", False)
    till.road.cut()
    shown = till.post(f"/sales/{till.sale(TEN)}/scan", text=phone.get("/code")["digits"])
    assert shown["cause"] == "bank-unreachable"
    assert till.get("/queue")["bank_answers"] is False
    till.road.join()
    till.wait_for("/queue", bank_answers=True)


def test_the_wallet_behind_the_card_pays_by_a_tap(till: TillProgram, phone: PhoneProgram) -> None:
    before, held = wallet_of(phone), purse_of(phone)
    id_ = till.sale(TEN)
    tap = {"pays": "shared-balance", "card": phone.sim.antenna}
    paid = till.post(f"/sales/{id_}/hosted-tap", **tap)
    assert (paid["finality"], paid["means"]) == ("final-now", "hosted-tap")
    assert till.post(f"/sales/{id_}/hosted-tap", **tap)["state"] == "paid"
    assert (wallet_of(phone), purse_of(phone)) == (before - TEN, held)


def test_a_sale_is_found_by_its_number_with_what_went_back_of_it(
    till: TillProgram, phone: PhoneProgram
) -> None:
    id_ = till.sale(TEN)
    number = till.post(f"/sales/{id_}/scan", text=phone.get("/code")["digits"])["number"]
    till.put(f"/refunds/{uuid4()}", sale_id=id_, amount_fen=1_00)
    assert [sale["sale_id"] for sale in till.get("/sales", text=number[-6:].upper())] == [id_]
    assert till.get("/sales", text="%") == []
    began = till.get(f"/sales/{id_}")["began_at_unix_s"]
    assert till.get("/sales", text=number, since_unix_s=began + 1) == []
    (back,) = till.get(f"/sales/{id_}/refunds")
    assert (back["amount_fen"], back["state"]) == (1_00, "done")


# --- what the till's purse holds ------------------------------------------------------------------


def test_a_chief_moves_what_the_purse_holds_to_the_shops_wallet_once(
    till: TillProgram, phone: PhoneProgram, merchant: Merchant
) -> None:
    id_ = till.sale(TEN)
    till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
    till.wait_for(f"/sales/{id_}", finality="final-now")
    held, had, unload = till.get("/purse")["balance_fen"], merchant.balance(), str(uuid4())
    assert held >= TEN
    for _ in range(2):
        moved = till.put(f"/unloads/{unload}", amount_fen=TEN)
        assert moved["finality"] == "final-settles-at-sync", moved
    assert till.get("/purse")["balance_fen"] == held - TEN
    until = time.monotonic() + ANSWER_WITHIN_S
    while merchant.balance() != had + TEN:
        assert time.monotonic() < until, "the wallet was not credited"
        time.sleep(0.2)


def test_without_a_network_nothing_leaves_the_tills_purse(till: TillProgram) -> None:
    held = till.get("/purse")["balance_fen"]
    till.road.cut()
    refused = till.screen.put(f"/unloads/{uuid4()}", json={"amount_fen": 1})
    assert refused.json()["type"].endswith("operator-unreachable"), refused.text
    till.road.join()
    assert till.get("/purse")["balance_fen"] == held
