"""Secrets in files that git tracks: what kind, in which line; never the value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, wrong
from tunewright.doctor.git import git, is_repository
from tunewright.secret_text import kinds_of_secrets

CREDENTIAL = re.compile(
    r"\s*(password|secret_access_key|session_token|client_secret|account_key|sas_token|connection_string"
    r"|gdrive_client_secret|custom_auth_header)\s*=\s*\S"
)
"""Settings of a DVC remote that belong into .dvc/config.local, which git ignores."""
LARGEST = 20 * 2**20
"""Bytes; a larger text file is data, and it is said that it was not read."""
ALLOWED = "pragma: allowlist secret"
"""In a line that only looks like a secret; detect-secrets honours the same words."""
SAMPLES = (".example", ".sample", ".template", ".dist")
FIX = "revoke it, since git's history keeps it; put the new one into .env, which git ignores"


def check(examined: Examined) -> Iterator[Finding]:
    """Read every tracked file."""
    root = examined.root
    if root is None:
        return
    if not is_repository(root):
        yield skipped("secrets.files", "no git repository")
        return
    names = [name for name in git(root, "ls-files", "-z").names if (root / name).is_file()]
    large = [name for name in names if (root / name).stat().st_size > LARGEST]
    found = [*tracked_env_files(names), *in_files(root, [name for name in names if name not in large])]
    yield from found
    if large:
        yield skipped("secrets.files", f"{len(large)} tracked files above 20 MB were not read", large[0])
    if not found:
        yield ok("secrets.files", f"{len(names) - len(large)} tracked files hold no secret of a known kind")


def tracked_env_files(names: list[str]) -> Iterator[Finding]:
    """`.env` and `.dvc/config.local` are for secrets, and so for nobody's repository."""
    for name in names:
        path = PurePosixPath(name)
        is_env = path.name == ".env" or (path.name.startswith(".env.") and path.suffix not in SAMPLES)
        if is_env or name.endswith(".dvc/config.local"):
            fix = f"git rm --cached {name}, add it to .gitignore, and revoke what it holds"
            yield wrong("secrets.env", "a file for secrets is tracked by git", name, fix)


def in_files(root: Path, names: list[str]) -> Iterator[Finding]:
    """File, line and kind of whatever looks like a secret."""
    for name in names:
        content = (root / name).read_bytes()
        if b"\0" in content[:8192]:
            continue
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), start=1):
            if ALLOWED in line:
                continue
            for kind in kinds_of_secrets(line):
                yield wrong("secrets.files", f"looks like {kind}", f"{name}:{number}", FIX)
            if name.endswith(".dvc/config") and (found := CREDENTIAL.match(line)):
                fix = f"dvc remote modify --local NAME {found[1]} ...; take the line out, change the password"
                yield wrong("secrets.files", f"{found[1]} of a DVC remote", f"{name}:{number}", fix)
