"""The report's section on a judge, and the criteria that name what it scored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from tests.unit.reporting.made_up import (
    judgements,
    read_project,
    settings,
    task,
    timing,
    write_judge,
    write_project,
)
from tunewright.artifacts import TEST_ROWS
from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.evaluation import Evaluation, Statistics
from tunewright.config.schema.judge import Judge
from tunewright.config.schema.task import Criterion, Dimension
from tunewright.data.rows import read_rows
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.people.answers import answers_of_all, two_of
from tunewright.evaluation.people.pairs import make_page, pairs_of
from tunewright.evaluation.people.record import Comparisons, Rating, write_comparisons
from tunewright.models.machine import TimingRecord
from tunewright.reporting.document import report_json
from tunewright.reporting.judge_view import judge_view, opinions_took
from tunewright.reporting.page import render_report
from tunewright.reporting.report_markdown import render_report_markdown

STATISTICS = Statistics(bootstrap_samples=500)
PRICED = Endpoint(price_per_million_input_tokens=1.0, price_per_million_output_tokens=10.0, currency="EUR")
USE = JudgeUse(152, 304.0, 100_000, 2_500, 0.1, "USD")  # at yesterday's prices


def judged(root, wins=60, readable=73, use=USE, **changes):
    """The project's 75 rows as a judge sees them."""
    declared = write_project(
        root,
        settings(
            task=task(**changes),
            evaluation=Evaluation(statistics=STATISTICS, judge=Judge(enabled=True, endpoint=PRICED)),
        ),
    )
    write_judge(root, judgements(wins, readable), use)
    return declared


def test_no_judge_no_section(triage):
    assert triage.judged is None
    assert "Judged by a model" not in render_report(triage)


def test_what_the_judge_said_and_that_nobody_checked_it(tmp_path):
    inputs = read_project(tmp_path, judged(tmp_path))
    view = judge_view(inputs)
    whole = " ".join(view.facts)
    assert (
        "Of 75 rows the tuned model's answer is better on 60, Base, few-shot's on 3, neither on 10" in whole
    )
    assert "Of 2 an opinion cannot be read, so they do not count." in whole
    assert "answers are alike" not in whole, "none are"
    assert "Win rate of the tuned model 89.0 % [" in whole  # (60 + 10 / 2) / 73
    assert "on the other 10 it is taken to be undecided" in whole
    assert "how far this judge can be trusted is not known" in whole
    assert "152 requests, 100,000 tokens read, 2,500 written; EUR 0.125; 2 s a request" in whole
    (row,) = view.dimensions
    assert (row.name, row.tuned, row.against, row.difference) == ("right", "4.50", "2.00", "+2.50")
    steady = inputs.judged.results.intervals["position_consistent"]
    assert steady.low < steady.high
    assert f"on {100 * steady.value:.1f} % [{100 * steady.low:.1f}, {100 * steady.high:.1f}] of rows" in whole
    grade = replace(steady, value=3.0, low=-0.5, high=4.25)
    results = replace(
        inputs.judged.results, intervals={"score.x": grade, "against.x": grade, "difference.x": grade}
    )
    (made,) = judge_view(replace(inputs, judged=replace(inputs.judged, results=results))).dimensions
    assert made.tuned_interval == made.against_interval == made.difference_interval == "[−0.50, 4.25]"
    html = render_report(inputs)
    assert "Judged by a model" in html and "judge &lt;/b&gt; of the house" in html


def first_screen(inputs):
    return render_report(inputs).partition('id="compare"')[0]


def test_what_a_server_took_stands_on_the_first_screen_and_for_machines(tmp_path):
    inputs = read_project(tmp_path, judged(tmp_path))
    line = (
        "Judge judge &lt;/b&gt; of the house: 152 requests, 100,000 tokens read, 2,500 written; EUR 0.125; "
        "2 s a request, asked one by one."
    )
    assert line in first_screen(inputs)
    assert "152 requests, 100,000 tokens read, 2,500 written; EUR 0.125" in render_report_markdown(inputs)
    told = report_json(inputs)
    assert "judge" not in told["cost"]["stages"]
    assert told["judged"]["use"] == {
        "answers": 152,
        "seconds": 304.0,
        "prompt_tokens": 100_000,
        "completion_tokens": 2_500,
        "cost": 0.125,
        "currency": "EUR",
        "computed": None,
    }


