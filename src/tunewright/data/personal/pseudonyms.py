"""Pseudonyms: invented values of the same form, which nobody can turn back without the key.

Each is drawn from HMAC-SHA256 (RFC 2104) of kind and value under the project's key, so the same key
gives the same ones. They lie where nobody is harmed: domains and addresses reserved for documentation
(RFC 2606, 5737, 3849), numbers kept free for films (NANPA's 555-01XX, Ofcom's 07700 900XXX), card and
bank numbers of no issuer, national numbers that fail their own check.
"""

from __future__ import annotations

import hashlib
import hmac
import string
from collections.abc import Callable, Sequence
from importlib import import_module

from tunewright.data.personal.national_numbers import NATIONAL_NUMBERS

# fmt: off
_GIVEN = (
    "Alex", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Leo",
    "Maya", "Noah", "Olga", "Paul", "Rosa", "Sam", "Tara", "Viktor",
)
_FAMILY = (
    "Abbott", "Bauer", "Costa", "Dixon", "Evans", "Fischer", "Garcia", "Hansen", "Irwin", "Jensen",
    "Keller", "Lopez", "Meyer", "Novak", "Olsen", "Parker",
)
_PLACES = (
    "Ashford", "Brookfield", "Clearwater", "Eastmere", "Fairview", "Greenhill", "Highbury", "Lakeside",
    "Northfield", "Oakdale", "Riverton", "Westbury",
)
_AREAS = (
    "202", "206", "212", "213", "214", "215", "303", "305", "312", "313", "404", "415", "503", "512",
    "602", "612", "617", "702", "713", "716", "718", "801", "808", "813", "901", "904",
)
# fmt: on
_KEPT_OF_KEYS = 4
_FEWEST_DIGITS = 4
_TRIES = 1000


class Draw:
    """A stream of numbers that follows from a key and what it is for."""

    def __init__(self, key: bytes, purpose: Sequence[str]) -> None:
        """Derive the stream.

        Args:
            key: the project's.
            purpose: scope, kind, value and attempt; another purpose gives an unrelated stream.
        """
        named = "".join(f"{len(part)}:{part}" for part in purpose)
        self._seed = hmac.new(key, named.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        self._count = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1 (64 bits, modulo: the bias is below 1 in 10^12 here)."""
        self._count += 1
        block = hmac.new(self._seed, self._count.to_bytes(8, "big"), hashlib.sha256).digest()
        return int.from_bytes(block[:8], "big") % limit

    def of(self, choices: Sequence[str]) -> str:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(str(self.below(10)) for _ in range(count))


def pseudonym(draw: Draw, kind: str, written: str, value: str) -> str:
    """An invented value.

    Args:
        draw: for this value.
        kind: of the value.
        written: the value as it stands in the text; its form is kept where that is possible.
        value: its normal form.
    """
    make = _MAKERS.get(kind)
    if make is not None:
        return make(draw, written, value)
    return _national(draw, kind, written) if kind in NATIONAL_NUMBERS else _same_form(draw, written)


def _email(draw: Draw, _: str, __: str) -> str:
    name = f"{draw.of(_GIVEN)}.{draw.of(_FAMILY)}".lower()
    return f"{name}{draw.below(10_000)}@example.{draw.of(('com', 'net', 'org'))}"


def _phone(draw: Draw, written: str, value: str) -> str:
    international = written.startswith(("+", "00"))
    if value.startswith("+44"):
        number = f"7700 900{draw.digits(3)}"
        return f"+44 {number}" if international else f"0{number}"
    number = f"{draw.of(_AREAS)}-555-01{draw.digits(2)}"
    return f"+1 {number}" if international else number


def _card(draw: Draw, written: str, _: str) -> str:
    from stdnum import luhn

    digits = "400000" + draw.digits(9)
    return _grouped(digits + luhn.calc_check_digit(digits), written)


def _iban(draw: Draw, written: str, _: str) -> str:
    from stdnum import iban

    account = "TEST000000" + draw.digits(8)
    return _grouped(f"GB{iban.calc_check_digits(f'GB00{account}')}{account}", written)


def _grouped(value: str, written: str) -> str:
    """In groups of four if the original was written in groups."""
    separator = next((sign for sign in written if sign in " -"), "")
    return separator.join(value[at : at + 4] for at in range(0, len(value), 4))


def _ip(draw: Draw, _: str, value: str) -> str:
    if ":" in value:
        return f"2001:db8::{draw.below(1 << 16):x}:{draw.below((1 << 16) - 1) + 1:x}"
    return f"{draw.of(('192.0.2', '198.51.100', '203.0.113'))}.{draw.below(254) + 1}"


def _url(draw: Draw, written: str, _: str) -> str:
    scheme = written.partition("://")[0]
    return f"{scheme}://{draw.of(_GIVEN).lower()}:{draw.digits(10)}@example.org/"


def _api_key(draw: Draw, written: str, _: str) -> str:
    return written[:_KEPT_OF_KEYS] + "".join(_same_class(draw, sign) for sign in written[_KEPT_OF_KEYS:])


def _person(draw: Draw, written: str, _: str) -> str:
    return f"{draw.of(_GIVEN)} {draw.of(_FAMILY)}" if " " in written else draw.of((*_GIVEN, *_FAMILY))


def _location(draw: Draw, _: str, __: str) -> str:
    return draw.of(_PLACES)


def _national(draw: Draw, kind: str, written: str) -> str:
    """Other digits and letters in the same places that fail the country's checks: it can be nobody's.

    The letters go too: in Italy's and India's they are of the name.
    """
    country = kind.partition("_")[0]
    modules = [
        number.module
        for name, number in NATIONAL_NUMBERS.items()
        if name.startswith(country) and number.module
    ]
    checks = [import_module(f"stdnum.{module}").is_valid for module in modules]
    for _ in range(_TRIES):
        made = "".join(_same_class(draw, sign) for sign in written)
        if not any(is_valid(made) for is_valid in checks):
            return made
    raise AssertionError(f"{kind}: no number fails the check")


def _same_form(draw: Draw, written: str) -> str:
    """Other digits in the same places; other letters too where digits are too few to tell values apart."""
    if sum(sign.isdigit() for sign in written) >= _FEWEST_DIGITS:
        return "".join(draw.digits(1) if sign.isdigit() else sign for sign in written)
    return "".join(_same_class(draw, sign) for sign in written)


def _same_class(draw: Draw, sign: str) -> str:
    if sign.isdigit():
        return draw.digits(1)
    if sign.isalpha():
        return draw.of(string.ascii_uppercase if sign.isupper() else string.ascii_lowercase)
    return sign


_MAKERS: dict[str, Callable[[Draw, str, str], str]] = {
    "email_address": _email,
    "phone_number": _phone,
    "credit_card": _card,
    "iban_code": _iban,
    "ip_address": _ip,
    "url_with_credentials": _url,
    "api_key": _api_key,
    "person": _person,
    "location": _location,
}
