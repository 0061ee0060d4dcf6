"""Phone numbers: an own pattern first, then the numbering plans of phonenumbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tunewright.data.personal.found import Found
from tunewright.data.personal.numbering_plans import is_valid, may_be_valid, without_separators
from tunewright.data.personal.text import Number, Text, counts_others, signs_before

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z@/$€£#_=])(?<![0-9][.,:-])(?:\+ ?)?\(?[0-9](?:[ .()/\u00a0\u2011-]{0,3}[0-9]){5,16}"
    r"(?: ?(?:x|ext\.?) ?[0-9]{1,5})?(?![0-9A-Za-z_@%]|[.,:][0-9]|-[0-9])"
)
_EXTENSION = re.compile(r" ?(?:x|ext\.?) ?[0-9]{1,5}$")
_SPACES = re.compile(" +")
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-./ ]?(?:0[1-9]|1[0-2])[-./ ]?(?:0[1-9]|[12][0-9]|3[01])(?!\d)"
    r"|[0-3]?[0-9][-./][0-3]?[0-9][-./](?:19|20)[0-9]{2}(?!\d)"
)
_WORDS_BEFORE = re.compile(
    r"(?:phone|telephone|telefon|teléfono|téléphone|telefono|\btel|mobile|mobil|handy|\bcell|\bfax|\bdesk"
    r"|whats ?app|\bsms|hotline|\bdial|\bring|\bcalled|\bcalls?|\bcall(?:ing)? (?:me|us|him|her|them|back)"
    r"|contact number|registered|answering|reach (?:me|us|him|her|them)|messages? to)"
    r"(?: ?(?:number|nummer|num|no\b|nr\b|#))?[^0-9\n]{0,18}\n?\s*$"
)
_WORDS_AFTER = re.compile(r"[\s,(-]{1,2}(?:office|fax|mobile|cell|home|work|phone)\b")
_FEWEST_DIGITS_ALONE = 10
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # ITU-T E.164 allows 15


def phone_numbers(text: Text, regions: Sequence[str]) -> Iterator[Found]:
    """Numbers that exist and are written as people dial them, or that a word beside them calls a phone's.

    Args:
        text: the text.
        regions: ISO 3166 codes, in the order in which they are asked.
    """
    for match in text.numbers(_NUMBER):
        before = text.before(match.start)
        called = ("calls" in signs_before(before) and _WORDS_BEFORE.search(before)) or _WORDS_AFTER.match(
            text.after(match.end)
        )
        if not called and counts_others(before):
            continue
        found = _longest(match, bool(called), tuple(regions))
        if found is not None:
            yield found


def _longest(match: Number, called: bool, regions: tuple[str, ...]) -> Found | None:
    """The longest part of a run of digit groups, from its start, that is a number."""
    number = _EXTENSION.sub("", match.written) if "x" in match.written else match.written
    whole = "".join(filter(str.isdigit, number))
    if not called and len(whole) > _MOST_DIGITS:
        return None  # part of an account's number, say
    ends = [len(number)]
    if " " in number:
        ends += [space.start() for space in reversed(list(_SPACES.finditer(number)))]
    for end in ends:
        part = number[:end]
        digits = "".join(filter(str.isdigit, part))
        if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS or _DATE.match(part):
            continue
        if not called and not _looks_dialled(part, digits):
            continue
        value = normal_form(part, regions)
        if value is not None:
            stop = match.end if end == len(number) else match.start + end
            return Found("phone_number", match.start, stop, 0.9 if called else 0.7, value)
    if called and _FEWEST_DIGITS <= len(whole) <= _MOST_DIGITS and not _DATE.match(number):
        return Found("phone_number", match.start, match.end, 0.6, whole)
    return None


def _looks_dialled(part: str, digits: str) -> bool:
    """Whether a number without a word that names it is written as people write numbers to dial.

    House numbers and postcodes stand in groups too, and short ones exist in Germany's plan.
    """
    return not part.isdigit() and (part[0] in "+(0" or len(digits) >= _FEWEST_DIGITS_ALONE)


@lru_cache(maxsize=4096)
def normal_form(number: str, regions: tuple[str, ...]) -> str | None:
    """The number in E.164 if a numbering plan has it; None for none."""
    import phonenumbers

    international = number.startswith("+")
    if number.startswith("00"):
        number, international = "+" + number[2:], True
    number = without_separators(number)
    for region in (None,) if international else regions:
        if region is not None and not may_be_valid(number, region):
            continue
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        national = phonenumbers.national_significant_number(parsed)
        if parsed.country_code is not None and is_valid(parsed.country_code, national):
            return f"+{parsed.country_code}{national}"
    return None
