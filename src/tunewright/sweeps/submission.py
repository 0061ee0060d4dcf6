"""Hand points to DVC's queue: each as an experiment made from its own params.yaml.

DVC makes a queued experiment from the project's folder as it is, so params.yaml is written, the
experiment queued, and params.yaml written back. That happens in a process with a session of its own
(this module, run as one), which a Ctrl-C or a kill of tunewright does not reach: it ends after the
point it is at, and leaves the folder as it was.

`dvc exp run -S` would do for single values; but it cannot drop the values of an option that is left,
and resolves interpolations.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.artifacts import write_text
from tunewright.config.params_file import PARAMS
from tunewright.doctor.git import git
from tunewright.errors import TunewrightError
from tunewright.scratch import FOLDER

LOCK = FOLDER / "submission.lock"


@dataclass(frozen=True)
class Submitted:
    """An experiment that DVC has queued.

    Attributes:
        name: as DVC shows it.
        revision: the commit that it starts from.
    """

    name: str
    revision: str


def submit(root: Path, params: Sequence[tuple[str, str]]) -> Iterator[Submitted]:
    """Queue experiments, one after the other; whoever stops asking stops the rest.

    Args:
        root: the project's folder.
        params: name and text of params.yaml of each.

    Raises:
        TunewrightError: DVC refused one, or somebody else is queueing here.
    """
    from filelock import FileLock, Timeout

    if not params:
        return
    (root / LOCK.parent).mkdir(exist_ok=True)
    try:
        with FileLock(root / LOCK, timeout=0):
            yield from _converse(root, params)
    except Timeout as error:
        raise TunewrightError(
            "another `tunewright run` is queueing experiments here", where=str(LOCK), fix="wait a moment"
        ) from error


def _converse(root: Path, params: Sequence[tuple[str, str]]) -> Iterator[Submitted]:
    """Ask the process for one experiment at a time; wait for its end in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(root.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdin and process.stdout and process.stderr  # noqa: S101 - all three are pipes
        try:
            for name, text in params:
                process.stdin.write(json.dumps([name, text]) + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
                if not answer:
                    raise TunewrightError(
                        f"could not be queued:\n{process.stderr.read().strip()}", where=name
                    )
                yield Submitted(name, json.loads(answer))
        finally:
            process.stdin.close()


def main(root: Path) -> None:
    """Queue what standard input asks for, until it ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # DVC's own words do not get between the answers
    for line in sys.stdin:
        name, params = json.loads(line)
        print(json.dumps(_queue(root, name, params)), file=answers, flush=True)


def _queue(root: Path, name: str, params: str) -> str:
    """Queue one experiment; returns the commit that it starts from.

    `repo.experiments.run(queue=True)` does the same and does not say which entry it made; to look for that in
    the queue is a race with the workers, who may have taken it out already.
    """
    from dvc.repo import Repo, lock_repo

    kept = (root / PARAMS).read_bytes().decode()  # as it is, with its kind of line ends
    with Repo(str(root)) as repo:
        try:
            write_text(root / PARAMS, params)
            with lock_repo(repo):
                entry = repo.experiments.queue_one(repo.experiments.celery_queue, name=name)
        finally:
            write_text(root / PARAMS, kept)
    if git(root, "show", f"{entry.stash_rev}:./{PARAMS}").out != params:
        raise TunewrightError("DVC did not take params.yaml along as it was written", where=name)
    return str(entry.stash_rev)


if __name__ == "__main__":
    from dvc.exceptions import DvcException

    try:
        main(Path(sys.argv[1]))
    except (DvcException, TunewrightError) as error:
        sys.exit(str(error))
