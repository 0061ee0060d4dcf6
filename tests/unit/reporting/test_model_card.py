"""The model card loads where model cards are read, and holds the numbers but no row."""

from dataclasses import replace

import pytest

from tunewright.evaluation.verdict import Verdict
from tunewright.reporting.model_card import render_model_card
from tunewright.reporting.templates import fenced, visible

huggingface_hub = pytest.importorskip("huggingface_hub")


def load(text: str):
    return huggingface_hub.ModelCard(text, ignore_metadata_errors=False)


def test_its_front_matter_is_what_hubs_read(triage):
    data = load(render_model_card(triage)).data
    assert data.base_model == "example/small-instruct"
    assert data.library_name == "peft"
    assert data.license == "apache-2.0"
    assert data.pipeline_tag == "text-generation"
    assert data.tags == ["tunewright", "qlora", "extraction"]


def test_a_licence_that_is_no_identifier_and_full_training(triage):
    record = replace(triage.base_model, licence="Acme: internal use #1")
    method = triage.method.model_copy(update={"lora": None, "quantization": None})
    data = load(render_model_card(replace(triage, base_model=record, method=method))).data
    assert (data.license, data.license_name) == ("other", "Acme: internal use #1")
    assert data.library_name == "transformers"


def test_it_holds_results_with_intervals_recipe_and_lineage(triage):
    content = load(render_model_card(triage)).content
    score = triage.scores["tuned"]["field_accuracy"]
    assert f"{100 * score.value:.1f} % \\[{100 * score.low:.1f}, {100 * score.high:.1f}\\]" in content
    for heading in ("Intended use", "Data", "Training", "Results", "Limits", "Lineage"):
        assert f"\n## {heading}\n" in content
    for expected in ("0.0002, cosine", "Accepted: Both criteria hold.", *triage.hashes.values()):
        assert expected in content
    tables = [line for line in content.splitlines() if line.startswith("|")]
    widths = {line.replace("\\|", "").count("|") for line in tables}
    assert widths == {3, 5, 6}


def test_it_says_what_became_of_personal_data(triage):
    content = render_model_card(triage)
    assert "\nPersonal data: 7 values in the rows that were read" in content
    assert "6 were replaced by a placeholder." in content


def test_it_holds_no_row(triage):
    content = render_model_card(triage)
    for row in triage.predictions["tuned"]:
        assert row.prompt not in content and row.reference not in content and row.id not in content


def test_text_of_others_stays_text(triage):
    evil = "x | y\n## Heading\n<script>alert(1)</script> [a](http://b) `c`\n---\nlicense: mit"
    project = triage.project.model_copy(update={"name": evil})
    content = render_model_card(replace(triage, project=project))
    assert load(content).data.license == "apache-2.0"
    assert "\n## Heading" not in content
    assert "\\<script\\>" in content and "\\[a\\](http" in content and "x \\| y" in content


def test_instructions_cannot_leave_their_block():
    assert fenced("a\n```\nb") == "````text\na\n```\nb\n````"


def test_what_no_document_may_hold_is_shown_as_a_sign():
    assert visible("a\x00b\ud800c\td\r\ne") == "a�b�c\td\ne"


def test_a_model_that_was_not_accepted_says_so(triage):
    content = render_model_card(replace(triage, verdict=replace(triage.verdict, accepted=False)))
    assert "do not put it into use" in content
    assert "do not put it into use" not in render_model_card(replace(triage, verdict=Verdict(True, ())))


def test_it_holds_the_answers_to_the_decision_questions(triage):
    told = triage.task.rationale.model_copy(update={"must_cite": True, "cost_today": "2 | 3 *minutes*"})
    content = render_model_card(replace(triage, task=triage.task.model_copy(update={"rationale": told})))
    assert "- Sources must be named: yes\n- Cost today: 2 \\| 3 \\*minutes\\*\n" in content
    assert "Let retrieval bring the facts" in content
    assert "Facts change" not in content, "nobody answered that"
