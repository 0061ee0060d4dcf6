import pytest

from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.transform import apply, chosen_transforms
from tunewright.errors import DataError, TunewrightError

ROW = RawRow(Place("data/raw/rows.jsonl", 3, "0" * 64), {"a": 1})


def test_transforms_apply_in_the_order_of_the_settings():
    registered = {"add": lambda row: {"a": row["a"] + 1}, "double": lambda row: {"a": row["a"] * 2}}
    assert apply(chosen_transforms(["add", "double"], registered), ROW).values == {"a": 4}
    assert apply(chosen_transforms(["double", "add"], registered), ROW).values == {"a": 3}
    assert apply([], ROW) == ROW


def test_a_row_for_which_a_transform_returns_none_is_rejected_and_later_ones_do_not_see_it():
    def never(row):
        raise AssertionError(row)

    discarded = apply([("only_english", lambda row: None), ("never", never)], ROW)
    assert isinstance(discarded, Discarded)
    assert str(discarded) == "rejected by the transform 'only_english'"


def test_an_unknown_transform_names_the_registered_ones():
    with pytest.raises(DataError, match="no transform 'trimm': registered are cut, trim") as caught:
        chosen_transforms(["trimm"], {"trim": dict, "cut": dict})
    assert caught.value.fix == "write trim"
    with pytest.raises(DataError, match="nothing is registered"):
        chosen_transforms(["trim"], {})


def test_a_failing_transform_is_named_with_the_row():
    def broken(row):
        return row["b"]

    with pytest.raises(TunewrightError, match="transform 'broken': KeyError") as caught:
        apply([("broken", broken)], ROW)
    assert "data/raw/rows.jsonl:3" in caught.value.fix


def test_a_transform_that_returns_something_else_is_named():
    with pytest.raises(DataError, match="transform 'text' returned str"):
        apply([("text", lambda row: "text")], ROW)
