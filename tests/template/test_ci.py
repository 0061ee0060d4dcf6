"""The CI files of a generated project: sound after their services' schemas, and their commands do their work."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tunewright.artifacts import write_json, write_text
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml

from .test_combinations import render

GITHUB, GITLAB = Path(".github/workflows/ci.yml"), Path(".gitlab-ci.yml")
SCHEMAS = {GITHUB: "vendor.github-workflows", GITLAB: "vendor.gitlab-ci"}
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A project under git, as it was made, that takes no time to check."""
    folder = render(tmp_path_factory.mktemp("ci") / "made", model="tiny", tracking="none")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Start"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def project(fresh: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as one likes."""
    shutil.copytree(fresh, tmp_path / "project")
    return tmp_path / "project"


def loaded(project: Path, name: Path) -> dict[str, Any]:
    """The file's content; YAML 1.1 reads GitHub's key `on` as true."""
    content: dict[Any, Any] = yaml.safe_load((project / name).read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in content.items()}


def github_step(project: Path, job: str, name: str) -> dict[str, Any]:
    steps = loaded(project, GITHUB)["jobs"][job]["steps"]
    return next(step for step in steps if step.get("name") == name)


def run_as_ci(
    script: str, project: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a step as the services do: a shell that stops at the first failure."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=project, capture_output=True, text=True,
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"} | environment,
    )  # fmt: skip


def has_results(project: Path, *, accepted: bool) -> None:
    """Put the metrics of a run there, as they would come with git."""
    settings = compose(project)
    write_text(project / "resolved.yaml", to_yaml(settings))
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 80}
    scores = dict.fromkeys(settings.task.metrics, score)
    write_json(project / "metrics" / "baseline.json", {"zero_shot": scores, "few_shot": scores})
    write_json(project / "metrics" / "evaluation.json", {"tuned": scores})
    criterion = {
        "metric": "schema_valid", "over": None, "min": 0.3, "confidence": 0.95, "value": 0.5, "low": 0.4, "high": 0.6,
        "passed": accepted, "reason": "because",
    }  # fmt: skip
    write_json(project / "metrics" / "acceptance.json", {"accepted": accepted, "criteria": [criterion]})


def has_remote(project: Path, address: object) -> None:
    (project / ".dvc" / "config").write_text(f"[core]\nremote = store\n['remote \"store\"']\nurl = {address}\n")


