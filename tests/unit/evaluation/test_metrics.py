"""Metrics against reference implementations and hand-made cases."""

from __future__ import annotations

import json
import math
import time
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import predictions
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from tunewright.config.metrics import CATALOGUE, EVERY_KIND, gain, metric_of, metrics_of
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import OutputContract
from tunewright.errors import EvaluationError, TunewrightError
from tunewright.evaluation.metrics import custom_metrics, difference, measure, ngrams, scores
from tunewright.evaluation.metrics.classification import classification_scores, label_results
from tunewright.evaluation.metrics.extraction import extraction_scores, same_json
from tunewright.evaluation.metrics.rouge import common_subsequence
from tunewright.evaluation.metrics.text import signatures, text_scores
from tunewright.extensions import Extensions

STATISTICS = Statistics(bootstrap_samples=200)
LABELS = ("Delivery", "billing", "fault", "other")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"category": {"enum": ["a", "b"]}, "count": {"type": ["integer", "null"]}, "urgent": {}},
    "required": ["category"],
    "additionalProperties": False,
}


def values(scored: Any) -> dict[str, float]:
    return {name: interval.value for name, interval in measure(scored, STATISTICS).items()}


def extraction(answer: str, reference: str) -> dict[str, float]:
    return values(extraction_scores(predictions([answer], [reference]), SCHEMA))


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_declared_metric_is_scored(kind: Any) -> None:
    output = OutputContract(
        json_schema=SCHEMA if kind == "extraction" else None,
        labels=LABELS if kind == "classification" else None,
    )
    reference = '{"category":"a"}' if kind == "extraction" else "billing"
    reference = reference if kind in ("extraction", "classification") else "four words at least"
    scored = scores(predictions([reference], [reference]), kind=kind, output=output, custom={})
    on_request = {name for name in metrics_of(kind) if metric_of(name).on_request}
    assert {*metrics_of(kind)} - on_request <= {*scored}
    assert not on_request & {*scored}
    measured = values(scored)
    assert (measured.pop("prompt_tokens"), measured.pop("answer_tokens")) == (10, 3)
    assert measured.pop("prompt_truncated") == 0
    assert all(value == pytest.approx(1) for value in measured.values())


def test_the_catalogue_knows_directions_and_families() -> None:
    assert gain("accuracy", 0.8, 0.5) == pytest.approx(0.3)
    assert gain("perplexity", 3.0, 5.0) == 2
    assert gain("length_ratio", 0.9, 1.3) == pytest.approx(0.2)
    assert (metric_of("field.a_b").title, metric_of("format.a_b").title) == ("a_b", "a b")
    assert metric_of("custom.polite_tone").title == "polite tone"
    assert metric_of("of_an_older_version").unit == "share"
    assert metrics_of("chat", ["greets"])[-1] == "format.greets"
    assert len({metric.name for metric in CATALOGUE}) == len(CATALOGUE)


REFERENCE = '{"category":"a","count":1,"urgent":true}'


@pytest.mark.parametrize(
    ("answer", "valid", "schema", "fields", "exact"),
    [
        (REFERENCE, 1, 1, 1, 1),
        (' {"urgent": true, "count": 1.0, "category": "a"}\n', 1, 1, 1, 1),
        ('{"category":"b","count":1,"urgent":true}', 1, 1, 2 / 3, 0),
        ('{"category":"c","count":1,"urgent":true}', 1, 0, 2 / 3, 0),
        ('{"category":"a","count":true,"urgent":1}', 1, 0, 1 / 3, 0),
        ('{"category":"a","count":"1","urgent":true}', 1, 0, 2 / 3, 0),
        ('{"category":"a","count":1,"urgent":true,"extra":1}', 1, 0, 1, 0),
        ('{"count":1,"urgent":true}', 1, 0, 2 / 3, 0),
        ('["a"]', 1, 0, 0, 0),
        ("null", 1, 0, 0, 0),
        ('{"category":"a","category":"a"}', 0, 0, 0, 0),
        ('{"category":"a","count":NaN}', 0, 0, 0, 0),
        ('{"category":"a","count":1,"urgent":tr', 0, 0, 0, 0),
        (f"Here you are: {REFERENCE}", 0, 0, 0, 0),
        ("", 0, 0, 0, 0),
    ],
)
def test_extraction(answer: str, valid: float, schema: float, fields: float, exact: float) -> None:
    got = extraction(answer, REFERENCE)
    assert got["json_valid"] == valid
    assert got["schema_valid"] == schema
    assert got["field_accuracy"] == pytest.approx(fields)
    assert got["exact_match"] == exact


