"""The report's section on what raters chose: there where somebody was asked, and honest about old answers."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.reporting.made_up import read_project, write_project
from tunewright.artifacts import TEST_ROWS
from tunewright.data.rows import read_rows
from tunewright.evaluation.people.answers import answers_of_all, two_of
from tunewright.evaluation.people.pairs import draw_pairs, make_page, pairs_of
from tunewright.evaluation.people.record import Comparisons, Rating, write_comparisons
from tunewright.reporting.document import report_json
from tunewright.reporting.page import render_report
from tunewright.reporting.people_view import people_pages


def judged(root, raters):
    """A page of twelve rows, as so many raters chose on it."""
    declared = write_project(root)
    rows = {row.id: row for row in read_rows(root / TEST_ROWS)}
    everything = pairs_of(
        rows, *two_of(answers_of_all(root, with_reference=False), "tuned", "few_shot"), declared.task.kind
    )
    drawn = draw_pairs(everything, 12, 0)
    page = make_page(drawn, everything, first="tuned", second="few_shot", seed=0, known=Comparisons())
    found = Comparisons((page,))
    for number, rater in enumerate(raters):
        choices = ("first",) * (10 - number) + ("tie", "skip") + ("second",) * number
        found = found.with_rating(Rating(page.page, rater, "2026-03-01", choices))
    write_comparisons(root, found)
    return declared, page, found


def test_nobody_asked_nothing_said(triage):
    assert triage.people == ()
    assert "Judged by people" not in render_report(triage)


def test_raters_together_and_alone_with_their_agreement(tmp_path):
    declared, _, _ = judged(tmp_path, ["Ada <b>", "Bo"])
    inputs = read_project(tmp_path, declared)
    (page,) = people_pages(inputs.people, inputs.contestants)
    assert [row.who for row in page.rows] == [
        "All together, by row",
        "Ada <b>, 2026-03-01",
        "Bo, 2026-03-01",
    ]
    assert (page.rows[1].wins, page.rows[1].ties, page.rows[1].losses, page.rows[1].skipped) == (
        "10",
        "1",
        "0",
        "1",
    )
    assert page.rows[1].win_rate == "95.5 %"
    assert page.agreement.startswith("The two raters chose alike on 9 of 10 rows: Cohen's kappa ")
    assert page.warning == ""
    key = inputs.people[0].page
    assert key.answered == 75 > key.differing > 12
    assert page.about.startswith(
        f"12 rows, drawn at random from the {key.differing} of 75 test rows on which"
    )
    (told,) = report_json(inputs)["people"]
    assert (told["first"], told["second"], told["unchanged"]) == ("tuned", "few_shot", 12)
    assert [rater["wins"] for rater in told["raters"]] == [10, 9]
    assert told["kappa"] == told["pairs"][0]["kappa"]
    html = render_report(inputs)
    assert "Judged by people" in html and "Ada &lt;b&gt;" in html


def test_answers_that_changed_since_are_named(tmp_path):
    declared, page, found = judged(tmp_path, ["Ada"])
    row = replace(page.rows[0], first="0" * 16)
    write_comparisons(tmp_path, Comparisons((replace(page, rows=(row, *page.rows[1:])),), found.ratings))
    inputs = read_project(tmp_path, declared)
    (shown,) = people_pages(inputs.people, inputs.contestants)
    assert "on 1 of 12 rows a contestant answers otherwise now" in shown.warning
    assert "All together" not in shown.rows[0].who
