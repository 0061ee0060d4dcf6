"""After replacing, numbers are looked for near what was replaced, and found as if looked for everywhere."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.data.personal.samples import FOUND
from tunewright.config.schema.personal_data import OwnPattern, PersonalData
from tunewright.data.personal.find import Finder
from tunewright.data.personal.guard import PersonalDataGuard
from tunewright.data.personal.parts import Example
from tunewright.data.personal.text import Text
from tunewright.data.rows import Message

VALUES = [value for samples in FOUND.values() for _, value in samples if value is not None]
SENTENCES = [text for samples in FOUND.values() for text, _ in samples]
# Reserved ones, numbers that are none, and words that say what a number beside them is.
OTHERS = [
    "415-555-0133",
    "a.b@example.com",
    "https://u:415-682-0133@example.com/x",  # pragma: allowlist secret
    "192.0.2.7",
    "order 30 901820",
    "12 34",
    "99",
    "phone",
    "card",
    "SSN",
    "password:",
    "<PHONE_NUMBER_3>",
    "x" * 30,
    "and so on, with much text between, ",
]
pieces = st.one_of(*map(st.sampled_from, (VALUES, SENTENCES, OTHERS)))
texts = st.lists(
    st.tuples(pieces, st.sampled_from(["", " ", "-", ".", "\n", ": ", " " * 9])), max_size=12
).map(lambda several: "".join(piece + between for piece, between in several))
SETTINGS = [PersonalData(), PersonalData(patterns=(OwnPattern(name="plain_number", pattern="[0-9]{8}"),))]


@settings(max_examples=150, deadline=None)
@given(prompt=texts, answer=texts, name=st.sampled_from(["phone", "note"]), which=st.integers(0, 1))
def test_looking_near_what_was_replaced_finds_what_looking_everywhere_does(prompt, answer, name, which):
    guard = PersonalDataGuard(SETTINGS[which], None, "text")
    row = Example((Message("user", prompt), Message("assistant", answer)), {name: answer[:40]})
    near = guard(row)
    again = Finder.search_again

    def everywhere(self, *args, **_):
        return again(self, *args, everywhere=True)

    with patch.object(Finder, "search_again", everywhere):
        assert guard(row) == near


def test_what_becomes_a_number_beside_a_replaced_value_is_found():
    find = Finder(PersonalData())
    text = "905-674-3793 and much later than that: tel 030 901820"
    assert [one.start for one in find.search_again(text, "", ((0, 12),), everywhere=False)] == [43]
    far = text.replace(" and", " " * 80)
    assert find.search_again(far, "", ((0, 12),), everywhere=False) == []
    assert len(find.search_again(far, "", ((0, 12),), everywhere=True)) == 1


def test_a_reserved_number_far_from_what_was_replaced_still_stands_in_the_way_of_a_password():
    guard = PersonalDataGuard(PersonalData(), None, "text")
    reserved = "phone password: 415-555-0133"
    row = Example(
        (Message("user", f"{reserved}{' ' * 100}call 905-674-3793"), Message("assistant", "Done.")), {}
    )
    assert guard(row).example.messages[0].content == f"{reserved}{' ' * 100}call <PHONE_NUMBER_1>"


def test_places_far_from_all_spans_hold_no_numbers():
    text = Text("1234" + " " * 100 + "5678" + " " * 100 + "9012", near=((110, 111),))
    assert text.near_numbers.strip() == "5678"
    assert not Text("1234" + " " * 100, near=((90, 91),)).has_numbers


@pytest.mark.parametrize("text", ["a@b.d", "a@b.de"])
def test_a_text_shorter_than_any_value_is_not_searched(text):
    assert bool(Finder(PersonalData())(text)) == (len(text) == 6)
    own = PersonalData(patterns=(OwnPattern(name="code", pattern="[a-z]@"),))
    assert [one.kind for one in Finder(own)(text[:2])] == ["code"]


def test_what_is_reserved_is_told():
    find = Finder(PersonalData())
    assert find.search("write to a@example.com or b@acme.io").reserved
    assert not find.search("write to b@acme.io").reserved