def test_extraction_by_field() -> None:
    got = values(
        extraction_scores(
            predictions(['{"category":"a","count":2,"urgent":true}', "no"], [REFERENCE, REFERENCE]), SCHEMA
        )
    )
    assert {name: got[f"field.{name}"] for name in ("category", "count", "urgent")} == {
        "category": 0.5,
        "count": 0.0,
        "urgent": 0.5,
    }


def test_a_property_absent_from_both_is_right_and_null_is_not_absent() -> None:
    assert extraction('{"category":"a"}', '{"category":"a"}')["field_accuracy"] == 1
    assert extraction('{"category":"a","count":null}', '{"category":"a"}')["field_accuracy"] == pytest.approx(
        2 / 3
    )
    assert extraction('{"category":"a"}', '{"category":"a","count":null}')["field_accuracy"] == pytest.approx(
        2 / 3
    )


def test_an_open_schema_takes_the_references_fields() -> None:
    got = values(extraction_scores(predictions(['{"x":1,"y":3}'], ['{"x":1,"y":2}']), {"type": "object"}))
    assert got["field_accuracy"] == 0.5
    listed = values(extraction_scores(predictions(["[1]", "[2]"], ["[1]", "[1]"]), {"type": "array"}))
    assert listed["field_accuracy"] == listed["exact_match"] == 0.5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0]) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(one=JSON, other=JSON)
@settings(max_examples=200, deadline=None)
def test_json_is_equal_when_its_canonical_text_is(one: Any, other: Any) -> None:
    def text(value: Any) -> str:
        numbers = json.loads(json.dumps(value), parse_int=float)  # 1 and 1.0 are one number in JSON
        return json.dumps(numbers, sort_keys=True)

    assert same_json(one, other) == (text(one) == text(other))
    assert same_json(one, json.loads(json.dumps(one)))


def test_a_reference_that_is_no_json_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="test row r0"):
        extraction_scores(predictions(["{}"], ["not json"]), SCHEMA)


@pytest.mark.parametrize("answer", ["Delivery", " delivery\n", "DELIVERY.", "delivery ."])
def test_labels_are_compared_without_case_and_full_stop(answer: str) -> None:
    got = values(classification_scores(predictions([answer], ["Delivery"]), LABELS))
    assert got["accuracy"] == got["in_label_set"] == 1


@pytest.mark.parametrize("answer", ["deliveries", "the label is delivery", "delivery..", ""])
def test_other_answers_are_out_of_the_set(answer: str) -> None:
    got = values(classification_scores(predictions([answer], ["Delivery"]), LABELS))
    assert got["accuracy"] == got["in_label_set"] == got["macro_f1"] == 0


ANSWER = st.sampled_from([*LABELS, "nonsense"])


