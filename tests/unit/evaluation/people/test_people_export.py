"""The page that raters get: drawn by seed, blind, and the same again for the same answers."""

from __future__ import annotations

import subprocess

import pytest

from tests.unit.evaluation.people.compared import ROWS, SAME, Project, better, prediction, returned
from tunewright.artifacts import BASELINE, EVALUATION, REFERENCE, TEST_ROWS
from tunewright.cli import judge as command
from tunewright.config.schema.evaluation import Reference
from tunewright.data.rows import Message, Row, read_rows, write_rows
from tunewright.errors import EvaluationError, TunewrightError, UsageError
from tunewright.evaluation.people.pairs import Pair, page_hash, shown
from tunewright.evaluation.people.record import COMPARISONS, read_comparisons
from tunewright.evaluation.predictions import PREDICTIONS, write_predictions


def test_the_key_stays_and_says_which_side_is_whose(project: Project) -> None:
    page = project.export()
    (key,) = read_comparisons(project.root).pages
    assert (key.first, key.second, key.answered, key.differing) == ("tuned", "few_shot", ROWS, ROWS - SAME)
    assert key.page == page["page"]
    for row, item in zip(key.rows, page["items"], strict=True):
        assert item["turns"] == [["user", f"question {row.id[1:]}"]]
        assert (row.left == "first") == (better(item) == "a")
    assert [row.left for row in key.rows].count("first") == 5
    text = (project.root / COMPARISONS).read_text()
    assert "Well said" not in text and "question" not in text, "hashes, no texts"


def test_nothing_on_the_page_says_whose_an_answer_is(project: Project) -> None:
    page = project.export()
    assert set(page) - {"path"} == {"page", "items"}
    assert [set(item) for item in page["items"]] == [{"key", "turns", "a", "b"}] * 10
    assert [item["key"] for item in page["items"]] == [str(n) for n in range(1, 11)]
    text = page["path"].read_text()
    for clue in ("tuned", "few_shot", "few-shot", "zero", "secret-channel", "right ", '"r1', "rows.jsonl"):
        assert clue not in text.replace("tunewright", ""), clue


def test_the_pages_name_is_made_of_the_sides_too() -> None:
    pair = Pair(Row("r0", (Message("user", "q"), Message("assistant", "r")), "r0", "s"), "one", "two")
    assert page_hash([pair], ["first"]) != page_hash([pair], ["second"])


def test_the_key_is_there_before_the_page(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        project.export()
    assert len(read_comparisons(project.root).pages) == 1


def test_a_page_that_git_would_take_is_told_of(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "--quiet", str(project.root)], check=True)
    project.export()
    assert "git does not ignore" in capsys.readouterr().err
    (project.root / ".gitignore").write_text("out*\n")
    project.export()
    assert "git does not ignore" not in capsys.readouterr().err


def test_the_reference_can_be_compared_where_it_is_asked(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="no contestant 'reference'"):
        project.export(second="reference")
    settings = type(command.compose(project.root))
    asked = settings.evaluation.model_copy(update={"reference": Reference(enabled=True)})
    monkeypatch.setattr(settings, "evaluation", asked)
    answers = [prediction(number, "reference", "It is so.") for number in range(ROWS)]
    write_predictions(project.root / REFERENCE / PREDICTIONS, answers)
    page = project.export(second="reference")
    assert {item[side] for item in page["items"] for side in "ab"} > {"It is so."}
    assert read_comparisons(project.root).pages[0].second == "reference"


def test_rows_that_are_answered_alike_are_not_asked_and_the_seed_draws(project: Project) -> None:
    everything = project.export(number=ROWS)
    assert len(everything["items"]) == ROWS - SAME
    asked = [[item["turns"] for item in project.export(seed=seed)["items"]] for seed in (0, 1)]
    assert asked[0] != asked[1]


def test_the_same_export_again_gives_the_same_page(project: Project) -> None:
    first, second = project.export(), project.export()
    assert first["path"].read_bytes() == second["path"].read_bytes()
    assert len(read_comparisons(project.root).pages) == 1
    (project.root / COMPARISONS).unlink()
    sides = {tuple(map(better, project.export(number=24)["items"])) for _ in range(3) if forget(project)}
    assert len(sides) == 3, "without the key nobody can work the sides out"


def forget(project: Project) -> bool:
    (project.root / COMPARISONS).unlink(missing_ok=True)
    return True


def test_what_cannot_be_compared_is_named(project: Project) -> None:
    with pytest.raises(UsageError, match="no contestant 'fewshot'") as caught:
        project.export(second="fewshot")
    assert caught.value.fix == "did you mean 'few_shot'?"
    with pytest.raises(UsageError, match="compared with itself"):
        project.export(second="tuned")
    (project.root / BASELINE / PREDICTIONS).write_bytes(
        (project.root / EVALUATION / PREDICTIONS).read_bytes().replace(b'"tuned"', b'"few_shot"')
    )
    with pytest.raises(EvaluationError, match="the same answer on each of 30 rows"):
        project.export()
    write_rows(project.root / TEST_ROWS, read_rows(project.root / TEST_ROWS)[:-1])
    with pytest.raises(EvaluationError, match=r"no test rows now \(first: r29\)"):
        project.export()
    (project.root / EVALUATION / PREDICTIONS).unlink()
    with pytest.raises(TunewrightError, match="not there yet") as missing:
        project.export()
    assert missing.value.fix == "dvc repro"
    assert not (project.root / COMPARISONS).exists()


def test_an_extraction_is_shown_by_line_and_what_is_no_json_as_it_is() -> None:
    assert shown('{"a":1,"b":"é"}', "extraction") == '{\n  "a": 1,\n  "b": "é"\n}'
    assert shown('Sure: {"a":1}\n', "extraction") == 'Sure: {"a":1}'
    assert shown('{"a":1}', "chat") == '{"a":1}'


def test_a_page_of_changed_answers_is_another(project: Project) -> None:
    before = project.export(number=ROWS)
    project.take(returned(before, ["tie"] * 24))
    project.answer(changed=4)
    assert project.export(number=ROWS)["page"] != before["page"]
    assert len(read_comparisons(project.root).pages) == 2
