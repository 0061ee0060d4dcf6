"""Secrets in tracked files: every kind is found, its value is never told, what is no secret is left alone.

The values are put together here, so that no file of this repository holds one.
"""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from tunewright.doctor import secrets
from tunewright.secret_text import kinds_of_secrets

from .conftest import ROOT, one, said

DRAW = random.Random(0)


def of(length: int, signs: str = string.ascii_letters + string.digits) -> str:
    return "".join(DRAW.choices(signs, k=length))


HEX = of(40, "0123456789abcdef")
UPPER = of(16, string.ascii_uppercase + string.digits)
PASSWORD = of(12)
PLANTED = [
    ("a Hugging Face token", "hf_" + of(34), "token: {}"),
    ("a Hugging Face token", "hf_" + of(34), "MY_hf_TOKEN={}"),
    ("a Weights & Biases key", HEX, "WANDB_API_KEY={}"),
    ("a Weights & Biases key", HEX, "machine api.wandb.ai login user password {}"),
    ("a Weights & Biases key", HEX, 'wandb.login(key="{}")'),
    ("a Weights & Biases key", "wandb_v1_" + of(70), "key = '{}'"),
    ("an OpenAI key (or a like one)", "sk-" + of(48), "export OPENAI_API_KEY={}"),
    ("an OpenAI key (or a like one)", "sk-proj-" + of(60) + "7", "{}"),
    ("a GitHub token", "ghp_" + of(36), "https://api.github.com {}"),
    ("a GitHub token", "github_pat_" + of(70), "{}"),
    ("a GitLab token", "glpat-" + of(20), "{}"),
    ("an AWS access key", "AKIA" + UPPER, "aws_access_key_id = {}"),
    ("an AWS secret key", of(40), "aws_secret_access_key = {}"),
    ("an AWS secret key", of(40), '"SecretAccessKey": "{}"'),
    ("a Google API key", "AIza" + of(35), "{}"),
    ("a Slack token", "xoxb-" + of(24), "{}"),
    ("a private key", "-----BEGIN " + "OPENSSH PRIVATE KEY-----", "{}"),
    ("a private key", "-----BEGIN " + "PRIVATE KEY-----", "{}"),
    ("a password in an address", f"ada:{PASSWORD}", "url = https://{}@host.example.com/simple"),
]


@pytest.mark.parametrize(("kind", "value", "line"), PLANTED)
def test_every_kind_is_found_with_file_and_line_and_never_told(
    kind: str, value: str, line: str, project: Path, git, look
) -> None:
    (project / "notes.txt").write_text(f"first\n{line.format(value)}\n")
    git("add", "notes.txt")
    finding = next(found for found in secrets.check(look()) if found.status == "wrong")
    assert (finding.message, finding.place) == (f"looks like {kind}", "notes.txt:2")
    assert value not in repr(finding)


@pytest.mark.parametrize(
    "line",
    [
        "HF_TOKEN=hf_" + "x" * 34,
        "AWS's own example: AKIAIOSFODNN7" + "EXAMPLE",
        "git clone https://user:password@host/repo",  # pragma: allowlist secret
        "git clone https://${USER}:${TOKEN}@host/repo",
        'f"https://{user}:{password}@host"',
        f"commit {HEX}",
        "sk-learn-like-names-are-joined-with-hyphens",
        "disk-usage-of-the-whole-machine-2",
        f"token = 'hf_{of(34)}'  # pragma: allowlist secret",
    ],
)
def test_what_is_no_secret(line: str, project: Path, git, look) -> None:
    (project / "notes.txt").write_text(f"{line}\n")
    git("add", "notes.txt")
    assert one(secrets.check(look()))[0] == "ok"


def test_only_tracked_text_is_read(project: Path, git, look, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "hf_" + of(34)
    (project / "untracked.txt").write_text(token)
    (project / ".env").write_text(f"HF_TOKEN={token}\n")
    (project / "weights.bin").write_bytes(b"\0" + token.encode())
    (project / "latin.txt").write_bytes(b"\xe9t\xe9\n")
    git("add", "weights.bin", "latin.txt")
    (project / "gone.txt").write_text("x")
    git("add", "gone.txt")
    (project / "gone.txt").unlink()
    assert one(secrets.check(look()))[0] == "ok"
    monkeypatch.setattr(secrets, "LARGEST", 10)
    assert "skipped" in {status for status, _ in said(secrets.check(look()))}


@pytest.mark.parametrize(
    ("name", "status"),
    [(".env", "wrong"), ("deploy/.env", "wrong"), (".env.production", "wrong"), (".env.example", "ok")],
)
def test_files_for_secrets(name: str, status: str, project: Path, git, look) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("HF_TOKEN=\n")
    git("add", "--force", name)
    assert one(secrets.check(look()))[0] == status


def test_credentials_of_a_remote(project: Path, git, look) -> None:
    (project / ".dvc" / "config").write_text(
        f"['remote \"web\"']\n    url = https://host/\n    password = {PASSWORD}\n"
    )
    git("add", "--all")
    finding = next(iter(secrets.check(look())))
    assert (finding.message, finding.place) == ("password of a DVC remote", ".dvc/config:3")
    assert "dvc remote modify --local" in finding.fix
    assert PASSWORD not in repr(finding)


def test_this_repository_holds_none(look) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("reads the checkout's own files, which are not in git here")
    status, text = one(secrets.check(look(root=ROOT)))
    assert status == "ok", text


def test_long_lines_take_no_time() -> None:
    assert kinds_of_secrets("wandb " * 20_000 + "a:b" * 20_000) == []
