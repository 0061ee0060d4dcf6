"""`tunewright show`: values with origins as text, YAML and JSON; differences from a revision."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.config.mistakes.kind import params
from tunewright.cli.show import show
from tunewright.config.compose import compose
from tunewright.errors import ConfigError, UsageError
from tunewright.stages.compose import run as run_compose


@pytest.fixture
def git(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with its declarations committed, without resolved.yaml."""
    for name, value in {"CONFIG_GLOBAL": "/dev/null", "CONFIG_SYSTEM": "/dev/null"}.items():
        monkeypatch.setenv(f"GIT_{name}", value)
    (project / "params.yaml").write_text(params())
    run_git(project, "init", "-q")
    commit(project, "First")
    return project


def run_git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(project: Path, message: str) -> None:
    run_git(project, "add", "-A")
    run_git(project, "commit", "-q", "-m", message)


def shown(
    capsys: pytest.CaptureFixture[str],
    project: Path,
    key: str | None,
    form: str = "text",
    diff: str | None = None,
) -> str:
    capsys.readouterr()
    show(project, key, form, diff)
    return capsys.readouterr().out


def test_a_leaf_is_shown_whole_with_its_meaning(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, project, "method.lora.r")
    assert text.splitlines()[0] == "method.lora.r: 16"
    assert "tunewright:conf/method/lora.yaml:" in text
    assert "meaning  rank." in text
    whole = shown(capsys, project, "task.instructions")
    assert "needs_human: true or false" in whole
    assert "licence or agreement" in shown(capsys, project, "data.sources.0.licence")


def test_a_subtree_is_a_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, project, "method.lora").splitlines()
    assert len(lines) == 6
    assert all(line.startswith("method.lora.") for line in lines)
    everything = shown(capsys, project, None).splitlines()
    assert len(everything) > 80
    assert {line.partition(".")[0].split()[0] for line in everything} > {
        "task",
        "seed",
        "project",
        "versions",
    }


def test_yaml_is_what_resolved_yaml_holds(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, project, None, "yaml")
    assert yaml.safe_load(text) == compose(project).model_dump(mode="json")
    learning_rate = next(line for line in text.splitlines() if line.startswith("  learning_rate:"))
    assert "# tunewright:conf/method/lora.yaml:" in learning_rate
    small = {"method": {"learning_rate": 1e-5}}
    (project / "params.yaml").write_text(params(set=small))
    assert yaml.safe_load(shown(capsys, project, "method.learning_rate", "yaml")) == small


def test_json_names_file_and_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "params.yaml").write_text(params(set={"seed": 5}))
    content = json.loads(shown(capsys, project, None, "json"))
    assert content["seed"] == {
        "value": 5,
        "from": {"kind": "set", "file": "params.yaml", "line": 8, "through": []},
    }
    through = content["evaluation.precision"]["from"]["through"][0]
    assert (through["key"], through["origin"]["file"]) == (
        "hardware.precision",
        "tunewright:conf/hardware/cpu.yaml",
    )


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("methd", "did you mean 'method'"),
        ("method.lora.rr", "did you mean 'method.lora.r'"),
        ("method.learning", "did you mean 'method.learning_rate'"),
        ("data.sources.1", "there is no setting 'data.sources.1'"),
    ],
)
def test_a_misspelt_key_has_a_nearest_name(project: Path, key: str, told: str) -> None:
    with pytest.raises(UsageError, match=told.replace(".", r"\.")) as caught:
        show(project, key, "text", None)
    assert caught.value.exit_code == 2


def test_below_null_is_said_where_it_is_null(project: Path) -> None:
    (project / "params.yaml").write_text(params(method="full"))
    with pytest.raises(UsageError, match=r"full.yaml:\d+: method.lora is null, so there is no method.lora.r"):
        show(project, "method.lora.r", "text", None)


def test_outside_a_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tunewright new"):
        show(tmp_path, None, "text", None)


def test_diff_with_a_revision_without_resolved_yaml_composes_it(
    git: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, git, None, diff="HEAD") == "nothing differs from HEAD\n"
    (git / "params.yaml").write_text(params(method="rslora", set={"seed": 2}))
    show(git, None, "text", "HEAD")
    told = capsys.readouterr()
    assert "HEAD has no resolved.yaml: composed by the tunewright installed now" in told.err
    lines = {line.split()[0]: line for line in told.out.splitlines()}
    assert set(lines) == {
        "choices.method",
        "seed",
        "method.lora.r",
        "method.lora.lora_alpha",
        "method.lora.use_rslora",
    }
    assert "0 -> 2" in lines["seed"] and "params.yaml:8 (set)" in lines["seed"]
    assert "16 -> 64" in lines["method.lora.r"] and "rslora.yaml:" in lines["method.lora.r"]
    assert len(shown(capsys, git, "method.lora", diff="HEAD").splitlines()) == 3
    assert not (git / "resolved.yaml").exists()


def test_a_node_that_became_null_is_one_difference(git: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (git / "params.yaml").write_text(params(method="full", set={"method": {"learning_rate": 1e-3}}))
    lines = shown(capsys, git, "method.lora", diff="HEAD").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("method.lora  {r: 16, lora_alpha: 32.0, ") and " -> null" in lines[0]
    assert "tunewright:conf/method/full.yaml:" in lines[0]


def test_diff_prefers_what_the_revision_recorded(git: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its resolved.yaml knows packaged defaults and settings of a version that is gone."""
    run_compose(git)
    resolved = git / "resolved.yaml"
    old = yaml.safe_load(resolved.read_text())
    old["method"]["warmup_ratio"] = 0.03
    old["method"]["retired"] = 1
    old["task"]["acceptance"].pop()
    resolved.write_text(yaml.safe_dump(old))
    commit(git, "Second")
    run_compose(git)
    show(git, None, "text", "HEAD")
    told = capsys.readouterr()
    assert told.err == ""
    lines = {line.split()[0]: line for line in told.out.splitlines()}
    assert "0.03 -> 0.05" in lines["method.warmup_ratio"]
    assert "1 -> (absent)" in lines["method.retired"]
    assert "(absent) -> {metric: field_accuracy" in lines["task.acceptance.1"]
    content = json.loads(shown(capsys, git, "method", "json", "HEAD"))
    assert content["method.warmup_ratio"]["from"]["file"] == "tunewright:conf/method/lora.yaml"
    assert content["method.retired"] == {"then": 1, "now": "(absent)", "from": None}


def test_diff_with_what_git_does_not_know(git: Path, tmp_path: Path) -> None:
    for revision in ("nope", "--output=x", "HEAD:params.yaml"):
        with pytest.raises(UsageError, match="git knows no revision"):
            show(git, None, "text", revision)
    assert not (git / "x").exists()


def test_diff_with_a_revision_that_is_no_project_or_does_not_compose(git: Path) -> None:
    (git / "params.yaml").write_text(params(method="gone"))
    commit(git, "Broken")
    (git / "params.yaml").unlink()
    commit(git, "No project")
    (git / "params.yaml").write_text(params())
    with pytest.raises(UsageError, match=r"holds neither resolved\.yaml nor params\.yaml"):
        show(git, None, "text", "HEAD")
    with pytest.raises(UsageError, match="no option 'gone'"):
        show(git, None, "text", "HEAD~1")
