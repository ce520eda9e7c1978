"""Syncs between the rules and the wire: hexadecimal read into messages, and written again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from zerobar.bank.api.purse_showing import MessageMalformed
from zerobar.bank.fraud.cases import Case
from zerobar.bank.fraud.model import Signed
from zerobar.bank.settlement import Life, Report
from zerobar.bank.settlement.life import Step, next_of
from zerobar.bank.settlement.telling import Told
from zerobar.bank.syncing import Upload
from zerobar.client.syncing import (
    DeliveryShown,
    FraudCaseShown,
    LifeStep,
    NewLogPart,
    NewStatement,
    NewSync,
    SettlementShown,
    SyncShown,
    UndoShown,
    VoucherLife,
    VoucherTold,
)
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import Certificate, LogEntry, State, VoidStatement
from zerobar.purse.wire import FormError

M = TypeVar("M")


def read_upload(data: NewSync) -> Upload:
    """Read what a terminal brings of a purse; raises MessageMalformed."""
    return Upload(
        _read("state", State.parse, data.state),
        [_read("log entry", LogEntry.parse, entry) for entry in data.entries],
        [_read("certificate", Certificate.parse, text) for text in data.certificates],
        data.epoch,
        data.certificate_day,
    )


def read_part(data: NewLogPart) -> tuple[State, list[LogEntry]]:
    """Read a part of a log, and the state that it leads to; raises MessageMalformed."""
    entries = [_read("log entry", LogEntry.parse, entry) for entry in data.entries]
    return _read("state", State.parse, data.state), entries


def read_statement(data: NewStatement) -> Undo:
    """Read a void statement and its payee's certificate; raises MessageMalformed."""
    return Undo(
        _read("void statement", VoidStatement.parse, data.statement),
        _read("certificate", Certificate.parse, data.certificate),
    )


def show_answer(answer: SyncAnswer) -> SyncShown:
    """Show what to carry to a purse."""
    renewed = answer.certificate
    return SyncShown(
        known_entry=answer.known_entry,
        undos=[
            UndoShown(
                statement=bytes(undo.statement).hex(), certificate=bytes(undo.certificate).hex()
            )
            for undo in answer.undos
        ],
        ack=None if answer.ack is None else bytes(answer.ack).hex(),
        certificate=None if renewed is None else bytes(renewed).hex(),
        deliveries=[
            DeliveryShown(voucher=bytes(voucher).hex(), certificate=bytes(certificate).hex())
            for voucher, certificate in answer.deliveries
        ],
        blocklist=[bytes(delta).hex() for delta in answer.blocklist],
        key_updates=[bytes(update).hex() for update in answer.key_updates],
        slide_to=answer.slide_to,
    )


def show_told(told: Told) -> VoucherTold:
    """Show what became of something that was brought."""
    return VoucherTold(taken=told.taken, sentence=str(told.sentence), sentence_zh=told.sentence.zh)


def show_life(life: Life) -> VoucherLife:
    """Show what is known of a voucher."""
    voucher = life.voucher
    return VoucherLife(
        payer_id=voucher.payer_id.hex(),
        entry=voucher.entry,
        payee_id=voucher.payee_id.hex(),
        amount_fen=int(voucher.amount),
        reference=voucher.reference.hex(),
        outcome=None if life.outcome is None else life.outcome.name.lower(),
        waits_for=next_of(life),
        steps=[_step(step) for step in life.steps],
    )


def show_case(case: Case) -> FraudCaseShown:
    """Show a case to a risk officer, with its evidence as it was signed."""
    return FraudCaseShown(
        case_id=case.id,
        purse_id=case.purse_id.hex(),
        entry=case.entry,
        test=int(case.test),
        found_at=case.found_at,
        first=_signed(case.first),
        second=_signed(case.second),
        log=case.log.hex(),
        seen_by=case.seen_by,
        seen_at=case.seen_at,
        closed_by=case.closed_by,
        closed_at=case.closed_at,
        reason=case.reason,
    )


def show_report(report: Report) -> SettlementShown:
    """Show what a batch came to."""
    tally, outcomes = report.tally, report.outcomes
    return SettlementShown(
        batch=report.batch_hash.hex(),
        declared=report.declared,
        missing=report.missing,
        repeated=report.repeated,
        stored=tally.stored,
        duplicates=tally.duplicates,
        rejected={reason.name.lower(): many for reason, many in tally.rejected.items()},
        settled=outcomes.settled,
        declined=outcomes.declined,
        redirected=outcomes.redirected,
        refunded=outcomes.refunded,
        waiting={why.name.lower(): many for why, many in outcomes.waiting.items()},
        moved_fen=int(outcomes.moved),
    )


def _step(step: Step) -> LifeStep:
    return LifeStep(
        kind=step.kind, at=step.at, sentence=str(step.sentence), sentence_zh=step.sentence.zh
    )


def _signed(signed: Signed) -> str:
    return (signed.body + signed.signature).hex()


def _read(what: str, parse: Callable[[bytes], M], text: str) -> M:
    try:
        return parse(bytes.fromhex(text))
    except FormError as error:
        raise MessageMalformed(what, str(error)) from None
