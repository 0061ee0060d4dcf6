"""Names and places join the structured kinds; how a name is written decides where else it is replaced."""

import pytest

from tests.unit.data.personal.presidio_stub import MODEL, AnalyzerEngine, stubbed
from tests.unit.data.personal.samples import answer_of, example, guard, prompt_of
from tunewright.errors import DataError

TEXT = "Ada of Turin is ada@engine.io, and ADA"


def redacted(text=TEXT, **ner):
    return prompt_of(guard(ner={"model": MODEL, **ner})(example(text)))


@pytest.fixture(autouse=True)
def _presidio():
    with stubbed():
        yield


def test_names_join_the_structured_kinds():
    assert redacted() == "<PERSON_1> of <LOCATION_1> is <EMAIL_ADDRESS_1>, and <PERSON_1>"
    assert redacted(entities=["LOCATION"]) == "Ada of <LOCATION_1> is <EMAIL_ADDRESS_1>, and ADA"


def test_a_structured_kind_beats_what_ner_says_of_the_same_place():
    assert redacted(entities=["EMAIL_ADDRESS"]) == "Ada of Turin is <EMAIL_ADDRESS_1>, and ADA"


def test_a_word_that_is_a_name_elsewhere_in_the_row_stays_in_small_letters():
    row = guard(ner={"model": MODEL})(
        example("Bill wants the bill marked; Mark and BILL too", "Mark the bill of Bill")
    )
    assert prompt_of(row) == "<PERSON_1> wants the bill marked; <PERSON_2> and <PERSON_1> too"
    assert answer_of(row) == "<PERSON_2> the bill of <PERSON_1>"


def test_short_texts_that_come_again_are_read_once_and_found_again(monkeypatch):
    read = []
    analyze = AnalyzerEngine.analyze
    monkeypatch.setattr(
        AnalyzerEngine, "analyze", lambda self, text, **more: read.append(text) or analyze(self, text, **more)
    )
    find = guard(ner={"model": MODEL})
    rows = [example(f"{n} parcels for Ada", "Ask Bill.", meta={"channel": "app"}) for n in range(3)]
    assert [answer_of(find(row)) for row in rows] == ["Ask <PERSON_2>."] * 3
    assert read.count("Ask Bill.") == read.count("app") == 1


def test_a_very_long_text_is_read_in_pieces_that_cut_no_word():
    whole = "Ada and many words of no name " * 2000
    assert redacted(whole) == whole.replace("Ada", "<PERSON_1>")
    unbroken = "x" * 25_000
    assert redacted(unbroken + " Ada") == unbroken + " <PERSON_1>"


def test_a_model_that_is_not_there():
    with pytest.raises(DataError, match="there is no another"):
        redacted(model="another")
