from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.made import candidate, candidates
from tunewright.config.schema.data import Split
from tunewright.data.split import (
    GROUPS_TO_STRATIFY,
    SPLITS,
    keep_prompts_apart,
    position,
    refuse_empty,
    split,
)
from tunewright.errors import DataError

settings = st.builds(Split, seed=st.integers(0, 5), stratify_by=st.none() | st.just("completion"))
grouped = candidates(groups=st.sampled_from(["anna", "ben", "cleo", "dora", "emil"]))


def where(parts):
    return {row.row.id: name for name, part in parts.items() for row in part}


@given(candidates(), settings, st.randoms())
def test_the_order_of_the_rows_does_not_matter_and_none_is_lost(rows, chosen, random):
    parts = split(rows, chosen)
    assert sorted(where(parts)) == sorted(row.row.id for row in rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert split(shuffled, chosen) == parts


@given(candidates(), candidates(st.text("cdCD ", max_size=3)), st.integers(0, 5))
def test_added_rows_move_none(rows, added, seed):
    before = where(split(rows, Split(seed=seed)))
    more = [candidate(row.row.messages[0].content, line=1000 + row.place.line) for row in added]
    after = where(split([*rows, *more], Split(seed=seed)))
    assert before.items() <= after.items()


@given(grouped | candidates(), settings)
def test_no_group_and_no_prompt_straddles_a_split(rows, chosen):
    divided = split(rows, chosen)
    places = {}
    for name, part in divided.items():
        for row in part:
            assert places.setdefault(row.row.group, name) == name
    parts, removed = keep_prompts_apart(divided)
    held = {}
    for name, part in parts.items():
        for row in part:
            assert held.setdefault(row.prompt_key, name) == name
    kept = [row.place.line for part in parts.values() for row in part]
    assert sorted([*kept, *(row.place.line for row in removed)]) == [row.place.line for row in rows]
    assert parts["test"] == divided["test"]


@given(candidates(st.text("abc", max_size=3)), st.integers(0, 5))
def test_every_value_with_enough_prompts_is_met_in_every_split(rows, seed):
    once = list({row.prompt_key: row for row in rows}.values())
    parts = split(once, Split(seed=seed, stratify_by="completion"))
    for stratum, groups in Counter(row.stratum for row in once).items():
        if groups >= GROUPS_TO_STRATIFY:
            assert all(any(row.stratum == stratum for row in parts[name]) for name in SPLITS)


def test_stratifying_moves_only_what_a_missing_value_needs():
    rows = [
        candidate(f"prompt {n}", "yes" if n % 10 else "no", line=n, stratum=str(n % 10 == 0))
        for n in range(300)
    ]
    plain, balanced = where(split(rows, Split())), where(split(rows, Split(stratify_by="completion")))
    assert sum(plain[name] != balanced[name] for name in plain) <= 2


def test_the_shares_are_kept_and_another_seed_draws_another_split():
    rows = [candidate(f"prompt {n}", line=n) for n in range(4000)]
    chosen = Split(train=0.6, validation=0.1, test=0.3)
    parts = split(rows, chosen)
    # Four standard deviations of a binomial share.
    for name in SPLITS:
        share = getattr(chosen, name)
        assert abs(len(parts[name]) / 4000 - share) < 4 * (share * (1 - share) / 4000) ** 0.5
    assert where(parts) != where(split(rows, chosen.model_copy(update={"seed": 1})))
    assert [row.place.line for row in parts["train"]] != sorted(row.place.line for row in parts["train"])


@given(st.integers(0), st.text(st.characters(exclude_categories=["Cs"])))
def test_positions_lie_between_0_and_1(seed, group):
    assert 0 <= position(seed, group) < 1


def test_positions_never_change():
    # Pinned: another hash would move rows of existing projects from test into training.
    assert position(0, "anna") == pytest.approx(0.10401298187629804)


def test_a_prompt_of_two_groups_is_kept_in_test_and_removed_elsewhere():
    groups = [f"customer {n}" for n in range(40)]
    rows = [candidate("hello", "yes", line=n, group=group) for n, group in enumerate(groups)]
    parts, removed = keep_prompts_apart(split(rows, Split()))
    assert (len(parts["train"]), len(parts["validation"])) == (0, 0)
    assert len(parts["test"]) + len(removed) == 40
    assert {row.reason for row in removed} == {"same prompt as a row of the test split"}
    assert all(row.duplicate for row in removed)


def test_an_empty_split_says_how_many_rows_there_are():
    rows = [candidate("a", line=1), candidate("b", line=2)]
    with pytest.raises(DataError, match=r"no row for .*: 2 rows in 2 groups are too few") as caught:
        refuse_empty(split(rows, Split()))
    assert "add rows" in caught.value.fix
    refuse_empty(dict.fromkeys(SPLITS, rows))


def test_stratifying_by_what_no_row_has_is_a_data_error():
    with pytest.raises(DataError, match=r"no row has 'completion\.categry'"):
        split([candidate("a", stratum="(absent)")], Split(stratify_by="completion.categry"))


@pytest.mark.parametrize("seed", range(20))
def test_a_prompt_with_two_answers_counts_for_one_value_whatever_its_order(seed):
    answers = {"p1": "ab", "p2": "ab", "p3": "ab", "p4": "a", "p5": "a", "p6": "b", "p7": "b"}
    pairs = [(prompt, answer) for prompt, given in answers.items() for answer in given]
    rows = [candidate(p, answer, line=n, stratum=answer) for n, (p, answer) in enumerate(pairs)]
    chosen = Split(stratify_by="completion", seed=seed)
    assert split(rows, chosen) == split(rows[::-1], chosen)
