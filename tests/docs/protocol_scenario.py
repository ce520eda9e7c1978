"""Purses at work: every command's answers, the order of its checks, and what a tap costs."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from zerobar.issuer.authority import Validity
from zerobar.issuer.authority_file import AuthorityFile, TestAuthority
from zerobar.issuer.personalise import Plan, personalise
from zerobar.purse import (
    accepting,
    limits,
    messages,
    money,
    paying,
    purse,
    store,
    suites,
    syncing,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Kind, PurseClass, Push, Role
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.status import Refusal, Status
from zerobar.reader.card import PurseCard
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.link import CardLink


class CountingSuite:
    """Suite 1, counting."""

    number = 1
    hash = staticmethod(suites.P256.hash)
    private_key = staticmethod(suites.P256.private_key)
    public_key = staticmethod(suites.P256.public_key)

    def __init__(self) -> None:
        self.signed = 0
        self.verified = 0

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        self.signed += 1
        return suites.P256.sign(private_key, message)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        self.verified += 1
        suites.P256.verify(public_key, message, signature)


@dataclass
class Cost:
    """What a purse did for some commands."""

    commands: int = 0
    signatures: int = 0
    verifications: int = 0


class Heard:
    """What purses were heard to do.

    Attributes:
        answers: lengths of good answers by command and P1.
        checks: what a command that succeeds was checked for, in order; the longest by command,
            UNLOAD apart.
        costs: of named steps.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[Instruction, int], set[int]] = defaultdict(set)
        self.checks: dict[str, list[Status]] = defaultdict(list)
        self.costs: dict[str, Cost] = {}
        self._suite = CountingSuite()
        self._step_name = ""
        self._step = Cost()
        self._checked: list[Status] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._step_name, self._step = name, Cost()
        self.costs[name] = self._step
        yield
        self._step_name, self._step = "", Cost()

    @contextmanager
    def listening(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(mock.patch.dict(suites._SUITES, {1: self._suite}))
            stack.enter_context(mock.patch.object(purse, "refuse_if", self._refuse_unfinished_if))
            for module in (paying, accepting, syncing):
                stack.enter_context(mock.patch.object(module, "refuse_if", self._refuse_if))
            check = self._check_signature
            stack.enter_context(mock.patch.object(purse.Purse, "check_signature", check))
            yield

    def exchange(self, link: CardLink, command: bytes) -> bytes:
        before = (self._suite.signed, self._suite.verified)
        self._checked = []
        answer = link.exchange(command)
        self._step.commands += 1
        self._step.signatures += self._suite.signed - before[0]
        self._step.verifications += self._suite.verified - before[1]
        assert answer[-2:] == b"\x90\x00", (command.hex(), answer.hex())
        self._note(Instruction((command[0], command[1])), command[2], len(answer) - 2)
        return answer

    def _note(self, instruction: Instruction, p1: int, length: int) -> None:
        self.answers[instruction, p1].add(length)
        unload = instruction is Instruction.PAY and self._step_name == "UNLOAD"
        name = "UNLOAD" if unload else instruction.name
        self.checks[name] = max(self.checks[name], self._checked, key=len)

    def _refuse_if(self, condition: bool, status: Status) -> None:
        self._checked.append(status)
        if condition:
            raise Refusal(status)

    def _refuse_unfinished_if(self, condition: bool, status: Status) -> None:
        # A purse looks whether it has a key and a certificate wherever it uses them; once it is
        # active it has both, so that is no check of a command.
        if condition or status is not Status.CONDITIONS_NOT_SATISFIED:
            self._refuse_if(condition, status)

    def _check_signature(
        self,
        verify: Callable[[bytes], None],
        public_key: bytes,
        status: Status = Status.SIGNATURE_REFUSED,
    ) -> None:
        self._checked.append(status)
        verify(public_key)


class OverheardLink(CardLink):
    """Passes everything on and tells what it heard."""

    def __init__(self, link: CardLink, heard: Heard) -> None:
        self._link, self._heard = link, heard

    def exchange(self, apdu: bytes) -> bytes:
        return self._heard.exchange(self._link, apdu)

    def reset(self) -> None:
        self._link.reset()

    def close(self) -> None:
        self._link.close()


NOW = 20_000 * messages.SECONDS_PER_DAY


class Purses:
    """A person's and a merchant's purse, fresh from the factory."""

    def __init__(self, heard: Heard) -> None:
        randbytes = random.Random(1).randbytes
        self.keys: TestAuthority = AuthorityFile.generate(randbytes, NOW).open()
        self.heard = heard
        self.payer_applet = Applet(Memory(bytes(store.memory_size(64))), randbytes)
        self.payer = self._made(self.payer_applet, PurseClass.PERSON)
        merchant = Applet(Memory(bytes(store.memory_size(64))), randbytes)
        self.payee = self._made(merchant, PurseClass.MERCHANT)

    def _made(self, blank: Applet, purse_class: PurseClass) -> PurseCard:
        link = OverheardLink(InProcessLink(blank, Interface.CONTACT), self.heard)
        validity = Validity.years_from(NOW, 3)
        plan = Plan(purse_class, validity, "1234", limits.DEFAULT_LIMITS[purse_class])
        personalise(link.exchange, self.keys.authority, self.keys.operator, plan)
        return PurseCard(link)

    def ask(self, card: PurseCard, kind: Kind, yuan: int, *, signed: bool = False) -> Any:
        prepare = card.prepare_signed if signed else card.prepare
        return prepare(kind, Fen(100 * yuan), money.CNY, b"order 01")


def listen() -> Heard:
    """Run every command once for each answer it has."""
    heard = Heard()
    with heard.listening():
        purses = Purses(heard)
        _load_and_pay(purses)
        _push_void_and_undo(purses)
        _sync(purses)
        _pin(purses)
    return heard


def _load_and_pay(purses: Purses) -> None:
    payer, payee, operator = purses.payer, purses.payee, purses.keys.operator
    request = purses.ask(payer, Kind.LOAD, 200)
    payer.accept(operator.voucher(request, 1, bytes(16)), operator.certificate)
    request = purses.ask(payee, Kind.PAYMENT, 12)
    field = InProcessLink(purses.payer_applet, Interface.CONTACTLESS)
    with purses.heard.step("payer in the field"), OverheardLink(field, purses.heard) as link:
        card = PurseCard(link)
        card.select()
        voucher, certificate = card.pay(request)
    payer.reset()
    with purses.heard.step("payee"):
        payee.accept(voucher, certificate)
    voucher, certificate = payer.pay(purses.ask(payee, Kind.PAYMENT, 3, signed=True))
    with purses.heard.step("payee, cached"):
        payee.accept(voucher, certificate.hash)
    payer.get_voucher(voucher.payee_id, voucher.number)
    payer.get_voucher_by_entry(voucher.entry)


def _push_void_and_undo(purses: Purses) -> None:
    payer, payee = purses.payer, purses.payee
    time, reference = bytes(4), b"line 001"
    push = Push(
        kind=Kind.PUSH,
        payee_id=bytes(8),
        amount=Fen(100),
        currency=money.CNY,
        time=time,
        reference=reference,
    )
    payer.pay(push)
    payment = payer.pay(purses.ask(payee, Kind.PAYMENT, 5))
    payer.undo(payee.void(*payment), payee.get_certificate())
    with purses.heard.step("UNLOAD"):
        payer.pay(purses.keys.operator.unload_request(1, Fen(100), bytes(4), reference))


def _sync(purses: Purses) -> None:
    payer, keys = purses.payer, purses.keys
    state = payer.state(b"nonce 01")
    state = payer.state_signed(keys.operator.state_query(state.id, b"nonce 02"))
    payer.read_log(state.entry)
    payer.sync_ack(keys.operator.acknowledge(state, NOW))
    payer.blocklist(keys.operator.blocklist(0, 1))
    payer.key_update(keys.authority.key_update(9, Role.CA, 1, state.signature))


def _pin(purses: Purses) -> None:
    payer, operator = purses.payer, purses.keys.operator
    payer.change_pin("1234", "4321")
    purse_id = payer.get_certificate().id
    payer.reset_pin(operator.unblock(purse_id, 1, "1234"))
    payer.verify_pin("1234")
    payer.arm(Fen(100))
