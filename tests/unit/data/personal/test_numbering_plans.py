"""What the quick look at numbering plans refuses, phonenumbers refuses too; whole numbers it judges alike."""

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal import numbering_plans
from tunewright.data.personal.numbering_plans import _plan, may_be_valid, without_separators

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
PREFIXES = ("", "0", "1", "8", "00", "011", "0011", "(0)", "9090")


def is_valid(number, region):
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


@pytest.mark.parametrize("prefix", ["", "0", "1"])
def test_every_example_number_of_every_region_may_be_valid(prefix):
    for region in REGIONS:
        for kind in phonenumbers.PhoneNumberType.values():
            own = phonenumbers.example_number_for_type(region, kind)
            if own is None:
                continue
            for form in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164):
                number = prefix + phonenumbers.format_number(own, form).removeprefix("+")
                assert may_be_valid(number, region) or not is_valid(number, region)


@settings(max_examples=200, deadline=None)
@given(
    region=st.sampled_from([*PersonalData().phone_regions, *REGIONS]),
    prefix=st.sampled_from(PREFIXES),
    number=st.from_regex(r"\A[0-9](?:[ .()/\u00a0\u2011-]{0,2}[0-9]){4,15}\Z"),
)
@example(region="IT", prefix="", number="02 1234 5678")
def test_what_is_refused_is_invalid(region, prefix, number):
    assert may_be_valid(prefix + number, region) or not is_valid(prefix + number, region)


def test_it_does_refuse():
    for region in PersonalData().phone_regions:
        assert _plan(region) is not None
    assert not may_be_valid("123-456-7890", "US")
    assert may_be_valid("+49 30 901820", "US")
    assert may_be_valid("415 682 0133", "US")
    assert may_be_valid("011 49 30 901820", "US")
    assert may_be_valid("1", "XX")


def judged(country_code, national):
    """What phonenumbers says of a national number, and what the plan says."""
    zeros = len(national) - len(national.lstrip("0"))
    own = phonenumbers.PhoneNumber(
        country_code=country_code,
        national_number=int(national),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros,
    )
    written = phonenumbers.national_significant_number(own)
    return phonenumbers.is_valid_number(own), numbering_plans.is_valid(country_code, written)


def examples_of(region):
    made = [
        phonenumbers.example_number_for_type(region, kind) for kind in phonenumbers.PhoneNumberType.values()
    ]
    return [phonenumbers.national_significant_number(one) for one in made if one is not None]


def test_every_example_number_and_what_is_near_it_is_judged_alike():
    valid = 0
    for region in REGIONS:
        code = phonenumbers.country_code_for_region(region)
        for number in examples_of(region):
            for changed in (number, number[:-1], f"{number}1", f"9{number[1:]}", f"0{number}", number[::-1]):
                theirs, ours = judged(code, changed)
                assert ours == theirs, (region, changed)
                valid += ours
    assert valid > 1000
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        own = phonenumbers.example_number_for_non_geo_entity(code)
        assert judged(code, phonenumbers.national_significant_number(own)) == (True, True)
    assert not numbering_plans.is_valid(999, "4156820133")


@settings(max_examples=300, deadline=None)
@given(
    region=st.sampled_from(REGIONS), at=st.integers(0, 14), digit=st.integers(0, 9), which=st.integers(0, 9)
)
def test_a_changed_digit_is_judged_alike(region, at, digit, which):
    known = examples_of(region)
    number = known[which % len(known)]
    at %= len(number)
    theirs, ours = judged(
        phonenumbers.country_code_for_region(region), f"{number[:at]}{digit}{number[at + 1 :]}"
    )
    assert ours == theirs


def parsed(number, region):
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


@settings(max_examples=200, deadline=None)
@given(
    region=st.sampled_from([*PersonalData().phone_regions, *REGIONS]),
    prefix=st.sampled_from([*PREFIXES, "+", "+1 ", "+49 (0)", "+44"]),
    number=st.from_regex(r"\A[0-9](?:[ .()/\u00a0\u2011-]{0,3}[0-9]){5,16}\Z"),
)
def test_separators_say_nothing_to_phonenumbers(region, prefix, number):
    assert parsed(without_separators(prefix + number), region) == parsed(prefix + number, region)


def test_what_is_more_than_separators_stays():
    assert without_separators("+49 (0)30-90.18/20") == "+49030901820"
    for number in ("030 90 18 20 ext 5", "030+901820", "+", ""):
        assert without_separators(number) == number
