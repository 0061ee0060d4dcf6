"""What raters send back: checked, unblinded, counted; nothing foreign, edited or half done passes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.evaluation.people.compared import Project, better, returned, with_check, worse
from tunewright.artifacts import BASELINE, EVALUATION
from tunewright.cli.judge import COMMENTS, import_
from tunewright.config.schema.evaluation import Statistics
from tunewright.errors import DataError, EvaluationError, UsageError
from tunewright.evaluation.people.record import COMPARISONS, Page, Rating, Shown, read_comparisons
from tunewright.evaluation.people.standing import standings, tally
from tunewright.evaluation.predictions import PREDICTIONS, read_predictions
from tunewright.evaluation.statistics import NO_WIDTH

STATISTICS = Statistics(bootstrap_samples=400)


def test_choices_are_unblinded_and_counted(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    page = project.export()
    items = page["items"]
    choices = [better(item) for item in items[:6]] + [worse(items[6]), "tie", "tie", "skip"]
    project.take(returned(page, choices, comments={"1": "warmer"}))
    (rating,) = read_comparisons(project.root).ratings
    assert rating.choices == ("first",) * 6 + ("second", "tie", "tie", "skip")
    assert (rating.rater, rating.date) == ("Ada", "2026-03-01")
    out = capsys.readouterr().out
    assert "Ada: 6 won, 2 tied, 1 lost, 1 skipped; win rate of tuned 77.8 %" in out
    assert "sign test p = 0.12" in out  # 1 of 7 or fewer, twice: 2 * (1 + 7) / 128
    assert "agreement" not in out
    (comment,) = map(json.loads, (project.root / COMMENTS).read_text().splitlines())
    assert (comment["comment"], comment["choice"]) == ("warmer", "first")
    assert "warmer" not in (project.root / COMPARISONS).read_text()


def test_two_raters_count_once_a_row_and_their_agreement_is_told(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    page = project.export()
    good = [better(item) for item in page["items"]]
    other = [worse(item) for item in page["items"][:5]] + good[5:9] + ["skip"]
    project.take(returned(page, good), returned(page, other, "Bo"))
    out = capsys.readouterr().out
    assert "all together: 5 won, 5 tied, 0 lost, 0 skipped; win rate of tuned 75.0 %" in out
    assert "agreement: alike 4 times of 9, Cohen's kappa 0.00" in out
    capsys.readouterr()
    project.take(returned(page, good, "Cy"))
    assert "mean of Cohen's kappa over pairs" in capsys.readouterr().out


def test_who_always_takes_the_left_one_is_seen_and_wins_nothing(project: Project) -> None:
    page = project.export()
    project.take(returned(page, ["a"] * 10))
    (found,) = standings(read_comparisons(project.root), STATISTICS)
    assert (found.together.wins, found.together.losses, found.together.p) == (5, 5, 1.0)
    left = found.together.left
    assert left is not None and left.value == 1.0 and 0.6 < left.low < 0.8


def test_answers_that_have_changed_since_are_counted(project: Project) -> None:
    page = project.export(number=30)
    project.take(returned(page, ["tie"] * 24))

    def unchanged(few_shot: int) -> int | None:
        answers = {"tuned": read_predictions(project.root / EVALUATION / PREDICTIONS)}
        base = read_predictions(project.root / BASELINE / PREDICTIONS)
        theirs = [one for one in base if one.contestant == "few_shot"]
        changed = [replace(one, answer="Other.") for one in theirs[len(theirs) - few_shot :]]
        answers["few_shot"] = theirs[: len(theirs) - few_shot] + changed
        (found,) = standings(read_comparisons(project.root), STATISTICS, answers)
        return found.unchanged

    assert (unchanged(few_shot=0), unchanged(few_shot=2)) == (24, 22)
    project.answer(changed=3)
    assert (unchanged(few_shot=0), unchanged(few_shot=2)) == (21, 21)


def test_ties_alone_are_one_half_and_skips_alone_are_nothing() -> None:
    rows = tuple(Shown(str(n), str(n), "first", "a", "b") for n in range(8))
    page = Page("p", "tuned", "few_shot", 0, 8, 8, rows)
    tied = tally(page, [Rating("p", "Ada", "2026-01-01", ("tie",) * 8)], STATISTICS)
    assert tied.win_rate is not None and tied.win_rate.value == 0.5 and tied.left is None and tied.p == 1.0
    assert tied.win_rate.high - tied.win_rate.low > 100 * NO_WIDTH
    skipped = tally(page, [Rating("p", "Ada", "2026-01-01", ("skip",) * 8)], STATISTICS)
    assert (skipped.win_rate, skipped.left, skipped.skipped) == (None, None, 8)


def test_files_that_cannot_count_are_named_and_none_is_taken(project: Project) -> None:
    page = project.export()
    good = returned(page, ["a"] * 10)

    def refused(file: object, what: str) -> None:
        with pytest.raises(DataError, match=what):
            project.take(good, file)  # type: ignore[arg-type]
        assert read_comparisons(project.root).ratings == ()

    refused({**good, "rater": "Bo"}, "was edited after the page had saved it")
    edited = json.loads(json.dumps({**good, "rater": "Bo"}))
    edited["choices"][0]["choice"] = "b"
    refused(edited, "was edited")
    refused(returned(page, [*["a"] * 8, None, ""], "Bo"), "2 of 10 rows have no choice: 9, 10")  # type: ignore[list-item]
    refused(returned(page, ["a"] * 10, " "), "nobody says who chose")
    refused(with_check({**good, "rater": "Bo", "page": "f" * 64}), "is of page ffffffff, which this project")
    refused({"form": "tunewright review 1", "verdicts": []}, "not what a page of `tunewright judge export`")
    refused([1], "not what a page")
    refused({**good, "form": "tunewright comparison 2"}, "not what a page")
    refused({**good, "rater": 5}, "rater is no text")
    refused({**good, "choices": ["a"]}, "a choice is no object")
    refused({**returned(page, ["a"] * 10, "Bo"), "saved": "yesterday"}, 'saved is no time: "yesterday"')
    refused(with_check({**good, "choices": good["choices"][1:]}), "not those of the page: 1 missing")
    refused(returned(page, ["c"] * 10, "Bo"), "choice 'c' is none of a, b, tie, skip")
    refused(good, "stand in two of these files")
    with pytest.raises(UsageError, match="no such file"):
        import_(project.root, [project.root / "none.json"], replace=False)


def test_a_name_is_taken_without_its_margins_and_a_byte_order_mark_passes(project: Project) -> None:
    page = project.export()
    path = project.root / "windows.json"
    path.write_text(json.dumps(returned(page, ["a"] * 10, " Ada ")), encoding="utf-8-sig")
    import_(project.root, [path], replace=False)
    assert [one.rater for one in read_comparisons(project.root).ratings] == ["Ada"]


def test_each_page_has_its_own_standing_and_each_rater_their_comments(project: Project) -> None:
    first, second, unseen = (project.export(seed=seed) for seed in range(3))
    project.take(returned(first, [better(one) for one in first["items"]], comments={"1": "warm"}))
    project.take(returned(first, ["tie"] * 10, "Bo", comments={"1": "alike"}))
    project.take(returned(second, [worse(one) for one in second["items"]]))
    found = standings(read_comparisons(project.root), STATISTICS)
    assert [(one.page.page, [rater.wins for rater in one.raters]) for one in found] == [
        (first["page"], [10, 0]),
        (second["page"], [0]),
    ]
    assert unseen["page"] not in {one.page.page for one in found}
    kept = [json.loads(line) for line in (project.root / COMMENTS).read_text().splitlines()]
    assert [(one["rater"], one["comment"]) for one in kept] == [("Ada", "warm"), ("Bo", "alike")]


def test_what_is_imported_already_is_refused_until_it_replaces(project: Project) -> None:
    page = project.export()
    project.take(returned(page, ["a"] * 10, comments={"1": "first thought", "2": "more"}))
    with pytest.raises(
        DataError, match=r"Ada's choices on page \w{8} are imported already \(saved 2026-03-01\)"
    ):
        project.take(returned(page, ["b"] * 10))
    project.take(returned(page, ["tie"] * 10, comments={"1": "second thought"}), replace=True)
    (rating,) = read_comparisons(project.root).ratings
    assert rating.choices == ("tie",) * 10
    assert [json.loads(line)["comment"] for line in (project.root / COMMENTS).read_text().splitlines()] == [
        "second thought"
    ]


SIDES = {"id": "r0", "row": "0", "left": "first", "first": "a", "second": "b"}
PAGE = {"page": "p", "first": "tuned", "second": "few_shot", "seed": 0, "answered": 1, "differing": 1}
PAGE["rows"] = [SIDES]
RATING = {"page": "p", "rater": "A", "date": "2026-01-01", "choices": ["tie"]}


def test_a_record_that_is_whole_is_read(project: Project) -> None:
    (project.root / COMPARISONS).parent.mkdir(exist_ok=True)
    (project.root / COMPARISONS).write_text(json.dumps({"pages": [PAGE], "ratings": [RATING]}))
    found = read_comparisons(project.root)
    assert (found.pages[0].rows[0].left, found.ratings[0].choices) == ("first", ("tie",))


@pytest.mark.parametrize(
    "damage",
    [
        {"pages": [{**PAGE, "rows": [{**SIDES, "left": "middle"}]}], "ratings": [RATING]},
        {"pages": [PAGE], "ratings": [{**RATING, "choices": ["maybe"]}]},
        {"pages": [PAGE], "ratings": [{**RATING, "choices": []}]},
        {"pages": [PAGE], "ratings": [{**RATING, "date": "yesterday"}]},
        {"pages": [PAGE], "ratings": [{**RATING, "page": "q"}]},
        {"pages": [], "ratings": [{"page": "p", "rater": "A", "date": "2026-01-01", "choices": []}]},
        {"pages": [{"page": "p"}], "ratings": []},
        {"ratings": []},
        [],
    ],
)
def test_a_damaged_record_is_named(project: Project, damage: object) -> None:
    (project.root / COMPARISONS).parent.mkdir(exist_ok=True)
    (project.root / COMPARISONS).write_text(json.dumps(damage))
    with pytest.raises(EvaluationError, match="is not what `tunewright judge` writes"):
        read_comparisons(project.root)


@pytest.mark.parametrize("text", ["", '{"pages": [', "\udcff"])
def test_a_record_cut_off_is_brought_back_and_never_removed(project: Project, text: str) -> None:
    (project.root / COMPARISONS).parent.mkdir(exist_ok=True)
    (project.root / COMPARISONS).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(EvaluationError, match="is not what `tunewright judge` writes") as caught:
        read_comparisons(project.root)
    assert caught.value.fix == "git checkout data/comparisons.json"
