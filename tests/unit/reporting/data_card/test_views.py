"""The parts of the data card: what they say of counts, settings and places."""

from dataclasses import replace
from typing import get_args

import pytest

from tests.unit.reporting.data_card.conftest import read
from tests.unit.reporting.made_up import DISCARDED, RAW, card, write_project
from tunewright import artifacts
from tunewright.config.schema.data import Data, Source
from tunewright.config.schema.personal_data import KINDS, Action
from tunewright.config.schema.task import OutputContract
from tunewright.data.card import DataCard, FlagCounts, KeptPair, LanguageCounts, Neighbours, PairKind
from tunewright.data.cleaning.counts import flag_warnings
from tunewright.data.cleaning.text import Change as Cleaned
from tunewright.data.coverage import Slice, uncovered
from tunewright.data.describe import partly_compared, warnings
from tunewright.data.describe_training import ClassBalance, ClassRows
from tunewright.data.enough import enough
from tunewright.data.frozen import Change
from tunewright.data.personal.counts import left_in as sentences_of_what_stays
from tunewright.reporting.data_card.cautions import OTHERWISE, what_was_done
from tunewright.reporting.data_card.personal_data import fates, outcome, personal_data, personal_data_table
from tunewright.reporting.data_card.quality import cleaned, flags, languages, review
from tunewright.reporting.data_card.rows import ALIKE, duplicates, rejected
from tunewright.reporting.data_card.sizes import sizes
from tunewright.reporting.data_card.splits import frozen, splits
from tunewright.reporting.data_card.words import FATES, KIND_NAMES


def holding(**personal: dict[str, dict[str, int]]) -> DataCard:
    return replace(card(), personal_data=personal)


@pytest.mark.parametrize(
    ("found", "status", "title"),
    [
        ({}, "clear", "No personal data was found"),
        ({"prompt": {"email_address": {"redact": 1}}}, "gone", "Personal data was found and taken out"),
        (
            {"prompt": {"email_address": {"redact": 1, "drop": 2}}},
            "gone",
            "Personal data was found and taken out",
        ),
        ({"answer": {"phone_number": {"allow": 1}}}, "left", "Personal data stays in the prepared rows"),
        ({"prompt": {"ip_address": {"report": 3}}}, "left", "Personal data stays in the prepared rows"),
    ],
)
def test_the_first_line_says_whether_anything_stays(found, status, title):
    told = outcome(holding(**found))
    assert (told.status, told.title) == (status, title)
    assert told.sentence.endswith("see below.")


def test_counts_of_personal_data_add_up():
    found = holding(**card().personal_data, answer={"order_number": {"allow": 2}})
    table = personal_data_table(found)
    assert sum(int(row[2]) for row in table.rows) == found.counts()["personal_data"] == 9
    assert ("answer", "order number", "2", FATES["allow"], "yes") in table.rows
    assert sum(int(sentence.split()[0]) for sentence in fates(found)) == 9


def test_every_kind_and_every_action_has_its_words():
    assert set(KIND_NAMES) == set(KINDS)
    assert set(FATES) == {*Action.__args__, "allow"}


def test_nothing_found_is_said_and_draws_no_table(tickets):
    section = personal_data(replace(tickets, card=holding()))
    assert not section.tables and "Nothing of the kinds" in section.text[0]


def test_reasons_are_told_apart_though_one_begins_like_the_other(tmp_path):
    longer = "answer breaks the contract: category"
    both = replace(card(), rejected={"answer breaks the contract:": 1, longer: 1}, removed={})
    declared = write_project(tmp_path, data_card=both)
    artifacts.write_jsonl(
        tmp_path / artifacts.REJECTED_ROWS,
        [
            {**DISCARDED[0], "line": 4, "reason": f"{longer} is missing"},
            {**DISCARDED[0], "row": 5, "reason": "answer breaks the contract: categorytest"},
        ],
    )
    path = tmp_path / artifacts.REJECTED_ROWS
    path.write_text(path.read_text().replace('"line": 7, ', ""))
    places = read(tmp_path, declared).places
    assert places[longer].first == ("data/raw/tickets.jsonl:4",)
    assert places["answer breaks the contract:"].first == ("data/raw/tickets.jsonl, row 5",)


def test_nearly_the_same_questions_with_different_answers_are_told(tickets):
    assert not any("nearly the same question" in note for note in duplicates(tickets).notes)
    several = replace(tickets, card=replace(tickets.card, near_conflicts=12))
    assert (
        duplicates(several).notes[-1].startswith("12 groups of nearly the same question with different ans")
    )


def test_rows_alike_but_for_their_numbers_are_counted_and_pairs_are_named_by_id_and_place(tickets):
    pair = KeptPair("neighbours", (f"{RAW}:3", f"{RAW}:9"), ("t0000", "t0007"), ("train", "test"))
    found = Neighbours(rows=1200, groups=4, tested=31)
    section = duplicates(replace(tickets, card=replace(tickets.card, neighbours=found, kept_pairs=(pair,))))
    assert section.notes[-1].startswith(
        "1,200 rows in 4 groups are nearly the same as another but for their num"
    )
    assert "31 of them are test rows" in section.notes[-1]
    assert section.tables[-1].rows == (
        ("nearly the same but for the numbers", f"t0000 ({RAW}:3)", "train", f"t0007 ({RAW}:9)", "test"),
    )
    none_tested = replace(tickets.card, neighbours=replace(found, tested=0))
    assert "test rows" not in duplicates(replace(tickets, card=none_tested)).notes[-1]
    assert not any("numbers" in note for note in duplicates(tickets).notes)


def test_every_kind_of_pair_has_its_words():
    assert set(ALIKE) == set(PairKind.__args__)


