"""However a scaffold ends, there is a whole project or none, and nothing outside of it was touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tunewright.cli.new import new
from tunewright.errors import ScaffoldError

from .conftest import TEMPLATE, Bake, files_of

NEW = [sys.executable, "-m", "tunewright.cli.main", "new", "--no-input"]


@pytest.fixture
def slow_git(tmp_path: Path) -> dict[str, str]:
    """An environment in which the first commit says that it began, then takes long."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text(f"#!/bin/sh\ntouch '{tmp_path}/began'\nexec sleep 60\n")
    (hooks / "pre-commit").chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(f"[user]\nname = A\nemail = a@example.com\n[core]\nhooksPath = {hooks}\n")
    return os.environ | {"GIT_CONFIG_GLOBAL": str(config)}


@pytest.fixture
def amid(tmp_path: Path, slow_git: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A scaffold that is halfway, in `tmp_path/work`; what is left of its processes ends with the test."""
    (tmp_path / "work").mkdir()
    process = subprocess.Popen(
        NEW, cwd=tmp_path / "work", env=slow_git, start_new_session=True, stderr=subprocess.PIPE
    )
    until = time.monotonic() + 60
    while not (tmp_path / "began").exists():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_ctrl_c_leaves_nothing(amid: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    os.killpg(amid.pid, signal.SIGINT)  # a terminal sends it to everyone
    assert amid.wait(60) == 130
    assert amid.stderr.read().decode().strip().endswith("interrupted: nothing was made")
    assert list((tmp_path / "work").iterdir()) == []


def test_a_request_to_end_leaves_nothing(amid: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    amid.terminate()
    assert amid.wait(60) == 130
    assert list((tmp_path / "work").iterdir()) == []


def test_a_kill_leaves_what_is_recognised_and_harmless(
    amid: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    work = tmp_path / "work"
    os.killpg(amid.pid, signal.SIGKILL)
    assert amid.wait(60) == -signal.SIGKILL
    (left,) = work.iterdir()
    assert left.name.startswith(".tunewright-new-")
    subprocess.run(["git", "init", "-q"], cwd=work, check=True)
    status = subprocess.run(["git", "status", "--porcelain"], cwd=work, check=True, capture_output=True)
    assert status.stdout == b"", "git must not offer it for a commit"
    shutil.rmtree(work / ".git")
    new([], no_input=True, output_dir=work)
    assert {path.name for path in work.iterdir()} == {left.name, "support-triage"}
    new(["project_slug=again"], no_input=True, output_dir=work)


def test_an_interruption_while_checking_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typer

    def interrupt(project: Path) -> None:
        assert (project / "dvc.yaml").is_file()
        raise KeyboardInterrupt

    monkeypatch.setattr("tunewright.config.compose.compose", interrupt)
    with pytest.raises(typer.Exit) as ended:
        new([], no_input=True, output_dir=tmp_path / "not" / "there")
    assert ended.value.exit_code == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("hook", ["pre_gen_project.py", "post_gen_project.py"])
def test_an_exception_in_a_hook_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: str, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "checkout" / "template"
    shutil.copytree(TEMPLATE, copy)
    (copy.parent / "pyproject.toml").touch()
    with (copy / "hooks" / hook).open("a", encoding="utf-8") as file:
        file.write("\nraise RuntimeError('broken hook')\n")
    monkeypatch.setattr("tunewright.scaffold.generate.template_folder", lambda: copy)
    with pytest.raises(ScaffoldError, match="Hook script failed"):
        new([], no_input=True, output_dir=tmp_path / "out" / "of")
    assert "broken hook" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ScaffoldError, match="cannot be written") as caught:
        new([], no_input=True, output_dir=tmp_path / "file" / "below")
    assert str(tmp_path / "file") in str(caught.value)


def test_a_folder_that_appears_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(_project: Path) -> None:
        (tmp_path / "support-triage").mkdir()
        (tmp_path / "support-triage" / "mine").touch()

    monkeypatch.setattr("tunewright.config.compose.compose", meanwhile)
    with pytest.raises(ScaffoldError, match="cannot be written"):
        new([], no_input=True, output_dir=tmp_path)
    assert files_of(tmp_path) == {"support-triage/mine": b""}


@pytest.mark.parametrize("command", [NEW, [sys.executable, "-m", "tunewright.cli.main", "new", "--no-input", "--here"]])
def test_no_global_state_is_touched(tmp_path: Path, command: list[str]) -> None:
    """In a process of its own: cookiecutter looks up the home folder when it is imported."""
    home, work = tmp_path / "home", tmp_path / "acme"
    work.mkdir()
    for name, text in {
        ".gitconfig": "[user]\nname = A\nemail = a@example.com\n",
        ".cookiecutterrc": "default_context: {kind: chat, project_name: '$(id)'}\nreplay_dir: /nowhere\n",
        ".cookiecutters/other/cookiecutter.json": "{}",
        ".cookiecutter_replay/template.json": '{"cookiecutter": {"kind": "chat"}}',
        ".config/git/ignore": "*.md\n",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in {"COOKIECUTTER_CONFIG", "GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME"}
    }
    subprocess.run(
        command, cwd=work, env=environment | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}, check=True,
        capture_output=True,
    )  # fmt: skip
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    made = work if "--here" in command else work / "support-triage"
    assert (made / "conf" / "task" / "support_triage.yaml").is_file(), "~/.cookiecutterrc says chat"
    listed = subprocess.run(["git", "ls-files"], cwd=made, check=True, capture_output=True, text=True).stdout
    assert "PROJECT.md" in listed, "the user's own ignore file keeps nothing back"


def test_the_first_commit_is_the_users(bake: Bake) -> None:
    project = bake()
    log = subprocess.run(
        ["git", "log", "--format=%an <%ae>|%cn"], cwd=project, check=True, capture_output=True, text=True
    )
    assert log.stdout == "Ada <ada@example.com>|Ada\n"
