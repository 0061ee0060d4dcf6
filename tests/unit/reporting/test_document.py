"""reports/report.json: the numbers of the HTML, one to one, in a form that is documented and stays."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import fields, replace

import pytest

from tunewright.config.schema.suites import Limits
from tunewright.evaluation.suites.judge import compare_suites
from tunewright.evaluation.suites.question import ItemScore
from tunewright.reporting import numbers
from tunewright.reporting.document import ReportDocument, report_json
from tunewright.reporting.page import render_report
from tunewright.reporting.report_markdown import render_report_markdown
from tunewright.tracking.source import Source

NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def document(triage):
    return report_json(triage)


def found_numbers(value):
    """Every number in JSON, those in texts included, as people write them."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from NUMBER.findall(key)
            yield from found_numbers(part)
    elif isinstance(value, list):
        yield str(len(value))
        for part in value:
            yield from found_numbers(part)
    elif isinstance(value, str):
        yield from NUMBER.findall(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from (
            f"{100 * value:.1f}",
            f"{value:.1f}",
            f"{value:.2f}",
            f"{value:.3f}",
            f"{value:.2g}",
            f"{value:,.0f}",
        )
        yield from (numbers.decimal(value), f"{value:g}", *NUMBER.findall(numbers.duration(abs(value))))


def test_its_keys_are_those_of_the_documented_class(document):
    assert set(document) == {field.name for field in fields(ReportDocument)}
    assert document["format"] == 1
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_it_holds_every_number_that_the_tables_show(triage, document):
    known = {number.lstrip("−-") for number in found_numbers(document)}
    page = ET.fromstring(render_report(triage))
    shown = [
        number
        for name in ("better", "worse", "compare", "criteria", "fields", "slices")
        for cell in page.find(f".//section[@aria-labelledby='{name}']").iter()
        if cell.tag in ("td", "li", "p") and "scale" not in (cell.get("class") or "")
        for number in NUMBER.findall("".join(cell.itertext()))
    ]
    assert len(shown) > 300
    scale = {"0", "25", "50", "75", "100", "95", "80", "0.001"}
    assert {n.lstrip("−-").rstrip(",") for n in shown} - known - scale == set()


def test_it_holds_the_same_scores_and_verdict_as_the_other_files(triage, document):
    assert document["status"] == "accepted"
    assert document["verdict"]["criteria"][0]["value"] == triage.verdict.criteria[0].value
    for metric, found in document["metrics"].items():
        for who, score in found["scores"].items():
            assert score == triage.scores[who][metric].as_dict()
    assert list(document["metrics"])[:3] == list(triage.task.metrics)
    assert document["better"][0]["name"] == "schema_valid"
    assert document["cost"]["amount"] == pytest.approx(645.51 * 0.12 / 3600)
    assert document["source"] == {"commit": "", "changed": [], "experiment": ""}


def test_each_contestant_has_its_own_tokens_and_the_better_prompt_is_the_rival(triage, document):
    longer = [replace(one, answer_tokens=50) for one in triage.predictions["few_shot"]]
    made = report_json(replace(triage, predictions={**triage.predictions, "few_shot": longer}))
    assert made["tokens"]["few_shot"] == {"prompt": 75 * 180, "answer": 75 * 50}
    assert (
        made["tokens"]["tuned"] == document["tokens"]["few_shot"] == {"prompt": 75 * 180, "answer": 75 * 40}
    )
    assert document["metrics"]["field_accuracy"]["against"] == "few_shot"


def test_a_suite_has_both_models_in_their_places(triage):
    rows = [("q1", 1.0, 0.0), ("q2", 1.0, 1.0), ("q3", 0.0, 0.0), ("q4", 1.0, 0.0)]
    base, tuned = (
        [ItemScore("regression.accuracy", name, "reading", pair[side], "", "", "") for name, *pair in rows]
        for side in (0, 1)
    )
    suites = compare_suites(base, tuned, Limits(), triage.evaluation.statistics)
    (found,) = report_json(replace(triage, suites=suites))["suites"].values()
    assert (found["base"]["value"], found["tuned"]["value"]) == (0.75, 0.25)
    assert found["difference"]["value"] == -0.5
    assert found["by_group"] == {"reading": {"items": 4, "base": 3, "tuned": 1}}


def test_no_text_of_a_row_is_in_it(triage, document):
    text = json.dumps(document, ensure_ascii=False)
    for row in triage.predictions["tuned"]:
        assert row.prompt not in text and row.answer not in text


def test_no_secret_is_in_it(triage, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "wonderful-secret-77")
    record = replace(triage.base_model, name="wonderful-secret-77")
    assert "wonderful-secret-77" not in json.dumps(report_json(replace(triage, base_model=record)))


def test_losses_that_are_no_numbers_are_left_out(triage):
    broken = [replace(triage.losses[0], loss=float("nan")), *triage.losses[1:]]
    assert len(report_json(replace(triage, losses=broken))["losses"]) == len(triage.losses) - 1


def test_the_commit_and_what_differed_from_it_are_in_all_three(triage):
    source = Source("4e2073a9" * 5, ("params.yaml", "conf/task/own.yaml"), "bold-lynx")
    made = replace(triage, source=source)
    html = render_report(made)
    assert source.commit in html and "params.yaml, conf/task/own.yaml" in html and "bold-lynx" in html
    assert report_json(made)["source"]["commit"] == source.commit
    assert "from commit 4e2073a94e with changes that were not committed" in render_report_markdown(made)
    assert "none: not in a git repository" in render_report(triage)
