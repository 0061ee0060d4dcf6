"""Languages of texts and rows, told only where they can be told, and from a sample that no order changes."""

from dataclasses import replace

import pytest

from tests.unit.data.made import candidate
from tunewright.data.cleaning.languages import UNDETERMINED, language, languages_met
from tunewright.data.rows import Message, Row

ENGLISH = "The parcel arrived on Monday, but the box was open and two cups were broken."
GERMAN = "Das Paket kam am Montag an, aber der Karton war offen und zwei Tassen waren kaputt."
CZECH = "Balík dorazil v pondělí, ale krabice byla otevřená a dva hrnky byly rozbité."
SLOVAK = "Balík dorazil v pondelok, ale škatuľa bola otvorená a dva hrnčeky boli rozbité."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (GERMAN[:30], UNDETERMINED),
        ("xq zvk bw dfg hjklm wrt pxz qqk vbn mnb lkj hgf dsa", UNDETERMINED),
        ("4111 2222 3333 4444 5555 6666 7777 8888 9999 0000", UNDETERMINED),
    ],
)
def test_told_or_undetermined(text, told):
    assert language(text) == told


def met(pairs, most=None, kind="generation", reverse=False):
    rows = [candidate(f"p{number}", line=number) for number in range(1, len(pairs) + 1)]
    texts = {
        row.number: Row(row.id, (Message("user", asked), Message("assistant", answered)), "", "f")
        for row, (asked, answered) in zip(rows, pairs, strict=True)
    }
    return languages_met(rows[::-1] if reverse else rows, texts.__getitem__, most, kind)


def test_answers_in_another_language_are_met():
    found = met([(ENGLISH, ENGLISH), (ENGLISH, GERMAN), (GERMAN, "Ja."), ("Hi", GERMAN), (CZECH, SLOVAK)])
    assert (found.rows, found.differ) == (5, {1})
    assert found.prompts == {"en": 2, "de": 1, UNDETERMINED: 1, "cs": 1}
    assert found.answers == {"en": 1, "de": 2, UNDETERMINED: 1, "sk": 1}


@pytest.mark.parametrize("kind", ["classification", "extraction"])
def test_answers_that_are_no_free_text_are_not_looked_at(kind):
    found = met([(ENGLISH, GERMAN)], kind=kind)
    assert (found.prompts, found.answers, found.differ) == ({"en": 1}, {}, frozenset())


def test_the_sample_is_chosen_by_content():
    pairs = [(ENGLISH, GERMAN if number % 3 else ENGLISH) for number in range(30)]
    assert met(pairs, 8).rows == 8
    assert met(pairs, 8) == met(pairs, 8, reverse=True) != met(pairs[:20], 8)
    assert met(pairs, 0) == replace(met(pairs, 0), rows=0)
