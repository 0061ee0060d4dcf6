"""Quick passes never hide what a pattern would find: wherever the pattern matches, its sign stands."""

from unittest.mock import Mock, patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.personal.samples import FOUND
from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal import accounts, addresses, national_numbers, phones, secrets, text
from tunewright.data.personal.find import OF_NUMBERS, Finder
from tunewright.data.personal.signs import Signs, SignSet
from tunewright.data.personal.text import Text

ALL = national_numbers.NATIONAL_NUMBERS
NATIONAL = national_numbers._compiled(frozenset(ALL))
TELLING = {one.kind: [one.telling] for one in NATIONAL if one.telling is not None}
FINDER = Finder(PersonalData())
PAIRS = {
    "credit_card": (FINDER._numbers, [accounts._CARD]),
    "iban_code": (FINDER._numbers, [accounts._IBAN]),
    "ipv4": (FINDER._numbers, [addresses._IPV4]),
    **{kind: (FINDER._numbers, patterns) for kind, patterns in TELLING.items()},
    "key form": (FINDER._words, [*secrets._FORMS, secrets._JWT]),
    "key name": (FINDER._words, [secrets._NAMED, *secrets.BY_NAME.values()]),
    "password": (FINDER._words, [secrets._PASSWORD]),
    "named": (FINDER._words, [number.words for number in NATIONAL if number.bare is not None]),
    "called": (lambda before: "calls" in text.signs_before(before), [phones._WORDS_BEFORE]),
    "counts others": (lambda before: "others" in text.signs_before(before), [text._OTHER_NUMBER]),
    "speaks of cards": (lambda before: "cards" in text.signs_before(before), [text._CARD_WORDS]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_sign_stands_wherever_its_pattern_matches(name):
    signs, patterns = PAIRS[name]

    @given(st.data())
    def holds(data):
        pattern = data.draw(st.sampled_from(patterns))
        written = data.draw(st.from_regex(pattern.pattern))
        # Words that name a number are looked for in small letters.
        if not pattern.search(Text(written).lower if name == "named" else written):
            return
        if signs is FINDER._words:
            assert name in signs(Text(written).context)
        elif signs is FINDER._numbers:
            assert name in signs(written)
        else:
            assert signs(written)

    holds()


def test_every_finder_of_numbers_has_its_sign():
    assert {*OF_NUMBERS} == {*accounts.SIGNS}


def test_out_of_memory_every_sign_may_stand():
    signs = SignSet({"a": ["a"], "b": ["b"]})
    assert signs("xa") == {"a"}
    assert signs("") == set()
    with patch.object(SignSet, "_compiled", Mock(Match=lambda _: None)):
        assert SignSet({"a": ["a"], "b": ["b"]})("xa") == {"a", "b"}


def test_signs_look_at_text_of_any_kind_and_none_finds_nothing():
    assert Signs(["ab", "c{3}"])("éccc\ud800")
    assert not Signs(["ab"])("a b")
    assert not Signs([])("ab")


SENTENCES = [text for examples in FOUND.values() for text, _ in examples]


@given(st.lists(st.sampled_from(SENTENCES), max_size=4))
def test_places_are_those_in_the_text_whatever_stands_between(sentences):
    whole = "\n".join(f"Ünlike words {n} come first: {one}" for n, one in enumerate(sentences))
    for found in FINDER(whole):
        alone = next(one for one in whole.split("\n") if whole[found.start : found.end].split("\n")[0] in one)
        assert found.kind in {one.kind for one in FINDER(alone)}


def test_numbers_close_to_each_other_are_searched_as_one_place():
    here = Text("id 1234567\n99999999 and 5555 much further away 4444")
    assert [here.whole[start:end] for start, end in here._windows] == [
        "id 1234567\n99999999 and 5555 much fu",
        "er away 4444",
    ]
    found = list(here.numbers(phones._NUMBER))
    assert [here.whole[one.start : one.end] for one in found] == [one.written for one in found]
    assert [one.written for one in found] == ["1234567", "99999999"]
