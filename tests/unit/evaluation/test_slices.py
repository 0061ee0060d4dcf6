"""Slices, format rules, details on disk, and criteria that the rows are too few for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_up import predictions

from tunewright.artifacts import read_json
from tunewright.config.schema.evaluation import Evaluation, Slices, Statistics
from tunewright.config.schema.task import Criterion, FormatRule, Kpi, OutputContract, Rationale, Task
from tunewright.evaluation.details import details_of, read_details, write_details
from tunewright.evaluation.enough_rows import out_of_reach, rows_to_show
from tunewright.evaluation.evidence import Evidence
from tunewright.evaluation.metrics import scores
from tunewright.evaluation.metrics.format_rules import format_scores
from tunewright.evaluation.metrics.score import proportion
from tunewright.evaluation.paired import holm, mcnemar
from tunewright.evaluation.slice_differences import slice_differences
from tunewright.evaluation.slices import Slice, slices_of
from tunewright.evaluation.verdict import Judgement, judge
from tunewright.proportions import wilson

STATISTICS = Statistics(bootstrap_samples=200)
LABELS = OutputContract(labels=("Yes", "no"))
SCHEMA = OutputContract(
    json_schema={"type": "object", "properties": {"kind": {"enum": ["a", "b", None]}, "free": {}}}
)


def asked(prompts: list[str], references: list[str], metas: list[dict[str, str]] | None = None) -> list[Any]:
    made = predictions(["?"] * len(prompts), references)
    return [
        replace(row, prompt=prompt, meta=metas[index] if metas else {})
        for index, (row, prompt) in enumerate(zip(made, prompts, strict=True))
    ]


def named(rows: list[Any], output: OutputContract, **settings: Any) -> dict[str, dict[str, tuple[int, ...]]]:
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for one in slices_of(rows, Slices(**settings), output):
        found.setdefault(one.by, {})[one.value] = one.rows
    return found


def test_bands_of_prompt_length_hold_about_as_many_rows_each_and_every_row_once() -> None:
    rows = asked(["x" * length for length in (5, 1, 9, 2, 8, 3, 1000, 4)], ["no"] * 8)
    assert named(rows, LABELS, by=("length",), length_bands=4) == {
        "length": {
            "1 to 2 characters": (1, 3),
            "3 to 4 characters": (5, 7),
            "5 to 8 characters": (0, 4),
            "9 to 1,000 characters": (2, 6),
        }
    }
    assert [*named(rows, LABELS, by=("length",), length_bands=2)["length"]] == [
        "1 to 4 characters",
        "5 to 1,000 characters",
    ]


def test_equal_lengths_share_a_band_and_a_single_band_is_no_slice() -> None:
    rows = asked(["x"] * 6 + ["xx"] * 2, ["no"] * 8)
    assert {value: len(at) for value, at in named(rows, LABELS, by=("length",))["length"].items()} == {
        "1 to 1 characters": 6,
        "2 to 2 characters": 2,
    }
    assert named(asked(["x"] * 5, ["no"] * 5), LABELS, by=("length",)) == {}


def test_meta_fields_with_few_values_make_slices() -> None:
    metas = [
        {"language": "de" if row % 2 else "en", "name": f"n{row}", "same": "x"}
        | ({"rare": "1"} if row < 2 else {})
        for row in range(30)
    ]
    rows = asked(["q"] * 30, ["no"] * 30, metas)
    found = named(rows, LABELS, by=("meta",))
    assert {*found} == {"meta.language", "meta.rare"}, "30 names are no groups, one value is none"
    assert found["meta.language"]["en"] == tuple(range(0, 30, 2))
    assert found["meta.rare"] == {"1": (0, 1)}
    assert {*named(rows, LABELS, by=("meta.name",))} == {"meta.name"}


def test_labels_of_references_make_slices() -> None:
    assert named(asked(["q"] * 3, ["yes", "no", "YES."]), LABELS, by=("label",)) == {
        "label": {"Yes": (0, 2), "no": (1,)}
    }
    references = [
        json.dumps(value) for value in ({"kind": "a", "free": 1}, {"kind": None}, {"kind": [1]}, {})
    ]
    found = named(asked(["q"] * 4, references), SCHEMA, by=("label",))
    assert found == {"field.kind": {"a": (0,), "null": (1,)}}
    assert named(asked(["q"] * 4, references), SCHEMA, by=("field.free",)) == {"field.free": {"1": (0,)}}
    assert named(asked(["q"] * 2, ["x", "y"]), OutputContract(), by=("label",)) == {}


def test_slices_do_not_depend_on_the_answers() -> None:
    rows = asked(["x" * (row % 5 + 1) for row in range(20)], ["yes", "no"] * 10)
    others = [replace(row, answer="something else", prompt_tokens=999) for row in rows]
    assert slices_of(rows, Slices(), LABELS) == slices_of(others, Slices(), LABELS)


def test_slices_are_tested_together_but_for_those_too_small() -> None:
    first = proportion([True] * 60 + [False] * 4)
    second = proportion([True] * 30 + [False] * 20 + [True] * 14)
    slices = [
        Slice("by", "one", tuple(range(40))),
        Slice("by", "two", tuple(range(40, 60))),
        Slice("by", "few", (60, 63)),
    ]
    found = slice_differences(first, second, slices, STATISTICS, min_rows=20)
    raw = [mcnemar(10, 0), mcnemar(10, 0)]
    assert [one.paired.p for one in found[:2]] == raw
    assert [one.p for one in found] == [*holm(raw), None]
    assert [one.n for one in found] == [40, 20, 2]
    assert (found[1].tuned.value, found[1].other.value, found[1].paired.difference.value) == (1, 0.5, 0.5)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"regex": "^Dear"}, [1, 0, 0]),
        ({"regex": r"(?i)ADA"}, [1, 0, 0]),
        ({"contains": ("a", "e")}, [1, 1, 0]),
        ({"lacks": ("Dear", "no")}, [0, 1, 0]),
        ({"json_schema": {"required": ["ale"]}}, [0, 1, 0]),
        ({"contains": ("a",), "lacks": ("Dear",)}, [0, 1, 0]),
    ],
)
def test_format_rules(rule: Any, kept: list[int]) -> None:
    asked_ = predictions(["Dear Ada.", '{"ale": 1}', "no"], ["x"] * 3)
    scored = format_scores(asked_, [FormatRule(name="mine", **rule)])
    assert {name: score.rows.tolist() for name, score in scored.items()} == {"format.mine": kept}
    assert scored["format.mine"].proportion


def make_task(**values: Any) -> Task:
    return Task(
        description="x",
        kpi=Kpi(measure="x", target="x"),
        rationale=Rationale(need="do", why="x"),
        **values,
    )


@pytest.mark.parametrize("kind", ["classification", "extraction", "generation"])
def test_details_come_back(kind: Any, tmp_path: Path) -> None:
    output = {"classification": LABELS, "extraction": SCHEMA, "generation": OutputContract()}[kind]
    metric = {"classification": "accuracy", "extraction": "field_f1", "generation": "bleu"}[kind]
    reference = '{"kind":"a"}' if kind == "extraction" else "no"
    rows = [
        replace(row, prompt="x" * (index + 1))
        for index, row in enumerate(predictions([reference] * 8 + ["?"] * 4, [reference] * 12))
    ]
    task = make_task(kind=kind, output=output, metrics=(metric,))
    evaluation = Evaluation(statistics=STATISTICS)
    details = details_of(rows, scores(rows, kind=kind, output=output, custom={}), task, evaluation)
    assert [one.too_small for one in details.slices] == [True] * 4
    assert {*details.slices[0].scores} == {metric}
    assert bool(details.labels) == (kind == "classification")
    assert bool(details.fields) == bool(details.violations) == (kind == "extraction")
    assert (details.signatures is not None) == (kind == "generation")
    path = tmp_path / "details.json"
    write_details(path, {"tuned": details})
    assert read_details(path) == {"tuned": details}
    assert {*read_json(path)["tuned"]} == {"labels", "fields", "violations", "slices", "signatures"}


def test_slices_lack_what_a_contestant_has_no_likelihoods_for() -> None:
    rows = asked(["one", "three words long", "four words are long"] * 4, ["yes"] * 12)
    output = OutputContract()
    task = make_task(kind="generation", output=output, metrics=("chrf", "perplexity"))
    scored = scores(rows, kind="generation", output=output, custom={})
    assert "perplexity" not in scored, "nobody computed a likelihood, as with a model behind a server"
    details = details_of(rows, scored, task, Evaluation(statistics=STATISTICS))
    assert {name for one in details.slices for name in one.scores} == {"chrf"}


def test_criteria_out_of_reach_are_said_before_anything_is_computed() -> None:
    criteria = (
        Criterion(metric="accuracy", min=0.98),
        Criterion(metric="accuracy", min=0.9),
        Criterion(metric="length_ratio", min=1.0),
        Criterion(metric="accuracy", min=0.99, slice={"meta.channel": "email"}),
        Criterion(metric="seconds_per_answer", max=0.01),
        Criterion(metric="accuracy", max=0.02, over="few_shot"),
    )
    (sentence,) = out_of_reach(criteria, 100)
    assert sentence.startswith("accuracy >= 0.98 with 0.95 confidence needs 189 test rows")
    assert [*out_of_reach(criteria, 189)] == []
    (most,) = out_of_reach([Criterion(metric="accuracy", max=0.02)], 100)
    assert most.startswith("accuracy <= 0.02 with 0.95 confidence needs 189 test rows")


def test_the_rows_that_would_do_do() -> None:
    low, high = wilson(93, 100, 0.95)
    judged = Judgement("accuracy", None, 0.9, 0.95, 0.93, low, high, False, "", n=100)
    needed = rows_to_show(judged, Statistics())
    assert needed is not None and 500 < needed < 1000
    enough = {"accuracy": proportion([row < 0.93 * needed for row in range(needed)])}
    assert judge([Criterion(metric="accuracy", min=0.9)], Evidence({"tuned": enough}), STATISTICS).accepted
    assert rows_to_show(replace(judged, passed=True), Statistics()) is None
    assert rows_to_show(replace(judged, value=0.89), Statistics()) is None
    assert rows_to_show(judged, Statistics(power=0.9)) > needed
