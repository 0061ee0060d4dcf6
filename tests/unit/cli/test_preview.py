"""`tunewright preview` and what `plan` says of tokens, in a project with the tiny model."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tunewright.artifacts import BASE_MODEL, TEST_ROWS, TRAIN_ROWS, VALIDATION_ROWS
from tunewright.cli.plan import plan
from tunewright.cli.preview import preview
from tunewright.cli.set import set_values
from tunewright.errors import UsageError
from tunewright.stages.compose import run as run_compose
from tunewright.stages.fetch import run as run_fetch
from tunewright.stages.prepare import run as run_prepare

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project after `dvc repro prepare fetch`."""
    folder = tmp_path_factory.mktemp("preview") / "project"
    folder.mkdir()
    patch = pytest.MonkeyPatch()
    patch.setenv("TUNEWRIGHT_CACHE", str(folder.parent / "cache"))
    for name in ("conf", "data", "extensions"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("params.yaml", "dvc.yaml", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    set_values(folder, ["model=tiny", "method=lora", "tracking=none"])
    for run in (run_compose, run_prepare, run_fetch):
        run(folder)
    yield folder
    patch.undo()


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "project"))


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_the_first_rows_or_one_by_name_and_no_control_codes(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ids(made / TRAIN_ROWS)
    preview(made, "train", 2, None, None)
    told = capsys.readouterr().out
    assert [name in told for name in names[:3]] == [True, True, False]
    assert "\x1b" not in told and "⟦{" in told
    assert f"train: {len(names)} of {len(names)} rows are used" in told
    preview(made, "train", 3, names[7], None)
    told = capsys.readouterr().out
    assert told.count("row t") == 1 and f"row {names[7]} (" in told
    preview(made, "validation", 0, None, None)
    told = capsys.readouterr().out
    assert "row t" not in told and "validation: 83 of 83" in told


def test_no_color_means_no_control_codes_on_a_terminal_too(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    preview(made, "train", 1, None, None)
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    preview(made, "train", 1, None, None)
    told = capsys.readouterr().out
    assert "\x1b" not in told and "⟦" in told


def test_rows_elsewhere_are_told_and_those_of_the_test_are_not_shown(made: Path) -> None:
    name = ids(made / VALIDATION_ROWS)[0]
    with pytest.raises(UsageError) as caught:
        preview(made, "train", 3, name, None)
    assert caught.value.fix == f"tunewright preview --row {name} --split validation"
    with pytest.raises(UsageError, match="in the test split, which training never sees"):
        preview(made, "train", 3, ids(made / TEST_ROWS)[0], None)
    with pytest.raises(UsageError, match="there is no row 't9999'"):
        preview(made, "train", 3, "t9999", None)


def test_the_page_lies_where_git_ignores_it_and_elsewhere_is_warned_of(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preview(project, "train", 2, None, Path(".tunewright/preview.html"))
    printed = capsys.readouterr()
    assert "open .tunewright/preview.html in a browser; it holds rows" in printed.out
    assert "warning" not in printed.err
    assert ids(project / TRAIN_ROWS)[0] in (project / ".tunewright/preview.html").read_text()
    preview(project, "train", 2, None, Path("page.html"))
    assert "git does not ignore page.html" in capsys.readouterr().err


def test_what_is_missing_is_told_with_the_command_that_makes_it(project: Path) -> None:
    set_values(project, ["model=qwen3-0.6b"])  # another than was fetched
    with pytest.raises(UsageError, match=r"tokenizer of qwen3-0\.6b") as caught:
        preview(project, "train", 3, None, None)
    assert caught.value.fix.startswith("dvc repro fetch")
    set_values(project, ["model=tiny"])
    (project / BASE_MODEL).unlink()
    with pytest.raises(UsageError, match="tokenizer of tiny"):
        preview(project, "train", 3, None, None)
    (project / TRAIN_ROWS).unlink()
    with pytest.raises(UsageError, match="not prepared yet") as caught:
        preview(project, "train", 3, None, None)
    assert caught.value.fix == "dvc repro prepare"


def test_plan_counts_tokens_and_estimates_without_the_model(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_values(project, ["method.max_length=300", "method.too_long=drop"])
    capsys.readouterr()
    plan(project)
    counted = capsys.readouterr().out
    assert "counted with the base model's tokenizer and chat template" in counted
    assert "training leaves out every one (method.too_long=drop)" in counted
    preview(project, "train", 0, None, None)
    preview(project, "validation", 0, None, None)
    of_both = capsys.readouterr().out
    most = max(int(line.split(" most;")[0].split()[-1]) for line in of_both.splitlines() if " most;" in line)
    assert f" {most} most;" in counted  # counted by the very function
    monkeypatch.setattr("tunewright.training.count_tokens.MOST_COUNTED", 2)
    plan(project)
    sampled = capsys.readouterr().out
    assert "on a sample of 2 of 434 rows and the longest of the others" in sampled
    assert f" {most} most;" in sampled
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(project / "empty"))
    plan(project)
    assert "estimated at 4 characters a token; after `dvc repro fetch`" in capsys.readouterr().out
    assert not (project / "empty").exists()
