"""Predictions and results on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import predictions

from tunewright.artifacts import read_json
from tunewright.errors import TunewrightError
from tunewright.evaluation.predictions import of_contestant, read_predictions, write_predictions
from tunewright.evaluation.results import Results, flat_values, read_results, write_results
from tunewright.evaluation.statistics import Interval

RESULTS: Results = {"zero_shot": {"accuracy": Interval(0.5, 0.4, 0.6, 10)}}


def test_predictions_come_back(tmp_path: Path) -> None:
    both = [*predictions(["ä\n"], ['{"a": 1}'], "zero_shot"), *predictions(["b"], ["c"], "few_shot")]
    path = tmp_path / "predictions.jsonl"
    write_predictions(path, both)
    assert read_predictions(path) == both
    assert of_contestant(both, "few_shot") == both[1:]
    first = path.read_bytes()
    write_predictions(path, read_predictions(path))
    assert path.read_bytes() == first


def test_missing_predictions_are_explained(tmp_path: Path) -> None:
    with pytest.raises(TunewrightError, match="dvc repro"):
        read_predictions(tmp_path / "predictions.jsonl")


def test_results_come_back(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_results(path, RESULTS)
    assert read_json(path) == {"zero_shot": {"accuracy": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 10}}}
    assert read_results(path) == RESULTS


def test_trackers_get_plain_values() -> None:
    assert flat_values(RESULTS) == {
        "zero_shot/accuracy": 0.5,
        "zero_shot/accuracy_low": 0.4,
        "zero_shot/accuracy_high": 0.6,
    }
