"""What the quick look at numbering plans refuses, phonenumbers refuses too."""

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal.numbering_plans import _plan, may_be_valid

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
