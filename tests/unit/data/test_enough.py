"""Whether the training rows are enough: the number asked for, what is counted, and what is said."""

import pytest

from tests.unit.data.test_prepare import good, prepared
from tunewright.config.schema.data import Data, Source
from tunewright.config.schema.enough import PURPOSE_OF, RECOMMENDED, Balance, Minimum
from tunewright.config.schema.task import OutputContract
from tunewright.data.enough import enough, refuse_too_few
from tunewright.errors import DataError


def found(kind, there, **minimum):
    source = Source(path="data/raw/a", licence="none")
    return enough(Data(sources=(source,), minimum=Minimum(**minimum)), kind, there)


@pytest.mark.parametrize(
    ("kind", "needed"), [("extraction", 200), ("generation", 100), ("chat", 1000), ("classification", 50)]
)
def test_the_number_follows_from_the_kind_and_one_row_fewer_is_too_few(kind, needed):
    assert RECOMMENDED[PURPOSE_OF[kind]] == needed
    assert found(kind, {"billing": needed}).short == {}
    assert list(found(kind, {"billing": needed - 1}).short.values()) == [needed - 1]


@pytest.mark.parametrize(
    ("purpose", "needed"), [("format", 200), ("vocabulary", 500), ("instructions", 1000)]
)
def test_a_declared_purpose_asks_for_its_own_number(purpose, needed):
    assert found("generation", {"": needed}, purpose=purpose).short == {}
    assert str(found("generation", {"": needed - 10}, purpose=purpose)) == (
        f"{needed - 10} training rows, 10 fewer than the {needed} recommended for {purpose}: "
        "some 15 more raw rows would do"
    )


def test_labels_are_counted_one_by_one_and_the_poorest_named_first():
    rows = {"billing": 60, "delivery": 0, "returns": 12}
    assert str(found("classification", rows)) == (
        "2 labels with fewer training rows than the 50 recommended for classification: "
        "delivery 0, returns 12; some 126 more raw rows would do"
    )
    assert found("classification", rows, rows=12).short == {"delivery": 0}
    assert str(found("classification", {"a": 9, "b": 9}, rows=9)) == (
        "18 training rows, enough: 9 of each label are asked for by data.minimum.rows"
    )


def test_only_the_policy_fail_stops_and_says_what_is_missing():
    refuse_too_few(found("generation", {"": 3}))
    refuse_too_few(found("generation", {"": 100}, policy="fail"))
    with pytest.raises(DataError, match="97 fewer than the 100") as caught:
        refuse_too_few(found("generation", {"": 3}, policy="fail"))
    assert caught.value.where == "data.minimum"
    assert "tunewright set data.minimum.policy=warn" in caught.value.fix


def test_rows_count_once_however_often_they_are_written_and_not_at_all_if_never(folder):
    data = folder.data(good(60))
    train = prepared(folder, data).card.splits["train"]
    heavy, light = (
        prepared(
            folder, data.model_copy(update={"sources": (data.sources[0].model_copy(update={"weight": w}),)})
        )
        for w in (3.0, 0.5)
    )
    assert heavy.card.enough.rows == train
    assert light.card.enough.rows == len({row.id for row in light.rows["train"]}) < train


def test_a_label_without_any_row_is_missed_after_downsampling_too(folder):
    rows = [{"prompt": f"q {n}", "completion": "billing" if n % 4 else "delivery"} for n in range(200)]
    output = OutputContract(labels=("billing", "delivery", "returns"))
    data = folder.data(rows, balance=Balance(policy="downsample"))
    card = prepared(folder, data, "classification", output).card
    assert card.enough.short == {
        "returns": 0,
        **{name: one.kept for name, one in card.balance.classes.items()},
    }
    assert str(card.enough) in card.warnings
