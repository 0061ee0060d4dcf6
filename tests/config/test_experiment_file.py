"""conf/experiment/*.yaml: every mistake with file, line and key; what is packaged holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.config.experiment_file import parse_experiment, read_experiment
from tunewright.config.schema.experiment import Experiment, Objective, Pruning, Sampler
from tunewright.errors import ConfigError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1", "x.yaml:1: a: unknown key; allowed: fixed, search, objectives"),
        ("serch: {a: b}", "did you mean 'search'?"),
        (
            "\nsearch:\n  seed: 1,2\n  method.lora.r: [8, 16]\n",
            "x.yaml:4: search.method.lora.r: must be text",
        ),
        ("search: {method.lora.r: [8, 16]}", "fix: write 8, 16"),
        ("fixed: {method: {lora: 1}}", "write the whole key: method.lora: ..."),
        ("fixed: {seed: 1}\nsearch: {seed: '1,2'}", "x.yaml:2: search.seed: is fixed as well"),
        ("objectives: []", "at least one entry"),
        ("objectives:\n  - direction: maximize", "objectives.0.metric: needs a value"),
        (
            "objectives:\n  - {metric: a, direction: up}",
            "must be 'minimize' or 'maximize', or null, not 'up'",
        ),
        ("objectives: [{metric: a}, {metric: a}]", "'a' stands there twice"),
        ("objectives: [{metric: a}, {metric: b}]\npruning: {}", "x.yaml:2: pruning: goes with a single"),
        ("trials: 0", "must be a whole number of 1 or more, not 0"),
        ("trials: '5'", "write 5, without quotes"),
        ("sampler: {seed: -1}", "sampler.seed: must be a whole number from 0"),
        ("sampler: {startup_trials: 0}", "sampler.startup_trials: must be a whole number of 1 or more"),
        ("pruning: {warmup_passes: -1}", "pruning.warmup_passes"),
        ("pruning: true", "must be a mapping (startup_trials, warmup_passes), or null, not true"),
        ("- a", "must hold `key: value` lines"),
        ("trials: 1\ntrials: 2", "has a key twice"),
    ],
)
def test_a_mistake_is_named(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_experiment(text, "x.yaml")
    assert told in str(caught.value)
    assert "x.yaml:" in str(caught.value)
    assert caught.value.exit_code == 2


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_experiment("trials: 0\nsampler: {seed: x}\nother: 1\n", "x.yaml")
    assert len(caught.value.problems) == 3


def test_an_empty_file_searches_nothing_by_validation_loss() -> None:
    assert parse_experiment("# Nothing.\n", "x.yaml") == Experiment()
    assert Experiment().objectives == (Objective(metric="validation_loss"),)


def test_the_packaged_one() -> None:
    found, file = read_experiment(ROOT, "lora")
    assert file == "conf/experiment/lora.yaml"
    assert set(found.search) == {"method.learning_rate", "method.lora.r"}
    assert (found.sampler, found.pruning) == (Sampler(), Pruning(warmup_passes=1))
