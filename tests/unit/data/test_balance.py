"""Balancing: classes come to the numbers asked for, training alone is touched, and added rows move few."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.data.made import candidate, members
from tests.unit.data.test_prepare import discarded, prepared
from tunewright.config.schema.data import Data, Fields, Source
from tunewright.config.schema.enough import Balance
from tunewright.config.schema.task import OutputContract
from tunewright.data.balance import DOWNSAMPLED, Classes, balanced
from tunewright.data.rows import Message, Row

LABELS = OutputContract(labels=("a", "b", "c"))
MANY = {"a": 90, "b": 40, "c": 10}


def balance_of(sizes, weights=None, **asked):
    """The training split of rows `LABEL NUMBER` in files by label; which of them stay as how many lines."""
    rows = [
        candidate(f"{label} {n}", label, line=line, file=label, name=f"{label}{n}")
        for line, (label, n) in enumerate(
            ((label, n) for label, count in sizes.items() for n in range(count)), 1
        )
    ]
    sources = tuple(
        Source(path=f"data/raw/{label}", licence="none", weight=(weights or {}).get(label, 1.0))
        for label in sizes
    )
    label_of = {row.number: row.place.file.rpartition("/")[2] for row in rows}

    def row(number):
        return Row("", (Message("user", "?"), Message("assistant", label_of[number])), "", "", {})

    data = Data(sources=sources, balance=Balance(**asked))
    training = balanced(members(rows), data, row, Classes(None, "classification", LABELS))
    lines = {member.row.id: training.lines.get(member.row.number, 1) for member in training.kept}
    return training, lines


def by_label(lines):
    counts = Counter()
    for name, count in lines.items():
        counts[name[0]] += count
    return counts


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1.0, (10, 10, 10)), (2.5, (25, 25, 10)), (8.0, (80, 40, 10))]
)
def test_downsample_leaves_at_most_ratio_times_the_smallest(ratio, expected):
    training, lines = balance_of(MANY, policy="downsample", ratio=ratio)
    assert by_label(lines) == dict(zip("abc", expected, strict=True))
    assert set(lines.values()) == {1}
    assert len(training.removed) == sum(MANY.values()) - sum(expected)
    assert {row.reason for row in training.removed} == {DOWNSAMPLED}


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1.0, (90, 90, 90)), (2.5, (90, 40, 36)), (9.0, (90, 40, 10))]
)
def test_oversample_repeats_up_to_the_largest_by_ratio_and_evenly(ratio, expected):
    training, lines = balance_of(MANY, policy="oversample", ratio=ratio)
    assert by_label(lines) == dict(zip("abc", expected, strict=True))
    assert training.removed == []
    for label in "abc":
        counts = {count for name, count in lines.items() if name[0] == label}
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("policy", ["downsample", "oversample"])
def test_weights_of_sources_count_first(policy):
    _, lines = balance_of({"a": 40, "b": 40}, {"b": 3.0}, policy=policy)
    assert by_label(lines) == ({"a": 120, "b": 120} if policy == "oversample" else {"a": 40, "b": 39})
    _, halved = balance_of({"a": 400, "b": 400}, {"b": 0.5}, policy=policy)
    (one, other) = by_label(halved).values()
    assert one == other == (400 if policy == "oversample" else other)


def test_report_moves_nothing():
    training, lines = balance_of(MANY)
    assert by_label(lines) == MANY and training.removed == []


@given(
    sizes=st.fixed_dictionaries({label: st.integers(1, 25) for label in "abc"}),
    label=st.sampled_from("abc"),
    ratio=st.sampled_from([1.0, 1.5, 3.0]),
)
def test_a_row_more_moves_no_more_rows_than_the_numbers_demand(sizes, label, ratio):
    more = {**sizes, label: sizes[label] + 1}
    before, after = (balance_of(those, policy="downsample", ratio=ratio)[1] for those in (sizes, more))
    for one in "abc":
        ours = {name for name in before if name[0] == one}, {name for name in after if name[0] == one}
        grown = len(ours[1]) - len(ours[0])
        # Either the class grew, or its new row took the place of one that was kept.
        assert len(ours[0] ^ ours[1]) <= abs(grown) + 2 * (one == label)
    before, after = (balance_of(those, policy="oversample", ratio=ratio)[1] for those in (sizes, more))
    for one in set("abc") - {label}:
        ours = [{name: count for name, count in lines.items() if name[0] == one} for lines in (before, after)]
        moved = sum(abs(ours[0][name] - ours[1][name]) for name in ours[0])
        assert moved == abs(sum(ours[1].values()) - sum(ours[0].values()))


@given(
    sizes=st.fixed_dictionaries({label: st.integers(1, 25) for label in "abc"}),
    weight=st.sampled_from([0.2, 1.0, 2.5, 40.0]),
)
def test_no_class_is_lost_whatever_the_weights(sizes, weight):
    _, lines = balance_of(sizes, {"a": weight}, policy="downsample")
    assert {name[0] for name in lines} == set("abc")


def rows(count=240):
    return [
        {
            "id": f"r{n}",
            "prompt": f"question {n}",
            "completion": "abc"[(n % 7 > 2) + (n % 7 > 5)],
            "channel": "web",
        }
        for n in range(count)
    ]


@pytest.mark.parametrize("policy", ["downsample", "oversample"])
def test_validation_and_test_stay_and_every_row_is_accounted_for(folder, policy):
    fields = Fields(id="id")
    plain = prepared(folder, folder.data(rows(), fields=fields), "classification", LABELS)
    asked = Balance(policy=policy)
    data = folder.data(rows(), fields=fields, balance=asked)
    result = prepared(folder, data, "classification", LABELS)
    for name in ("validation", "test"):
        assert result.rows[name] == plain.rows[name]
    assert {row.id for row in result.rows["train"]} <= {row.id for row in plain.rows["train"]}
    classes = result.card.balance.classes
    written = Counter(row.reference for row in result.rows["train"])
    assert {name: one.lines for name, one in classes.items()} == written
    assert len(set(written.values())) == 1
    assert {name: one.rows for name, one in classes.items()} == Counter(
        row.reference for row in plain.rows["train"]
    )
    counts = result.card.counts()
    assert counts["read"] == counts["kept"] + counts["rejected"] + counts["removed"]
    left_out = sum(one.rows - one.kept for one in classes.values())
    assert result.card.removed.get(DOWNSAMPLED, 0) == left_out == counts["removed"]
    assert (left_out > 0) == (policy == "downsample")
    assert len(discarded(folder, result)) == left_out
    assert result.card.metrics()["classes"]["a"] == {"before": classes["a"].rows, "after": classes["a"].lines}
    again = prepared(
        folder, folder.data(rows()[::-1], fields=fields, balance=asked), "classification", LABELS
    )
    assert again.rows == result.rows


def test_classes_may_be_a_meta_field_or_a_key_of_the_answer(folder, triage):
    answers = [
        {"category": "billing" if n % 5 else "delivery", "order_number": None, "needs_human": n % 3 == 0}
        for n in range(120)
    ]
    given = [{"prompt": f"q {n}", "completion": answer, "channel": "web"} for n, answer in enumerate(answers)]
    for row in given[::6]:
        row["channel"] = "mail"
    data = folder.data(
        given, fields=Fields(meta=("channel",)), balance=Balance(policy="oversample", by="channel")
    )
    sizes = {
        name: one.lines
        for name, one in prepared(folder, data, "extraction", triage).card.balance.classes.items()
    }
    assert sizes.keys() == {"web", "mail"} and len(set(sizes.values())) == 1
    data = folder.data(given, balance=Balance(policy="downsample", by="completion.category"))
    card = prepared(folder, data, "extraction", triage).card
    assert card.balance.classes.keys() == {"billing", "delivery"}
    assert len({one.lines for one in card.balance.classes.values()}) == 1


def test_classes_out_of_balance_are_warned_of_by_name_and_many_values_are_not_listed(folder):
    given = [
        {"prompt": f"q {n}", "completion": "a" if n % 20 else "b", "customer": f"Jane {n}"}
        for n in range(300)
    ]
    fields = Fields(meta=("customer",))
    card = prepared(folder, folder.data(given, fields=fields), "classification", LABELS).card
    sizes = {name: one.lines for name, one in card.balance.classes.items()}
    assert (
        f"classes of completion: the largest (a) has {sizes['a']} training lines, "
        f"the smallest (b) {sizes['b']}, more than 10 times as many "
        "(data.balance.warn_above); data.balance.policy evens them out"
    ) in card.warnings
    data = folder.data(given, fields=fields, balance=Balance(by="customer"))
    card = prepared(folder, data, "classification", LABELS).card
    assert card.balance.classes.keys() == {"(more than 20 values)"}
    assert "Jane" not in str(card)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(weight=st.sampled_from([0.5, 1.0, 2.5]), policy=st.sampled_from(["downsample", "oversample"]))
def test_lines_of_the_card_are_those_written(folder, weight, policy):
    data = folder.data(rows(100), balance=Balance(policy=policy))
    source = data.sources[0].model_copy(update={"weight": weight})
    result = prepared(folder, data.model_copy(update={"sources": (source,)}), "classification", LABELS)
    written = Counter(row.reference for row in result.rows["train"])
    assert {name: one.lines for name, one in result.card.balance.classes.items()} == written
    if result.card.splits["train"] != written.total():
        assert any(f"are written as {written.total()} lines" in warning for warning in result.card.warnings)
