"""The code that a merchant shows and a phone reads: EMV QR Code, merchant-presented, version 1.1.

A code is text: data objects of an ID (2 digits), a length (2 digits, in characters) and a value;
the last one is a checksum over the bytes of all before it, in UTF-8. A static code stands on a
shop's counter and names the shop; a dynamic one is made for one order and names that as well.

| ID | here | chapter 4 of the specification calls it |
|---|---|---|
| 00, 01 | `01`; `11` static, `12` dynamic | Payload Format Indicator, Point of Initiation Method |
| 26-51 | template: 00 = SCHEME, 01 = the shop's code | Merchant Account Information |
| 52, 53, 54 | category, `156`, yuan such as `12.50` | MCC, Transaction Currency, Amount |
| 58, 59, 60 | `CN`, name and city in ASCII | Country Code, Merchant Name, Merchant City |
| 62 | 01 bill, 02 mobile, 05 reference | Additional Data Field Template |
| 63 | CRC-16/CCITT-FALSE | CRC |
| 64 | 00 = `zh`, 01 = the name in Chinese | Merchant Information - Language Template |

CodeError
+-- NotAMerchantCode   some other code was read
+-- DamagedCode        it was one, but something is missing or changed
+-- UnsupportedCode    it is one, of another scheme, or asks for what is not done here
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.purse.money import MAX_AMOUNT, Fen

SCHEME: Final = "f682f931a31e4a94b5aecc7f45446802"
"""What marks our template among others: a UUID without hyphens, as 4.7.13 allows."""
MAX_LENGTH: Final = 512
SHOP_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}", re.ASCII)

_HEAD: Final = "000201"
_CRC_HEAD: Final = "6304"
_CURRENCY: Final = "156"
_COUNTRY: Final = "CN"
_OUR_TEMPLATE: Final = "26"
_TEMPLATES: Final = frozenset(f"{number}" for number in range(26, 52))
_TIPS: Final = frozenset(("55", "56", "57"))
_AMOUNT: Final = re.compile(r"(\d{1,10})(?:\.(\d{0,2}))?", re.ASCII)
_ASCII: Final = re.compile(r"[\x20-\x7e]+")
_CATEGORY: Final = re.compile(r"\d{4}", re.ASCII)
_LONGEST: Final = {"merchant_name": 25, "city": 15, "local_name": 25}
_LONGEST_LABEL: Final = 25
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFERENCE: Final = re.compile(r"[0-9A-Z]{25}", re.ASCII)

Objects = dict[str, str]


class CodeError(ValueError):
    """A text that cannot be paid as a merchant's code; the message says what to do."""


class NotAMerchantCode(CodeError):
    """Some other code was read."""

    def __init__(self) -> None:
        super().__init__("This is not a merchant's code. Scan the code that the merchant shows.")


class DamagedCode(CodeError):
    """Something is missing or was changed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The code is damaged ({what}). Scan it again, or ask for a new one.")


class UnsupportedCode(CodeError):
    """A merchant's code that cannot be paid here."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This code cannot be paid here: {what}. Ask for another way to pay.")


@dataclass(frozen=True, slots=True)
class MerchantCode:
    """What a merchant's code says.

    Attributes:
        shop_code: 12 characters that name the shop at its operator.
        merchant_name: printable ASCII, at most 25 characters.
        city: printable ASCII, at most 15 characters.
        category_code: ISO 18245, four digits.
        local_name: the name in Chinese, at most 25 characters; may be empty.
        amount: None lets the payer choose it.
        reference: what names the order, see `order_reference`; such a code is dynamic.
        bill_number: the merchant's own number, at most 25 characters; may be empty.
        mobile_number: whose phone is topped up; `***` asks the payer for it; may be empty.
    """

    shop_code: str
    merchant_name: str
    city: str
    category_code: str
    local_name: str = ""
    amount: Fen | None = None
    reference: str = ""
    bill_number: str = ""
    mobile_number: str = ""

    def __post_init__(self) -> None:
        assert SHOP_CODE.fullmatch(self.shop_code) and _CATEGORY.fullmatch(self.category_code)
        assert _ASCII.fullmatch(self.merchant_name) and _ASCII.fullmatch(self.city)
        assert all(len(getattr(self, name)) <= most for name, most in _LONGEST.items())
        assert self.local_name.isprintable()
        assert self.amount is None or 1 <= self.amount <= MAX_AMOUNT
        assert all(_is_label(label) for label in self._labels.values())
        assert not self.is_dynamic or self.amount is not None, "an order has an amount"

    @property
    def is_dynamic(self) -> bool:
        """Whether it is for one order only."""
        return bool(self.reference)

    @property
    def _labels(self) -> Objects:
        labels = {"01": self.bill_number, "02": self.mobile_number, "05": self.reference}
        return {number: label for number, label in labels.items() if label}

    def text(self) -> str:
        """Return the text to be drawn as a QR code."""
        amount = {} if self.amount is None else {"54": yuan(self.amount)}
        labels = {"62": _write(self._labels)} if self._labels else {}
        body = _HEAD + _write(
            {"01": "12" if self.is_dynamic else "11"}
            | {_OUR_TEMPLATE: _write({"00": SCHEME, "01": self.shop_code})}
            | {"52": self.category_code, "53": _CURRENCY}
            | amount
            | {"58": _COUNTRY, "59": self.merchant_name, "60": self.city}
            | labels
            | self._language
        )
        return f"{body}{_CRC_HEAD}{checksum(body + _CRC_HEAD)}"

    @property
    def _language(self) -> Objects:
        return {"64": _write({"00": "zh", "01": self.local_name})} if self.local_name else {}


