"""What an operator and the authority sign, and what they can do with files alone.

Keys stand behind `Signer`, so a hardware module can hold them. `Authority` certifies,
`Operator` loads, unloads and acknowledges, `personalise` makes a blank card a purse, and
`OperatorDesk` does all of it from an authority file and a journal, with no database.
"""

from zerobar.issuer.answers import SyncAnswer, Undo
from zerobar.issuer.authority import Authority
from zerobar.issuer.authority_file import AuthorityFile, AuthorityFileError, TestAuthority
from zerobar.issuer.desk import OperatorDesk, SyncRefused
from zerobar.issuer.evidence import EvidenceRefused, VerifiedLog, verify_log
from zerobar.issuer.journal import Journal, JournalError
from zerobar.issuer.operator import Operator
from zerobar.issuer.personalise import PersonalisationFailed, personalise
from zerobar.issuer.signer import NumberedSigner, Signer, SoftwareSigner

__all__ = [
    "Authority",
    "AuthorityFile",
    "AuthorityFileError",
    "EvidenceRefused",
    "Journal",
    "JournalError",
    "NumberedSigner",
    "Operator",
    "OperatorDesk",
    "PersonalisationFailed",
    "Signer",
    "SoftwareSigner",
    "SyncAnswer",
    "SyncRefused",
    "TestAuthority",
    "Undo",
    "VerifiedLog",
    "personalise",
    "verify_log",
]
