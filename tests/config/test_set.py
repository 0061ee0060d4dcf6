"""`tunewright set` writes params.yaml only if the whole configuration holds, comments kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.cli.set import set_values
from tunewright.config.compose import compose
from tunewright.errors import ConfigError


def test_a_value_is_written_and_comments_stay(project: Path) -> None:
    comment = (project / "params.yaml").read_text().splitlines()[0]
    set_values(project, ["method.learning_rate=1e-4", "method.lora.r=8"])
    text = (project / "params.yaml").read_text()
    assert text.splitlines()[0] == comment
    assert text.splitlines()[-1] == "set: {method: {learning_rate: 0.0001, lora: {r: 8}}}"
    settings = compose(project)
    assert settings.method.learning_rate == 1e-4


def test_leaving_an_option_drops_its_values(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_values(project, ["method.lora.r=8", "seed=3"])
    set_values(project, ["method=full"])
    assert "dropped method.lora.r" in capsys.readouterr().out
    settings = compose(project)
    assert (settings.choices.method, settings.method.lora, settings.seed) == ("full", None, 3)


@pytest.mark.parametrize("text", ["Does it work?", "a, b: {c}", "# no comment", 'it\'s "so"', "é - ü\tx"])
def test_any_text_is_read_as_it_was_written(project: Path, text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    set_values(project, [f"project.name='{quoted}'", "method.lora.r=8"])
    assert compose(project).project.name == text


def test_the_learning_rate_comes_with_the_model(project: Path) -> None:
    assert compose(project).method.learning_rate == 1e-3
    set_values(project, ["model=qwen3-4b"])
    assert compose(project).method.learning_rate == 2e-4


def test_staying_with_an_option_keeps_its_values(project: Path) -> None:
    set_values(project, ["method.lora.r=8"])
    set_values(project, ["method=qlora"])
    settings = compose(project)
    assert settings.method.lora is not None
    assert settings.method.lora.r == 8


def test_a_value_is_taken_back(project: Path) -> None:
    before = (project / "params.yaml").read_text()
    set_values(project, ["method.lora.r=8"])
    set_values(project, ["~method.lora.r"])
    assert (project / "params.yaml").read_text() == before
    with pytest.raises(ConfigError, match="is not set"):
        set_values(project, ["~method.lora.r"])


@pytest.mark.parametrize(
    "wrong",
    [
        "method.learning_rat=1",
        "method=lorra",
        "seed=x",
        "seed",
        "=3",
        "nope.x=1",
        "seed=[1",
        "seed=${",
        "seed=!x 3",
        "seed={a",
        "seed='",
        "a..b=1",
        "seed=",
        "~",
        "set=1",
        "task.acceptance.0.min=0.5",
    ],
)
def test_nothing_is_written_when_it_would_not_hold(project: Path, wrong: str) -> None:
    before = (project / "params.yaml").read_bytes()
    with pytest.raises(ConfigError):
        set_values(project, ["seed=4", wrong])
    assert (project / "params.yaml").read_bytes() == before
