"""What the shell offers after Tab, through Typer's own completion."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.unit.experiments.made_up import experiments, start
from tunewright.cli.eject import packaged_options
from tunewright.cli.main import app
from tunewright.config.json_schema import schema_names
from tunewright.config.schema import GROUPS, LISTED

ROOT = Path(__file__).parents[3]
Offers = Callable[..., list[str]]


@pytest.fixture
def offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offers:
    """What bash is offered for the last of these words, in a project of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    (tmp_path / "conf" / "method").mkdir(parents=True)
    (tmp_path / "conf" / "method" / "mine.yaml").write_text("# Mine.\n")

    def ask(*words: str) -> list[str]:
        command = " ".join(("tunewright", *words))
        environment = {
            "_TUNEWRIGHT_COMPLETE": "complete_bash",
            "COMP_WORDS": command,
            "COMP_CWORD": str(len(words)),
        }
        done = CliRunner().invoke(app, env=environment, prog_name="tunewright")
        assert done.exit_code == 0, done.output
        return done.output.split()

    return ask


def test_commands(offers: Offers) -> None:
    assert offers("op") == ["options"]
    assert {"options", "show", "schema", "eject"} <= set(offers(""))


def test_groups(offers: Offers) -> None:
    assert set(offers("options", "")) == set(LISTED)
    assert offers("options", "me") == ["method"]
    assert set(offers("schema", "")) == set(schema_names())


def test_settings(offers: Offers) -> None:
    assert offers("show", "method.lora.use") == ["method.lora.use_dora", "method.lora.use_rslora"]
    assert {"method", "method.lora", "method.lora.r", "seed"} <= set(offers("show", ""))
    assert len(offers("show", "")) > 90


def test_packaged_options(offers: Offers) -> None:
    assert offers("eject", "method/q") == ["method/qlora"]
    assert set(offers("eject", "")) == set(packaged_options())


def test_keys_to_set(offers: Offers) -> None:
    assert offers("set", "method.lr") == ["method.lr_scheduler_type="]
    assert {f"{group}=" for group in GROUPS} | {"seed=", "method.lora.r="} <= set(offers("set", ""))
    assert offers("set", "choices") == offers("set", "data.sources.") == []


def test_values_to_set(offers: Offers) -> None:
    """As zsh and fish ask for them: the whole word."""
    assert offers("set", "method=l") == ["method=lora"]
    assert "method=mine" in offers("set", "method=")
    assert offers("set", "method=lora", "hardware=c") == ["hardware=cpu", "hardware=cpu-bf16"]
    assert offers("set", "method.lr_scheduler_type=cos") == ["method.lr_scheduler_type=cosine"]
    assert set(offers("set", "hardware.micro_batch_size=")) == {"hardware.micro_batch_size=auto"}
    assert set(offers("set", "evaluation.load_in_4bit=")) == {
        f"evaluation.load_in_4bit={value}" for value in ("true", "false")
    }
    assert offers("set", "method.learning_rate=") == offers("set", "nope=") == []


def test_values_to_set_in_bash(offers: Offers) -> None:
    """bash makes three words of `method=l` and puts the answer in place of the last."""
    assert offers("set", "method", "=", "l") == ["lora"]
    assert "mine" in offers("set", "method", "=")
    assert offers("set", "method.optim", "=", "paged_adamw_8") == ["paged_adamw_8bit"]


def test_values_to_take_back(offers: Offers, tmp_path: Path) -> None:
    assert offers("set", "~") == []
    path = tmp_path / "params.yaml"
    path.write_text(path.read_text().replace("set: {}", "set: {method: {lora: {r: 8}}, seed: 1}"))
    assert set(offers("set", "~")) == {"~method.lora.r", "~seed"}
    path.write_text("method: [\n")
    assert offers("set", "~") == []


def test_outside_a_project(offers: Offers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert offers("set", "method=l") == ["method=lora"]
    assert offers("set", "~") == []


def test_revisions(offers: Offers) -> None:
    assert offers("compare", "") == []
    start(Path.cwd())
    experiments(Path.cwd(), {"lr-one": {}, "lr-two": {}})
    assert offers("compare", "lr") == ["lr-one", "lr-two"]
    assert offers("compare", "lr-one", "") == ["workspace", "lr-one", "lr-two", "main"]
    assert offers("show", "--diff", "ma") == ["main"]
    assert offers("adopt", "") == ["lr-one", "lr-two"]
