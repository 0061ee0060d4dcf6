"""The git repository: is it one, who commits, what of the declared files is not committed?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, warning, wrong
from tunewright.doctor.git import git

DECLARED = ("params.yaml", "dvc.yaml", "dvc.lock", "resolved.yaml", "conf", "extensions")
SHOWN = 5


def check(examined: Examined) -> Iterator[Finding]:
    """Repository, identity, HEAD, and changes to what a project declares."""
    root = examined.root
    if root is None:
        return
    try:
        inside = git(root, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        yield wrong("git.repository", "git is not installed, and DVC needs it", fix="install git")
        return
    if inside.out.strip() != "true":
        trusted = "dubious ownership" not in inside.complaint
        fix = "git init" if trusted else f"git config --global --add safe.directory {root.absolute()}"
        yield wrong("git.repository", f"no git repository: {inside.complaint}", str(root), fix)
        return
    yield ok("git.repository", "a git repository")
    yield identity(root, os.environ)
    yield head(root, os.environ)
    yield from uncommitted(root)


def identity(root: Path, environment: Mapping[str, str]) -> Finding:
    """Does git know who commits? `dvc exp run` commits too."""
    lacking = [
        name
        for name in ("name", "email")
        if not environment.get(f"GIT_COMMITTER_{name.upper()}")
        and not git(root, "config", f"user.{name}").out.strip()
    ]
    if lacking:
        fix = "; ".join(f"git config --global user.{name} '...'" for name in lacking)
        keys = " and ".join(f"user.{name}" for name in lacking)
        return warning("git.identity", f"{keys} not set: neither commits nor experiments work", fix=fix)
    return ok("git.identity", "name and address of who commits are set")


def head(root: Path, environment: Mapping[str, str]) -> Finding:
    """Is there a commit, and a branch on it?"""
    if git(root, "rev-parse", "--verify", "--quiet", "HEAD").code != 0:
        fix = "git add --all && git commit -m 'Start'"
        return warning("git.head", "no commit yet: experiments need one", fix=fix)
    branch = git(root, "symbolic-ref", "--short", "--quiet", "HEAD").out.strip()
    if branch:
        return ok("git.head", f"on branch {branch}")
    if environment.get("CI"):
        return ok("git.head", "detached, as checkouts in CI are")
    message = "HEAD is detached: what is committed now belongs to no branch"
    return warning("git.head", message, fix="git switch BRANCH, or git switch -c NEW_BRANCH")


def uncommitted(root: Path) -> Iterator[Finding]:
    """Changes to declared files: a result could not be traced to a commit; new ones miss in experiments."""
    listed = git(
        root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *DECLARED
    )
    entries = [(name[:2], name[3:]) for name in listed.names]
    new = [name for state, name in entries if state == "??"]
    changed = [name for state, name in entries if state != "??"]
    if changed:
        message = f"not committed: {_some(changed)}"
        yield warning("git.uncommitted", message, changed[0], "git diff, then: git commit -am '...'")
    if new:
        yield warning(
            "git.untracked",
            f"unknown to git, so queued experiments and clones lack it: {_some(new)}",
            new[0],
            f"git add {_some(new, '')}",
        )
    if not entries:
        yield ok("git.uncommitted", "parameters, pipeline and configuration are committed")


def _some(names: list[str], more: str = " and {} more") -> str:
    rest = len(names) - SHOWN
    return " ".join(names[:SHOWN]) + (more.format(rest) if rest > 0 else "")