def test_what_a_local_judge_took_is_part_of_the_sum(tmp_path):
    computed = TypeAdapter(TimingRecord).validate_python(timing(1800.0, 12.0))
    use = JudgeUse(152, 1800.0, 100_000, 2_500, computed=computed)
    inputs = read_project(tmp_path, judged(tmp_path, use=use))
    shown = first_screen(inputs)
    assert "judge 30 min 00 s" in shown, "a stage like others"
    assert "152 requests, 100,000 tokens read, 2,500 written; computed here in 30 min 00 s" in shown
    told = report_json(inputs)
    spent = told["cost"]
    assert spent["stages"]["judge"] == 1800.0
    assert spent["seconds"] == pytest.approx(sum(spent["stages"].values()) + spent["single_requests"])
    assert told["stages"]["judge"]["device"] == "cpu"
    assert told["judged"]["use"]["cost"] is None, "it costs what the machine costs, whatever a server would"


def test_opinions_on_answers_that_are_all_alike_took_nothing():
    assert opinions_took(JudgeUse(currency="EUR", cost=0.0)).endswith("since all answers are alike.")


def test_a_model_that_judges_its_own_answers_is_told_of(tmp_path):
    inputs = read_project(tmp_path, judged(tmp_path))
    itself = "it judges its own work"
    against = replace(inputs.judged, judged=replace(inputs.judged.judged, against="reference"))
    asked = replace(inputs, judged=against)
    assert itself in " ".join(judge_view(asked).facts), "neither endpoint has a name here: they are one"
    judge = inputs.evaluation.judge.model_copy(update={"endpoint": Endpoint(model="large-2")})
    evaluation = inputs.evaluation.model_copy(update={"judge": judge})
    assert itself not in " ".join(judge_view(replace(asked, evaluation=evaluation)).facts)
    assert itself not in " ".join(judge_view(inputs).facts), "the base model's answers are not the judge's"


def test_agreement_with_a_person_is_told(tmp_path):
    declared = judged(tmp_path)
    rows = {row.id: row for row in read_rows(tmp_path / TEST_ROWS)}
    everything = pairs_of(
        rows, *two_of(answers_of_all(tmp_path, with_reference=False), "tuned", "few_shot"), "extraction"
    )
    drawn = [pair for pair in everything if pair.first != pair.second][:10]
    page = make_page(drawn, everything, first="tuned", second="few_shot", seed=0, known=Comparisons())
    choices = ("first",) * 9 + ("second",)
    write_comparisons(tmp_path, Comparisons((page,), (Rating(page.page, "Ada", "2026-03-01", choices),)))
    inputs = read_project(tmp_path, declared)
    assert [(one.rater, one.rows, one.alike, one.kappa) for one in inputs.judged.people] == [
        ("Ada", 10, 9, 0.0)
    ]
    told = report_json(inputs)["judged"]
    assert (told["against"], told["cost"], told["people"][0]["alike"]) == ("few_shot", 0.125, 9)
    assert told["results"]["intervals"]["win_rate"]["n"] == 73
    assert "Ada and the judge: alike on 9 of 10 rows, Cohen's kappa 0." in " ".join(judge_view(inputs).facts)


def test_criteria_name_the_win_rate_and_the_scores(tmp_path):
    acceptance = (
        Criterion(metric="judge.win_rate", min=0.8),
        Criterion(metric="judge.win_rate", min=0.88),
        Criterion(metric="judge.score.right", min=2.0, over="few_shot"),
    )
    declared = judged(
        tmp_path, acceptance=acceptance, rubric=(Dimension(name="right", description="is right"),)
    )
    verdict = read_project(tmp_path, declared).verdict
    assert [one.passed for one in verdict.criteria] == [True, False, True]
    assert verdict.criteria[0].n == 73
    assert verdict.criteria[2].value == 2.5


def test_a_judge_that_nobody_can_read_fails_its_criteria_and_not_the_report(tmp_path):
    declared = judged(tmp_path, readable=0, acceptance=(Criterion(metric="judge.win_rate", min=0.5),))
    inputs = read_project(tmp_path, declared)
    (found,) = inputs.verdict.criteria
    assert (found.passed, found.value, found.n) == (False, None, 0)
    assert "no opinion of the judge could be read" in found.reason
    assert found.reason in render_report(inputs)
    assert report_json(inputs)["verdict"]["criteria"][0]["value"] is None
    told = judge_view(inputs)
    assert "No opinion could be read, so there is neither a win rate nor a score." in told.facts
    assert not told.dimensions and "In both orders" not in " ".join(told.facts)


def test_a_judge_that_is_steady_throughout_is_not_told_to_be_undecided_on_none(tmp_path):
    inputs = read_project(tmp_path, judged(tmp_path))
    counts = {**inputs.judged.results.counts, "position_inconsistent": 0}
    steady = replace(inputs.judged, results=replace(inputs.judged.results, counts=counts))
    whole = " ".join(judge_view(replace(inputs, judged=steady)).facts)
    assert "of rows." in whole and "undecided" not in whole