@given(pairs=st.lists(st.tuples(ANSWER, st.sampled_from(LABELS)), min_size=1, max_size=40), data=st.data())
@settings(max_examples=150, deadline=None)
def test_classification_agrees_with_scikit_learn(pairs: list[tuple[str, str]], data: Any) -> None:
    answers, references = map(list, zip(*pairs, strict=True))
    scored = classification_scores(predictions(answers, references), LABELS)

    def f1(rows: list[int], average: str) -> float:
        right, given_ = [references[row] for row in rows], [answers[row] for row in rows]
        labels = sorted(set(right)) if average != "micro" else list(LABELS)
        return float(f1_score(right, given_, labels=labels, average=average, zero_division=0))

    every = list(range(len(pairs)))
    assert scored["accuracy"].rows.mean() == pytest.approx(accuracy_score(references, answers))
    for average in ("macro", "micro", "weighted"):
        score = scored[f"{average}_f1"]
        assert score.value() == pytest.approx(f1(every, average))
        rows = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=len(every), unique=True))
        assert score.take(np.array(rows)).value() == pytest.approx(f1(rows, average)), "of a slice"
        drawn = data.draw(st.lists(st.sampled_from(every), min_size=len(every), max_size=len(every)))
        draws = np.bincount(drawn, minlength=len(every))[None, :].astype(np.uint8)
        assert score.over_rows.of(draws)[0] == pytest.approx(f1(drawn, average)), "of a resample"


