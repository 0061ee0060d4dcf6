"""Folders that are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.training import checkpoints


def make(folder: Path) -> None:
    with checkpoints.whole(folder) as draft:
        (draft / "sub").mkdir()
        (draft / "sub" / "weights").write_text("w")


def test_a_folder_gets_its_name_when_it_is_full(tmp_path: Path) -> None:
    with checkpoints.whole(tmp_path / "best-3") as draft:
        (draft / "weights").write_text("w")
        assert not (tmp_path / "best-3").exists()
    assert (tmp_path / "best-3" / "weights").read_text() == "w"
    assert [path.name for path in tmp_path.iterdir()] == ["best-3"]


def test_a_half_written_one_is_ignored_and_removed(tmp_path: Path) -> None:
    make(tmp_path / "checkpoint-9")
    with pytest.raises(KeyboardInterrupt), checkpoints.whole(tmp_path / "checkpoint-10") as draft:
        (draft / "weights").write_text("half")
        raise KeyboardInterrupt
    newest = checkpoints.newest(tmp_path)
    assert newest is not None and newest.name == "checkpoint-9"
    checkpoints.remove_drafts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-9"]


def test_the_newest_is_the_one_with_most_steps(tmp_path: Path) -> None:
    assert checkpoints.newest(tmp_path) is None
    for step in (9, 10, 100):
        make(tmp_path / f"checkpoint-{step}")
    newest = checkpoints.newest(tmp_path)
    assert newest is not None and checkpoints.step_of(newest) == 100


def test_writing_again_replaces(tmp_path: Path) -> None:
    make(tmp_path / "best-3")
    with checkpoints.whole(tmp_path / "best-3") as draft:
        (draft / "other").write_text("o")
    assert [path.name for path in (tmp_path / "best-3").iterdir()] == ["other"]


def test_only_the_newest_and_its_best_stay(tmp_path: Path) -> None:
    for name in ("checkpoint-2", "checkpoint-4", "best-1", "best-2"):
        make(tmp_path / name)
    checkpoints.prune(tmp_path, best_step=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best-2", "checkpoint-4"]
