"""Ask git about the project's folder; nothing is changed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What git said: exit code, standard output, first line of its complaint."""

    code: int
    out: str
    complaint: str

    @property
    def names(self) -> tuple[str, ...]:
        """The NUL-separated names of an answer to `-z`."""
        return tuple(name for name in self.out.split("\0") if name)


def git(root: Path, *arguments: str, stdin: str = "") -> Answer:
    """Run git in a folder.

    Args:
        root: the folder.
        arguments: of git.
        stdin: what it reads.

    Raises:
        FileNotFoundError: git is not installed.
        subprocess.TimeoutExpired: it does not answer.
    """
    done = subprocess.run(
        ["git", "--no-optional-locks", *arguments],
        cwd=root,
        capture_output=True,
        input=stdin.encode("utf-8", errors="surrogateescape"),
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    complaint = done.stderr.decode(errors="replace").strip().splitlines()[:1]
    return Answer(done.returncode, done.stdout.decode("utf-8", errors="surrogateescape"), "".join(complaint))


def is_repository(root: Path) -> bool:
    """Whether the folder lies in a git work tree that git is willing to read."""
    try:
        return git(root, "rev-parse", "--is-inside-work-tree").out.strip() == "true"
    except FileNotFoundError:
        return False
