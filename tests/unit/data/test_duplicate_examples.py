"""The examples of duplicates: places of rows that stay, at most three a reason, test rows last."""

from tunewright.data.candidate import Candidate
from tunewright.data.card import DuplicateExample
from tunewright.data.duplicate_examples import LOOKED_AT, duplicate_examples
from tunewright.data.raw_row import Discarded, Place, PlaceInOrder
from tunewright.data.split import Member


def member(line: int, kind: type[Place] = Place) -> Member:
    place = kind("data/raw/a.csv", line, f"{line:064}")
    return Member(Candidate(line, f"r{line}", place, "", f"p{line}", "a", ""), f"c{line}")


def removed(line: int, of: Member, reason: str = "duplicate") -> Discarded:
    place = Place("data/raw/a.csv", line, f"{line:064}")
    return Discarded(place, reason, f"of {of.row.place}", duplicate=True, stays=of.row.place)


def test_each_reason_has_up_to_three_examples_and_test_rows_come_last():
    train, test = [member(n) for n in range(1, 6)], [member(9)]
    parts = {"train": train, "validation": [], "test": test}
    discarded = [
        removed(20, test[0]),
        *(removed(21 + n, train[n]) for n in range(4)),
        removed(30, test[0], "near-duplicate"),
    ]
    found = duplicate_examples(discarded, parts)
    assert [(one.reason, one.place, one.id, one.split) for one in found] == [
        *(("duplicate", f"data/raw/a.csv:{21 + n}", f"r{1 + n}", "train") for n in range(3)),
        ("near-duplicate", "data/raw/a.csv:30", "r9", "test"),
    ]


def test_a_row_whose_twin_went_too_is_no_example():
    train, gone = [member(1)], member(2)
    parts = {"train": train, "validation": [], "test": []}
    assert duplicate_examples([removed(20, gone), removed(21, train[0])], parts) == (
        DuplicateExample("duplicate", "data/raw/a.csv:21", "of data/raw/a.csv:1", "r1", "train"),
    )
    assert duplicate_examples([Discarded(train[0].row.place, "not JSON")], parts) == ()


def test_of_very_many_only_the_first_are_looked_at():
    train, gone = [member(1)], member(2)
    parts = {"train": train, "validation": [], "test": []}
    late = [*(removed(100 + n, gone) for n in range(LOOKED_AT)), removed(999, train[0])]
    assert duplicate_examples(late, parts) == ()
    assert len(duplicate_examples(late[1:], parts)) == 1


def test_rows_without_lines_are_named_by_their_number():
    train = [member(3, PlaceInOrder)]
    (one,) = duplicate_examples([removed(8, train[0])], {"train": train, "validation": [], "test": []})
    assert one.detail == "of data/raw/a.csv, row 3" and one.id == "r3"
