"""Make one experiment the project's own: its files and results in the folder, nothing to recompute.

Only files that the experiment changed are written, so that commits made since it was started stay. `dvc exp
apply` would put the whole of its old commit into the folder, and uncommitted work into a stash of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.doctor.dvc_at_work import dvc_processes
from tunewright.errors import TunewrightError, UsageError, unknown_name
from tunewright.experiments.git_files import Ref, refs, run_git

SHORTEST_COMMIT = 7
NO_FILE = ""
INPUTS = ("conf", "data/raw", "data/raw.dvc", "dvc.yaml", "extensions", "params.yaml")
COMPUTING = ("dvc repro", "dvc exp run")


@dataclass(frozen=True)
class Adopted:
    """What was done.

    Attributes:
        ref: the experiment.
        paths: files that differ from HEAD now.
        differing: inputs of the pipeline that are not as they were in the experiment: the next `dvc repro`
            runs what depends on them.
    """

    ref: Ref
    paths: tuple[str, ...]
    differing: tuple[str, ...]


@dataclass(frozen=True)
class _Change:
    """A file that the experiment changed; `blob` is its content there, NO_FILE if it is gone."""

    path: str
    blob: str


def adopt(root: Path, name: str) -> Adopted:
    """Put an experiment's files and results into the project's folder.

    Args:
        root: the project's folder.
        name: of the experiment, or its commit.

    Raises:
        UsageError: there is no such experiment, or uncommitted changes would be lost.
        TunewrightError: its results are not in the cache, or the pipeline is running; nothing is changed.
    """
    known = refs(root)
    ref = find(root, known, name)
    busy = [process for process in dvc_processes(root) if process.command.startswith(COMPUTING)]
    if busy:
        raise TunewrightError(f"{busy[0]} works here", fix="wait until it has ended, then adopt again")
    changes = _changes(root, ref)
    lost = [*_in_the_way(root, changes), *_lost(root, changes, known)]
    if lost:
        raise UsageError(
            f"adopting {ref.name!r} would overwrite uncommitted changes in: {', '.join(lost)}",
            fix="git add --all && git commit -m 'Before adopting', or git stash; then adopt again",
        )
    _take(root, ref, changes)
    paths = _names(run_git(root, "diff", "--name-only", "--relative", "-z", "HEAD", "--", "."))
    new = _names(run_git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", "."))
    taken = {change.path for change in changes}
    differing = _names(run_git(root, "diff", "--name-only", "--relative", "-z", ref.commit, "--", *INPUTS))
    return Adopted(ref, tuple(sorted({*paths, *new} & taken)), tuple(differing))


def find(root: Path, known: Sequence[Ref], name: str) -> Ref:
    """The experiment of that name; of several, the one that was started on the present commit.

    Raises:
        UsageError: there is none, or one cannot be told from another.
    """
    found = [ref for ref in known if ref.name == name]
    if not found and len(name) >= SHORTEST_COMMIT:
        found = [ref for ref in known if ref.commit.startswith(name)]
    if not found:
        if not known:
            raise UsageError("there are no finished experiments here", fix="tunewright run")
        raise unknown_name("finished experiment", name, [ref.name for ref in known])
    if len(found) > 1:
        head = run_git(root, "rev-parse", "HEAD").decode().strip()
        here = [ref for ref in found if ref.baseline == head]
        if len(here) != 1:
            commits = ", ".join(ref.commit[:SHORTEST_COMMIT] for ref in found)
            raise UsageError(
                f"{len(found)} experiments are called {name!r}: {commits}",
                fix=f"name its commit: tunewright adopt {found[0].commit[:SHORTEST_COMMIT]}",
            )
        return here[0]
    return found[0]


def _changes(root: Path, ref: Ref) -> list[_Change]:
    """The files of the project that the experiment has otherwise than the commit it was started on."""
    raw = run_git(
        root, "diff-tree", "-r", "-z", "--no-renames", "--relative", "--no-abbrev", ref.baseline, ref.commit
    )
    fields = _names(raw)
    return [
        _Change(path, NO_FILE if head.endswith(" D") else head.split(" ")[3])
        for head, path in zip(fields[::2], fields[1::2], strict=True)
    ]


def _in_the_way(root: Path, changes: Sequence[_Change]) -> list[str]:
    """Files where the experiment has folders, and folders where it has files."""
    above = {parent for change in changes for parent in Path(change.path).parents}
    files = [path.as_posix() for path in sorted(above) if (root / path).is_file()]
    return files + [change.path for change in changes if (root / change.path).is_dir()]


def _lost(root: Path, changes: Sequence[_Change], known: Sequence[Ref]) -> list[str]:
    """Files whose present content is neither committed, nor the experiment's, nor kept by another one."""
    present = [change for change in changes if (root / change.path).is_file()]
    hashed = run_git(
        root, "hash-object", "--stdin-paths", stdin="".join(f"{c.path}\n" for c in present).encode()
    )
    here = dict(zip((change.path for change in present), hashed.decode().split(), strict=True))
    unlike = [change.path for change in present if here[change.path] != change.blob]
    commits = ["HEAD", *(ref.commit for ref in known)]
    asked = "".join(f"{commit}:./{path}\n" for path in unlike for commit in commits)
    answers = run_git(root, "cat-file", "--batch-check=%(objectname)", stdin=asked.encode()).decode()
    kept = answers.splitlines()
    by_path = {path: kept[at * len(commits) :][: len(commits)] for at, path in enumerate(unlike)}
    return [path for path in unlike if here[path] not in by_path[path]]


def _take(root: Path, ref: Ref, changes: Sequence[_Change]) -> None:
    """Write the files, then have DVC bring the results; as it was if DVC cannot."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo, lock_repo

    before = {c.path: _content(root / c.path) for c in changes}
    try:
        with Repo(str(root)) as repo, lock_repo(repo):
            try:
                _write(root, ref, changes)
                repo.checkout()
            except BaseException:
                _put_back(root, before)
                repo.checkout(allow_missing=True)
                raise
    except DvcException as error:
        raise TunewrightError(
            f"DVC cannot bring the results of {ref.name!r}; nothing is changed: {error}",
            fix="fetch them (dvc exp pull REMOTE NAME), or compute them: tunewright run",
        ) from error


def _write(root: Path, ref: Ref, changes: Sequence[_Change]) -> None:
    paths = "\0".join(change.path for change in changes).encode()
    run_git(
        root,
        "--literal-pathspecs",
        *("restore", f"--source={ref.commit}", "--worktree"),
        *("--pathspec-from-file=-", "--pathspec-file-nul"),
        stdin=paths,
    )


def _put_back(root: Path, before: dict[str, bytes | None]) -> None:
    for path, content in before.items():
        if content is None:
            (root / path).unlink(missing_ok=True)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _names(printed: bytes) -> list[str]:
    return [name for name in printed.decode("utf-8", errors="surrogateescape").split("\0") if name]
