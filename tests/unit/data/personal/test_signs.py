"""Quick passes never hide what a pattern would find: wherever the pattern matches, its sign stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.personal.samples import FOUND
from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal import accounts, addresses, national_numbers, phones, secrets
from tunewright.data.personal.find import Finder
from tunewright.data.personal.signs import Signs
from tunewright.data.personal.text import Text

SIGNS, HINTS, NATIONAL = national_numbers._compiled(frozenset(national_numbers.NATIONAL_NUMBERS))
TELLING = [number.telling for number in NATIONAL if number.telling is not None]
PAIRS = {
    "card": (accounts._MAY_BE_CARD, [accounts._CARD]),
    "iban": (accounts._MAY_BE_IBAN, [accounts._IBAN]),
    "ipv4": (addresses._MAY_BE_IPV4, [addresses._IPV4]),
    "phone word": (phones._MAY_CALL, [phones._WORDS_BEFORE]),
    "key form": (secrets._STARTS, [*secrets._FORMS, secrets._JWT]),
    "key name": (secrets._NAMES, [secrets._NAMED, *secrets.BY_NAME.values()]),
    "password": (secrets._PASSWORDS, [secrets._PASSWORD]),
    "national number": (SIGNS, TELLING),
    "national word": (HINTS, [number.words for number in NATIONAL if number.bare is not None]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_sign_stands_wherever_its_pattern_matches(name):
    signs, patterns = PAIRS[name]

    @given(st.data())
    def holds(data):
        pattern = data.draw(st.sampled_from(patterns))
        text = data.draw(st.from_regex(pattern.pattern))
        if pattern.search(text):
            assert signs(text)

    holds()


def test_signs_look_at_text_of_any_kind_and_none_finds_nothing():
    assert Signs(["ab", "c{3}"])("éccc\ud800")
    assert not Signs(["ab"])("a b")
    assert not Signs([])("ab")


SENTENCES = [text for examples in FOUND.values() for text, _ in examples]


@given(st.lists(st.sampled_from(SENTENCES), max_size=4))
def test_places_are_those_in_the_text_whatever_stands_between(sentences):
    text = "\n".join(f"Ünlike words {n} come first: {one}" for n, one in enumerate(sentences))
    for found in Finder(PersonalData())(text):
        alone = next(one for one in text.split("\n") if text[found.start : found.end].split("\n")[0] in one)
        assert found.kind in {one.kind for one in Finder(PersonalData())(alone)}


def test_numbers_close_to_each_other_are_searched_as_one_place():
    text = Text("id 1234567\n99999999 and 5555 much further away 4444")
    assert [text.whole[start:end] for start, end in text._windows] == [
        "id 1234567\n99999999 and 5555 much fu",
        "er away 4444",
    ]
    found = list(text.numbers(phones._NUMBER))
    assert [text.whole[one.start : one.end] for one in found] == [one.written for one in found]
    assert [one.written for one in found] == ["1234567", "99999999"]
