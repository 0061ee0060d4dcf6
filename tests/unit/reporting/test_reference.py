"""The reference in the report, the summary and the gate: a fourth contestant under its own name."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.reporting.made_up import (
    predictions,
    read_project,
    settings,
    task,
    with_reference,
    write_project,
)
from tunewright.cli import accept as gate
from tunewright.config.schema.task import Criterion
from tunewright.reporting.breakdown import breaches
from tunewright.reporting.comparison import blocks, prompting_notes
from tunewright.reporting.document import report_json
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.model_card import render_model_card
from tunewright.reporting.page import render_report
from tunewright.reporting.reference_view import how_it_was_asked, reference_cost, reference_notes
from tunewright.reporting.whole_experiment import sample_answers
from tunewright.stages import report

NAME = "Large & <b>dear</b>"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> ReportInputs:
    root = tmp_path_factory.mktemp("reference")
    return read_project(root, write_project(root, *with_reference(predictions(75))))


def text_of(html: str) -> str:
    return " ".join(" ".join(ET.fromstring(html).itertext()).split())


def test_it_stands_in_every_table_before_the_tuned_model(asked: ReportInputs) -> None:
    assert [*asked.contestants.values()] == ["Base, zero-shot", "Base, few-shot", NAME, "Tuned"]
    for block in blocks(asked):
        assert [bar.contestant for bar in block.bars] == ["zero_shot", "few_shot", "reference", "tuned"]
        assert block.bars[2].value == block.bars[1].value, "it answers as few-shot does"
        assert block.over_reference is not None
        assert block.over_reference.against == NAME
    assert all(len(row.counts) == 4 for row in breaches(asked))
    html = render_report(asked)
    assert NAME in text_of(html) and "<b>dear" not in html
    assert f"Tuned − {NAME}" in text_of(html)
    assert "is the model large-1 at https://models.example.com/v1, asked without examples" in text_of(html)
    card = render_model_card(asked)
    assert "dear" in card and "<b>" not in card


def test_a_reference_without_a_name_of_its_own_is_named_once(asked: ReportInputs) -> None:
    nameless = asked.evaluation.reference.model_copy(update={"name": None})
    evaluation = asked.evaluation.model_copy(update={"reference": nameless})
    told = how_it_was_asked(replace(asked, evaluation=evaluation))
    assert told.startswith("large-1 is a model at https://models.example.com/v1, asked without examples")


def test_what_the_report_says_in_words(asked: ReportInputs) -> None:
    [note] = prompting_notes(asked)
    assert note.title == f"{NAME} does worse:"
    assert "not worth it" not in note.text
    assert note.title in text_of(render_report(asked)).partition("Base against tuned")[0]


def test_its_cost_stands_next_to_the_tuned_models(asked: ReportInputs) -> None:
    theirs, own = reference_cost(asked)
    assert "75 answers, 15,000 tokens read, 3,000 written; USD 0.09, USD 1.20 for 1,000 answers" in theirs
    assert "1.2 s an answer" in theirs
    assert own.startswith("Tuned model: EUR 0.02751 for 1,000 answers; 0.8253 s an answer")
    assert theirs in text_of(render_report(asked))
    told = report_json(asked)
    assert (told["reference"]["answers"], told["against_reference"]["suffices"]) == (75, False)


def test_without_prices_no_cost_is_stated(tmp_path: Path) -> None:
    declared, answered = with_reference(predictions(75))
    endpoint = declared.evaluation.reference.endpoint.model_copy(
        update={"price_per_million_output_tokens": None}
    )
    other = declared.evaluation.reference.model_copy(update={"endpoint": endpoint})
    evaluation = declared.evaluation.model_copy(update={"reference": other})
    declared = declared.model_copy(update={"evaluation": evaluation})
    found = read_project(tmp_path, write_project(tmp_path, declared, answered))
    assert "no price is declared, so no cost is stated" in reference_cost(found)[0]


@pytest.mark.parametrize(("like", "title"), [("tuned", "as well"), ("better", "better")])
def test_a_reference_that_does_as_well_makes_tuning_pointless(like: str, title: str, tmp_path: Path) -> None:
    answered = predictions(75)
    if like == "better":
        answered["better"] = [
            row.__class__(**{**vars(row), "answer": row.reference}) for row in answered["tuned"]
        ]
    declared, answered = with_reference(answered, like)
    answered.pop("better", None)
    found = read_project(tmp_path, write_project(tmp_path, declared, answered))
    [note] = prompting_notes(found)
    assert note.title == f"{NAME} does {title}:"
    assert "fine-tuning is not worth it" in note.text
    first_screen = text_of(render_report(found)).partition("Base against tuned")[0]
    assert "fine-tuning is not worth it" in first_screen


def test_a_reference_is_better_only_where_that_is_clear(asked: ReportInputs) -> None:
    found = asked.against_reference
    assert found is not None
    for low, high, words in ((-0.05, 0.01, "as well"), (-0.05, -0.01, "better")):
        gap = replace(found.difference, value=-0.02, low=low, high=high)
        [(title, _)] = reference_notes(
            replace(asked, against_reference=replace(found, suffices=True, difference=gap))
        )
        assert title == f"{NAME} does {words}:"


def test_with_examples_it_is_told_so(asked: ReportInputs) -> None:
    other = asked.evaluation.reference.model_copy(update={"few_shot": True})
    evaluation = asked.evaluation.model_copy(update={"reference": other})
    assert how_it_was_asked(replace(asked, evaluation=evaluation)).endswith("asked with those examples. ")


def test_prompting_that_does_as_well_is_told_by_the_stage_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered = predictions(75)
    answered["few_shot"] = [
        row.__class__(**{**vars(row), "contestant": "few_shot"}) for row in answered["tuned"]
    ]
    write_project(tmp_path, None, answered)
    report.run(tmp_path)
    told = capsys.readouterr().err
    assert "Prompting alone does as well:" in told
    assert "it is not worth it" in told


def test_the_gate_knows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    criterion = Criterion(metric="field_accuracy", over="reference", min=-0.02)
    write_project(tmp_path, *with_reference(predictions(75), task=task(acceptance=(criterion,))))
    monkeypatch.setattr(gate, "_is_stale", lambda _: False)
    report.run(tmp_path)
    capsys.readouterr()
    assert gate.accept(tmp_path, "text") == 0
    told = capsys.readouterr().out
    assert NAME in told.splitlines()[0]
    assert "Fields right over the reference: at least −2.0 points" in told
    assert gate.accept(tmp_path, "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scores"]["reference"]["field_accuracy"]["n"] == 75
    assert found["criteria"][0]["criterion"] == "field_accuracy - reference.field_accuracy >= -0.02"
    assert gate.accept(tmp_path, "markdown") == 0
    assert "Large" in capsys.readouterr().out.splitlines()[4]


def test_what_it_cannot_have_is_a_dash(asked: ReportInputs) -> None:
    """No server tells how likely it finds the reference answers."""
    other = asked.task.model_copy(update={"metrics": (*asked.task.metrics, "perplexity")})
    one = asked.scores["tuned"]["field_accuracy"]
    scores = {
        who: found if who == "reference" else {**found, "perplexity": one}
        for who, found in asked.scores.items()
    }
    paired = {**asked.paired, "perplexity": {"few_shot": asked.paired["exact_match"]["few_shot"]}}
    block = blocks(replace(asked, task=other, scores=scores, paired=paired))[-1]
    assert (block.metric, block.bars[2].value, block.over_reference) == ("perplexity", "–", None)
    assert block.bars[3].value != "–"


def test_trackers_get_its_answers_and_differences(asked: ReportInputs) -> None:
    table = sample_answers(asked, 3)
    assert table.columns == (
        *("id", "prompt", "reference"),
        *("zero_shot", "few_shot", "reference_model", "tuned", "score"),
    )
    assert table.rows[0][5] == asked.predictions["reference"][0].answer


def test_asked_of_nobody_nothing_changes(triage: ReportInputs) -> None:
    assert [*triage.contestants] == ["zero_shot", "few_shot", "tuned"]
    assert triage.reference is None
    assert reference_cost(triage) == ()
    assert all(block.over_reference is None for block in blocks(triage))
    assert not settings().evaluation.reference.enabled
