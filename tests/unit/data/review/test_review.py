"""From the sample to the verdicts and back into the rows: nothing half-done, foreign or changed passes."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.review.conftest import LABELS, POLICY
from tunewright.artifacts import CLEARANCE, DATA, read_json, read_jsonl
from tunewright.cli.review import export, import_
from tunewright.config.schema.data import Canaries
from tunewright.config.schema.review import Review as Policy
from tunewright.data.canaries import planted_rows
from tunewright.data.card import read_card
from tunewright.data.review.corrections import CORRECTIONS
from tunewright.data.review.record import REVIEWS, Judged, Review, read_reviews, strictest
from tunewright.data.review.sample import sample_hash
from tunewright.data.review.sheet import BOM, defused, restored
from tunewright.data.review.standing import agreements, refuse_without_clearance, standing, words
from tunewright.data.rows import row_line
from tunewright.errors import DataError, TrainingError, UsageError
from tunewright.proportions import rows_to_tell, wilson


def returned(rows, verdicts=None, *, reviewer="Ada", answers=None, comments=None):
    """What the page saves."""
    lines = [
        {
            "id": one.row.id,
            "key": one.key,
            "verdict": (verdicts or {}).get(one.row.id, "accept"),
            "answer": (answers or {}).get(one.row.id),
            "comment": (comments or {}).get(one.row.id),
        }
        for one in rows
    ]
    return {
        "form": "tunewright review 1",
        "sample": sample_hash((one.row.id, one.key) for one in rows),
        "reviewer": reviewer,
        "saved": "2026-03-01T10:00:00.000Z",
        "verdicts": lines,
    }


def take(project, value, reviewer=None):
    path = project.root / "returned.json"
    path.write_text(json.dumps(value))
    import_(project.root, path, reviewer, None)


def other(label):
    return LABELS[1 - LABELS.index(label)]


def prepared(project):
    return {
        row["id"]: row["messages"][-1]["content"]
        for split in ("train", "validation", "test")
        for row in read_jsonl(project.root / DATA / f"{split}.jsonl")
    }


def test_the_sample_is_in_proportion_without_test_rows_and_the_same_again(project):
    rows = project.sample()
    assert [one.key for one in rows] == [one.key for one in project.sample()]
    assert len(rows) == 10
    assert {one.split for one in rows} == {"train", "validation"}
    labels = [one.row.reference for one in rows]
    assert 4 <= labels.count("billing") <= 6
    seeds = [{one.key for one in project.sample(POLICY.model_copy(update={"seed": n}))} for n in range(2)]
    assert seeds[0] != seeds[1]


def test_rows_that_are_added_ask_for_few_more(project):
    before = project.sample()
    take(project, returned(before))
    project.write(range(120))
    card = project.prepare()
    assert card.review.judged == 10
    more = project.sample(judged={one.key for one in before})
    assert 1 <= len(more) <= 5


def test_training_waits_for_the_review_and_then_begins(project):
    with pytest.raises(TrainingError, match="of 10 rows that are to be judged 0 are") as caught:
        refuse_without_clearance(project.root)
    assert "tunewright review export" in caught.value.fix
    take(project, returned(project.sample()))
    card = project.prepare()
    refuse_without_clearance(project.root)
    assert read_json(project.root / CLEARANCE) == {"refusal": "", "fix": ""}
    assert (card.review.accepted, card.review.outcome, card.review.would_do) == (10, "open", 73)
    assert [(one.name, one.date, one.rows) for one in card.review.reviewers] == [("Ada", "2026-03-01", 10)]
    assert read_card(project.root / "artifacts/data/card.json") == card


def test_without_policy_the_clearance_never_changes_and_no_review_is_mentioned(project):
    nobody = Policy(min_rows=10)
    assert project.prepare(nobody).review is None
    before = (project.root / CLEARANCE).read_bytes()
    take(project, returned(project.sample()))
    assert project.prepare(nobody).review is not None
    assert (project.root / CLEARANCE).read_bytes() == before


def test_rows_shown_to_be_bad_stop_training_and_another_seed_begins_anew(project):
    rows = project.sample()
    take(project, returned(rows, {one.row.id: "reject" for one in rows[:6]}))
    card = project.prepare()
    assert card.review.outcome == "below"
    with pytest.raises(TrainingError, match="shown to be below 95 %"):
        refuse_without_clearance(project.root)
    fresh = project.prepare(POLICY.model_copy(update={"seed": 1}))
    assert (fresh.review.accepted, fresh.review.rejected, fresh.review.judged) == (
        0,
        0,
        fresh.review.left_out,
    )


def test_verdicts_change_the_rows_and_count_as_judged(project):
    rows = project.sample()
    edited, rejected = rows[0].row, rows[1].row
    answer = other(edited.reference)
    take(project, returned(rows, {edited.id: "edit", rejected.id: "reject"}, answers={edited.id: answer}))
    before = prepared(project)
    card = project.prepare()
    after = prepared(project)
    assert after == {**{k: v for k, v in before.items() if k != rejected.id}, edited.id: answer}
    assert card.rejected == {"rejected in review": 1}
    assert (card.review.judged, card.review.due, card.review.left_out) == (10, 10, 1)
    assert (card.review.accepted, card.review.edited, card.review.rejected) == (8, 1, 1)
    kept = (project.root / REVIEWS).read_text()
    assert edited.messages[0].content not in kept and answer not in kept
    assert answer in (project.root / CORRECTIONS).read_text()
    (project.root / CORRECTIONS).unlink()
    with pytest.raises(DataError, match="corrected answers of 1 rows"):
        project.prepare()


def test_a_correction_is_cleaned_as_prepare_cleans_it(project):
    rows = project.sample()
    edited = rows[0].row
    answer = other(edited.reference)
    take(project, returned(rows, {edited.id: "edit"}, answers={edited.id: f" {answer}\u200b "}))
    card = project.prepare()
    assert prepared(project)[edited.id] == answer
    assert card.review.judged == 10, "the row is known again under its cleaned answer"


def test_planted_secrets_are_nobodys_to_judge(project):
    with (project.root / DATA / "train.jsonl").open("a") as file:
        file.writelines(row_line(row) for row in planted_rows(Canaries(count=3)))
    whole = project.sample(POLICY.model_copy(update={"share": 1.0}))
    assert len(whole) > 50
    assert not [one.row.id for one in whole if one.row.id.startswith("canary")]


def test_half_done_files_and_foreign_rows_are_named(project):
    rows = project.sample()
    half = returned(rows)
    half["verdicts"][3]["verdict"] = None
    with pytest.raises(DataError, match=f"1 of 10 rows have no verdict: {rows[3].row.id}"):
        take(project, half)
    with pytest.raises(DataError, match="not in the sample: strange"):
        take(
            project, {**returned(rows), "verdicts": [*returned(rows)["verdicts"], line("strange", "0" * 16)]}
        )
    with pytest.raises(DataError, match=f"stand twice in it: {rows[0].row.id}"):
        take(
            project,
            {**returned(rows), "verdicts": [*returned(rows)["verdicts"], returned(rows)["verdicts"][0]]},
        )
    with pytest.raises(DataError, match=f"no verdict: {rows[9].row.id}"):
        take(project, {**returned(rows), "verdicts": returned(rows)["verdicts"][:9]})
    with pytest.raises(UsageError, match="nobody says who judged"):
        take(project, returned(rows, reviewer=" "))
    assert read_reviews(project.root) == ()


def line(name, key):
    return {"id": name, "key": key, "verdict": "accept", "answer": None, "comment": None}


def test_rows_that_changed_since_are_named(project):
    rows = project.sample()
    raw = project.root / "data" / "raw" / "rows.jsonl"
    changed = rows[0].row.id
    lines = [json.loads(one) for one in raw.read_text().splitlines()]
    raw.write_text(
        "".join(
            json.dumps({**one, "prompt": one["prompt"] + (" x" if one["id"] == changed else "")}) + "\n"
            for one in lines
        )
    )
    project.prepare()
    with pytest.raises(DataError, match=f"1 of its rows have changed since: {changed}"):
        take(project, returned(rows))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [("refund", 'label "refund" is not in the label set'), (None, "accept the row instead")],
)
def test_a_correction_must_fit(project, answer, fault):
    rows = project.sample()
    name = rows[0].row.id
    given = answer or rows[0].row.reference
    with pytest.raises(DataError, match=fault):
        take(project, returned(rows, {name: "edit"}, answers={name: given}))


def test_a_second_reviewer_judges_the_same_rows(project, capsys):
    rows = project.sample()
    take(project, returned(rows, {rows[0].row.id: "reject"}))
    take(project, returned(rows, {one.row.id: "reject" for one in rows[:2]}, reviewer="Bo"))
    assert "Ada and Bo: agree on 9 of 10, Cohen's kappa 0.62" in capsys.readouterr().out
    assert [one.verdict for one in strictest(read_reviews(project.root)).values()].count("reject") == 2
    names = [one.row.id for one in rows[:2]]
    take(project, returned(rows, {names[0]: "edit"}, answers={names[0]: other(rows[0].row.reference)}))
    assert len(read_reviews(project.root)) == 2  # the later word of the same person holds


def test_kappa_of_the_published_example():
    """20 + 15 of 50 alike, marginals .5 and .6 (Wikipedia, Cohen's kappa): 0.4."""
    said = [("a", "a")] * 20 + [("a", "r")] * 5 + [("r", "a")] * 10 + [("r", "r")] * 15
    verdict = {"a": "accept", "r": "reject"}
    reviews = [
        Review(
            "s",
            0,
            name,
            "2026-01-01",
            {str(n): Judged(str(n), verdict[pair[i]]) for n, pair in enumerate(said)},
        )
        for i, name in enumerate(("Ada", "Bo"))
    ]
    (found,) = agreements(reviews)
    assert (found.rows, found.alike, found.kappa) == (50, 35, pytest.approx(0.4))


@pytest.mark.parametrize(
    ("accepted", "rows", "said"),
    [
        (73, 73, "shown to be at least 95 %"),
        (72, 72, "the sample is too small to say"),
        (80, 100, "shown to be below 95 %"),
        (95, 100, "which no number of rows"),
    ],
)
def test_the_verdict_on_the_quality(accepted, rows, said):
    verdicts = {str(n): Judged(str(n), "accept" if n < accepted else "reject") for n in range(rows)}
    found = standing(
        [Review("s", 0, "Ada", "2026-01-01", verdicts)], Policy(), rows=rows, judged=rows, left_out=0
    )
    assert said in words(found)


@given(share=st.floats(0.0, 1.0), minimum=st.floats(0.05, 0.95))
def test_as_many_rows_as_it_says_do(share, minimum):
    n = rows_to_tell(share, minimum, 0.95)
    if n is None or n > 10**6:
        return
    low, high = wilson(share * n, n, 0.95)
    assert low >= minimum - 1e-6 or high <= minimum + 1e-6
    if n > 1:
        low, high = wilson(share * (n - 1), n - 1, 0.95)
        assert low - 1e-6 < minimum < high + 1e-6


@given(st.text(st.sampled_from("'=+-@\t\r\n|%ab 1"), max_size=6))
def test_no_cell_is_a_formula_and_each_comes_back(cell):
    made = defused(cell)
    assert not made.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%"))
    assert restored(made) == cell


def test_the_sheet_goes_out_and_comes_back_in(project):
    export(project.root, project.root / "out", again=False)
    (path,) = (project.root / "out").glob("*.csv")
    text = path.read_bytes().decode()
    assert text.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))
    for row in rows:
        row["verdict"] = "Accept"
    rows[0] |= {"verdict": "edit", "corrected_answer": other(rows[0]["answer"]), "reviewer": "Ada"}
    filled = io.StringIO(newline="")
    writer = csv.DictWriter(filled, rows[0], delimiter=";")  # as a German Excel saves it
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((BOM + filled.getvalue()).encode())
    import_(project.root, path, None, "2026-03-02")
    (review,) = read_reviews(project.root)
    assert (review.reviewer, review.date) == ("Ada", "2026-03-02")
    assert sorted(one.verdict for one in review.rows.values()) == ["accept"] * 9 + ["edit"]
    path.write_bytes(path.read_bytes().replace(b"Accept", b"fine", 1))
    with pytest.raises(DataError, match='verdict "fine" is none of accept, edit, reject'):
        import_(project.root, path, None, None)


def test_nothing_to_judge_is_said(project, capsys):
    take(project, returned(project.sample()))
    capsys.readouterr()
    export(project.root, project.root / "out", again=False)
    assert "every row of the sample is judged" in capsys.readouterr().out
    export(project.root, project.root / "out", again=True)
    assert "10 rows to judge" in capsys.readouterr().out


def test_a_damaged_record_is_named(project):
    (project.root / REVIEWS).write_text('{"reviews": [{"rows": {}}]}')
    with pytest.raises(DataError, match="is not what `tunewright review import` writes"):
        read_reviews(project.root)