@pytest.mark.parametrize("name", [GITHUB, GITLAB])
def test_schema(fresh: Path, tmp_path: Path, name: Path) -> None:
    broken = tmp_path / "broken.yml"
    text = (fresh / name).read_text(encoding="utf-8")
    broken.write_text(text.replace("timeout-minutes", "timeout_minutes").replace("when: always", "when: sometimes"))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name]]
    done = subprocess.run([*command, str(fresh / name)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert subprocess.run([*command, str(broken)], capture_output=True).returncode == 1


def test_actions_are_pinned_and_rights_are_few(fresh: Path) -> None:
    content = loaded(fresh, GITHUB)
    used = [step["uses"] for job in content["jobs"].values() for step in job["steps"] if "uses" in step]
    assert len(used) >= 4
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
    lines = (fresh / GITHUB).read_text(encoding="utf-8").splitlines()
    for line in (line for line in lines if "uses:" in line):
        assert re.search(r"# v\d+\.\d+\.\d+$", line), "the version that the hash is of"
    assert content["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in content["on"]
    rights = {name: job.get("permissions") for name, job in content["jobs"].items()}
    assert rights == {"check": None, "comment": {"pull-requests": "write"}}
    checkout = content["jobs"]["check"]["steps"][0]
    assert checkout["with"] == {"persist-credentials": False}
    assert all(job["timeout-minutes"] <= 30 for job in content["jobs"].values())


def test_what_may_write_runs_nothing_of_the_project(fresh: Path) -> None:
    steps = loaded(fresh, GITHUB)["jobs"]["comment"]["steps"]
    assert [step.get("uses", "").partition("@")[0] for step in steps] == ["actions/download-artifact", ""]
    comment = loaded(fresh, GITLAB)["comment"]
    assert comment["variables"] == {"GIT_STRATEGY": "none"}
    assert "VERDICT_TOKEN" not in json.dumps(loaded(fresh, GITLAB)["check"])


def test_no_expression_stands_in_a_shell_and_no_secret_is_printed(fresh: Path) -> None:
    for job in loaded(fresh, GITHUB)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "what others can write would be run"
    scripts = [(fresh / GITHUB), (fresh / GITLAB), (fresh / "ci" / "verdict.sh")]
    for script in scripts:
        text = "\n".join(
            line for line in script.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")
        )
        assert not re.search(r"set -x|\benv\b\s*$|printenv|echo .*TOKEN}", text)
        assert "secrets." not in text


def test_a_fresh_project_passes_every_step_of_github(project: Path, tmp_path: Path) -> None:
    """All but the installation, and the verdict says that there is none yet."""
    (tmp_path / "output").touch()
    code = ""
    ran = []
    for step in loaded(project, GITHUB)["jobs"]["check"]["steps"]:
        if "run" not in step or step["name"] == "Install":
            continue
        done = run_as_ci(
            step["run"], project, GITHUB_STEP_SUMMARY=str(tmp_path / "summary"), GITHUB_OUTPUT=str(tmp_path / "output"),
            CODE=code,
        )  # fmt: skip
        assert done.returncode == 0, (step["name"], done.stdout, done.stderr)
        code = (tmp_path / "output").read_text().strip().partition("=")[2]
        ran.append(step["name"])
    assert ran == ["Verdict", "Configuration", "Data", "Tests", "Gate"]
    assert code == "0"
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert "No DVC remote is configured" in summary
    assert "No verdict yet" in summary
    assert (project / "artifacts" / "data" / "train.jsonl").is_file()
    left = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True).stdout
    assert "verdict.md" not in left


def test_a_broken_project_fails_where_it_is_broken(project: Path) -> None:
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("method: qlora", "method: qlorra"))
    done = run_as_ci(github_step(project, "check", "Configuration")["run"], project)
    assert done.returncode == 2 and "did you mean 'qlora'" in done.stderr
    params.write_text(params.read_text().replace("method: qlorra", "method: qlora"))
    (project / "data" / "raw" / "tickets.jsonl").write_text("no json\n")
    run_as_ci("tunewright stage compose", project)
    assert run_as_ci(github_step(project, "check", "Data")["run"], project).returncode != 0


@pytest.mark.parametrize(("accepted", "code", "word"), [(True, "0", "Accepted"), (False, "1", "Not accepted")])
def test_the_verdict_is_a_table_and_the_gate_follows_it(
    project: Path, tmp_path: Path, accepted: bool, code: str, word: str
) -> None:
    has_results(project, accepted=accepted)
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = run_as_ci(github_step(project, "check", "Verdict")["run"], project, **files)
    assert done.returncode == 0, "the comment is to be written whatever the verdict"
    assert (tmp_path / "output").read_text() == f"code={code}\n"
    text = (project / "verdict.md").read_text(encoding="utf-8")
    assert text.startswith("<!-- tunewright verdict -->\n")
    assert f"### Support triage: {word}" in text
    assert re.search(r"^\| schema\\_valid \| 50\.0 % ", text, re.M)
    assert "Out of date" not in text
    suites = ElementTree.parse(project / "verdict.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("1", str(int(not accepted)))
    assert loaded(project, GITLAB)["check"]["artifacts"]["reports"] == {"junit": "verdict.xml"}
    left = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True).stdout
    assert "verdict." not in left
    assert str(run_as_ci(github_step(project, "check", "Gate")["run"], project, CODE=code).returncode) == code


def test_where_the_remote_brought_the_report_its_own_comment_is_taken(project: Path) -> None:
    has_results(project, accepted=False)
    write_text(project / "reports" / "report.md", "### What the report says\n")
    done = run_as_ci("sh ci/verdict.sh", project)
    assert done.returncode == 1
    text = (project / "verdict.md").read_text(encoding="utf-8")
    assert text.startswith("<!-- tunewright verdict -->\n")
    assert text.endswith("### What the report says\n")
    assert "Support triage: Not accepted" not in text
    assert not (project / "accept.md").exists()


def test_results_of_another_configuration_are_called_out_of_date(project: Path) -> None:
    has_results(project, accepted=True)
    write_text(project / "reports" / "report.md", "### What the report says\n")
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("set: {}", "set: {seed: 7}"))
    run_as_ci("sh ci/verdict.sh", project)
    text = (project / "verdict.md").read_text(encoding="utf-8")
    assert "**Out of date.**" in text and "What the report says" not in text


