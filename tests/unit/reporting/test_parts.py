"""The parts of the report that compute: numbers, differences, loss curves, choice of examples, tables."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from tunewright.config.schema.evaluation import Statistics
from tunewright.errors import TunewrightError
from tunewright.evaluation.compare import prompting_suffices
from tunewright.evaluation.metrics.score import proportion
from tunewright.reporting import facts, numbers
from tunewright.reporting.differences import (
    Piece,
    as_object,
    key_differences,
    shortened,
    word_differences,
)
from tunewright.reporting.examples import EXAMPLES, MOST_KEYS, QUOTA, example_groups
from tunewright.reporting.loss_curve import MOST_POINTS, LossPoint, loss_chart, read_losses
from tunewright.reporting.names import in_sentence, metric_name
from tunewright.reporting.summary import summary_table, verdict_table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (numbers.score("accuracy", 0.964), "96.4 %"),
        (numbers.score("length_ratio", 1.04), "1.04"),
        (numbers.interval("accuracy", 0.881, 0.99), "[88.1, 99.0]"),
        (numbers.interval("accuracy", -0.05, 0.0), "[−5.0, 0.0]"),
        (numbers.difference("accuracy", -0.0001), "0.0 points"),
        (numbers.difference("accuracy", 0.5), "+50.0 points"),
        (numbers.duration(0.24), "0.2 s"),
        (numbers.duration(59.7), "1 min 00 s"),
        (numbers.duration(3725), "1 h 02 min"),
        (numbers.money(0.001, "EUR"), "under EUR 0.01"),
        (numbers.small_money(0.001, "EUR"), "EUR 0.001"),
        (numbers.small_money(1234.5, "EUR"), "EUR 1,234.50"),
        (in_sentence("Whole answer right"), "whole answer right"),
        (in_sentence("chrF to the reference"), "chrF to the reference"),
        (in_sentence("ROUGE-L to the reference"), "ROUGE-L to the reference"),
        (in_sentence(""), ""),
        (numbers.money(1234.5, "USD"), "USD 1,234.50"),
        (numbers.count(139400064), "139,400,064"),
        (metric_name("field.order_number"), "order_number"),
        (metric_name("custom.is_polite"), "is polite"),
    ],
)
def test_numbers_and_names_as_people_write_them(text, expected):
    assert text == expected


def test_words_are_marked_against_the_reference():
    assert word_differences("arrives on Monday at noon", "arrives on Tuesday at noon") == (
        Piece("same", "arrives on"),
        Piece("missing", " Monday"),
        Piece("added", " Tuesday"),
        Piece("same", " at noon"),
    )
    assert word_differences("a b c", "a b c") == (Piece("same", "a b c"),)


def test_unlike_texts_are_not_woven_into_each_other():
    assert word_differences("one two three four", "quite another thing") == (
        Piece("added", "quite another thing"),
    )


def test_keys_are_compared_as_json_values():
    expected = {"a": 1, "b": True, "c": None}
    cells = key_differences(expected, {"b": 1, "a": 1.0, "d": "x"})
    assert {key: cell.status for key, cell in cells.items()} == {
        "a": "right",
        "b": "wrong",
        "c": "absent",
        "d": "extra",
    }
    assert list(cells) == ["a", "b", "c", "d"]


def test_only_an_object_is_an_object():
    assert as_object('{"a": 1}') == {"a": 1}
    assert [as_object(text) for text in ("[1]", "NaN", '{"a": 1} and', "")] == [None] * 4


def test_long_texts_are_cut_and_say_so():
    assert shortened("x" * 1500) == "x" * 1500
    assert shortened("x" * 3500).endswith("x … (2,000 more characters)")


def test_the_loss_chart_keeps_within_its_axes_and_marks_the_best_step():
    losses = [LossPoint(step, 0.0, "train", 3.0 / step) for step in range(1, 2000)]
    losses += [LossPoint(step, 0.0, "validation", loss) for step, loss in ((0, 3.1), (900, 1.0), (1999, 1.2))]
    chart = loss_chart([*losses, LossPoint(2, 0.0, "train", float("nan"))], best_step=900)
    train, validation = chart.curves
    assert len(train.points) <= MOST_POINTS and len(validation.points) == 3
    for x, y in (*train.points, *validation.points):
        assert chart.left <= x <= chart.right and chart.top <= y <= chart.bottom
    assert chart.best == validation.points[1]
    assert [tick.label for tick in chart.y_ticks] == ["0", "1", "2", "3", "4"]
    assert train.last == 3.0 / 1999


def test_no_losses_no_chart():
    assert loss_chart([], best_step=0) is None
    assert loss_chart([LossPoint(0, 0.0, "train", 0.0)], best_step=0) is not None


def test_a_damaged_loss_file_is_named(tmp_path):
    path = tmp_path / "loss.csv"
    path.write_text("step,epoch,split,loss\n1,0.5,train,much\n", encoding="utf-8")
    with pytest.raises(TunewrightError, match="damaged"):
        read_losses(path)


TONES = {
    (False, True): "fixed",
    (True, False): "broken",
    (False, False): "wrong",
    (True, True): "right",
}


def shown_rows(inputs):
    return [(group.name, example) for group in example_groups(inputs) for example in group.examples]


def test_examples_are_of_every_kind_and_true_to_it(triage):
    shown = shown_rows(triage)
    assert len(shown) == EXAMPLES == sum(QUOTA.values())
    assert len({example.id for _, example in shown}) == EXAMPLES
    assert {name for name, _ in shown} == set(QUOTA)
    for name, example in shown:
        right = {who: triage.row_scores[who][example.id] == 1.0 for who in triage.row_scores}
        tone = TONES[right["zero_shot"] or right["few_shot"], right["tuned"]]
        assert example.tone == tone
        assert name in ("worst", "random") or name == tone


def test_the_worst_rows_are_those_with_the_fewest_fields_right(triage):
    ids = list(triage.row_grades)
    grades = {**dict.fromkeys(ids, 0.9), ids[40]: 0.0, ids[50]: 0.2}
    wrong = {
        **triage.row_scores,
        "tuned": {**dict.fromkeys(ids, 1.0), ids[40]: 0.0, ids[50]: 0.0, ids[60]: 0.0},
    }
    shown = shown_rows(replace(triage, row_grades=grades, row_scores=wrong))
    random = [example.id for name, example in shown if name == "random"]
    broken = [example.id for name, example in shown if name == "broken"]
    worst = [example.id for name, example in shown if name == "worst"]
    left = [row_id for row_id in (ids[40], ids[50], ids[60]) if row_id not in (*random, *broken)]
    assert worst == left
    assert sorted(grades[row_id] for row_id in worst) == [grades[row_id] for row_id in worst]


def test_random_rows_are_drawn_before_any_other(triage):
    by_hash = sorted(triage.row_grades, key=lambda row_id: hashlib.sha256(row_id.encode()).hexdigest())
    drawn = [example.id for name, example in shown_rows(triage) if name == "random"]
    assert drawn[: QUOTA["random"]] == by_hash[: QUOTA["random"]]


def test_places_that_a_kind_cannot_fill_go_to_others(triage):
    perfect = {**triage.row_scores, "tuned": dict.fromkeys(triage.row_scores["tuned"], 1.0)}
    shown = shown_rows(replace(triage, row_scores=perfect))
    assert len(shown) == EXAMPLES
    assert {name for name, _ in shown} == {"fixed", "random"}


def test_few_rows_are_all_shown(triage):
    ids = list(triage.row_scores["tuned"])[:5]
    few = {who: {row_id: rows[row_id] for row_id in ids} for who, rows in triage.row_scores.items()}
    shown = shown_rows(replace(triage, row_scores=few, row_grades=dict.fromkeys(ids, 0.5)))
    assert sorted(example.id for _, example in shown) == sorted(ids)


def test_an_answer_of_very_many_or_very_long_keys_is_cut(triage):
    answer = json.dumps({"k" * 2000: 1, **{f"invented_{number}": number for number in range(5000)}})
    flooded = {
        **triage.predictions,
        "tuned": [replace(row, answer=answer) for row in triage.predictions["tuned"]],
    }
    for _, example in shown_rows(replace(triage, predictions=flooded)):
        assert len(example.table) == MOST_KEYS
        assert example.more_keys > 4900
        assert max(map(len, example.table)) < 200


def test_the_summary_table_is_aligned(triage):
    lines = summary_table(triage.task.metrics, triage.scores).splitlines()
    assert len(lines) == 1 + len(triage.task.metrics)
    places = [[index for index, sign in enumerate(line) if sign == "["] for line in lines[1:]]
    assert len(places[0]) == 3 and all(found == places[0] for found in places)
    assert verdict_table(triage.verdict).splitlines()[-1] == "Accepted"


def test_versions_that_differ_between_stages_are_told_apart(triage):
    other = {
        **triage.timings["train"],
        "packages": {**triage.timings["train"]["packages"], "torch": "2.99.0"},
    }
    mixed = replace(triage, timings={**triage.timings, "train": other})
    assert dict(facts.versions(mixed))["torch"] == "2.13.0 (baseline, evaluate); 2.99.0 (train)"
    assert dict(facts.versions(triage))["torch"] == "2.13.0"


def test_rows_that_were_too_long_are_counted_in_the_report(triage):
    names = {"Left out as too long", "Prompts cut as too long"}
    assert not names & dict(facts.training_facts(triage)).keys()
    long = {"train_rows_dropped": 1200, "validation_rows_truncated": 3}
    told = dict(facts.training_facts(replace(triage, train={**triage.train, **long})))
    assert told["Left out as too long"] == "1,200 training, 0 validation rows (over 1,024 tokens)"
    assert told["Prompts cut as too long"] == "0 training, 3 validation rows (over 1,024 tokens)"


def test_prompting_suffices_only_where_tuning_is_better_in_nothing():
    right, half = [True] * 100, [True, False] * 50
    statistics = Statistics(bootstrap_samples=200)

    def judge(tuned_fields):
        tuned = {"schema_valid": proportion(right), "field_accuracy": proportion(tuned_fields)}
        base = {"schema_valid": proportion(right), "field_accuracy": proportion(half)}
        return prompting_suffices(
            tuned,
            {"few_shot": base, "zero_shot": base},
            kind="extraction",
            metrics=("schema_valid", "field_accuracy"),
            statistics=statistics,
        )

    assert judge(half).suffices
    assert judge([True] * 10 + [False] * 90).metric == "field_accuracy", "where tuning is worse is told"
    found = judge(right)
    assert not found.suffices
    assert (found.metric, found.contestant) == ("field_accuracy", "few_shot")
    assert np.isclose(found.difference.value, 0.5)
