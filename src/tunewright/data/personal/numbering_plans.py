"""Whether a numbering plan can have a number: in microseconds, where phonenumbers takes many to refuse it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata, PhoneNumberDesc

_PLAIN = re.compile(r"[0-9 .()/\u00a0\u2011-]+")
_LONGEST = 17
"""Digits of a national number that phonenumbers parses."""
_KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
"""Descriptions of numbers of which `phonenumbers.is_valid_number` wants one to fit."""


def without_separators(number: str) -> str:
    """The digits of a number, and the plus before them; as it is if it holds anything but separators.

    phonenumbers makes nothing else of such a number, a character at a time.
    """
    plus = number[:1] == "+"
    if not _PLAIN.fullmatch(number, 1 if plus else 0):
        return number
    return ("+" if plus else "") + "".join(filter(str.isdigit, number))


def is_valid(country_code: int, national: str) -> bool:
    """What `phonenumbers.is_valid_number` says, which asks the plan twice and each kind of number by itself.

    Args:
        country_code: ITU's, as phonenumbers has parsed it.
        national: the national significant number, in digits.
    """
    for plan in _regions(country_code):
        # The first region that has the number's first digits, or the number itself, is its own.
        if plan.leading is None:
            if plan.has(national):
                return True
        elif plan.leading.match(national):
            return plan.has(national)
    return False


def may_be_valid(number: str, region: str) -> bool:
    """Whether phonenumbers might call the number valid in the region; never False where it does.

    What phonenumbers takes for the number within its country is the end of its digits: it removes prefixes
    alone. So where no end of the digits fits the plan, nothing is valid. It is asked where digits may be
    changed on the way, or a prefix may lead to another country.

    Args:
        number: as it is written, without its extension.
        region: ISO 3166 code of the country in which it would be dialled.
    """
    plan = _plan(region)
    if plan is None or not _PLAIN.fullmatch(number):
        return True
    digits = "".join(filter(str.isdigit, number))
    return plan.abroad.match(digits) is not None or plan.ends.search(digits.encode("ascii")) is not None


@dataclass(frozen=True)
class _Plan:
    """A region's plan.

    Attributes:
        abroad: what is dialled before the number of another country.
        ends: RE2's pattern of all numbers of the regions that share the country code, at the end of a text.
    """

    abroad: re.Pattern[str]
    ends: Any


@cache
def _plan(region: str) -> _Plan | None:
    """None where a number's digits may be changed before they are compared with the plan."""
    import re2
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    own = PhoneMetadata.metadata_for_region(region, None)
    if own is None or own.country_code is None:
        return None
    sharing = COUNTRY_CODE_TO_REGION_CODE[own.country_code]
    main = PhoneMetadata.metadata_for_region(sharing[0], None)
    if own.national_prefix_transform_rule or main is None or main.national_prefix_transform_rule:
        return None
    numbers = sorted({pattern for other in sharing for pattern in _patterns(other)})
    options = re2.Options()
    options.log_errors = False
    try:
        ends = re2.compile(f"(?:{'|'.join(numbers)})$".encode("ascii"), options)
    except re2.error:  # a plan that RE2 cannot express
        return None
    return _Plan(re.compile(own.international_prefix or "(?!)"), ends)


@dataclass(frozen=True)
class _Region:
    """The numbers of one region.

    Attributes:
        leading: its numbers begin like this; None where that does not tell them from another region's.
        of_length: digits of a number -> pattern of all valid numbers that long.
    """

    leading: re.Pattern[str] | None
    of_length: dict[int, re.Pattern[str]]

    def has(self, national: str) -> bool:
        pattern = self.of_length.get(len(national))
        return pattern is not None and pattern.fullmatch(national) is not None


@cache
def _regions(country_code: int) -> tuple[_Region, ...]:
    """The regions that share a country code, in the order in which phonenumbers asks them."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    found = []
    sharing = COUNTRY_CODE_TO_REGION_CODE.get(country_code, ())
    for region in sharing:
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
        if metadata is not None:
            leading = metadata.leading_digits if len(sharing) > 1 else None
            found.append(_Region(re.compile(leading) if leading else None, _by_length(metadata)))
    return tuple(found)


def _by_length(metadata: PhoneMetadata) -> dict[int, re.Pattern[str]]:
    whole, kinds = metadata.general_desc, _kinds_of(metadata)
    found: dict[int, re.Pattern[str]] = {}
    if whole is None or not whole.national_number_pattern:
        return found
    for length in range(1, _LONGEST + 1):
        if whole.possible_length and length not in whole.possible_length:
            continue
        fit = [kind for kind in kinds if not kind.possible_length or length in kind.possible_length]
        if fit:
            either = "|".join(f"(?:{kind.national_number_pattern})" for kind in fit)
            found[length] = re.compile(rf"(?=(?:{whole.national_number_pattern})\Z)(?:{either})")
    return found


def _patterns(region: str) -> Iterator[str]:
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region, None)
    for kind in _kinds_of(metadata) if metadata is not None else ():
        yield f"(?:{kind.national_number_pattern})"


def _kinds_of(metadata: PhoneMetadata) -> list[PhoneNumberDesc]:
    """What a region says of its kinds of numbers, those that it has."""
    kinds: list[PhoneNumberDesc | None] = [getattr(metadata, kind) for kind in _KINDS]
    return [kind for kind in kinds if kind is not None and kind.national_number_pattern]
