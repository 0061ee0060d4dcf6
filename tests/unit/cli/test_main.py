"""The command line: fast, no traceback for a user's mistake, the exit code says what happened."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tunewright.artifacts import read_json, write_json, write_text
from tunewright.cli.accept import Form, accept
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.errors import TunewrightError
from tunewright.stages.run import let_waiting_threads_sleep

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
        (("show",), 2, "tunewright new"),
        (("eject", "method/lora"), 2, "tunewright new"),
        (("options", "metod"), 2, "did you mean 'method'"),
        (("schema", "metod"), 2, "did you mean 'method'"),
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


def project_with_results(folder: Path, *, accepted: bool) -> None:
    """The reference project's configuration with made-up results."""
    for name in ("conf", "params.yaml", "dvc.yaml", "extensions"):
        (folder / name).symlink_to(ROOT / name)
    write_text(folder / "resolved.yaml", to_yaml(compose(ROOT)))
    metrics = ("field_accuracy", "schema_valid", "exact_match", "json_valid")
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 80}
    scores = dict.fromkeys(metrics, score)
    write_json(folder / "metrics" / "baseline.json", {"zero_shot": scores, "few_shot": scores})
    write_json(folder / "metrics" / "evaluation.json", {"tuned": scores})
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
    write_json(folder / "metrics" / "acceptance.json", {"accepted": accepted, "criteria": [criterion]})


@pytest.mark.parametrize(("accepted", "code"), [(True, 0), (False, 1)])
def test_accept_prints_the_verdict_and_exits_by_it(
    accepted: bool, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project_with_results(tmp_path, accepted=accepted)
    assert accept(tmp_path) == code
    told = capsys.readouterr().out
    assert ("pass" if accepted else "FAIL") in told
    assert "50.0 %" in told
    assert "reports/report.html" in told
    assert "note:" not in told


@pytest.mark.parametrize(("accepted", "code"), [(True, 0), (False, 1)])
def test_accept_as_markdown_is_two_tables(accepted: bool, code: int, tmp_path: Path) -> None:
    from markdown_it import MarkdownIt

    project_with_results(tmp_path, accepted=accepted)
    done = tunewright("accept", "--format", "markdown", folder=tmp_path)
    assert done.returncode == code
    tokens = MarkdownIt("commonmark").enable("table").parse(done.stdout)
    assert [token.type for token in tokens].count("table_open") == 2
    cells = [token.content for token in tokens if token.type == "inline"]
    assert cells[0] == f"Support triage: {'Accepted' if accepted else 'Not accepted'}"
    assert cells.count("50.0 % \\[40.0, 60.0\\]") == 3 * 4, "three contestants, four metrics"
    assert ("pass" if accepted else "**FAIL**") in cells


@pytest.mark.parametrize("form", ["text", "markdown", "junit"])
def test_accept_says_when_the_configuration_has_changed_since(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: Form
) -> None:
    project_with_results(tmp_path, accepted=True)
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").unlink()
    (tmp_path / "params.yaml").write_text(params.replace("tracking: wandb-offline", "tracking: none"))
    assert accept(tmp_path, form) == 0
    assert "dvc repro" not in capsys.readouterr().out, "the tracker changes no result"
    (tmp_path / "params.yaml").write_text(params.replace("set: {}", "set: {method: {learning_rate: 0.005}}"))
    assert accept(tmp_path, form) == 0
    assert "what these numbers were made from: dvc repro" in capsys.readouterr().out


@pytest.mark.parametrize(("accepted", "code"), [(True, 0), (False, 1)])
def test_accept_as_json(
    accepted: bool, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project_with_results(tmp_path, accepted=accepted)
    assert accept(tmp_path, "json") == code
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"project", "accepted", "stale", "criteria", "scores"}
    assert (told["project"], told["accepted"], told["stale"]) == ("Support triage", accepted, False)
    assert told["criteria"][0]["criterion"] == "schema_valid >= 0.3"
    assert told["criteria"][0]["passed"] is accepted
    assert told["scores"]["tuned"]["exact_match"] == {"value": 0.5, "low": 0.4, "high": 0.6, "n": 80}


SUITE = ("properties", "testcase", "system-out", "system-err")
"""What a suite may hold, in this order, by Jenkins' schema of JUnit files."""


@pytest.mark.parametrize(("accepted", "code"), [(True, 0), (False, 1)])
def test_accept_as_junit(
    accepted: bool, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project_with_results(tmp_path, accepted=accepted)
    assert accept(tmp_path, "junit") == code
    told = capsys.readouterr().out
    assert told.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    suites = ElementTree.fromstring(told.encode())
    (suite,) = suites
    for node in (suites, suite):
        assert (node.tag, node.get("tests"), node.get("errors")) == (node.tag, "1", "0")
        assert node.get("failures") == str(int(not accepted))
    assert (suites.tag, suite.tag, suite.get("name")) == ("testsuites", "testsuite", "Support triage")
    order = [SUITE.index(node.tag) for node in suite]
    assert order == sorted(order)
    (case,) = suite.findall("testcase")
    assert (case.get("classname"), case.get("name")) == ("task.acceptance", "schema_valid >= 0.3")
    (outcome,) = case
    assert outcome.tag == ("system-out" if accepted else "failure")
    assert outcome.get("message") == (None if accepted else "because")
    assert "50.0 % [40.0, 60.0]" in str(outcome.text)


def test_junit_holds_whatever_a_slice_is_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_with_results(tmp_path, accepted=False)
    path = tmp_path / "metrics" / "acceptance.json"
    verdict = read_json(path)
    verdict["criteria"][0]["slice"] = {"meta.channel": 'a "<&>\x1b\ud800'}
    path.write_text(json.dumps(verdict))
    accept(tmp_path, "junit")
    (case,) = ElementTree.fromstring(capsys.readouterr().out.encode()).iter("testcase")
    assert case.get("name") == 'schema_valid[meta.channel="a \\"<&>\ufffd\ufffd"] >= 0.3'


def test_accept_shows_what_has_no_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_with_results(tmp_path, accepted=False)
    path = tmp_path / "metrics" / "acceptance.json"
    verdict = read_json(path)
    once = {"metric": "train_cost", "min": None, "max": 2.5, "value": 3.0, "low": None, "high": None}
    verdict["criteria"] += [
        {**verdict["criteria"][0], **once, "unit": "EUR"},
        {**verdict["criteria"][0], "value": None, "low": None, "high": None, "slice": {"label": "x"}, "n": 0},
    ]
    write_json(path, verdict)
    forms: tuple[Form, ...] = ("text", "markdown")
    for form in forms:
        accept(tmp_path, form)
        told = capsys.readouterr().out
        assert "Cost of training: at most 2.5 EUR, measured once" in told
        assert "3 EUR" in told
        assert told.count("no interval") >= 2
        assert "(label=x)" in told
    accept(tmp_path, "junit")
    assert 'name="train_cost &lt;= 2.5"' in capsys.readouterr().out


def test_accept_before_a_run_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(TunewrightError, match="dvc repro"):
        accept(tmp_path)


def test_waiting_threads_sleep_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for given, wanted in ((None, ("PASSIVE", "3000")), ("ACTIVE", ("ACTIVE", None))):
        monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
        monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
        if given:
            monkeypatch.setenv("OMP_WAIT_POLICY", given)
        let_waiting_threads_sleep()
        assert (os.environ["OMP_WAIT_POLICY"], os.environ.get("GOMP_SPINCOUNT")) == wanted