def parse(text: str) -> MerchantCode:
    """Read a merchant's code; raises NotAMerchantCode, DamagedCode or UnsupportedCode."""
    if not text.startswith(_HEAD):
        raise NotAMerchantCode
    found = objects(text)
    if not found.keys().isdisjoint(_TIPS):
        raise UnsupportedCode("it asks for a tip or a fee")
    shop_code = _shop_code(found)
    if _required(found, "53") != _CURRENCY or _required(found, "58") != _COUNTRY:
        raise UnsupportedCode("it is not in yuan, or not from China")
    return _code(found, shop_code)


def _code(found: Objects, shop_code: str) -> MerchantCode:
    labels = _template(found, "62")
    reference = labels.get("05", "")
    amount = _amount(found["54"]) if "54" in found else None
    if found.get("01", "11") != ("12" if reference else "11") or (reference and amount is None):
        raise DamagedCode("an order's code has a reference and an amount, a shop's has none")
    return MerchantCode(
        shop_code,
        _limited(_required(found, "59"), _ASCII, _LONGEST["merchant_name"]),
        _limited(_required(found, "60"), _ASCII, _LONGEST["city"]),
        _limited(_required(found, "52"), _CATEGORY, 4),
        local_name=_local_name(_template(found, "64")),
        amount=amount,
        reference=reference,
        bill_number=labels.get("01", ""),
        mobile_number=labels.get("02", ""),
    )


def objects(text: str) -> Objects:
    """Return a code's data objects after checking form and checksum; raises DamagedCode."""
    if not len(_HEAD) < len(text) <= MAX_LENGTH:
        raise DamagedCode("its length")
    body, crc = text[:-4], text[-4:]
    if not body.endswith(_CRC_HEAD) or checksum(body) != crc:
        raise DamagedCode("its checksum")
    found = _unique(body.removesuffix(_CRC_HEAD))
    if next(iter(found)) != "00" or "63" in found:
        raise DamagedCode("its order")
    for number, value in found.items():
        if number != "64" and not _ASCII.fullmatch(value):
            raise DamagedCode(f"a character in object {number}")
    return found


def checksum(text: str) -> str:
    """Return CRC-16/CCITT-FALSE (ISO/IEC 13239) of a text's UTF-8 bytes, as 4 hex digits."""
    try:
        return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"
    except UnicodeEncodeError:
        raise DamagedCode("a character that is none") from None


def yuan(amount: Fen) -> str:
    """Return an amount as object 54 has it, such as `12.50`."""
    whole, rest = divmod(int(amount), 100)
    return f"{whole}.{rest:02d}"


def order_reference(order_id: UUID) -> str:
    """Return an order's id in 25 characters, which is what a reference label can hold."""
    number, digits = order_id.int, ""
    for _ in range(_LONGEST_LABEL):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def order_id_of(reference: str) -> UUID:
    """Return the order that a reference names; raises DamagedCode."""
    if not _REFERENCE.fullmatch(reference) or int(reference, 36) >> 128:
        raise DamagedCode("its reference")
    return UUID(int=int(reference, 36))


def _write(values: Objects) -> str:
    assert all(1 <= len(value) <= 99 for value in values.values())
    return "".join(f"{number}{len(value):02d}{value}" for number, value in values.items())


def _split(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        number, length = text[at : at + 2], text[at + 2 : at + 4]
        end = at + 4 + (int(length) if _two_digits(length) else 0)
        if not _two_digits(number) or end == at + 4 or end > len(text):
            raise DamagedCode("a length")
        yield number, text[at + 4 : end]
        at = end


def _two_digits(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()


def _unique(text: str) -> Objects:
    found: Objects = {}
    for number, value in _split(text):
        if number in found:
            raise DamagedCode(f"object {number} twice")
        found[number] = value
    return found


def _template(found: Objects, number: str) -> Objects:
    inner = _unique(found[number]) if number in found else {}
    if number == "62" and not all(_is_label(label) for label in inner.values()):
        raise DamagedCode("a label")
    return inner


def _shop_code(found: Objects) -> str:
    ours = [value for number, value in found.items() if number in _TEMPLATES and SCHEME in value]
    if not ours:
        raise UnsupportedCode("it belongs to another scheme")
    inner = _unique(ours[0])
    if len(ours) > 1 or inner.get("00") != SCHEME:
        raise DamagedCode("its template")
    return _limited(inner.get("01", ""), SHOP_CODE, 12)


def _amount(text: str) -> Fen:
    digits = _AMOUNT.fullmatch(text)
    if digits is None:
        raise DamagedCode("its amount")
    fen = Fen(int(digits[1]) * 100 + int((digits[2] or "").ljust(2, "0")))
    if not 1 <= fen <= MAX_AMOUNT:
        raise UnsupportedCode("its amount is out of range")
    return fen


def _required(found: Objects, number: str) -> str:
    if number not in found:
        raise DamagedCode(f"object {number} is missing")
    return found[number]


def _limited(value: str, pattern: re.Pattern[str], longest: int) -> str:
    if len(value) > longest or not pattern.fullmatch(value):
        raise DamagedCode("a value")
    return value


def _local_name(language: Objects) -> str:
    name = language.get("01", "")
    if len(name) > _LONGEST["local_name"] or not name.isprintable():
        raise DamagedCode("its name")
    return name


def _is_label(label: str) -> bool:
    return len(label) <= _LONGEST_LABEL and _ASCII.fullmatch(label) is not None
