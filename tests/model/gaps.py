"""What the page's gaps cost, told to the end: the harm behind the first broken invariant.

Each story is written down here rather than found, for a shortest trace stops where a rule is
first broken; that it breaks one, and on real applets too, is what the tests show.
"""

from __future__ import annotations

from typing import Final

from tests.model.judging import judge
from tests.model.rules import EARLIER, Rules
from tests.model.scope import Scope
from tests.model.scopes import A, B, forged, hosted
from tests.model.tearing import READ, UNREAD, WEAKLY
from tests.model.terms import OPERATOR, SERVICE, Message
from tests.model.world import RESET, State, Step, World
from zerobar.purse.messages import Kind

_ASK: Final = (Kind.PAYMENT, 1)
_WEAK: Final = Scope("weak", (1, 0), numbers=(0, 3), pays=(1, 0), states=(2, 1), weak=True)


class Script:
    """A story in the making: steps taken one after the other in the model.

    Args:
        scope: the world that it plays in.
        rules: by which.
    """

    def __init__(self, scope: Scope, rules: Rules = EARLIER) -> None:
        self.world = World(scope, rules, judge)
        self.state: State
        self.state, self.setup = self.world.begin()
        self.steps: list[Step] = []

    def do(self, actor: int, name: str, argument: object = None, tear: str = "") -> Message | None:
        """Take a step; return what was answered."""
        step = Step(actor, name, argument, tear)
        self.state, answer = self.world.perform(self.state, step, self.steps)
        return answer

    def sync(self, me: int, nonce: int, *, acknowledge: bool = False) -> None:
        """Let the operator have a purse's STATE and log."""
        ack = self.do(OPERATOR, "REPORT", self.do(me, "STATE", nonce))
        if acknowledge:
            self.do(me, "SYNC ACK", ack)

    def outcomes(self) -> dict[str, str]:
        """Return the outcomes of purses' vouchers, by payer and entry."""
        known = self.world.known[self.state[-2]]
        return {f"{'ABC'[v.payer]}/{v.entry}": o for v, o in known.outcomes if v.payer != OPERATOR}


def undo_that_comes_back(rules: Rules = EARLIER) -> Script:
    """An UNDO reads as not written; its voucher is REFUNDED; then it reads as written."""
    script = Script(_WEAK, rules)
    voucher = script.do(A, "PAY", script.do(B, "PREPARE", _ASK))
    statement = script.do(B, "VOID", voucher)
    script.do(A, "UNDO", statement, WEAKLY + UNREAD)
    script.sync(A, 2, acknowledge=True)
    script.sync(A, 3)
    script.sync(B, 1)
    script.do(A, RESET, tear=READ)
    return script


def number_that_falls(rules: Rules = EARLIER) -> Script:
    """A PREPARE reads as written; a voucher has slid out and is REDIRECTED; then it reads as
    not written, and the voucher can be credited after all."""
    script = Script(_WEAK, rules)
    voucher = script.do(A, "PAY", script.do(B, "PREPARE", _ASK))
    script.sync(A, 2, acknowledge=True)
    script.sync(A, 3)
    script.do(B, "PREPARE", _ASK)
    script.do(B, "PREPARE", _ASK, WEAKLY + READ)
    script.sync(B, 1)
    script.do(B, RESET, tear=UNREAD)
    script.do(B, "ACCEPT", voucher)
    return script


def thief_with_an_old_ack(rules: Rules = EARLIER) -> Script:
    """A thief keeps an ack back, lets the card be blocked, and lifts the block with it."""
    script = Script(
        Scope("thief", (1, 0), numbers=(0, 1), pays=(1, 0), states=(2, 0), bars=(A,), nonces=2),
        rules,
    )
    request = script.do(B, "PREPARE", _ASK)
    kept = script.do(OPERATOR, "REPORT", script.do(A, "STATE", 2))
    script.do(A, "BLOCKLIST", script.do(OPERATOR, "BAR", A))
    script.do(A, "STATE", 2)
    script.do(A, "SYNC ACK", kept)
    script.do(A, "PAY", request)
    return script


_LATE: Final = Scope(
    "late",
    (1, 0),
    numbers=(0, 3),
    pays=(1, 0),
    states=(2, 1),
    forged=(forged(Kind.PAYMENT, B, 1, 1),),
)


def late_statement(rules: Rules = EARLIER, *, told_first: bool) -> Script:
    """A statement "never my request" comes before, or after, the STATE of a slid window."""
    script = Script(_LATE, rules)
    voucher = script.do(A, "PAY", _LATE.forged[0])
    statement = script.do(B, "VOID", voucher)
    script.sync(A, 2, acknowledge=True)
    script.sync(A, 3)
    for _ in range(3):
        script.do(B, "PREPARE", _ASK)
    slid = script.do(B, "STATE", 1)
    evidence = [("TELL", statement), ("REPORT", slid)]
    for name, message in evidence if told_first else reversed(evidence):
        script.do(OPERATOR, name, message)
    return script


_HOSTED: Final = Scope(
    "hosted",
    (1, 1, 0),
    numbers=(0, 0, 0),
    pays=(1, 1, 0),
    states=(2, 2, 0),
    service=(hosted(Kind.PAYMENT, SERVICE, 1, 1),),
)


def hosted_request_paid_twice(rules: Rules = EARLIER, *, first: int) -> Script:
    """One request of a hosted payee is shown to two payers; the one that syncs first settles."""
    script = Script(_HOSTED, rules)
    for me in (A, B):
        script.do(me, "PAY", _HOSTED.service[0])
    for me in (first, 1 - first):
        script.sync(me, 2, acknowledge=True)
        script.sync(me, 3)
    return script