def test_a_remote_that_cannot_be_reached_is_said_and_does_not_fail(project: Path) -> None:
    has_results(project, accepted=True)
    has_remote(project, "http://127.0.0.1:9/")
    write_text(
        project / "data" / "raw" / "more.csv.dvc",
        "outs:\n- md5: 1bc29b36f623ba82aaf6724fd3b16718\n  size: 4\n  hash: md5\n  path: more.csv\n",
    )
    done = run_as_ci("sh ci/verdict.sh", project)
    assert done.returncode == 0, done.stderr
    text = (project / "verdict.md").read_text(encoding="utf-8")
    assert "`dvc pull` failed" in text and "Accepted" in text
    assert "more.csv" in done.stderr, "the log says what is missing"


def test_a_remote_brings_what_was_pushed(project: Path, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    has_remote(project, tmp_path / "store")
    raw = project / "data" / "raw" / "more.csv"
    raw.write_text("a,b\n")
    assert run_as_ci("dvc add -q data/raw/more.csv && dvc push -q", project).returncode == 0
    raw.unlink()
    shutil.rmtree(project / run_as_ci("dvc cache dir", project).stdout.strip())
    assert run_as_ci("sh ci/verdict.sh", project).returncode == 0
    assert raw.read_text() == "a,b\n"
    assert ">" not in (project / "verdict.md").read_text(encoding="utf-8").replace("<!-- tunewright verdict -->", "")


def test_gitlab_runs_the_same_and_ends_by_the_verdict(project: Path) -> None:
    lines = loaded(project, GITLAB)["check"]["script"]
    assert lines[0].startswith("pip install")
    script = "\n".join(lines[1:])
    done = run_as_ci(script, project)
    assert done.returncode == 0, done.stdout + done.stderr
    has_results(project, accepted=False)
    done = run_as_ci("\n".join([lines[1], lines[-1]]), project)
    assert done.returncode == 1
    commands = {line.strip() for line in script.splitlines()}
    github = [step.get("run", "") for step in loaded(project, GITHUB)["jobs"]["check"]["steps"]]
    for command in ("tunewright stage compose", "tunewright plan", "pytest", "dvc repro --single-item prepare"):
        assert command in commands and any(command in run.splitlines() for run in github)


def fake(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(("earlier", "called"), [("", "--method POST repos/o/r/issues/7/comments"),
                                                 ("41\n42", "--method PATCH repos/o/r/issues/comments/42")])  # fmt: skip
def test_the_github_comment_is_written_once(project: Path, tmp_path: Path, earlier: str, called: str) -> None:
    listing = f"printf '{earlier}'" if earlier else "true"
    fake(tmp_path / "bin", "gh", f'case "$*" in *--jq*) {listing};; *) echo "$@" >>{tmp_path}/called;; esac')
    (project / "verdict.md").write_text("text")
    done = run_as_ci(
        github_step(project, "comment", "Comment")["run"], project, GH_REPO="o/r", NUMBER="7", GH_TOKEN="t",
        PATH=f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "called").read_text() == f"api --silent {called} -F body=@verdict.md\n"


def test_the_gitlab_comment_keeps_its_token_off_the_command_line(project: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "curl", f'echo "$@" >{tmp_path}/arguments; cat >{tmp_path}/config')
    script = "\n".join(loaded(project, GITLAB)["comment"]["script"])
    path = {"PATH": f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}"}
    done = run_as_ci(script, project, **path)
    assert done.returncode == 0 and "VERDICT_TOKEN is not set" in done.stdout
    assert not (tmp_path / "arguments").exists()
    values = {"CI_API_V4_URL": "https://gitlab/api/v4", "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "9"}
    done = run_as_ci(script, project, VERDICT_TOKEN="wonderful-secret", **values, **path)
    assert done.returncode == 0, done.stderr
    arguments = (tmp_path / "arguments").read_text()
    assert "body@verdict.md" in arguments
    assert "https://gitlab/api/v4/projects/3/merge_requests/9/notes" in arguments
    assert "wonderful-secret" not in arguments + done.stdout + done.stderr
    assert (tmp_path / "config").read_text() == 'header = "PRIVATE-TOKEN: wonderful-secret"\n'
