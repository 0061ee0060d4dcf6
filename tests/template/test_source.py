"""The requirement line pins the framework to the very version or source that the template came from."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tunewright.template.tunewright_source import UnknownSourceError, extras_for, requirement


def installed(site: Path, direct_url: dict[str, object] | None = None) -> Path:
    """A site-packages folder with tunewright 1.2.3 in it; returns its template folder."""
    metadata = site / "tunewright-1.2.3.dist-info"
    metadata.mkdir(parents=True)
    if direct_url is not None:
        (metadata / "direct_url.json").write_text(json.dumps(direct_url))
    template = site / "tunewright" / "template"
    template.mkdir(parents=True)
    return template


@pytest.mark.parametrize(
    ("direct_url", "line"),
    [
        (None, "tunewright==1.2.3"),
        ({"url": "file:///home/a/tunewright", "dir_info": {}}, "tunewright @ file:///home/a/tunewright"),
        (
            {"url": "file:///w/tunewright-1.2.3-py3-none-any.whl", "archive_info": {}},
            "tunewright @ file:///w/tunewright-1.2.3-py3-none-any.whl",
        ),
        (
            {"url": "https://u:secret@example.com/t.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}},
            "tunewright @ git+https://example.com/t.git@abc123",
        ),
        (
            {"url": "ssh://git@example.com/t.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}},
            "tunewright @ git+ssh://git@example.com/t.git@abc123",
        ),
    ],
)
def test_installed(tmp_path: Path, direct_url: dict[str, object] | None, line: str) -> None:
    template = installed(tmp_path / "site-packages", direct_url)
    assert requirement(template, str(template)) == line
    assert Requirement(line).name == "tunewright"


def test_checkout(tmp_path: Path) -> None:
    checkout = tmp_path / "my checkout"
    (checkout / "template").mkdir(parents=True)
    (checkout / "pyproject.toml").touch()
    line = requirement(checkout / "template", "../my checkout", ["wandb", "gguf"])
    assert line == f"tunewright[gguf,wandb] @ file://{tmp_path}/my%20checkout"
    assert Requirement(line).extras == {"gguf", "wandb"}


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        ("https://user:token@example.com/a/t.git", "git+https://example.com/a/t.git"),
        ("git@example.com:a/t.git", "git+ssh://git@example.com/a/t.git"),
        ("ssh://git@example.com:2222/a/t", "git+ssh://git@example.com:2222/a/t"),
        ("/srv/git/t", "git+file:///srv/git/t"),
    ],
)
def test_clone_that_cookiecutter_made(tmp_path: Path, origin: str, address: str) -> None:
    clone = tmp_path / "clone"
    (clone / "template").mkdir(parents=True)
    (clone / "pyproject.toml").touch()
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["commit", "-qm", "x"],
        ["remote", "add", "origin", origin],
    ):
        subprocess.run(["git", *command], cwd=clone, check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True
    )
    for typed in ("gh:a/t", "https://example.com/a/t.git", "git@example.com:a/t.git"):
        line = requirement(clone / "template", typed)
        assert line == f"tunewright @ {address}@{commit.stdout.strip()}"
        assert Requirement(line).url
    assert requirement(clone / "template", str(clone)) == f"tunewright @ {clone.as_uri()}"


def test_archive(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()
    (tmp_path / "pyproject.toml").touch()
    typed = "https://example.com/t/archive/v1.zip"
    assert requirement(tmp_path / "template", typed) == f"tunewright @ {typed}"


def test_a_copy_that_lies_apart_is_refused(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()
    with pytest.raises(UnknownSourceError, match="copy without tunewright"):
        requirement(tmp_path / "template", "template")


def test_a_remote_address_without_a_clone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "template").mkdir()
    (tmp_path / "pyproject.toml").touch()
    with pytest.raises(UnknownSourceError, match="no git clone"):
        requirement(tmp_path / "template", "https://example.com/t.git")


def test_extras_follow_the_choices() -> None:
    extras = {"gguf": ["smollm2-135m"], "wandb": ["wandb", "wandb-offline"]}
    assert extras_for(["smollm2-135m", "none"], extras) == ["gguf"]
    assert extras_for(["qwen3-4b", "wandb"], extras) == ["wandb"]
    assert extras_for(["qwen3-4b", "none"], extras) == []
