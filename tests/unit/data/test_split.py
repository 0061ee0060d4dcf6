from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.made import candidate, candidates, members
from tunewright.config.schema.data import Split
from tunewright.data.leakage import refuse_leaks
from tunewright.data.split import (
    GROUPS_TO_STRATIFY,
    SPLITS,
    keep_apart,
    position,
    refuse_empty,
    split,
)
from tunewright.errors import DataError

settings = st.builds(Split, seed=st.integers(0, 5), stratify_by=st.none() | st.just("completion"))
grouped = candidates(groups=st.sampled_from(["anna", "ben", "cleo", "dora", "emil"]))


def where(parts):
    return {member.row.id: name for name, part in parts.items() for member in part}


@given(candidates(), settings, st.randoms())
def test_the_order_of_the_rows_does_not_matter_and_none_is_lost(rows, chosen, random):
    parts = split(members(rows), chosen)
    assert sorted(where(parts)) == sorted(row.id for row in rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert split(members(shuffled), chosen) == parts


@given(candidates(), candidates(st.text("cdCD ", max_size=3)), st.integers(0, 5))
def test_added_rows_move_none(rows, added, seed):
    before = where(split(members(rows), Split(seed=seed)))
    more = [replace(row, number=1000 + row.number, id=f"more-{row.number}") for row in added]
    after = where(split(members([*rows, *more]), Split(seed=seed)))
    assert before.items() <= after.items()


@given(grouped | candidates(), settings)
def test_no_group_and_no_prompt_straddles_a_split(rows, chosen):
    divided = split(members(rows), chosen)
    places = {}
    for name, part in divided.items():
        for member in part:
            assert places.setdefault(member.unit, name) == name
    parts, removed = keep_apart(divided)
    held = {}
    for name, part in parts.items():
        for member in part:
            assert held.setdefault(member.row.prompt_key, name) == name
    refuse_leaks(parts)
    kept = [member.row.place.line for part in parts.values() for member in part]
    assert sorted([*kept, *(row.place.line for row in removed)]) == [row.place.line for row in rows]
    assert parts["test"] == divided["test"]


@given(candidates(st.text("abc", max_size=3)), st.integers(0, 5))
def test_every_value_with_enough_prompts_is_met_in_every_split(rows, seed):
    once = list({row.prompt_key: row for row in rows}.values())
    parts = split(members(once), Split(seed=seed, stratify_by="completion"))
    for stratum, groups in Counter(row.stratum for row in once).items():
        if groups >= GROUPS_TO_STRATIFY:
            assert all(any(member.row.stratum == stratum for member in parts[name]) for name in SPLITS)


def test_stratifying_moves_only_what_a_missing_value_needs():
    rows = [
        candidate(f"prompt {n}", "yes" if n % 10 else "no", line=n, stratum=str(n % 10 == 0))
        for n in range(300)
    ]
    rows = members(rows)
    plain, balanced = where(split(rows, Split())), where(split(rows, Split(stratify_by="completion")))
    assert sum(plain[name] != balanced[name] for name in plain) <= 2


def test_the_shares_are_kept_and_another_seed_draws_another_split():
    rows = members([candidate(f"prompt {n}", line=n) for n in range(4000)])
    chosen = Split(train=0.6, validation=0.1, test=0.3)
    parts = split(rows, chosen)
    # Four standard deviations of a binomial share.
    for name in SPLITS:
        share = getattr(chosen, name)
        assert abs(len(parts[name]) / 4000 - share) < 4 * (share * (1 - share) / 4000) ** 0.5
    assert where(parts) != where(split(rows, chosen.model_copy(update={"seed": 1})))
    assert [m.row.number for m in parts["train"]] != sorted(m.row.number for m in parts["train"])


@given(st.integers(0), st.text(st.characters(exclude_categories=["Cs"])))
def test_positions_lie_between_0_and_1(seed, group):
    assert 0 <= position(seed, group) < 1


def test_positions_never_change():
    # Pinned: another hash would move rows of existing projects from test into training.
    assert position(0, "anna") == pytest.approx(0.10401298187629804)


def test_a_prompt_of_two_groups_is_kept_in_test_and_removed_elsewhere():
    groups = [f"customer {n}" for n in range(40)]
    rows = [candidate("hello", "yes", line=n, group=group) for n, group in enumerate(groups)]
    parts, removed = keep_apart(split(members(rows), Split()))
    assert (len(parts["train"]), len(parts["validation"])) == (0, 0)
    assert len(parts["test"]) + len(removed) == 40
    assert {row.reason for row in removed} == {"same prompt as a row of the test split"}
    assert all(row.duplicate for row in removed)


def test_an_empty_split_says_how_many_rows_there_are():
    rows = members([candidate("a", line=1), candidate("b", line=2)])
    with pytest.raises(DataError, match=r"no row for .*: 2 rows in 2 groups are too few") as caught:
        refuse_empty(split(rows, Split()))
    assert "add rows" in caught.value.fix
    refuse_empty(dict.fromkeys(SPLITS, rows))


def test_stratifying_by_what_no_row_has_is_a_data_error():
    with pytest.raises(DataError, match=r"no row has 'completion\.categry'"):
        split(members([candidate("a", stratum="(absent)")]), Split(stratify_by="completion.categry"))


@pytest.mark.parametrize("seed", range(20))
def test_a_prompt_with_two_answers_counts_for_one_value_whatever_its_order(seed):
    answers = {"p1": "ab", "p2": "ab", "p3": "ab", "p4": "a", "p5": "a", "p6": "b", "p7": "b"}
    pairs = [(prompt, answer) for prompt, given in answers.items() for answer in given]
    rows = [candidate(p, answer, line=n, stratum=answer) for n, (p, answer) in enumerate(pairs)]
    chosen = Split(stratify_by="completion", seed=seed)
    assert split(members(rows), chosen) == split(members(rows[::-1]), chosen)


def test_near_duplicates_share_a_split_and_leave_it_only_by_being_removed():
    rows = [candidate(f"prompt {n}", line=n, group=f"customer {n}") for n in range(1, 90)]
    alike = {row.prompt_key: f"cluster {row.number // 3}" for row in rows}
    whole = split(members([replace(row, group="") for row in rows], alike), Split())
    assert keep_apart(whole) == (whole, [])
    parts, removed = keep_apart(split(members(rows, alike), Split()))
    assert removed and {row.reason.split(" a row of")[0] for row in removed} == {"nearly the same prompt as"}
    refuse_leaks(parts)


def test_the_newest_rows_are_the_test_split():
    rows = [candidate(f"prompt {n}", line=n, moment=f"2026-01-01T00:{n:02}:00+00:00") for n in range(1, 41)]
    parts = split(members(rows), Split(train=0.5, validation=0.25, test=0.25, order_by="created"))
    lines = {name: sorted(member.row.place.line for member in part) for name, part in parts.items()}
    assert lines == {
        "train": list(range(1, 21)),
        "validation": list(range(21, 31)),
        "test": list(range(31, 41)),
    }


def test_rows_of_a_file_go_only_where_it_may():
    rows = [candidate(f"prompt {n}", line=n, file="new.jsonl" if n % 2 else "old.jsonl") for n in range(200)]
    parts = split(members(rows), Split(), allowed={"data/raw/new.jsonl": ("train",)})
    files = {name: {member.row.place.file for member in part} for name, part in parts.items()}
    assert files["test"] == files["validation"] == {"data/raw/old.jsonl"}
    only_test = split(members(rows), Split(), allowed={"data/raw/new.jsonl": ("test",)})
    assert sum(member.row.place.file == "data/raw/new.jsonl" for member in only_test["test"]) == 100


@given(candidates(), candidates(st.text("abAB ", max_size=3)), st.integers(0, 5))
def test_a_frozen_test_set_stays_whatever_comes(rows, added, seed):
    before = keep_apart(split(members(rows), Split(seed=seed)))[0]
    frozen = {member.row.prompt_key for member in before["test"]}
    if not frozen:
        return
    more = [replace(row, number=1000 + row.number, id=f"more-{row.number}") for row in added]
    after, _ = keep_apart(split(members([*rows, *more]), Split(seed=seed), frozen=dict.fromkeys(frozen, ())))
    assert {member.row.prompt_key for member in after["test"]} == frozen
    assert not frozen & {member.row.prompt_key for name in ("train", "validation") for member in after[name]}


@pytest.mark.parametrize("what", ["prompt_key", "group", "cluster"])
def test_a_leak_stops_everything(what):
    one, other = candidate("a", line=1, group="x"), candidate("b", line=2, group="y")
    if what == "cluster":
        alike = members([one, other], {one.prompt_key: "c", other.prompt_key: "c"})
    else:
        alike = members([one, replace(other, **{what: getattr(one, what)})])
    with pytest.raises(DataError, match=f"same {what} as data/raw/rows.jsonl:1, which is in train") as caught:
        refuse_leaks({"train": alike[:1], "test": alike[1:]})
    assert caught.value.where == "data/raw/rows.jsonl:2"
