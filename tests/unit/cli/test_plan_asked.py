"""What `tunewright plan` says beforehand of keys and folders that a stage would miss at its turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.evaluation.made_up import make_rows
from tunewright.cli.plan_judge import judge_lines
from tunewright.cli.plan_server import missing_key
from tunewright.config.compose import compose
from tunewright.config.schema import Settings

ROOT = Path(__file__).parents[3]
FOLDER = "data/suites/my-judge"


def judged_by_a_folder() -> Settings:
    settings = compose(ROOT)
    judge = settings.evaluation.judge.model_copy(update={"enabled": True, "folder": FOLDER})
    return settings.model_copy(update={"evaluation": settings.evaluation.model_copy(update={"judge": judge})})


def test_a_judge_that_is_not_there_is_named_before_the_training(tmp_path: Path) -> None:
    settings, rows = judged_by_a_folder(), make_rows(6, "test")
    assert f"note: {FOLDER} does not exist" in "\n".join(judge_lines(settings, rows, tmp_path))
    (tmp_path / FOLDER).mkdir(parents=True)
    assert "note:" not in "\n".join(judge_lines(settings, rows, tmp_path))


def test_a_key_that_is_not_set_is_named_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_JUDGES_KEY", raising=False)
    assert "note: SOME_JUDGES_KEY is not set here" in "\n".join(missing_key("SOME_JUDGES_KEY"))
    monkeypatch.setenv("SOME_JUDGES_KEY", "x")
    assert [*missing_key("SOME_JUDGES_KEY")] == []
    assert [*missing_key(None)] == []
