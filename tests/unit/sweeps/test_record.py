"""Earlier points are recognised by what they were made of, not by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sweeps.conftest import git
from tunewright.artifacts import write_text
from tunewright.experiments.dvc_queue import Entry, Queue, State
from tunewright.experiments.git_files import refs
from tunewright.sweeps.arrange import arrange, share_first_stages
from tunewright.sweeps.grammar import expand
from tunewright.sweeps.points import Point, compose_points
from tunewright.sweeps.record import Record, workspace_tree


class FakeQueue(Queue):
    """A queue whose content is given."""

    def __init__(self, root: Path, *there: Entry, orphaned: bool = False) -> None:
        super().__init__(root)
        self.there = list(there)
        self.orphaned = orphaned
        self.removed: list[str] = []

    def entries(self) -> list[Entry]:
        return self.there

    def is_orphaned(self, entry: Entry) -> bool:
        return self.orphaned

    def remove(self, entry: Entry) -> None:
        self.removed.append(entry.name)


def points(project: Path, *typed: str) -> list[Point]:
    return compose_points(project, expand(project, typed)).distinct


def commit_with(project: Path, **files: str) -> str:
    """A commit of the folder with some files changed, as DVC makes for an experiment; the folder stays."""
    kept = {name: (project / name).read_text() if (project / name).exists() else None for name in files}
    for name, text in files.items():
        write_text(project / name, text)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "experiment")
    commit = git(project, "rev-parse", "HEAD").strip()
    git(project, "reset", "--quiet", "--soft", "HEAD~1")
    for name, text in kept.items():
        if text is None:
            (project / name).unlink()
        else:
            write_text(project / name, text)
    git(project, "reset", "--quiet")
    return commit


def finish(project: Path, point: Point, name: str) -> None:
    """Leave what DVC leaves of an experiment that is computed."""
    commit = commit_with(project, **{"resolved.yaml": point.resolved, "params.yaml": point.params})
    head = git(project, "rev-parse", "HEAD").strip()
    git(project, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/{name}", commit)


def queued(project: Path, point: Point, name: str, state: State) -> Entry:
    revision = commit_with(project, **{"params.yaml": point.params})
    return Entry(name, revision, git(project, "rev-parse", "HEAD").strip(), state)


def test_a_computed_point_is_found_whatever_its_name(project: Path) -> None:
    one, other = points(project, "seed=1,2")
    finish(project, one, "shy-badger")
    assert [done.name for done in refs(project)] == ["shy-badger"]
    arranged = arrange(project, FakeQueue(project), [one, other])
    assert arranged.finished == ["shy-badger"]
    assert [name for name, _ in arranged.new] == ["seed=2"]


@pytest.mark.parametrize("path", ["extensions/README.md", "data/raw/tickets.jsonl", "dvc.yaml"])
def test_other_code_data_or_pipeline_makes_another_point(project: Path, path: str) -> None:
    (point,) = points(project, "seed=1")
    finish(project, point, "seed=1")
    with (project / path).open("a") as file:
        file.write("\n# changed\n")
    arranged = arrange(project, FakeQueue(project), [point])
    assert [name for name, _ in arranged.new] == ["seed=1-2"], "the name in use is not taken"


def test_on_another_commit_a_point_is_new(project: Path) -> None:
    (point,) = points(project, "seed=1")
    finish(project, point, "seed=1")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "Next")
    assert arrange(project, FakeQueue(project), [point]).finished == []


def test_a_queued_point_is_kept_also_when_comments_have_changed(project: Path) -> None:
    (point,) = points(project, "seed=1")
    queue = FakeQueue(project, queued(project, point, "seed=1", "queued"))
    with (project / "params.yaml").open("a") as file:
        file.write("# a comment\n")
    arranged = arrange(project, queue, points(project, "seed=1"))
    assert [waiting.name for waiting in arranged.waiting] == ["seed=1"]
    assert (arranged.new, queue.removed) == ([], [])


@pytest.mark.parametrize(
    ("state", "orphaned", "again"),
    [("queued", True, False), ("running", False, False), ("running", True, True), ("failed", False, True)],
)
def test_what_failed_or_lost_its_worker_begins_anew(
    project: Path, state: State, orphaned: bool, again: bool
) -> None:
    (point,) = points(project, "seed=1")
    queue = FakeQueue(project, queued(project, point, "seed=1", state), orphaned=orphaned)
    arranged = arrange(project, queue, [point])
    assert bool(arranged.waiting) is not again
    assert [name for name, _ in arranged.new] == (["seed=1"] if again else []), "under its own name"
    assert queue.removed == arranged.again == (["seed=1"] if again else [])


def test_a_name_in_the_queue_is_not_given_again(project: Path) -> None:
    one, other = points(project, "seed=1,2")
    queue = FakeQueue(project, queued(project, other, "seed=1", "failed"))
    assert [name for name, _ in arrange(project, queue, [one]).new] == ["seed=1-2"]


def test_the_tree_of_the_folder_is_taken_without_touching_the_index(project: Path) -> None:
    head = git(project, "rev-parse", "HEAD^{tree}").strip()
    assert workspace_tree(project) == head
    (project / "dvc.yaml").write_text("stages: {}\n")
    (project / "conf" / "new.yaml").write_text("")
    git(project, "add", "conf/new.yaml")
    before = git(project, "status", "--porcelain")
    tree = workspace_tree(project)
    assert git(project, "status", "--porcelain") == before
    assert git(project, "show", f"{tree}:dvc.yaml") == "stages: {}\n"
    assert "conf/new.yaml" in git(project, "ls-tree", "-r", "--name-only", tree)


def test_a_project_in_a_folder_of_a_repository(project: Path, tmp_path: Path) -> None:
    """The repository's root lies above the project's."""
    outer = tmp_path / "outer"
    outer.mkdir()
    (project / ".git").rename(project / ".git-away")
    project.rename(outer / "project")
    git(outer, "init", "--quiet")
    git(
        outer,
        "add",
        "project/conf",
        "project/dvc.yaml",
        "project/params.yaml",
        "project/data",
        "project/extensions",
    )
    git(outer, "commit", "--quiet", "--message", "Start")
    inner = outer / "project"
    (point,) = points(inner, "seed=1")
    record = Record(inner, FakeQueue(inner, queued(inner, point, "seed=1", "queued")))
    assert record.find_waiting(point) is not None
    assert record.find_waiting(points(inner, "seed=2")[0]) is None


@pytest.mark.parametrize(
    ("typed", "shared"),
    [
        (["method.learning_rate=1e-4,1e-3"], True),
        (["evaluation.max_new_tokens=6,7"], False),
        (["evaluation.max_new_tokens=6,7", "seed=1,2"], True),
        (["seed=1"], False),
    ],
)
def test_points_share_the_first_stages(project: Path, typed: list[str], shared: bool) -> None:
    assert share_first_stages(project, [point.settings for point in points(project, *typed)]) is shared
