"""What git and DVC's queue know of earlier experiments: which points are computed, queued, running, failed.

Nothing is stored for that: a finished experiment is a commit with its resolved.yaml, a queued one a
commit with its params.yaml. A point is the same if its settings, code and data are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tunewright.config.params_file import PARAMS, parse_params
from tunewright.config.places import CONF
from tunewright.config.stage_settings import RESOLVED
from tunewright.data.frozen import TEST_LOCK
from tunewright.doctor.git import git
from tunewright.doctor.raw_data import RAW
from tunewright.errors import ConfigError
from tunewright.experiments.dvc_queue import Entry, Queue
from tunewright.experiments.git_files import Ref, refs
from tunewright.extensions import FOLDER as EXTENSIONS
from tunewright.sweeps.points import Point

INPUTS = (
    "dvc.yaml",
    RAW.as_posix(),
    f"{RAW.as_posix()}.dvc",
    TEST_LOCK.as_posix(),
    EXTENSIONS.as_posix(),
)


class Record:
    """The experiments of a project, read once, to look points up in.

    Args:
        root: the project's folder.
        queue: DVC's queue there.
    """

    def __init__(self, root: Path, queue: Queue) -> None:
        """Read refs and queue."""
        self._root = root
        self._finished = refs(root)
        self._waiting = [entry for entry in queue.entries() if entry.state != "done"]
        self._head = git(root, "rev-parse", "HEAD").out.strip()
        self._tree = workspace_tree(root)
        self.names = {one.name for one in self._finished} | {entry.name for entry in self._waiting}
        """All names in use, on whatever commit."""

    def find_finished(self, point: Point) -> Ref | None:
        """The experiment of the present commit that has computed this very point."""
        for one in self._finished:
            if (
                one.baseline == self._head
                and self._same(one.commit, *INPUTS)
                and self._show(one.commit, RESOLVED.as_posix()) == point.resolved
            ):
                return one
        return None

    def find_waiting(self, point: Point) -> Entry | None:
        """The entry of the queue that is this very point, in whatever state."""
        for entry in self._waiting:
            if (
                entry.baseline == self._head
                and self._same(entry.revision, *INPUTS, CONF.as_posix())
                and _alike(self._show(entry.revision, PARAMS), point.params)
            ):
                return entry
        return None

    def _same(self, commit: str, *paths: str) -> bool:
        """Whether a commit holds what the project's folder holds under these paths."""
        there, here = (git(self._root, "ls-tree", tree, "--", *paths).out for tree in (commit, self._tree))
        return there == here

    def _show(self, commit: str, path: str) -> str:
        return git(self._root, "show", f"{commit}:./{path}").out


def workspace_tree(root: Path) -> str:
    """The tree that a commit of all changes to known files would have; index and files stay as they are."""
    index = root / git(root, "rev-parse", "--git-path", "index").out.strip()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "index"
        if index.exists():
            shutil.copy(index, copy)
        environment = {**os.environ, "GIT_INDEX_FILE": str(copy)}
        for command in (["add", "--update", "--", "."], ["write-tree"]):
            done = subprocess.run(
                ["git", *command], cwd=root, env=environment, capture_output=True, check=True
            )
    return done.stdout.decode().strip()


def _alike(there: str, here: str) -> bool:
    """Whether two params.yaml say the same, comments aside."""
    try:
        one, other = parse_params(there), parse_params(here)
    except ConfigError:
        return False
    return (one.choices, one.values) == (other.choices, other.values)
