"""The section "Beyond the task": both models, difference, verdict, failing items, all of them inert."""

import json
import xml.etree.ElementTree as ET

import pytest

from tests.unit.reporting.made_up import settings, write_project
from tunewright import artifacts
from tunewright.cli import accept as accepting
from tunewright.config.criterion_text import parse_criterion
from tunewright.config.schema.task import Criterion
from tunewright.errors import TunewrightError
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.suites.results import write_scores
from tunewright.stages import report

HOSTILE = "</td></table><script>alert('beyond')</script> \u202e ]]> & \x00"


def items(right: int) -> list[ItemScore]:
    """Eighty general questions, so many of them right, and one number that no limit judges."""
    questions = [
        ItemScore(
            "regression.accuracy",
            f"q{number}",
            "arithmetic" if number % 2 else "reading",
            float(number < right),
            f"question {number}",
            HOSTILE,
            "the right answer",
        )
        for number in range(80)
    ]
    return [*questions, *(ItemScore("leakage.longest", f"r{n}", "row", n, "", "", "") for n in range(3))]


def written(root, base: int, tuned: int):
    write_project(root, settings())
    write_scores(root / artifacts.BASE_SUITES, items(base))
    write_scores(root / artifacts.TUNED_SUITES, items(tuned))
    report.run(root)
    page = (root / artifacts.REPORT).read_text(encoding="utf-8")
    metrics = json.loads((root / artifacts.METRICS / "suites.json").read_text(encoding="utf-8"))
    return page, metrics


def test_what_was_forgotten_is_shown_and_fails(tmp_path, capfd):
    page, metrics = written(tmp_path, base=72, tuned=40)
    assert metrics["regression.accuracy"] == 0.5
    assert metrics["regression.accuracy_base"] == 0.9
    assert metrics["regression.accuracy_difference"] == pytest.approx(-0.4)
    assert metrics["regression.accuracy_passed"] == 0.0
    assert "leakage.longest_passed" not in metrics
    section = page[page.index('<h2 id="suites">') : page.index('<h2 id="examples">')]
    for text in ("General questions right", "−40.0 points", "✕ fail", "limits.regression_max_loss", "q40"):
        assert text in section
    assert "q72" not in section, "what only the tuned model fails comes first"
    assert "General questions right over zero-shot: at least −10.0 points" in capfd.readouterr().err


def test_what_was_kept_passes(tmp_path):
    page, metrics = written(tmp_path, base=72, tuned=72)
    assert metrics["regression.accuracy_passed"] == 1.0
    assert "✓ pass" in page[page.index('<h2 id="suites">') : page.index('<h2 id="examples">')]


def test_hostile_answers_stay_inert(tmp_path):
    page, _ = written(tmp_path, base=72, tuned=40)
    ET.fromstring(page)
    assert "<script" not in page and "\x00" not in page
    assert "&lt;script&gt;alert(" in page


def test_without_suites_the_section_says_so(tmp_path):
    write_project(tmp_path)
    report.run(tmp_path)
    assert "All suites are off" in (tmp_path / artifacts.REPORT).read_text(encoding="utf-8")
    assert json.loads((tmp_path / artifacts.METRICS / "suites.json").read_text(encoding="utf-8")) == {}


def test_other_items_for_base_and_tuned_are_refused(tmp_path):
    write_project(tmp_path)
    write_scores(tmp_path / artifacts.BASE_SUITES, items(3))
    with pytest.raises(TunewrightError, match="asked different items"):
        report.run(tmp_path)


CRITERION = "suites.regression.accuracy >= 0.85"
LIMIT = "evaluation.suites.limits.regression_max_loss = 0.1"


@pytest.mark.parametrize("form", ["text", "markdown", "json", "junit"])
def test_accept_shows_criteria_and_limits_of_suites(tmp_path, monkeypatch, capsys, form):
    declared = settings()
    acceptance = (Criterion(**parse_criterion(CRITERION)),)
    declared = declared.model_copy(
        update={"task": declared.task.model_copy(update={"acceptance": acceptance})}
    )
    write_project(tmp_path, declared)
    write_scores(tmp_path / artifacts.BASE_SUITES, items(72))
    write_scores(tmp_path / artifacts.TUNED_SUITES, items(40))
    report.run(tmp_path)
    page = (tmp_path / artifacts.REPORT).read_text(encoding="utf-8")
    first = page[: page.index('<h2 id="suites">')]
    assert "2 of 2 criteria fail" in first and "General questions right" in first
    capsys.readouterr()
    monkeypatch.setattr(accepting, "_is_stale", lambda _: False)
    assert accepting.accept(tmp_path, form) == 1
    told = capsys.readouterr().out
    shown = {
        "text": ("General questions right: at least 85.0 %", "over zero-shot: at least −10.0 points"),
        "markdown": ("General questions right: at least 85.0 %", "over zero-shot: at least −10.0 points"),
        "json": (CRITERION, LIMIT),
        "junit": (CRITERION.replace(">", "&gt;"), LIMIT, 'classname="evaluation.suites.limits"'),
    }[form]
    for text in shown:
        assert text in told
