"""Payment cards and IBANs: patterns, with the check digits of python-stdnum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tunewright.data.personal.found import Found
from tunewright.data.personal.text import Text, counts_others, speaks_of_cards

_CARD = re.compile(
    r"(?<![0-9A-Za-z+])(?<![0-9][.-])[1-6][0-9]{3}(?:[ -]?[0-9]){8,15}(?![0-9A-Za-z]|[.-][0-9])"
)
SIGNS = {
    "credit_card": [r"[1-6][0-9]{3}(?:[ -]?[0-9]){8}"],
    "iban_code": [r"[A-Za-z]{2}[0-9]{2} ?[A-Za-z0-9]{4}"],
}
"""Stand in `Text.near_numbers` wherever the kind does."""
_ISSUER = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}|[0-9]{6})?$"  # Visa: 13, 16, 19
    r"|5[1-5][0-9]{14}$|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}$"  # Mastercard
    r"|3[47][0-9]{13}$"  # American Express
    r"|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}(?:[0-9]{3})?$"  # Discover
    r"|3(?:0[0-5]|09|[689][0-9])[0-9]{11}(?:[0-9]{2,5})?$"  # Diners Club
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}$|(?:2131|1800)[0-9]{11}$"  # JCB
    r"|(?:50[0-9]{2}|5[6-9][0-9]{2}|6[0-9]{3})[0-9]{8,15}$"  # Maestro, UnionPay
)
_USUAL_LENGTHS = (14, 15, 16, 19)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
_SEPARATORS = str.maketrans("", "", " -")


def credit_cards(text: Text) -> Iterator[Found]:
    """Numbers that pass the Luhn check.

    Order numbers pass it too, one in ten: after such a word a number is none, and one of a length or
    beginning that no large issuer uses needs a word that speaks of cards.
    """
    from stdnum import luhn

    for match in text.numbers(_CARD):
        digits = match.written.translate(_SEPARATORS)
        if len(set(digits)) == 1 or luhn.checksum(digits) != 0:
            continue
        before = text.before(match.start)
        about_cards = speaks_of_cards(before)
        if not about_cards and (len(digits) not in _USUAL_LENGTHS or not _ISSUER.match(digits)):
            continue
        if counts_others(before):
            continue
        yield Found("credit_card", match.start, match.end, 1.0 if about_cards else 0.9, digits)


def iban_codes(text: Text) -> Iterator[Found]:
    """IBANs with right check digits and the country's length, in groups of four or in one."""
    from stdnum import iban
    from stdnum.iso7064 import mod_97_10

    for match in text.numbers(_IBAN):
        words = match.written.split(" ")
        # What follows an IBAN may look like one more group of it.
        for count in range(len(words), 0, -1):
            value = "".join(words[:count]).upper()
            # The check digits first: the country's form costs twenty times as much.
            if mod_97_10.checksum(value[4:] + value[:4]) == 1 and iban.is_valid(value, check_country=False):
                end = match.start + len(" ".join(words[:count]))
                yield Found("iban_code", match.start, end, 1.0, value)
                break
