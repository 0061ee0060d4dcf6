"""Names and places join the structured kinds; without Presidio the message says what to install."""

import sys
from unittest.mock import patch

import pytest

from tests.unit.data.personal.presidio_stub import MODEL, stubbed
from tests.unit.data.personal.samples import example, guard, prompt_of
from tunewright.errors import DataError

TEXT = "Ada of Turin is ada@engine.io, and ADA"


def redacted(text=TEXT, **ner):
    return prompt_of(guard(ner={"model": MODEL, **ner})(example(text)))


def test_names_join_the_structured_kinds():
    with stubbed():
        assert redacted() == "<PERSON_1> of Turin is <EMAIL_ADDRESS_1>, and <PERSON_1>"
        assert redacted(least_score=0.5) == "<PERSON_1> of <LOCATION_1> is <EMAIL_ADDRESS_1>, and <PERSON_1>"
        assert (
            redacted(entities=["LOCATION"], least_score=0.5)
            == "Ada of <LOCATION_1> is <EMAIL_ADDRESS_1>, and ADA"
        )
        assert redacted("Ada, Eva", language="de") == "Ada, <PERSON_1>"


def test_a_structured_kind_beats_what_ner_says_of_the_same_place():
    with stubbed():
        assert redacted(entities=["EMAIL_ADDRESS"]) == "Ada of Turin is <EMAIL_ADDRESS_1>, and ADA"


def test_a_model_that_is_not_there():
    with stubbed(), pytest.raises(DataError, match="no spaCy model 'another'") as caught:
        redacted(model="another")
    assert caught.value.fix == "python -m spacy download another"


def test_presidio_is_not_installed():
    with (
        patch.dict(sys.modules, {"presidio_analyzer": None, "spacy": None}),
        pytest.raises(DataError) as caught,
    ):
        redacted()
    assert "pip install 'tunewright[ner]'" in caught.value.fix


def test_the_real_presidio_with_a_model_of_rules(tmp_path):
    """A blank pipeline with spaCy's entity ruler: no model need be downloaded."""
    spacy = pytest.importorskip("spacy")
    pytest.importorskip("presidio_analyzer")
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "PERSON", "pattern": "Ada"}, {"label": "GPE", "pattern": "Turin"}]
    )
    nlp.to_disk(tmp_path / "model")
    assert (
        redacted(model=str(tmp_path / "model"))
        == "<PERSON_1> of <LOCATION_1> is <EMAIL_ADDRESS_1>, and <PERSON_1>"
    )