@given(pairs=st.lists(st.tuples(ANSWER, st.sampled_from(LABELS)), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_labels_agree_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    answers, references = map(list, zip(*pairs, strict=True))
    found = label_results(predictions(answers, references), LABELS)
    theirs = precision_recall_fscore_support(references, answers, labels=list(LABELS), zero_division=0)
    assert [one.label for one in found] == list(LABELS)
    for name, values_ in zip(("precision", "recall", "f1", "support"), theirs, strict=True):
        assert [getattr(one, name) for one in found] == pytest.approx(list(values_))
    confusion = confusion_matrix(references, answers, labels=[*LABELS, "nonsense"])
    assert [list(one.given) for one in found] == confusion[:-1].tolist()


def test_a_reference_out_of_the_set_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="test row r0"):
        classification_scores(predictions(["billing"], ["refund"]), LABELS)


TEXT = st.text("abc déß.,\n東", min_size=1, max_size=40).filter(str.strip)


@given(pairs=st.lists(st.tuples(st.text("ab ,.", max_size=20), st.text("ab ,.", max_size=20)), min_size=1))
@settings(max_examples=150, deadline=None)
def test_bleu_agrees_with_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    answers, references = map(list, zip(*pairs, strict=True))
    got = text_scores(predictions(answers, references))["bleu"].value()
    stripped = [text.strip() for text in answers], [[text.strip() for text in references]]
    assert got * 100 == pytest.approx(BLEU().corpus_score(*stripped).score, abs=1e-9)


def test_signatures_say_how_text_was_scored() -> None:
    found = signatures()
    assert found["bleu"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert found["chrf"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


ROWS = st.lists(
    st.tuples(*[st.text("abé .,&\n\ud800\U0001f600", max_size=12) | TEXT] * 2), min_size=1, max_size=6
)


@pytest.mark.parametrize("at_once", [1, ngrams.COUNTED_AT_ONCE], ids=["row by row", "all at once"])
@given(pairs=ROWS)
@settings(max_examples=150, deadline=None)
def test_each_row_has_sacrebleus_own_scores_to_the_last_bit(
    pairs: list[tuple[str, str]], at_once: int
) -> None:
    answers, references = map(list, zip(*pairs, strict=True))
    with patch.object(ngrams, "COUNTED_AT_ONCE", at_once):
        got = text_scores(predictions(answers, references))
    for name, metric in (("chrf", CHRF()), ("bleu", BLEU(effective_order=True))):
        theirs = [metric.sentence_score(one.strip(), [other.strip()]).score for one, other in pairs]
        assert got[name].rows.tolist() == [min(max(score / 100, 0.0), 1.0) for score in theirs]


ASCII_TEXT = st.text("abcABC 12_.,-\n", min_size=1, max_size=60)


@given(answer=ASCII_TEXT, reference=ASCII_TEXT)
@settings(max_examples=100, deadline=None)
def test_rouge_agrees_with_rouge_score(answer: str, reference: str) -> None:
    got = values(text_scores(predictions([answer], [reference])))
    expected = RougeScorer(["rouge1", "rouge2", "rougeL"]).score(reference, answer)
    for name, theirs in {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}.items():
        assert got[name] == pytest.approx(expected[theirs].fmeasure)


WORDS = st.lists(st.sampled_from("abcd"), max_size=90)


@given(one=WORDS, other=WORDS)
@settings(max_examples=150, deadline=None)
def test_the_longest_common_subsequence_is_that_of_the_table(one: list[str], other: list[str]) -> None:
    before = [0] * (len(other) + 1)
    for word in one:
        row = [0]
        for place, other_word in enumerate(other):
            row.append(before[place] + 1 if word == other_word else max(before[place + 1], row[place]))
        before = row
    assert common_subsequence(one, other) == before[-1]


def test_rouge_knows_words_beyond_a_to_z() -> None:
    got = values(text_scores(predictions(["schöne Grüße", "Привет мир"], ["schöne Grüsse", "Привет мир"])))
    assert got["rouge_l"] == pytest.approx((0.5 + 1) / 2)


def test_free_text_by_hand() -> None:
    got = values(text_scores(predictions([" Yes ", "abcd", "x"], ["Yes", "ab", "xyzw"])))
    assert got["exact_match"] == pytest.approx(1 / 3)
    assert got["length_ratio"] == pytest.approx((1 + 2 + 0.25) / 3)


def test_finished_counts_answers_that_ended() -> None:
    asked = predictions(["a"] * 4, ["a"] * 4, finished=[True, True, True, False])
    scored = scores(asked, kind="chat", output=OutputContract(), custom={})
    assert values(scored)["finished"] == 0.75


def score_custom(function: Any) -> dict[str, float]:
    custom = custom_metrics(["chrf", "custom.mine"], Extensions(metrics={"mine": function}))
    asked = predictions(["yes", "no"], ["yes", "yes"])
    return values(scores(asked, kind="chat", output=OutputContract(), custom=custom))


def test_custom_metrics_get_prompt_reference_and_answer() -> None:
    seen: list[tuple[str, str, str]] = []

    def mine(prompt: str, reference: str, answer: str) -> float:
        seen.append((prompt, reference, answer))
        return 0.25 if answer == reference else 0

    assert score_custom(mine)["custom.mine"] == 0.125
    assert seen == [("question 0", "yes", "yes"), ("question 1", "yes", "no")]
    assert score_custom(lambda *texts: True)["custom.mine"] == 1
    assert score_custom(lambda *texts: np.float32(0.5))["custom.mine"] == 0.5


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1, 1.1, None, "0.5", [1]])
def test_custom_metrics_must_return_a_number_between_0_and_1(bad: Any) -> None:
    with pytest.raises(EvaluationError, match=r"custom\.mine returned"):
        score_custom(lambda *texts: bad)


def test_a_custom_metric_that_raises_is_named() -> None:
    with pytest.raises(TunewrightError, match=r"metric 'custom\.mine', test row r0: ZeroDivisionError"):
        score_custom(lambda *texts: 1 / 0)


def test_a_custom_metric_that_nobody_registered_is_named() -> None:
    with pytest.raises(EvaluationError, match=r"custom\.polite is not registered .*registered: custom\.mine"):
        custom_metrics(["custom.polite"], Extensions(metrics={"mine": lambda *texts: 1.0}))


def test_ten_thousand_rows_take_seconds() -> None:
    labels = tuple(f"label {number}" for number in range(77))
    random = np.random.default_rng(0)
    answers, references = ([labels[code] for code in random.integers(0, 77, 10_000)] for _ in range(2))
    started = time.process_time()
    scored = classification_scores(predictions(answers, references), labels)
    measured = measure(scored, Statistics(bootstrap_samples=1000))
    gap = difference(scored["macro_f1"], scored["macro_f1"], Statistics(bootstrap_samples=1000))
    assert time.process_time() - started < 10
    assert measured["macro_f1"].low < measured["macro_f1"].value < measured["macro_f1"].high
    assert gap.value == 0
