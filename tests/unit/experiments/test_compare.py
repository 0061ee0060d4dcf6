"""Two revisions row by row: what is read through dvc.lock, what is counted, what is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.unit.experiments.made_up import asked, commit, experiment, files, git, start, write
from tests.unit.reporting.made_up import predictions
from tunewright.cli.compare import compare
from tunewright.errors import TunewrightError, UsageError
from tunewright.evaluation.predictions import Prediction, write_predictions
from tunewright.experiments.answers import read_answers
from tunewright.experiments.git_files import named_revisions

WRONG = "no answer"
FIRST, SECOND = [False] * 8 + [True] * 16 + [False] * 6, [True] * 23 + [False] * 7


def rows(right: Sequence[bool]) -> list[Prediction]:
    """Answers to the same rows, right or wrong as given."""
    made = predictions(len(right))["tuned"]
    return [
        replace(row, answer=row.reference if hit else WRONG) for row, hit in zip(made, right, strict=True)
    ]


def cached(root: Path, answers: list[Prediction]) -> str:
    """Put answers into DVC's cache as a folder's only file; returns the folder's hash."""
    write_predictions(root / "made.jsonl", answers)
    content = (root / "made.jsonl").read_bytes()
    (root / "made.jsonl").unlink()
    md5 = kept(root, content)
    listing = json.dumps([{"md5": md5, "relpath": "predictions.jsonl"}]).encode()
    return kept(root, listing, ".dir")


