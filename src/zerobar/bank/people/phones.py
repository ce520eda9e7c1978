"""Phone numbers: E.164 inside, however people write them."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from zerobar.bank.people.errors import BadPhoneNumber


def read_phone(text: str) -> str:
    """Return a mobile number of mainland China as +86 and eleven digits; raises BadPhoneNumber."""
    try:
        number = phonenumbers.parse(text, "CN")
    except NumberParseException:
        raise BadPhoneNumber from None
    is_mobile = phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    if number.country_code != 86 or number.extension or not is_mobile:
        raise BadPhoneNumber
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
