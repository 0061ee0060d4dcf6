"""Experiments as git holds them: their names, and many files of many commits read by one process."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.errors import UsageError

WORKSPACE = "workspace"
"""Stands for the project's folder as it is."""

_REF = re.compile(r"([0-9a-f]{40,64}) refs/exps/([0-9a-f]{2})/([0-9a-f]{38,62})/(.+)")


@dataclass(frozen=True)
class Ref:
    """An experiment that is computed.

    Attributes:
        name: as DVC shows it.
        commit: that holds its files.
        baseline: the commit on which it was started.
    """

    name: str
    commit: str
    baseline: str


@dataclass(frozen=True)
class Blob:
    """A file of a commit; equal `id` means equal content."""

    id: str
    content: bytes


def refs(root: Path) -> list[Ref]:
    """The experiments of the repository, in the order of their names.

    Raises:
        UsageError: the folder is in no git repository.
    """
    listed = run_git(root, "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").decode()
    found = filter(None, map(_REF.fullmatch, listed.splitlines()))
    return sorted((Ref(m[4], m[1], m[2] + m[3]) for m in found), key=lambda ref: (ref.name, ref.baseline))


def named_revisions(root: Path) -> list[str]:
    """What a revision can be called: the folder, experiments, branches and tags.

    Raises:
        UsageError: the folder is in no git repository.
    """
    named = run_git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags").decode()
    return [WORKSPACE, *(ref.name for ref in refs(root)), *named.split()]


def read_files(root: Path, commits: Sequence[str], paths: Sequence[str]) -> list[dict[str, Blob]]:
    """What commits hold under these paths: for each commit the files that are there.

    Args:
        root: the project's folder; it need not be the repository's.
        commits: full hashes.
        paths: relative to the project's folder.
    """
    if not commits:
        return []
    prefix = run_git(root, "rev-parse", "--show-prefix").decode().rstrip("\n")
    wanted = "".join(f"{commit}:{prefix}{path}\n" for commit in commits for path in paths)
    blobs = _parse(run_git(root, "cat-file", "--batch", stdin=wanted.encode()))
    return [{path: blob for path in paths if (blob := next(blobs)) is not None} for _ in commits]


def run_git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git in a folder; returns what it printed.

    Raises:
        UsageError: git is not installed, or refuses.
    """
    command = ["git", "--no-optional-locks", *arguments]
    try:
        return subprocess.run(command, cwd=root, input=stdin, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise UsageError("git is not installed; experiments are commits of git") from error
    except subprocess.CalledProcessError as error:
        complaint = error.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"git {arguments[0]}: {complaint}", where=str(root)) from error


def _parse(printed: bytes) -> Iterator[Blob | None]:
    """The answers of `git cat-file --batch`, in the order asked; None for what is not there."""
    at = 0
    while at < len(printed):
        end = printed.index(b"\n", at)
        head = printed[at:end].split()
        if head[-1] == b"missing":
            yield None
            at = end + 1
            continue
        size = int(head[-1])
        yield Blob(head[0].decode(), printed[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