def kept(root: Path, content: bytes, ending: str = "") -> str:
    name = hashlib.md5(content, usedforsecurity=False).hexdigest() + ending
    path = root / ".dvc/cache/files/md5" / name[:2] / name[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name


def content(
    root: Path, answers: list[Prediction], made: Callable[..., dict[str, str]] = files, **changes: Any
) -> dict[str, str]:
    """The files of a revision whose tuned model gave these answers."""
    found = made(**changes)
    lock = yaml.safe_load(found["dvc.lock"])
    lock["stages"]["evaluate"]["outs"] = [{"path": "artifacts/evaluation", "md5": cached(root, answers)}]
    return {**found, "dvc.lock": yaml.safe_dump(lock)}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two experiments: 8 rows fixed, 1 broken, 15 right and 6 wrong in both."""
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "no-settings"))  # which may name another cache
    root = start(tmp_path / "project")
    (root / ".gitignore").write_text("/.dvc/cache\n")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text("")
    commit(root, "dvc init")
    experiment(root, "one", content(root, rows(FIRST)))
    experiment(root, "other", content(root, rows(SECOND)))
    return root


def told(
    root: Path, capsys: pytest.CaptureFixture[str], first: str = "one", second: str = "other", **options: Any
) -> str:
    given: dict[str, Any] = {"metric": None, "show": None, "common": False, "form": "text", **options}
    compare(root, first, second, **given)
    return capsys.readouterr().out


def test_rows_are_counted_and_the_difference_is_tested(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(root, capsys).splitlines()
    assert lines[0] == "Whole answer right, 30 test rows"
    assert lines[1].split()[:3] == ["one", "53.3", "%"]
    assert lines[2].split()[:3] == ["other", "76.7", "%"]
    assert lines[3].split()[:3] == ["difference", "+23.3", "points"]
    assert lines[5] == "8 fixed, 1 broken, 15 right in both, 6 wrong in both"
    # 2 * (C(9,0) + C(9,1)) / 2^9
    assert lines[6] == "other is shown to be better (McNemar's exact test, p = 0.0391, against 0.05)"


def test_a_reference_and_a_judge_change_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Row by row the tuned models are compared; nobody else's answers are read."""
    before = told(root, capsys)
    for name, right in (("one", FIRST), ("other", SECOND)):
        experiment(root, name, content(root, rows(right), asked, reference=0.9, win_rate=0.7))
    assert told(root, capsys) == before
    with pytest.raises(UsageError, match=r"'judge\.win_rate' is no metric of these answers"):
        told(root, capsys, metric="judge.win_rate")


def test_few_rows_are_shown_as_text_and_none_where_they_are_sent_on(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(root, capsys)
    assert "fixed, 3 of 8:\n  t0000\n" in text
    assert "broken, 1 of 1:\n  t0023\n" in text
    assert f"    one: {WRONG}\n" in text
    assert WRONG not in told(root, capsys, show=0)
    assert WRONG not in told(root, capsys, form="markdown")
    assert told(root, capsys, form="markdown", show=2).count("```text") == 3
    assert "fixed, 8 of 8" in told(root, capsys, show=100)


def test_what_a_model_wrote_commands_no_terminal_and_no_markdown(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[2J\u202eevil\n```\n<script>alert(1)</script>\n# Title"
    answers = [replace(row, answer=hostile) for row in rows([False] * 30)]
    experiment(root, "hostile", content(root, answers))
    text = told(root, capsys, second="hostile")
    assert "\x1b" not in text and "\u202e" not in text
    assert "‹U+001B›" in text
    markdown = told(root, capsys, second="hostile", form="markdown", show=2)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    assert not [token for token in tokens if token.type.startswith("html")]
    assert [token.type for token in tokens].count("heading_open") == 2


def test_json_has_every_row(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(root, capsys, form="json"))
    assert found["counts"] == {"fixed": 8, "broken": 1, "both_right": 15, "both_wrong": 6}
    assert found["rows"][23] == {"id": "t0023", "outcome": "broken", "first": 1.0, "second": 0.0}
    assert len(found["rows"]) == found["n"] == 30
    assert found["scores"]["difference"]["value"] == pytest.approx(7 / 30)
    assert found["examples"] == {"fixed": [], "broken": []}
    shown = json.loads(told(root, capsys, form="json", show=1))["examples"]
    assert shown["broken"][0]["second"] == WRONG


def test_graded_answers_are_better_or_worse(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(root, capsys, metric="field_accuracy")
    assert "8 better, 1 worse, 21 unchanged" in text
    assert "paired bootstrap, 95 % interval" in text
    assert "  t0023 100.0 % → 0.0 %" in text


def test_commits_and_the_folder_are_revisions_too(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = rows([True] * 30)
    write(root, content(root, here))
    commit(root, "Ran")
    write_predictions(root / "artifacts/evaluation/predictions.jsonl", here)
    for name in ("workspace", "HEAD", "main", git(root, "rev-parse", "HEAD")[:10]):
        assert "14 fixed, 0 broken, 16 right in both, 0 wrong in both" in told(root, capsys, second=name)
    shutil.rmtree(root / "artifacts")
    with pytest.raises(TunewrightError, match="dvc pull artifacts/evaluation"):
        read_answers(root, "workspace")


def test_an_unknown_revision_is_told_with_the_nearest(root: Path) -> None:
    with pytest.raises(UsageError, match="git knows no revision 'othr'") as caught:
        read_answers(root, "othr")
    assert caught.value.fix == "did you mean 'other'?"
    with pytest.raises(UsageError, match="holds no results"):
        read_answers(root, "main")
    assert named_revisions(root) == ["workspace", "one", "other", "main"]


def test_answers_that_are_not_here_are_fetched_by_a_command(root: Path) -> None:
    write(root, content(root, rows([True] * 5)))
    at = commit(root, "Ran")
    git(root, "tag", "v1")
    cache = root / ".dvc/cache/files/md5"
    shutil.rmtree(cache)
    for name, command in (
        ("one", "dvc exp pull GIT_REMOTE one"),
        ("v1", "dvc fetch --all-commits artifacts/evaluation"),
        (at, "dvc fetch --all-commits artifacts/evaluation"),
    ):
        with pytest.raises(TunewrightError, match="are not in DVC's cache here") as caught:
            read_answers(root, name)
        assert caught.value.fix == command


def test_a_damaged_cache_is_noticed(root: Path) -> None:
    for path in (root / ".dvc/cache/files/md5").rglob("*"):
        if path.is_file() and not path.name.endswith(".dir"):
            path.write_bytes(path.read_bytes().replace(b"t0001", b"t9999"))
    with pytest.raises(TunewrightError, match="are damaged in DVC's cache"):
        read_answers(root, "one")


def test_the_cache_may_lie_elsewhere(root: Path, tmp_path: Path) -> None:
    (root / ".dvc/cache").rename(tmp_path / "shared")
    (root / ".dvc/config").write_text(f"[cache]\n    dir = {tmp_path}/shared\n")
    assert len(read_answers(root, "one").predictions) == 30


def test_other_test_rows_are_not_compared_unless_asked(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some = rows([True] * 30)[4:]
    some[0] = replace(some[0], reference='{"category": "billing"}')  # corrected since: not the same row
    experiment(root, "later", content(root, some, test_rows="ffff0000aaaa"))
    with pytest.raises(UsageError, match=r"different test rows \(113d6967 and ffff0000\)") as caught:
        told(root, capsys, second="later")
    assert "--common-rows" in caught.value.fix
    text = told(root, capsys, second="later", common=True)
    assert "25 test rows" in text
    assert "25 are in both; 5 of one and 1 of later are left out" in text
    experiment(root, "none", content(root, rows([True] * 30)[:1], test_rows="0"))
    experiment(root, "rest", content(root, rows([True] * 30)[1:], test_rows="1"))
    with pytest.raises(UsageError, match="of which 0 are in both"):
        told(root, capsys, "none", "rest", common=True)


def test_the_contract_of_the_second_scores_both(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {"task.output.json_schema": {"type": "object", "properties": {"category": {"type": "string"}}}}
    experiment(root, "looser", content(root, rows([True] * 30), changes=other))
    assert "note: task.output differs; both are scored by that of looser" in told(
        root, capsys, second="looser"
    )


def test_an_unknown_metric_is_told_with_the_nearest(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="there are: json_valid") as caught:
        told(root, capsys, metric="exact_mtch")
    assert caught.value.fix == "did you mean 'exact_match'?"
