"""What risk officers see of losses and of purses that are acknowledged no more; keys of cards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.console.test_risk import decide
from tests.bank.employees import Employee, found
from tests.bank.fraud.test_opened_elements import credited, flagged_thief
from tests.bank.staff.asking import Client, as_, problem
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.context import Bank
from zerobar.bank.fraud.covering import cover_losses
from zerobar.bank.staff.model import Role
from zerobar.bank.syncing import sync
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

pytestmark = pytest.mark.slow

STALLED = "/v1/console/stalled-purses"
LOSSES = "/v1/console/losses"
PUBLIC = P256.public_key(P256.private_key(bytes(range(KEY_SEED_LENGTH)))).hex()


@pytest.fixture
def thief(village: Village) -> Villager:
    made = village.person("Thief")
    village.load(made, 300_00)
    return made


def test_a_loss_is_shown_with_what_the_vault_pays_and_what_waits_for_two_people(
    ask: Asker, officers: tuple[Employee, Employee], village: Village,
    thief: Villager, shop: Villager,
) -> None:  # fmt: skip
    risk, second_risk = officers
    assert ask.get(risk, LOSSES)["items"] == []
    for entry, victim in enumerate([village.person(f"Victim {n}") for n in range(4)], 1):
        credited(thief, victim, 400_00, entry)
        sync(village.bank, village.upload(victim, [thief.certificate]))
    (loss,) = ask.get(risk, LOSSES)["items"]
    assert loss["purse_id"] == thief.id.hex()
    assert (loss["lost_fen"], loss["covered_fen"]) == (1_300_00, 0)
    assert (loss["ceiling_fen"], loss["due_fen"], loss["beyond_fen"]) == (
        1_000_00,
        1_000_00,
        300_00,
    )
    vault = ask.get(risk, LOSSES)["vault_fen"]
    cover_losses(village.bank)
    (loss,) = ask.get(risk, LOSSES)["items"]
    assert (loss["covered_fen"], loss["due_fen"], loss["beyond_fen"]) == (1_000_00, 0, 300_00)
    assert ask.get(risk, LOSSES)["vault_fen"] == vault - 1_000_00
    cover = {
        "kind": "cover-loss",
        "purse_id": thief.id.hex(),
        "ceiling_fen": 1_300_00,
        "reason": "x",
    }
    assert decide(ask, village.bank, cover, risk, second_risk)["outcome"] == "done"
    (loss,) = ask.get(risk, LOSSES)["items"]
    assert (loss["ceiling_fen"], loss["due_fen"], loss["beyond_fen"]) == (1_300_00, 300_00, 0)


def test_a_purse_is_among_the_stalled_until_two_officers_let_it_be_acknowledged(
    ask: Asker, officers: tuple[Employee, Employee], village: Village, clock: Clock,
    thief: Villager, alice: Villager,
) -> None:  # fmt: skip
    (risk, second_risk), shop = officers, village.shop("Bakery")
    village.sync(alice)
    flagged_thief(village, thief, shop)
    village.pay(thief, alice, 100_00).accept()
    assert ask.get(risk, STALLED)["items"] == []
    clock.advance(minutes=1)
    for _ in range(2):
        assert sync(village.bank, replace(village.upload(alice), epoch=0)).ack is None
    (stalled,) = ask.get(risk, STALLED)["items"]
    assert (stalled["purse_id"], stalled["purse_class"]) == (alice.id.hex(), "person")
    assert (stalled["credits"], stalled["amount_fen"], stalled["syncs"]) == (1, 100_00, 2)
    assert stalled["cheats"] == [thief.id.hex()]
    assert ask.get(risk, STALLED, purse=alice.id.hex())["items"] == [stalled]
    assert ask.get(risk, STALLED, purse=shop.id.hex())["items"] == []
    again = {"kind": "acknowledge-purse", "purse_id": alice.id.hex(), "reason": "looked at"}
    assert decide(ask, village.bank, again, risk, second_risk)["outcome"] == "done"
    assert ask.get(risk, STALLED)["items"] == []
    assert sync(village.bank, replace(village.upload(alice), epoch=0)).ack is not None


def test_only_risk_sees_losses_and_stalled_purses(
    client: Client, operations: Employee, clerk: Employee
) -> None:
    for who in (operations, clerk):
        for path in (LOSSES, STALLED):
            assert problem(client.get(path, headers=as_(who.token)), 403) == "role-missing"


def test_the_authority_sees_which_keys_cards_were_told_of_and_which_are_its_own(
    ask: Asker, village: Village, bank: Bank, client: Client, risk: Employee
) -> None:
    issuer = found(bank, "Ida", Role.AUTHORITY_ISSUER)
    approver = found(bank, "Adam", Role.AUTHORITY_APPROVER)
    own = {key["role"]: key["number"] for key in ask.get(issuer, "/v1/console/keys")["own"]}
    assert own.keys() == {"root", "ca", "sync", "operator-purse"}
    for key in (PUBLIC, None):
        asked = {
            "kind": "announce-key",
            "number": 200,
            "role": "ca",
            "public_key": key,
            "reason": "x",
        }
        assert decide(ask, bank, asked, issuer, approver)["outcome"] == "done"
    shown = ask.get(approver, "/v1/console/keys")["announced"]
    found_keys = {(key["number"], key["role"], key["public_key"]) for key in shown}
    assert found_keys == {(200, "ca", PUBLIC), (200, "ca", None)}
    answer = client.get("/v1/console/keys", headers=as_(risk.token))
    assert problem(answer, 403) == "role-missing"
