"""The file that asks a bank to pay merchants: ISO 20022 pain.001.001.09.

One payment information with one credit transfer for each settlement; its end-to-end id is the
settlement's id in 32 hexadecimal digits. Banks are named by their CNAPS number. The same content
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pyiso20022.pain import pain_001_001_09 as pain
from xsdata.exceptions import ParserError
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

from zerobar.bank.calendar import CHINA
from zerobar.bank.merchants.payment_file import CreditTransfer, PaymentFile
from zerobar.purse.money import Fen

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_CLEARING: Final = "CNAPS"
_FEN_OF_YUAN: Final = Decimal(100)
_SHAPES: Final = XmlContext()
"""What is known of the standard's classes: to find it out anew takes longer than a small file."""


class FileWrong(ValueError):
    """Bytes that are no such file, or whose sums do not fit."""


def write_file(file: PaymentFile) -> bytes:
    """Return the file's bytes, after reading them back."""
    document = pain.Document(cstmr_cdt_trf_initn=_initiation(file))
    config = SerializerConfig(xml_declaration=True, encoding="UTF-8")
    serializer = XmlSerializer(_SHAPES, config)
    message = serializer.render(document, ns_map={None: NAMESPACE}).encode()
    assert read_totals(message) == (len(file.transfers), file.total), "what is written is read back"
    return message


def read_amounts(message: bytes) -> dict[str, Fen]:
    """Return the amounts of a file by end-to-end id; raises FileWrong."""
    return _amounts(_parse(message))


def _amounts(document: pain.Document) -> dict[str, Fen]:
    found = {}
    for payment in document.cstmr_cdt_trf_initn.pmt_inf:
        for transfer in payment.cdt_trf_tx_inf:
            amount = transfer.amt.instd_amt
            if amount is None or amount.ccy != "CNY":
                raise FileWrong("an amount is missing or not in yuan")
            found[transfer.pmt_id.end_to_end_id] = Fen(int(amount.value * _FEN_OF_YUAN))
    return found


def read_totals(message: bytes) -> tuple[int, Fen]:
    """Return how many transfers a file has and their sum; raises FileWrong if its own differ."""
    document = _parse(message)
    amounts, head = _amounts(document), document.cstmr_cdt_trf_initn.grp_hdr
    total = Fen(sum(amounts.values()))
    if (head.nb_of_txs, head.ctrl_sum) != (str(len(amounts)), total / _FEN_OF_YUAN):
        raise FileWrong("its sums do not fit its transfers")
    return len(amounts), total


def _parse(message: bytes) -> pain.Document:
    parser = XmlParser(context=_SHAPES, config=ParserConfig(fail_on_unknown_properties=True))
    try:
        return parser.from_bytes(message, pain.Document)
    except (ParserError, TypeError, ValueError) as error:
        raise FileWrong("it is no pain.001.001.09") from error


def _initiation(file: PaymentFile) -> pain.CustomerCreditTransferInitiationV09:
    many, total = str(len(file.transfers)), file.total / _FEN_OF_YUAN
    return pain.CustomerCreditTransferInitiationV09(
        grp_hdr=pain.GroupHeader85(
            msg_id=file.name,
            cre_dt_tm=XmlDateTime.from_datetime(file.made_at.astimezone(CHINA)),
            nb_of_txs=many,
            ctrl_sum=total,
            initg_pty=_party(file.debtor),
        ),
        pmt_inf=[
            pain.PaymentInstruction30(
                pmt_inf_id=file.name,
                pmt_mtd=pain.PaymentMethod3Code.TRF,
                nb_of_txs=many,
                ctrl_sum=total,
                reqd_exctn_dt=pain.DateAndDateTime2Choice(dt=XmlDate.from_date(file.day)),
                dbtr=_party(file.debtor),
                dbtr_acct=_account(file.debtor_account),
                # The bank that reads the file is the debtor's own.
                dbtr_agt=_agent(_own_bank()),
                cdt_trf_tx_inf=_transfers(file.transfers),
            )
        ],
    )


def _transfers(
    transfers: Sequence[CreditTransfer],
) -> list[pain.CreditTransferTransaction34]:
    return [
        pain.CreditTransferTransaction34(
            pmt_id=pain.PaymentIdentification6(end_to_end_id=transfer.id.hex),
            amt=pain.AmountType4Choice(
                instd_amt=pain.ActiveOrHistoricCurrencyAndAmount(
                    value=transfer.amount / _FEN_OF_YUAN, ccy="CNY"
                )
            ),
            cdtr_agt=_agent(_bank(transfer.bank_code)),
            cdtr=_party(transfer.account_holder),
            cdtr_acct=_account(transfer.account_number),
        )
        for transfer in transfers
    ]


def _party(name: str) -> pain.PartyIdentification135:
    return pain.PartyIdentification135(nm=name)


def _account(number: str) -> pain.CashAccount38:
    other = pain.GenericAccountIdentification1(id=number)
    return pain.CashAccount38(id=pain.AccountIdentification4Choice(othr=other))


def _agent(
    institution: pain.FinancialInstitutionIdentification18,
) -> pain.BranchAndFinancialInstitutionIdentification6:
    return pain.BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)


def _bank(code: str) -> pain.FinancialInstitutionIdentification18:
    system = pain.ClearingSystemIdentification2Choice(prtry=_CLEARING)
    member = pain.ClearingSystemMemberIdentification2(clr_sys_id=system, mmb_id=code)
    return pain.FinancialInstitutionIdentification18(clr_sys_mmb_id=member)


def _own_bank() -> pain.FinancialInstitutionIdentification18:
    other = pain.GenericFinancialIdentification1(id="NOTPROVIDED")
    return pain.FinancialInstitutionIdentification18(othr=other)
