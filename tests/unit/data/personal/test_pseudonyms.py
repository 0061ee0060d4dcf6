"""Pseudonyms: of the value's form, the same for the same key, in reserved ranges, and nobody's number."""

import re
from importlib import import_module

import phonenumbers
import pytest
from stdnum import iban, luhn

from tests.unit.data.personal.samples import FOUND, answer_of, example, guard, prompt_of
from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal.find import Finder
from tunewright.data.personal.national_numbers import NATIONAL_NUMBERS
from tunewright.data.personal.pseudonyms import Draw, pseudonym

KEY, OTHER = b"1" * 32, b"2" * 32
MAIL = "ada@engine.io"
find = Finder(PersonalData())


def made(kind, written, value=None, key=KEY, scope=""):
    return pseudonym(Draw(key, (scope, kind, value or written, "0")), kind, written, value or written)


def pseudonymised(text, key=KEY, **settings):
    return prompt_of(guard(key=key, action="pseudonymise", **settings)(example(text)))


@pytest.mark.parametrize(
    ("kind", "text", "value"), [(kind, *one) for kind, samples in FOUND.items() for one in samples]
)
def test_no_value_is_left_of_any_kind(kind, text, value):
    value = value or text
    changed = pseudonymised(text)
    assert value not in changed
    assert changed != text
    assert pseudonymised(text) == changed
    assert pseudonymised(text, OTHER) != changed


@pytest.mark.parametrize(
    ("kind", "written", "form"),
    [
        ("email_address", MAIL, r"[a-z]+\.[a-z]+\d+@example\.(com|net|org)"),
        ("phone_number", "905-674-3793", r"\d{3}-555-01\d\d"),
        ("phone_number", "+49 30 901820", r"\+1 \d{3}-555-01\d\d"),
        ("credit_card", "4111 1111 1111 1111", r"4000 00\d\d \d{4} \d{4}"),
        ("credit_card", "4111111111111111", r"400000\d{10}"),
        ("iban_code", "DE89370400440532013000", r"GB\d\dTEST\d{14}"),
        ("ip_address", "81.2.69.160", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+"),
        ("ip_address", "2a02:6b8::1", r"2001:db8::[0-9a-f]+:[0-9a-f]+"),
        ("url_with_credentials", "ftp://a:b@c.io", r"ftp://[a-z]+:\d{10}@example\.org/"),
        ("api_key", "hf_aB3aB3", r"hf_a[A-Z]\d[a-z][A-Z]\d"),
        ("us_ssn", "460-89-9847", r"\d{3}-\d{2}-\d{4}"),
        ("order_number", "BW-123456", r"BW-\d{6}"),
        ("ticket", "ab-1", r"[a-z]{2}-\d"),
        ("person", "Ada Lovelace", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("person", "Ada", r"[A-Z][a-z]+"),
        ("location", "Turin", r"[A-Z][a-z]+"),
    ],
)
def test_its_form(kind, written, form):
    for scope in "abcdefgh":
        assert re.fullmatch(form, made(kind, written, scope=scope))


def test_numbers_of_britain_stay_british():
    assert re.fullmatch(r"07700 900\d{3}", made("phone_number", "07911 123456", "+447911123456"))
    assert re.fullmatch(r"\+44 7700 900\d{3}", made("phone_number", "+44 7911 123456", "+447911123456"))


def test_checks_hold_where_nobody_has_the_number_and_fail_where_somebody_could():
    for scope in map(str, range(50)):
        assert luhn.is_valid(made("credit_card", "4111111111111111", scope=scope))
        assert iban.is_valid(made("iban_code", "DE89370400440532013000", scope=scope))
        assert phonenumbers.parse(made("phone_number", "+49 30 901820", scope=scope)).country_code == 1
        for kind in ("us_ssn", "us_itin", "fr_nir", "es_nif", "pl_pesel"):
            _, value = FOUND[kind][0]
            module = import_module(f"stdnum.{NATIONAL_NUMBERS[kind].module}")
            assert not module.is_valid(made(kind, value, scope=scope))
        assert not import_module("stdnum.us.itin").is_valid(made("us_ssn", "460-89-9847", scope=scope))


def test_what_stands_in_for_an_address_or_a_phone_is_not_found_again():
    text = f"{MAIL}, call 905-674-3793, from 81.2.69.160 and 2a02:6b8:b010:9020:1::2"
    assert len(find(text)) == 4
    assert find(pseudonymised(text)) == []


def test_within_a_row_values_that_are_one_stay_one_and_others_differ():
    row = example(f"{MAIL} is not bob@engine.io", f"{MAIL.upper()}")
    guarded = guard(key=KEY, action="pseudonymise")(row)
    one, other = prompt_of(guarded).split(" is not ")
    assert one != other
    assert answer_of(guarded) == one


def test_many_values_of_a_row_never_share_a_pseudonym():
    text = " ".join(f"81.2.{a}.{b}" for a in range(4) for b in range(1, 51))
    assert len(set(pseudonymised(text).split())) == 200


def test_consistency_is_of_the_row_or_of_the_set():
    rows = [f"I am {MAIL}.", f"You are {MAIL}!"]

    def address(text):
        return re.search(r"[a-z.0-9]+@example\.[a-z]+", text)[0]

    alone = {address(pseudonymised(text)) for text in rows}
    together = {address(pseudonymised(text, consistency="set")) for text in rows}
    assert (len(alone), len(together)) == (2, 1)
