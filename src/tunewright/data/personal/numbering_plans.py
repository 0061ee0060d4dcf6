"""Whether a numbering plan can have a number: in microseconds, where phonenumbers takes many to refuse it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_PLAIN = re.compile(r"[0-9 .()/\u00a0\u2011-]+")
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


def _patterns(region: str) -> Iterator[str]:
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region, None)
    for kind in _KINDS:
        numbers = getattr(metadata, kind)
        if numbers is not None and numbers.national_number_pattern:
            yield f"(?:{numbers.national_number_pattern})"
