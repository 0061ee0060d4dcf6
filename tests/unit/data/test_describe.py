from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.made import candidate, members
from tunewright.config.schema.data import Data, Source
from tunewright.config.schema.task import OutputContract
from tunewright.data.card import (
    DataCard,
    FlagCounts,
    KeptPair,
    LanguageCounts,
    Lengths,
    Neighbours,
    SourceCounts,
    read_card,
    write_card,
)
from tunewright.data.coverage import Slice
from tunewright.data.describe import Description, lengths, warnings
from tunewright.data.describe_training import ClassBalance, ClassRows
from tunewright.data.enough import Enough, enough
from tunewright.data.frozen import Change
from tunewright.data.rows import Message, Row


def parts(train=(), validation=(), test=()):
    return {"train": members(train), "validation": members(validation), "test": members(test)}


def row(answer="yes", prompt="a", meta=None):
    return Row("r", (Message("user", prompt), Message("assistant", answer)), "g", "f", meta or {})


def seen(kind, output, meta=(), **rows):
    description = Description(kind, output, meta)
    for split, of_split in rows.items():
        for one in of_split:
            description.see(split, one)
    return description


def test_labels_are_counted_by_split_also_those_without_a_row(labels):
    described = seen("classification", labels, train=[row("billing"), row("billing")], test=[row("billing")])
    assert described.answers == {
        "label": {
            "billing": {"train": 2, "validation": 0, "test": 1},
            "delivery": {"train": 0, "validation": 0, "test": 0},
        }
    }


def test_only_values_that_the_contract_names_are_listed():
    schema = {
        "properties": {
            "product": {"anyOf": [{"$ref": "#/$defs/product"}, {"type": "null"}]},
            "customer": {"type": "string"},
            "urgent": {"type": "boolean"},
            "gone": {},
        },
        "$defs": {"product": {"enum": ["kettle", 3]}},
    }
    answers = (
        '{"product":"kettle","customer":"Jane Doe","urgent":true}',
        '{"product":null,"customer":"J. Roe","urgent":false}',
        '{"product":3,"customer":"Jane Doe","urgent":false}',
    )
    described = seen("extraction", OutputContract(json_schema=schema), train=map(row, answers))
    totals = {
        key: {value: places["train"] for value, places in values.items()}
        for key, values in described.answers.items()
    }
    assert totals == {
        "product": {"kettle": 1, "null": 1, "3": 1},
        "customer": {"(filled)": 3},
        "urgent": {"true": 1, "false": 2},
        "gone": {"(absent)": 3},
    }


def test_free_text_answers_are_not_counted():
    assert seen("generation", OutputContract(), train=[row()]).answers == {}


def test_lengths_are_those_of_all_turns_before_the_answer_and_of_the_answer():
    described = seen("generation", OutputContract(), train=[row("1234", "12"), row("1", "12345")])
    assert (described.prompt_lengths().min, described.prompt_lengths().max) == (2, 5)
    assert (described.answer_lengths().min, described.answer_lengths().max) == (1, 4)


def test_meta_fields_with_many_values_list_none():
    rows = [row(meta={"language": "de" if n % 3 else "en", "customer": f"Jane {n}"}) for n in range(30)]
    described = seen("generation", OutputContract(), ("language", "customer", "none"), train=[*rows, row()])
    assert described.meta() == {
        "language": {"de": 20, "en": 10, "(absent)": 1},
        "customer": {"(more than 20 values)": 30, "(absent)": 1},
        "none": {"(absent)": 31},
    }


@given(st.lists(st.integers(0, 30), min_size=1))
def test_lengths_are_ordered_and_met_in_the_texts(sizes):
    found = lengths(sizes)
    sizes = sorted(sizes)
    percentiles = (found.min, found.p50, found.p90, found.p99, found.max)
    assert list(percentiles) == sorted(percentiles)
    assert set(percentiles) <= set(sizes)
    assert (found.min, found.max) == (sizes[0], sizes[-1])
    assert sum(size <= found.p90 for size in sizes) >= 0.9 * len(sizes)


def test_percentiles_are_of_the_nearest_rank():
    assert lengths(range(1, 101)) == Lengths(1, 50, 90, 99, 100, round(5050 / 4))


def test_warnings_name_what_is_too_little():
    divided = parts(
        [candidate(f"p{n}", "billing", stratum="billing") for n in range(60)],
        test=[candidate("c", "delivery", stratum="delivery")],
    )
    data = Data(sources=(Source(path="data/raw/a", licence="none"),))
    found = enough(data, "classification", {"billing": 60, "delivery": 0})
    assert warnings(divided, 2, {"lang": {"(absent)": 61}, "channel": {"web": 1}}, found) == (
        "the test split has 1 rows, fewer than 30: it will decide little",
        str(found),
        "1 value of split.stratify_by in fewer than 3 prompts: not met in every split",
        "2 prompts with different answers: the model cannot learn both; decide for one",
        'meta field "lang" stands in no row',
    )


def test_a_card_is_read_back_as_it_was_written(tmp_path):
    card = DataCard(
        sources=(SourceCounts("data/raw/a.csv", "csv", "none", "0" * 64, 9, 6, 1, 2),),
        splits={"train": 4, "validation": 1, "test": 1},
        answers={"label": {"billing": {"train": 4, "validation": 1, "test": 1}}},
        meta={"language": {"de": 6}},
        prompt_lengths=Lengths(1, 2, 3, 4, 5, 6),
        answer_lengths=Lengths(6, 7, 8, 9, 10, 11),
        conflicts=1,
        rejected={"no turns": 1},
        removed={"duplicate": 2},
        frozen=(Change(rows=1, reason="new labels"),),
        warnings=("few",),
        enough=Enough("classification", 50, 4, {"billing": 4}, "warn", False, 0.7),
        balance=ClassBalance("completion", "report", {"billing": ClassRows(4, 4, 8)}, 8, 8),
        coverage=(Slice("meta", "language", "de", 4, 1, 1),),
        flags={"refusal": FlagCounts("report", {"train": 3, "validation": 0, "test": 2}, 1, ("a", "b"))},
        cleaned={"trimmed": 2},
        languages=LanguageCounts(3, {"en": 3}, {"de": 2}),
        near_conflicts=2,
        neighbours=Neighbours(rows=5, groups=2, tested=1),
        kept_pairs=(KeptPair("neighbours", ("a.csv:1", "a.csv:2"), ("r1", "r2"), ("train", "test")),),
    )
    write_card(tmp_path / "card.json", card)
    assert read_card(tmp_path / "card.json") == card
    assert card.counts() == {
        **{"read": 9, "kept": 6, "rejected": 1, "removed": 2},
        **{"train": 4, "validation": 1, "test": 1, "conflicts": 1, "near_conflicts": 2, "neighbours": 5},
        **{"personal_data": 0, "flags": 5},
    }
    assert card.metrics() == {**card.counts(), "classes": {"billing": {"before": 4, "after": 8}}}
