"""`tunewright new` and plain cookiecutter: the same files, clear refusals, no trace elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from typer.testing import CliRunner

from tunewright.cli.main import app
from tunewright.cli.new import new
from tunewright.errors import ConfigError, ScaffoldError

from .conftest import CONTEXT, KINDS, TEMPLATE, Bake, files_of


@pytest.mark.parametrize("kind", KINDS)
def test_plain_cookiecutter_gives_the_same_files(baked: dict[str, Path], tmp_path: Path, kind: str) -> None:
    made = cookiecutter(str(TEMPLATE), no_input=True, extra_context={"kind": kind}, output_dir=str(tmp_path))
    assert files_of(Path(made)) == files_of(baked[kind])


def test_plain_cookiecutter_from_a_relative_path_gives_the_same_files(
    baked: dict[str, Path], tmp_path: Path, home: Path
) -> None:
    """As a user types it: a process of its own, in the folder beside the checkout."""
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", TEMPLATE.parent.name, "--directory", TEMPLATE.name,
         "--no-input", "--output-dir", str(tmp_path)],
        cwd=TEMPLATE.parents[1], check=True, capture_output=True,
    )  # fmt: skip
    assert files_of(tmp_path / "support-triage") == files_of(baked["extraction"])


def test_plain_cookiecutter_refuses_hostile_answers_before_a_folder_is_made(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    for slug in ("a/b", "../evil", "Ünsafe"):
        with pytest.raises(FailedHookException, match="project_slug"):
            cookiecutter(str(TEMPLATE), no_input=True, extra_context={"project_slug": slug}, output_dir=out)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "evil").exists()


def test_replayed_hostile_answers_are_refused_by_the_hook(
    tmp_path: Path, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = cookiecutter(str(TEMPLATE), no_input=True, output_dir=str(tmp_path))
    replay = home / "replay" / f"{TEMPLATE.name}.json"
    text = replay.read_text(encoding="utf-8")
    shutil.rmtree(made)
    replay.write_text(
        text.replace('"project_name": "Support triage"', '"project_name": "two\\nlines"'), "utf-8"
    )
    with pytest.raises(FailedHookException):
        cookiecutter(str(TEMPLATE), replay=True, output_dir=str(tmp_path))
    assert "project_name holds U+000A" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"model": "smollm2-135m"', '"model": "x\\nevil: yes"', "model cannot be 'x"),
        ('"tracking": "wandb-offline"', '"tracking": "{{ 1 }}"', "tracking cannot be"),
        ('"rationale_must_cite": "no"', '"rationale_must_cite": "maybe"', "rationale_must_cite cannot be"),
        ('"rationale_examples": "528"', '"rationale_examples": "$(id)"', "is no number"),
    ],
)
def test_replayed_choices_are_checked_too(
    tmp_path: Path, home: Path, capfd: pytest.CaptureFixture[str], before: str, after: str, said: str
) -> None:
    """cookiecutter offers options when it asks, and takes whatever a replay file says."""
    shutil.rmtree(cookiecutter(str(TEMPLATE), no_input=True, output_dir=str(tmp_path)))
    replay = home / "replay" / f"{TEMPLATE.name}.json"
    text = replay.read_text(encoding="utf-8")
    assert before in text
    replay.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(FailedHookException):
        cookiecutter(str(TEMPLATE), replay=True, output_dir=str(tmp_path))
    assert said in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_plain_cookiecutter_takes_the_same_answers_and_gives_the_same_advice(
    bake: Bake, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = {"kind": "chat", "rationale_need": "know", "rationale_facts_change": "often",
               "rationale_must_cite": "yes", "rationale_examples": "7", "rationale_cost_today": "An hour: $(id) `x`",
               "hardware": "l4", "tracking": "none"}  # fmt: skip
    project = bake(**answers)
    advice = "note: Retrieval is usually the better answer here. PROJECT.md says why"
    assert advice in capfd.readouterr().err
    out = tmp_path.with_name("plain")
    made = cookiecutter(str(TEMPLATE), no_input=True, extra_context=answers, output_dir=str(out))
    assert advice in capfd.readouterr().err
    assert files_of(Path(made)) == files_of(project)


def test_plain_cookiecutter_asks_every_question(tmp_path: Path) -> None:
    typed = {"kind": "2", "project_slug": "asked", "rationale_examples": "60", "method": "2"}
    keys = [key for key in CONTEXT if not key.startswith("_")]
    done = subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(TEMPLATE), "--output-dir", str(tmp_path)],
        input="".join(f"{typed.get(key, '')}\n" for key in keys),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert f"[{len(keys)}/{len(keys)}]" in done.stdout
    task = (tmp_path / "asked" / "conf" / "task" / "message_routing.yaml").read_text(encoding="utf-8")
    assert "examples: 60 " in task
    assert "method: lora " in (tmp_path / "asked" / "params.yaml").read_text(encoding="utf-8")


def test_new_leaves_nothing_outside_the_project(tmp_path: Path) -> None:
    """In a process of its own: cookiecutter looks up the home folder when it is imported."""
    home, made = tmp_path / "home", tmp_path / "made" / "on the way"
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "COOKIECUTTER_CONFIG"}
    subprocess.run(
        [sys.executable, "-m", "tunewright.cli.main", "new", "--no-input", "--output-dir", str(made)],
        env=environment | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    assert list(home.iterdir()) == []
    assert [path.name for path in made.iterdir()] == ["support-triage"]


def test_existing_folder_is_refused(bake: Bake, tmp_path: Path) -> None:
    project = bake()
    before = files_of(project)
    result = CliRunner().invoke(app, ["new", "--no-input", "--output-dir", str(tmp_path)])
    assert isinstance(result.exception, ScaffoldError)
    assert result.exception.exit_code == 2
    assert "support-triage: exists already" in str(result.exception)
    assert files_of(project) == before
    assert list(tmp_path.iterdir()) == [project]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["knd=chat"], "did you mean 'kind'?"),
        (["_extensions=os"], "there is no question '_extensions'"),
        (["kind=extract"], "did you mean 'extraction'?"),
        (["model=qwen3-4B"], "did you mean 'qwen3-4b'?"),
        (["model=zzz"], "there are: smollm2-135m"),
        (["chat"], "KEY=VALUE"),
        (["kind=chat", "kind=extraction"], "answered twice"),
        (["project_name=42nd street"], "project_slug '42nd-street' cannot name the folder"),
        (["project_name=🎉"], "project_slug is empty"),
    ],
)
def test_unusable_answers_name_the_nearest(tmp_path: Path, answers: list[str], said: str) -> None:
    with pytest.raises(ScaffoldError) as caught:
        new(answers, no_input=True, output_dir=tmp_path)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_choices_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mps") as caught:
        new(["hardware=mps", "method=qlora"], no_input=True, output_dir=tmp_path)
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_says_the_next_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new([], no_input=True, output_dir=tmp_path / "a place")
    said = capsys.readouterr().out.splitlines()
    assert said[said.index("next:") + 1] == f"  cd '{tmp_path}/a place/support-triage'"
    assert said[-2:] == ["  tunewright plan", "  dvc repro"]


def test_without_git_and_dvc_the_files_are_complete_and_it_says_so(
    baked: dict[str, Path], bake: Bake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", str(tmp_path / "nothing-here"))
    project = bake()
    said = capfd.readouterr().err
    assert "note: git is not there" in said
    assert "note: dvc is not on the PATH" in said
    assert not (project / ".git").exists()
    assert files_of(project) == files_of(baked["extraction"])


def test_without_an_identity_git_is_left_to_the_user(
    baked: dict[str, Path], bake: Bake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    nameless = tmp_path.with_name("nameless.gitconfig")
    nameless.write_text("[user]\nuseConfigOnly = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(nameless))
    project = bake()
    assert "note: git commit failed; the files are all there." in capfd.readouterr().err
    assert files_of(project) == files_of(baked["extraction"])


def test_a_surrounding_git_hook_keeps_its_repository(
    bake: Bake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path.with_name("other-repository")
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(other / ".git"))
        project = bake()
    log = subprocess.run(["git", "log", "--oneline"], cwd=project, check=True, capture_output=True, text=True)
    assert log.stdout.count("\n") == 1
    assert not (other / ".git" / "index").exists()


def test_bytecode_that_an_installer_left_in_the_template_is_no_part_of_a_project(
    baked: dict[str, Path], tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(TEMPLATE, checkout / "template")
    (checkout / "pyproject.toml").touch()
    cache = checkout / "template" / "{{cookiecutter.project_slug}}" / "tests" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "test_project.cpython-311.pyc").write_bytes(os.urandom(64))
    made = cookiecutter(str(checkout / "template"), no_input=True, output_dir=str(tmp_path / "out"))
    assert set(files_of(Path(made))) == set(files_of(baked["extraction"]))
