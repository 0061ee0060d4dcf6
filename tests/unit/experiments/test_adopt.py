"""Which files adopting writes, and what it refuses; whether nothing is computed anew: tests/pipeline."""

import pytest

from tests.unit.experiments.made_up import commit, experiment, files, git, start, write
from tunewright.errors import TunewrightError, UsageError
from tunewright.experiments.adopt import adopt


@pytest.fixture
def root(tmp_path):
    """A project under git and DVC that has no cached results."""
    from dvc.repo import Repo

    root = start(tmp_path / "p")
    Repo.init(str(root)).close()
    commit(root, "dvc init")
    return root


def plain(changes):
    """Files of an experiment without results in DVC's cache."""
    return {**files(changes), "dvc.lock": "schema: '2.0'\nstages: {}\n"}


def test_its_files_are_in_the_folder_and_nothing_is_staged(root):
    content = plain({"seed": 1})
    experiment(root, "a", content)
    adopted = adopt(root, "a")
    assert {path: (root / path).read_text() for path in content} == content
    assert set(adopted.paths) == set(content)
    assert not git(root, "diff", "--cached", "--name-only")


def test_files_that_it_removed_are_gone(root):
    (root / "old.txt").write_text("x\n")
    commit(root, "Old")
    experiment(root, "a", plain({"seed": 1}))
    git(
        root,
        "update-ref",
        "refs/heads/temporary",
        git(root, "for-each-ref", "--format=%(objectname)", "refs/exps"),
    )
    git(root, "worktree", "add", "--quiet", str(root.parent / "w"), "temporary")
    (root.parent / "w" / "old.txt").unlink()
    gone = commit(root.parent / "w", "Gone")
    head = git(root, "rev-parse", "HEAD")
    git(root, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/b", gone)
    adopt(root, "b")
    assert not (root / "old.txt").exists()


def test_commits_made_since_it_was_started_stay(root):
    experiment(root, "a", plain({"seed": 1}))
    write(root, {"README.md": "new\n", "conf/method/lora.yaml": "new: 1\n"})
    commit(root, "Since")
    adopted = adopt(root, "a")
    assert (root / "README.md").read_text() == "new\n"
    assert adopted.differing == ("conf/method/lora.yaml",)


@pytest.mark.parametrize("path", ["params.yaml", "metrics/train.json", "plots"])
def test_uncommitted_work_is_named_and_kept(root, path):
    experiment(root, "a", plain({"seed": 1}))
    write(root, {path: "mine\n"})
    with pytest.raises(UsageError, match=f"overwrite uncommitted changes in: {path}"):
        adopt(root, "a")
    assert (root / path).read_text() == "mine\n"
    assert not (root / "resolved.yaml").exists()


def test_work_that_it_does_not_touch_stays(root):
    experiment(root, "a", plain({"seed": 1}))
    write(root, {"notes.txt": "mine\n"})
    adopt(root, "a")
    assert (root / "notes.txt").read_text() == "mine\n"


def test_one_experiment_after_the_other_since_each_is_kept_by_git(root):
    experiment(root, "a", plain({"seed": 1}))
    experiment(root, "b", plain({"seed": 2}))
    adopt(root, "a")
    adopt(root, "b")
    adopt(root, "b")
    assert "seed: 2" in (root / "params.yaml").read_text()


def test_results_that_are_nowhere_change_nothing(root):
    lock = "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - path: artifacts/adapter.bin\n"
    lock += "      hash: md5\n      md5: 0123456789abcdef0123456789abcdef\n      size: 3\n"
    pipeline = "stages:\n  train:\n    cmd: x\n    outs: [artifacts/adapter.bin]\n"
    write(root, {"dvc.yaml": pipeline})
    commit(root, "Pipeline")
    experiment(root, "a", {**plain({"seed": 1}), "dvc.lock": lock})
    before = (root / "params.yaml").read_text()
    with pytest.raises(TunewrightError, match="dvc exp pull"):
        adopt(root, "a")
    assert (root / "params.yaml").read_text() == before
    assert not (root / "dvc.lock").exists()


def test_a_misspelt_name_gets_the_nearest(root):
    experiment(root, "lora.r=8", plain({"seed": 1}))
    with pytest.raises(UsageError, match=r"did you mean 'lora\.r=8'"):
        adopt(root, "lora.r8")


def test_no_experiments_at_all(root):
    with pytest.raises(UsageError, match="no finished experiments"):
        adopt(root, "a")


def test_of_two_with_one_name_the_present_commits_or_the_one_whose_commit_is_named(root):
    first = experiment(root, "a", plain({"seed": 1}))
    commit(root, "Since")
    second = experiment(root, "a", plain({"seed": 2}))
    assert adopt(root, "a").ref.commit == second
    assert adopt(root, first[:10]).ref.commit == first
    git(root, "add", "--all")
    commit(root, "Once more")
    with pytest.raises(UsageError, match="2 experiments are called"):
        adopt(root, "a")


@pytest.mark.parametrize("name", ["--force", "-x", ":/", "a*", "é"])
def test_names_that_git_might_take_for_something_else(root, name):
    experiment(root, "a", plain({"seed": 1}))
    with pytest.raises(UsageError, match="there is no finished experiment"):
        adopt(root, name)
