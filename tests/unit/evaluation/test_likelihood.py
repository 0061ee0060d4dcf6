"""Likelihoods of given answers, and what is made of them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import make_rows, predictions
from sklearn.calibration import calibration_curve

from tunewright.config.schema.task import Kpi, OutputContract, Rationale, Task
from tunewright.evaluation import likelihood
from tunewright.evaluation.likelihood import with_likelihoods
from tunewright.evaluation.metrics.calibration import calibration_error, expected_calibration_error
from tunewright.evaluation.metrics.classification import classification_scores
from tunewright.evaluation.metrics.text import text_scores
from tunewright.evaluation.predictions import Prediction
from tunewright.models.chat import encode_example

LABELS = ("delivery", "billing", "a longer label")


def make_task(kind: Any, *metrics: str) -> Task:
    return Task(
        kind=kind,
        description="x",
        kpi=Kpi(measure="x", target="x"),
        rationale=Rationale(need="do", why="x"),
        output=OutputContract(labels=LABELS if kind == "classification" else None),
        metrics=metrics,
    )


def asked(count: int) -> tuple[list[Any], list[Prediction]]:
    rows = make_rows(count)
    made = predictions(["?"] * count, [row.reference for row in rows])
    return rows, [replace(one, id=row.id) for one, row in zip(made, rows, strict=True)]


def right(rows: list[Any]) -> list[Any]:
    return [row.messages[-1] for row in rows]


def plain_nll(model: Any, example: Any) -> float:
    """One pass over the whole conversation, without a cache."""
    import torch

    ids = torch.tensor([example.input_ids])
    with torch.inference_mode():
        logs = model(input_ids=ids).logits.float().log_softmax(-1)
    places = [place for place, answer in enumerate(example.completion_mask) if answer]
    return -sum(float(logs[0, place - 1, ids[0, place]]) for place in places)


def test_references_get_the_likelihood_of_one_plain_pass(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    rows, made = asked(3)
    task = make_task("generation", "perplexity")
    found = with_likelihoods(
        model, tokenizer, made, [row.prompt for row in rows], right(rows), task, tmp_path
    )
    for row, one in zip(rows, found, strict=True):
        example = encode_example(tokenizer, row)
        assert one.reference_nll == pytest.approx(plain_nll(model, example), abs=1e-3)
        assert one.reference_tokens == sum(example.completion_mask)
    tokens = sum(one.reference_tokens or 0 for one in found)
    total = sum(one.reference_nll or 0 for one in found)
    assert text_scores(found)["perplexity"].value() == pytest.approx(math.exp(total / tokens))


def test_labels_get_the_likelihood_of_one_plain_pass_each(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    rows, made = asked(2)
    task = make_task("classification", "calibration_error")
    found = with_likelihoods(
        model, tokenizer, made, [row.prompt for row in rows], right(rows), task, tmp_path
    )
    for row, one in zip(rows, found, strict=True):
        examples = [
            encode_example(
                tokenizer,
                replace(row, messages=(*row.prompt, replace(row.messages[-1], content=label))),
            )
            for label in LABELS
        ]
        assert one.label_nll == pytest.approx([plain_nll(model, example) for example in examples], abs=1e-3)


def test_nothing_is_asked_of_the_model_unless_a_metric_needs_it(tmp_path: Path) -> None:
    made = predictions(["a"], ["a"])
    prompts: list[Any] = [()]
    assert with_likelihoods(None, None, made, prompts, [], make_task("chat", "chrf"), tmp_path) == made  # type: ignore[arg-type]


def test_a_killed_run_goes_on_where_it_stopped(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, made = asked(4)
    task, prompts = make_task("generation", "perplexity"), [row.prompt for row in rows]
    (tmp_path / "whole").mkdir()
    whole = with_likelihoods(model, tokenizer, made, prompts, right(rows), task, tmp_path / "whole")
    with_likelihoods(model, tokenizer, made[:2], prompts[:2], right(rows[:2]), task, tmp_path)
    asked_again = []
    plain = likelihood.likelihoods
    monkeypatch.setattr(likelihood, "likelihoods", lambda *given_: asked_again.append(1) or plain(*given_))
    assert with_likelihoods(model, tokenizer, made, prompts, right(rows), task, tmp_path) == whole
    assert len(asked_again) == 2


PAIRS = st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), min_size=1, max_size=40)


@given(pairs=PAIRS)
@settings(max_examples=150, deadline=None)
def test_calibration_error_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    total = 0.0
    for low in range(10):
        inside = [(sure, right) for sure, right in pairs if low / 10 < sure <= (low + 1) / 10]
        if inside:
            mean_sure, mean_right = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            total += len(inside) / len(pairs) * abs(mean_sure - mean_right)
    sure, right = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    assert expected_calibration_error(sure, right).value() == pytest.approx(total, abs=1e-9)


@given(pairs=st.lists(st.tuples(st.integers(0, 99), st.booleans()), min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_calibration_error_agrees_with_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    """From its reliability diagram: of each bin the gap, weighted by its rows."""
    sure = np.array([(hundredths + 0.5) / 100 for hundredths, _ in pairs])  # on no edge of a bin
    right = np.array([hit for _, hit in pairs])
    true, foretold = calibration_curve(right, sure, n_bins=10, strategy="uniform", pos_label=True)
    rows = np.histogram(np.searchsorted(np.linspace(0, 1, 11)[1:-1], sure), np.arange(11))[0]
    total = float(np.abs(true - foretold) @ rows[rows > 0]) / len(pairs)
    assert expected_calibration_error(sure, right).value() == pytest.approx(total, abs=1e-9)


def test_calibration_by_hand() -> None:
    even = [[math.log(2), math.log(2)]] * 4  # sure to one half, and half are right
    assert calibration_error(even, np.array([0, 0, 1, 1])).value() == pytest.approx(0)
    certain = [[0.0, 50.0]] * 4  # quite sure of the first label, and half are right
    assert calibration_error(certain, np.array([0, 0, 1, 1])).value() == pytest.approx(0.5)
    rows = [
        replace(row, label_nll=[0.0, 50.0, 50.0])
        for row in predictions(["billing"] * 2, ["delivery", "billing"])
    ]
    assert classification_scores(rows, LABELS)["calibration_error"].value() == pytest.approx(0.5)
