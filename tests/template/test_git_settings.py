"""The user's git settings hold, and none of them keeps a project from being made."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Bake, files_of

IDENTITY = "[user]\nname = Grace\nemail = grace@example.com\n"
Configure = Callable[[str], None]


@pytest.fixture
def configure(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Take this text as the user's ~/.gitconfig."""

    def take(text: str) -> None:
        config = tmp_path_factory.mktemp("git") / "config"
        config.write_text(IDENTITY + text)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

    return take


@pytest.fixture
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of git hooks that let no commit pass."""
    folder = tmp_path_factory.mktemp("template") / "hooks"
    folder.mkdir()
    (folder / "pre-commit").write_text("#!/bin/sh\necho 'no commits on Sundays'\nexit 1\n")
    (folder / "pre-commit").chmod(0o755)
    return folder


def git(project: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_identity_and_branch(bake: Bake, configure: Configure) -> None:
    configure("[init]\ndefaultBranch = main-line\n")
    project = bake()
    assert git(project, "log", "--format=%an %ae") == "Grace grace@example.com"
    assert git(project, "branch", "--show-current") == "main-line"


def test_signing_that_fails_is_said_and_the_files_are_there(
    baked: dict[str, Path], bake: Bake, configure: Configure, capfd: pytest.CaptureFixture[str]
) -> None:
    configure("[commit]\ngpgsign = true\n[gpg]\nprogram = false\n")
    project = bake()
    assert "note: git commit failed; the files are all there." in capfd.readouterr().err
    assert files_of(project) == files_of(baked["extraction"])


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen to sign with")
def test_commits_are_signed_where_the_user_signs(bake: Bake, configure: Configure, tmp_path: Path) -> None:
    key = tmp_path.with_name("signing-key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    configure(f"[commit]\ngpgsign = true\n[gpg]\nformat = ssh\n[user]\nsigningkey = {key}.pub\n")
    assert "-----BEGIN SSH SIGNATURE-----" in git(bake(), "cat-file", "commit", "HEAD")


@pytest.mark.parametrize("setting", ["[core]\nhooksPath = {hooks}\n", "[init]\ntemplateDir = {template}\n"])
def test_hooks_that_refuse_are_heard_and_the_files_are_there(
    baked: dict[str, Path],
    bake: Bake,
    configure: Configure,
    refusing: Path,
    capfd: pytest.CaptureFixture[str],
    setting: str,
) -> None:
    configure(setting.format(hooks=refusing, template=refusing.parent))
    project = bake()
    said = capfd.readouterr().err
    assert "note: git commit failed" in said and "no commits on Sundays" in said
    assert files_of(project) == files_of(baked["extraction"])


@pytest.mark.parametrize(
    "text",
    [
        "[core]\nexcludesFile = {ignore}\n",
        "[core]\nautocrlf = true\nsafecrlf = true\n",
        "[commit]\ntemplate = /does/not/exist\nverbose = true\n[core]\neditor = false\n",
        "[alias]\ncommit = !false\nadd = !false\ninit = !false\n",
        "[status]\nshowUntrackedFiles = no\n[core]\nquotePath = true\nfileMode = false\n",
    ],
)
def test_every_file_is_in_the_first_commit_whatever_git_is_told(
    bake: Bake, configure: Configure, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    ignore = tmp_path_factory.mktemp("ignore") / "ignore"
    ignore.write_text("*.jsonl\nPROJECT.md\n/data/\n.env*\n")
    configure(text.format(ignore=ignore))
    project = bake()
    assert set(git(project, "ls-files").splitlines()) == set(files_of(project))
    assert git(project, "rev-list", "--count", "HEAD") == "1"