def test_without_rejected_rows_nothing_is_missing(tmp_path):
    clean = replace(card(), rejected={}, removed={}, duplicates=(), conflicts=0)
    declared = write_project(tmp_path, data_card=clean)
    (tmp_path / artifacts.REJECTED_ROWS).write_text("")
    inputs = read(tmp_path, declared)
    assert rejected(inputs).text == ("No row was rejected.",) and not rejected(inputs).tables
    assert not duplicates(inputs).tables and not duplicates(inputs).notes


def test_the_commonest_reason_comes_first(tickets):
    (table,) = rejected(tickets).tables
    assert [row[1] for row in table.rows] == ["2", "1"]


def test_of_very_many_reasons_the_rarest_are_counted_together(tickets):
    many = {f"reason {number}": 100 - number for number in range(60)}
    (table,) = rejected(replace(tickets, card=replace(tickets.card, rejected=many))).tables
    assert len(table.rows) == 51 and table.rows[-1][:2] == ("10 rarer reasons", str(sum(range(41, 51))))
    assert sum(int(row[1]) for row in table.rows) == sum(many.values())


def test_shares_of_the_splits_sum_to_all(tickets):
    (table,) = splits(tickets).tables
    assert sum(float(row[2].removesuffix(" %")) for row in table.rows) == pytest.approx(100, abs=0.2)


def test_rules_of_the_split_follow_the_settings(tickets):
    rule = tickets.data.split.model_copy(
        update={"group_by": "customer", "order_by": "sent", "stratify_by": "completion.category"}
    )
    said = " ".join(splits(replace(tickets, data=tickets.data.model_copy(update={"split": rule}))).text)
    assert "By time" in said and "same customer stay together" in said and "completion.category" in said
    assert "By time" not in " ".join(splits(tickets).text)


def test_every_change_of_the_frozen_test_set_is_told_with_its_reason(tickets):
    changes = (Change(rows=75), Change(rows=80, added=7, removed=2, answered=1, reason="new products"))
    (table,) = frozen(replace(tickets, card=replace(tickets.card, frozen=changes))).tables
    assert table.rows == (
        ("1", "75", "0", "0", "0", "first frozen"),
        ("2", "80", "7", "2", "1", "new products"),
    )
    assert "is not frozen" in frozen(tickets).text[0]


def test_what_was_done_is_known_for_every_warning_that_prepare_gives():
    nothing = {"train": [], "validation": [], "test": []}
    data = Data(sources=(Source(path="data/raw/a", format="chat", licence="x"),))
    few = enough(data, "extraction", {"all rows": 7})
    lone = [
        Slice("meta", "language", "de", 0, 0, 9),
        Slice("meta", "language", "fr", 1, 0, 9),
        Slice("meta", "language", "it", 9, 0, 0),
        Slice("meta", "language", "es", 9, 0, 1),
    ]
    given = [
        *warnings(nothing, 2, {"x": {}}, few),
        *sentences_of_what_stays({"prompt": {"ip_address": {"report": 1}}}),
        *uncovered(lone, 5, by_label=False),
        *flag_warnings({"refusal": FlagCounts("report", {"train": 2}, 0, ("a", "b"))}),
        *partly_compared(3),
        "weights of sources: the 3 training rows are written as 6 lines, one row as 2 at most",
        "data.balance left out 3 of 9 training rows",
        "classes of completion: ... (data.balance.warn_above); data.balance.policy evens them out",
        "1 value of split.stratify_by in fewer than 3 prompts: not met in every split",
    ]
    assert len(given) >= 14
    for warning in given:
        assert what_was_done(warning) != OTHERWISE, warning
    assert what_was_done("something new") == OTHERWISE


def test_what_was_cleaned_flagged_and_judged_is_told(tickets):
    card = replace(
        tickets.card,
        cleaned=dict.fromkeys(get_args(Cleaned), 3),
        flags={"refusal": FlagCounts("drop", {"train": 2, "validation": 0, "test": 1}, 4, ("a", "b"))},
        languages=LanguageCounts(9, {"en": 8, "de": 1}, {}),
    )
    told = replace(tickets, card=card)
    assert len(cleaned(told).tables[0].rows) == len(get_args(Cleaned))
    assert flags(told).tables[0].rows == (
        ("refusal", "the answer declines the request", "2", "0", "1", "4", "rejected", "a, b"),
    )
    assert [table.rows for table in languages(told).tables] == [(("en", "8"), ("de", "1"))]
    assert "9 rows" in languages(told).text[0]
    assert review(told).facts == (("Reviewed by a domain expert", "no row"),)
    assert not flags(tickets).tables and "No row was flagged." in flags(tickets).text


def test_whether_the_rows_are_enough_and_even_is_told(tickets):
    rows = ClassBalance("completion", "oversample", {"billing": ClassRows(4, 4, 8)}, 8, 8)
    data = Data(sources=(Source(path="data/raw/a", format="chat", licence="x"),))
    found = enough(data, "extraction", {"all rows": 7})
    slices = (Slice("meta", "language", "de", 4, 1, 2),)
    told = sizes(replace(tickets, card=replace(tickets.card, enough=found, balance=rows, coverage=slices)))
    assert told.text == (f"{found}.", "Rows of smaller classes are repeated in training.")
    assert [table.rows for table in told.tables] == [
        (("billing", "4", "4", "8"),),
        (("language", "de", "4", "1", "2"),),
    ]


def test_labels_of_a_classification_are_named_as_not_searched(tickets):
    from tunewright.reporting.data_card.protection import protection

    labels = tickets.task.model_copy(
        update={"kind": "classification", "output": OutputContract(labels=("a", "b"))}
    )
    said = {one.question: one.sentences for one in protection(replace(tickets, task=labels)).answers}
    assert "The labels, which the project itself declares." in said["What was not looked for"]
