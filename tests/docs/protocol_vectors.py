"""The vectors of docs/protocol.md, computed."""

from typing import Any

from zerobar.purse import messages, money, suites
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    PurseClass,
    Receipt,
    Request,
    SignedRequest,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import Fen

CA_KEY, PAYER_KEY, PAYEE_KEY, INTERNAL_KEY = (bytes((b,)) * 32 for b in (0x11, 0x22, 0x33, 0x44))
CA_NUMBER, FIRST_DAY, LAST_DAY, NUMBER, AMOUNT, ENTRY = 2, 20000, 21095, 7, Fen(1250), 1
REFERENCE = b"order 01"
VECTOR_INPUTS = [
    *(f"0x{key[0]:02X}" for key in (CA_KEY, PAYER_KEY, PAYEE_KEY, INTERNAL_KEY)),
    *(str(int(n)) for n in (CA_NUMBER, FIRST_DAY, LAST_DAY, NUMBER, AMOUNT)),
    REFERENCE.decode(),
    *(str(ENTRY), str(ENTRY)),
]


def payer_certificate() -> Certificate:
    return _certificate(PAYER_KEY, PurseClass.PERSON)


def _certificate(private_key: bytes, purse_class: PurseClass) -> Certificate:
    return Certificate(
        key_number=CA_NUMBER,
        purse_class=purse_class,
        currency=money.CNY,
        not_before_day=FIRST_DAY,
        not_after_day=LAST_DAY,
        public_key=suites.P256.public_key(private_key),
    ).signed(_signing(CA_KEY))


def _signing(private_key: bytes) -> Any:
    return lambda message: suites.P256.sign(private_key, message)


def _request(payee_id: bytes) -> Request:
    fields = bytes((Kind.PAYMENT,)) + payee_id + NUMBER.to_bytes(4) + AMOUNT.to_bytes(4)
    tagged = INTERNAL_KEY + fields + money.CNY.to_bytes(2) + REFERENCE
    return Request(
        kind=Kind.PAYMENT,
        payee_id=payee_id,
        number=NUMBER,
        amount=AMOUNT,
        currency=money.CNY,
        tag=suites.P256.hash(tagged)[:4],
        reference=REFERENCE,
    )


def _voucher(payer_id: bytes, request: Request) -> Voucher:
    return Voucher(
        kind=request.kind,
        payer_id=payer_id,
        entry=ENTRY,
        payee_id=request.payee_id,
        number=request.number,
        amount=request.amount,
        currency=request.currency,
        tag=request.tag,
        reference=request.reference,
        chain=bytes(8),
    ).signed(_signing(PAYER_KEY))


def _outcomes(voucher: Voucher) -> tuple[Receipt, VoidStatement]:
    told = {"payee_id": voucher.payee_id, "payer_id": voucher.payer_id, "payer_entry": ENTRY}
    told_too: dict[str, Any] = {**told, "number": voucher.number, "amount": voucher.amount}
    receipt = Receipt(status=messages.ReceiptStatus.CREDITED, **told_too)
    statement = VoidStatement(
        flags=messages.VoidFlags.VOIDED,
        payee_entry=ENTRY,
        voucher_hash=voucher.hash,
        **told_too,
    )
    return receipt, statement.signed(_signing(PAYEE_KEY))


def expected_vectors() -> dict[str, str]:
    payer, payee = payer_certificate(), _certificate(PAYEE_KEY, PurseClass.MERCHANT)
    request = _request(payee.id)
    signed = SignedRequest(request, suites.P256.sign(PAYEE_KEY, bytes(request)), payee)
    voucher = _voucher(payer.id, request)
    receipt, statement = _outcomes(voucher)
    body, zeros = voucher.body, bytes(16)
    made = {
        "payer's CERTIFICATE": bytes(payer),
        "payer's purse id": payer.id,
        "payer's certificate hash": payer.hash,
        "payee's CERTIFICATE": bytes(payee),
        "payee's purse id": payee.id,
        "REQUEST": bytes(request),
        "signature of the signed REQUEST": signed.signature,
        "VOUCHER": bytes(voucher),
        "voucher's hash": voucher.hash,
        "RECEIPT": bytes(receipt),
        "VOID STATEMENT": bytes(statement),
        "payer's chain after PAY": _chain(zeros, EntryKind.PAY, body),
        "payee's chain after CREDIT": _chain(zeros, EntryKind.CREDIT, body),
        "payee's chain after VOID": _chain(zeros, EntryKind.VOID, body),
    }
    return {name: raw.hex() for name, raw in made.items()}


def _chain(before: bytes, kind: EntryKind, body: bytes) -> bytes:
    return messages.chain_after(suites.P256, before, kind, ENTRY, body)
