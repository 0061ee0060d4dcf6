"""The command line: fast, no traceback for a user's mistake, the exit code says what happened."""

import subprocess
import sys
from pathlib import Path

import pytest

from tunewright.artifacts import write_json, write_text
from tunewright.cli.accept import accept
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.errors import TunewrightError

ROOT = Path(__file__).parents[3]
HEAVY = ("torch", "transformers", "peft", "trl", "wandb", "dvc", "hydra", "pydantic", "datasets")


def tunewright(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tunewright.cli.main", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from tunewright.cli.main import app; from typer.testing import CliRunner; "
        "result = CliRunner().invoke(app, ['--help']); assert 'accept' in result.output; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("set", "seed=1"), 2, "tunewright new"),
        (("plan",), 2, "tunewright new"),
        (("accept",), 1, "dvc repro"),
        (("stage", "nope"), 1, "no stage 'nope'"),
        (("new", "--no-input", "kind=poetry"), 2, "kind cannot be 'poetry'"),
    ],
)
def test_a_mistake_is_a_message(arguments: tuple[str, ...], code: int, told: str, tmp_path: Path) -> None:
    done = tunewright(*arguments, folder=tmp_path)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("accepted", "code"), [(True, 0), (False, 1)])
def test_accept_prints_the_verdict_and_exits_by_it(
    accepted: bool, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_text(tmp_path / "resolved.yaml", to_yaml(compose(ROOT)))
    metrics = ("field_accuracy", "schema_valid", "exact_match", "json_valid")
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 80}
    scores = dict.fromkeys(metrics, score)
    write_json(tmp_path / "metrics" / "baseline.json", {"zero_shot": scores, "few_shot": scores})
    write_json(tmp_path / "metrics" / "evaluation.json", {"tuned": scores})
    criterion = {
        "metric": "schema_valid",
        "over": None,
        "min": 0.3,
        "confidence": 0.95,
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "passed": accepted,
        "reason": "because",
    }
    write_json(tmp_path / "metrics" / "acceptance.json", {"accepted": accepted, "criteria": [criterion]})
    assert accept(tmp_path) == code
    told = capsys.readouterr().out
    assert ("pass" if accepted else "FAIL") in told
    assert "50.0 %" in told
    assert "reports/report.html" in told


def test_accept_before_a_run_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(TunewrightError, match="dvc repro"):
        accept(tmp_path)
