"""Who plays: three phones, a shop with two tills, a biller, the bank's staff, and its program."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobar.demo.narrator import Narrator
from zerobar.demo.officers import Officer, TakenOn
from zerobar.demo.phone import Phone
from zerobar.demo.programs import BankProgram, SandboxProgram
from zerobar.demo.shop import Shop
from zerobar.reader import Sentence

_ISSUED_YUAN: Final = "1000000"
_NUMBERS: Final = ("+8613900000001", "+8613900000002", "+8613900000003")


@dataclass(frozen=True)
class Town:
    """Everybody, and the bank.

    Attributes:
        folder: where files are that devices keep.
        officer: of operations.
        risk: the officer who sees cases of fraud.
        water: a company that sends bills.
    """

    folder: Path
    sandbox: SandboxProgram
    bank: BankProgram
    alice: Phone
    bo: Phone
    mo: Phone
    shop: Shop
    water: TakenOn
    noodles: TakenOn
    officer: Officer
    risk: Officer


@contextmanager
def open_town(narrator: Narrator) -> Iterator[Town]:
    """Let the bank open in a temporary folder, and everybody be there."""
    with tempfile.TemporaryDirectory(prefix="zerobar-demo-") as name, ExitStack() as running:
        folder = Path(name)
        # PostgreSQL's user has to pass through, when root plays.
        folder.chmod(0o711)
        yield _open(narrator, folder, running)


def _open(narrator: Narrator, folder: Path, running: ExitStack) -> Town:
    narrator.chapter(
        Sentence(
            "A bank opens: ¥1,000,000 of test money is issued to it",
            zh="银行开业：发行 ¥1,000,000 测试币",
        )
    )
    sandbox = running.enter_context(SandboxProgram(folder))
    bank = running.enter_context(BankProgram(folder, sandbox.url, _ISSUED_YUAN))
    narrator.tell(Sentence(f"Its interface: {bank.url}/docs", zh=f"接口文档：{bank.url}/docs"))
    alice, bo, mo = (
        running.enter_context(Phone(bank.url, number, folder / f"phone-{number[-4:]}.db"))
        for number in _NUMBERS
    )
    officer, risk = (
        running.enter_context(Officer(bank.url, bank.origin, bank.staff_codes[name]))
        for name in ("administrator", "second administrator")
    )
    noodles = officer.take_on("小面馆", "Noodle House", "91110000600037341L")
    water = officer.take_on("自来水公司", "Water Company", "91110000600037342P")
    shop = running.enter_context(Shop(bank.url, noodles.key, "小面馆一店", "Noodle House 1"))
    return Town(folder, sandbox, bank, alice, bo, mo, shop, water, noodles, officer, risk)
