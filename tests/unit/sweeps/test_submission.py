"""Points become experiments in DVC's queue, and the project's folder stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sweeps.conftest import git
from tunewright.cli.run import refuse_sweep_without_multirun
from tunewright.errors import TunewrightError, UsageError
from tunewright.experiments.dvc_queue import Queue
from tunewright.sweeps import submission
from tunewright.sweeps.submission import LOCK, submit


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The least that DVC queues: a repository with a pipeline, and uncommitted changes in it."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "user.name", "Test")
    git(tmp_path, "config", "user.email", "test@example.com")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("")
    (tmp_path / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (tmp_path / ".gitignore").write_text(".tunewright/\n")
    (tmp_path / "dvc.yaml").write_text("stages:\n  one:\n    cmd: echo\n    params: [a]\n")
    (tmp_path / "params.yaml").write_bytes(b"a: 1\r\n")
    (tmp_path / "code.py").write_text("old\n")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Start")
    (tmp_path / "code.py").write_text("new\n")
    (tmp_path / "staged.py").write_text("staged\n")
    git(tmp_path, "add", "staged.py")
    (tmp_path / "unknown.py").write_text("unknown\n")
    return tmp_path


def test_each_point_is_queued_with_its_params_and_all_changes(project: Path) -> None:
    before = git(project, "status", "--porcelain")
    made = list(submit(project, [("a=2", "a: 2\n"), ("a=3,b.c=x", "a: 3  # a comment\n")]))
    assert [one.name for one in made] == ["a=2", "a=3,b.c=x"]
    assert [(e.name, e.revision, e.state) for e in Queue(project).entries()] == [
        (one.name, one.revision, "queued") for one in made
    ]
    assert git(project, "show", f"{made[1].revision}:params.yaml") == "a: 3  # a comment\n"
    assert git(project, "show", f"{made[1].revision}:code.py") == "new\n"
    assert git(project, "show", f"{made[1].revision}:staged.py") == "staged\n", (
        "what git knows is taken along"
    )
    assert "unknown.py" not in git(project, "ls-tree", "--name-only", made[1].revision)

    assert git(project, "status", "--porcelain") == before
    assert (project / "params.yaml").read_bytes() == b"a: 1\r\n", "its kind of line ends too"
    assert git(project, "symbolic-ref", "HEAD") == "refs/heads/main\n"
    assert git(project, "stash", "list") == ""


def test_a_worker_may_take_it_at_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc.repo.experiments.queue.celery import LocalCeleryQueue

    monkeypatch.setattr(LocalCeleryQueue, "iter_queued", lambda self: iter(()))
    revision = submission._queue(project, "a=2", "a: 2\n")
    assert git(project, "show", f"{revision}:params.yaml") == "a: 2\n"


def test_who_stops_asking_stops_the_rest(project: Path) -> None:
    asked = submit(project, [("a=2", "a: 2\n"), ("a=3", "a: 3\n")])
    next(iter(asked))
    asked.close()  # type: ignore[attr-defined]
    assert [entry.name for entry in Queue(project).entries()] == ["a=2"]
    assert (project / "params.yaml").read_bytes() == b"a: 1\r\n"


def test_what_dvc_refuses_is_told_and_changes_nothing(project: Path) -> None:
    with pytest.raises(TunewrightError, match="could not be queued") as caught:
        list(submit(project, [("no/slash", "a: 2\n")]))
    assert "Invalid exp name" in caught.value.what
    assert "Traceback" not in str(caught.value)
    assert (project / "params.yaml").read_bytes() == b"a: 1\r\n"


def test_an_entry_can_be_taken_out_again(project: Path) -> None:
    list(submit(project, [("a=2", "a: 2\n")]))
    queue = Queue(project)
    queue.remove(queue.entries()[0])
    assert Queue(project).entries() == []


def test_two_do_not_queue_at_the_same_time(project: Path) -> None:
    from filelock import FileLock

    (project / LOCK.parent).mkdir()
    with FileLock(project / LOCK), pytest.raises(TunewrightError, match="another `tunewright run`"):
        list(submit(project, [("a=2", "a: 2\n")]))


def test_several_values_need_multirun() -> None:
    refuse_sweep_without_multirun(["seed=1,2"], multirun=True)
    refuse_sweep_without_multirun(["seed=1", "task.instructions='a, b'"], multirun=False)
    with pytest.raises(UsageError) as caught:
        refuse_sweep_without_multirun(["seed=1", "task.instructions=a, b"], multirun=False)
    assert caught.value.fix.endswith("; or, if it is one text: \"task.instructions='a, b'\"")
