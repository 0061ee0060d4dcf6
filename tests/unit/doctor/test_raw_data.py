"""Raw data that git or DVC knows, and raw data that nobody knows."""

from __future__ import annotations

from pathlib import Path

from tunewright.doctor import raw_data

from .conftest import one, said

POINTER = "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  path: {}\n"


def dvc_add(project: Path, name: str) -> None:
    """What `dvc add` writes."""
    folder = project / "data" / "raw"
    (folder / f"{name}.dvc").write_text(POINTER.format(name))
    with (folder / ".gitignore").open("a") as file:
        file.write(f"/{name}\n")


def test_data_in_git(project: Path, look) -> None:
    status, text = one(raw_data.check(look()))
    assert status == "ok"
    assert "1 files" in text


def test_data_in_dvc(project: Path, look, git) -> None:
    (project / "data" / "raw" / "ours.jsonl").write_text("{}\n")
    (project / "data" / "raw" / "many").mkdir()
    (project / "data" / "raw" / "many" / "a.jsonl").write_text("{}\n")
    dvc_add(project, "ours.jsonl")
    dvc_add(project, "many")
    found = said(raw_data.check(look()))
    assert [text.partition(": ")[0] for _, text in found] == ["data/raw/many.dvc", "data/raw/ours.jsonl.dvc"]
    git("add", "--all")
    assert one(raw_data.check(look()))[0] == "ok"


def test_new_data(project: Path, look) -> None:
    (project / "data" / "raw" / "dropped in.csv").write_text("a\n")
    status, text = one(raw_data.check(look()))
    assert (status, text.partition(": ")[0]) == ("warning", "data/raw/dropped in.csv")


def test_ignored_data_is_lost_to_experiments(project: Path, look) -> None:
    (project / ".gitignore").write_text("*.csv\n")
    (project / "data" / "raw" / "customers.csv").write_text("a\n")
    finding = next(iter(raw_data.check(look())))
    assert finding.status == "wrong"
    assert finding.fix == "dvc add data/raw/customers.csv"


def test_data_that_was_not_pulled(project: Path, look, git) -> None:
    dvc_add(project, "big.jsonl")
    git("add", "--all")
    status, text = one(raw_data.check(look()))
    assert status == "warning"
    assert "data/raw/big.jsonl: DVC knows it, and it is not here" in text


def test_a_broken_pointer_covers_nothing(project: Path, look, git) -> None:
    (project / "data" / "raw" / "ours.csv").write_text("a\n")
    (project / "data" / "raw" / "ours.csv.dvc").write_text("outs: [\n")
    git("add", "data/raw/ours.csv.dvc")
    assert one(raw_data.check(look()))[0] == "warning"


def test_without_git_or_data(tmp_path: Path, look, git) -> None:
    assert one(raw_data.check(look()))[0] == "skipped"
