import json
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunewright.config.schema.data import Data, Fields, Source, Split
from tunewright.config.schema.task import OutputContract
from tunewright.data.checking import WORTH_A_POOL, ToCheck
from tunewright.data.discarded_rows import refuse_many_rejected, write_discarded
from tunewright.data.frozen import Frozen, frozen_rows
from tunewright.data.prepare import clean, divide
from tunewright.data.raw_row import Discarded, Place
from tunewright.data.rows import read_rows
from tunewright.data.split import SPLITS
from tunewright.data.spool import Spool
from tunewright.data.write_splits import write_splits
from tunewright.errors import DataError, TunewrightError

FREE = OutputContract()


def good(count, start=0):
    return [
        {"id": f"r{n}", "prompt": f"question {n}", "completion": f"answer {n}"}
        for n in range(start, start + count)
    ]


class Result:
    """What comes out of all steps, read back from what was written."""

    def __init__(self, root, data, kind, output, processes=None, frozen=None):
        self.folder = root / "out"
        work = ToCheck(root, data, kind, output)
        with closing(Spool(root / "spool")) as spool:
            cleaned = clean(work, spool, processes)
            divided = divide(cleaned, spool, work, frozen or Frozen())
            self.card = write_splits(divided, spool, work, self.folder)
        self.discarded = divided.discarded
        self.rows = {name: read_rows(self.folder / f"{name}.jsonl") for name in SPLITS}


def prepared(folder, data, kind="generation", output=FREE, **more):
    return Result(folder.root, data, kind, output, **more)


def cleaned(folder, data, kind="generation", output=FREE):
    with closing(Spool(folder.root / "spool")) as spool:
        return clean(ToCheck(folder.root, data, kind, output), spool)


def refuse(found, most, where):
    refuse_many_rejected(found.discarded, sum(found.read.values()), most, where)


def discarded(folder, result):
    path = folder.root / "rejected.jsonl"
    write_discarded(path, result.discarded)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_row_is_kept_rejected_or_removed_and_its_place_is_told(folder):
    rows = good(40)
    rows[4] = {"id": "r4", "prompt": "QUESTION  3", "completion": "Answer 3"}
    rows[7] = {"id": "r7", "prompt": " ", "completion": "Jane Doe"}
    rows[9] = {"id": "r8", "prompt": "other", "completion": "other"}
    rows[11] = dict(rows[10])
    result = prepared(folder, folder.data(rows, fields=Fields(id="id")))
    found = discarded(folder, result)
    assert [(row["line"], row["reason"]) for row in found] == [
        (5, "duplicate of data/raw/rows.jsonl:4"),
        (8, '"prompt" is blank'),
        (10, "id is that of the row at data/raw/rows.jsonl:9"),
        (12, "duplicate of data/raw/rows.jsonl:11"),
    ]
    assert set(found[0]) == {"file", "line", "reason", "row_sha256"}
    assert "Jane" not in json.dumps(found)
    counts = result.card.counts()
    assert (counts["read"], counts["kept"], counts["rejected"], counts["removed"]) == (40, 36, 2, 2)
    assert counts["train"] + counts["validation"] + counts["test"] == 36
    assert result.card.rejected == {'"prompt" is blank': 1, "id is that of the row": 1}


def test_counts_are_kept_for_each_source(folder):
    sources = (
        folder.source("a.jsonl", good(30)),
        folder.source("b.jsonl", [*good(20, start=25), {"prompt": ""}]),
        folder.source("c.csv", "prompt,completion\nx,y\n", "csv"),
    )
    card = prepared(folder, Data(sources=sources)).card
    assert [(s.read, s.kept, s.rejected, s.removed) for s in card.sources] == [
        (30, 30, 0, 0),
        (21, 15, 1, 5),
        (1, 1, 0, 0),
    ]
    assert len({s.sha256 for s in card.sources}) == 3


def test_a_lost_row_is_a_defect_that_is_noticed(folder):
    work = ToCheck(folder.root, folder.data(good(40)), "generation", FREE)
    with closing(Spool(folder.root / "spool")) as spool:
        divided = divide(clean(work, spool), spool, work, Frozen())
        divided.parts["train"].pop()
        with pytest.raises(AssertionError, match="40 rows read, but 39 kept"):
            write_splits(divided, spool, work, folder.root / "out")


def test_the_number_of_processes_changes_nothing(folder):
    rows = [*good(1500), *good(700, start=1200), {"prompt": ""}]
    data = folder.data(rows, fields=Fields(id="id"))
    assert len(rows) > WORTH_A_POOL
    results = [prepared(folder, data, processes=processes) for processes in (1, 2, None)]
    assert results[0].card.counts()["removed"] == 300
    assert results[0].rows == results[1].rows == results[2].rows
    assert discarded(folder, results[0]) == discarded(folder, results[1])
    assert results[0].card == results[1].card == results[2].card


def test_an_error_in_a_process_of_its_own_arrives_as_it_was_raised(folder):
    extension(folder, "fail", "    raise ValueError(row['id'])\n")
    with pytest.raises(TunewrightError, match="transform 'fail': ValueError: r0") as caught:
        prepared(folder, folder.data(good(3000), transforms=("fail",)), processes=2)
    assert caught.value.where == "extensions/fail.py:5"
    assert "data/raw/rows.jsonl:1" in caught.value.fix


def extension(folder, name, body):
    (folder.root / "extensions").mkdir(exist_ok=True)
    head = f"from tunewright.extensions import transform\n\n@transform('{name}')\ndef {name}(row):\n"
    (folder.root / "extensions" / f"{name}.py").write_text(head + body)


mixed = st.lists(
    st.sampled_from(
        [
            *(json.dumps(row) for row in good(12)),
            json.dumps({"prompt": "question 3", "completion": "no"}),
            "{",
            "",
            "[]",
        ]
    ),
    max_size=60,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=mixed, deduplicate=st.sampled_from(["near", "exact", "none"]))
def test_read_is_kept_and_rejected_and_removed_and_prompts_stay_together(folder, lines, deduplicate):
    base = "".join(json.dumps(row) + "\n" for row in good(40, start=100))
    data = folder.data(base + "\n".join(lines), deduplicate=deduplicate)
    result = prepared(folder, data)
    counts = result.card.counts()
    assert counts["read"] == 40 + sum(line != "" for line in lines)
    assert counts["read"] == counts["kept"] + counts["rejected"] + counts["removed"]
    ids = [row.id for rows in result.rows.values() for row in rows]
    assert len(set(ids)) == len(ids) == counts["kept"]
    if deduplicate == "none":
        assert counts["removed"] == 0
    places = {}
    for name, rows in result.rows.items():
        for row in rows:
            assert places.setdefault(row.messages[0].content, name) == name


def test_the_same_rows_in_another_order_give_the_same_splits(folder):
    rows = good(60)
    one = prepared(folder, folder.data(rows)).rows
    other = prepared(folder, folder.data(rows[::-1])).rows
    assert one == other


def test_a_prompt_with_two_answers_is_kept_counted_and_warned_of(folder):
    rows = [*good(40), {"prompt": "Question 3", "completion": "another"}]
    near = [
        {"prompt": f"the lid of my new kettle{end} does not close at all, whatever I try", "completion": end}
        for end in "xy"
    ]
    card = prepared(folder, folder.data([*rows, *near])).card
    assert (card.conflicts, card.near_conflicts, card.counts()["kept"]) == (1, 1, 43)
    assert any("different answers" in warning for warning in card.warnings)


def test_rows_of_a_group_stay_together(folder):
    rows = [{**row, "customer": f"c{n // 3}"} for n, row in enumerate(good(90))]
    result = prepared(folder, folder.data(rows, split=Split(group_by="customer")))
    places = {}
    for name, part in result.rows.items():
        for row in part:
            assert places.setdefault(row.group, name) == name
    assert set(places.values()) == {"train", "validation", "test"}


def test_a_prompt_that_two_groups_share_is_removed_where_it_would_leak(folder):
    rows = [{**row, "customer": f"c{n // 3}"} for n, row in enumerate(good(90))]
    for row in rows[::3]:
        row.update(prompt="Hello", completion=f"Hello {row['customer']}")
    result = prepared(folder, folder.data(rows, split=Split(group_by="customer")))
    counts = result.card.counts()
    assert counts["removed"] > 0
    assert counts["read"] == counts["kept"] + counts["removed"]
    assert len(discarded(folder, result)) == counts["removed"]
    places = [
        name for name, part in result.rows.items() for row in part if row.messages[0].content == "Hello"
    ]
    assert set(places) == {"test"}


def test_rows_near_a_frozen_row_are_kept_out_of_training_and_told(folder):
    rows = [{"prompt": f"where is my parcel {n} with the kettle", "completion": "a"} for n in range(99)]
    before = prepared(folder, folder.data(rows))
    lock = Frozen(frozen_rows(before.rows["test"]))
    asked = [row.messages[0].content for row in before.rows["test"]]
    near = [{"prompt": f"{prompt}s", "completion": "another"} for prompt in asked]
    new = [{"prompt": f"entirely other words {n * 7919}", "completion": "x"} for n in range(60)]
    after = prepared(folder, folder.data([*rows, *near, *new]), frozen=lock)
    assert {row.messages[0].content for row in after.rows["test"]} == set(asked)
    assert after.card.removed == {"nearly the same prompt as a row of the test split": len(near)}
    changed = [
        {**row, "completion": "other"} if row["prompt"] == asked[1] else row
        for row in rows
        if row["prompt"] != asked[0]
    ]
    with pytest.raises(DataError, match="1 are gone, 1 have another answer") as caught:
        prepared(folder, folder.data(changed), frozen=lock)
    assert "tunewright freeze --renew" in caught.value.fix


@pytest.mark.parametrize("group_by", [None, "customer"])
def test_rows_that_come_near_a_frozen_row_leave_its_line_as_it_was(folder, group_by):
    rows = [
        {"prompt": f"where is my parcel {n} with the kettle", "completion": "a", "customer": f"c{n // 3}"}
        for n in range(99)
    ]
    where = {"split": Split(group_by=group_by)}
    lock = Frozen(frozen_rows(prepared(folder, folder.data(rows, **where)).rows["test"]))
    before = prepared(folder, folder.data(rows, **where), frozen=lock)
    frozen = (before.folder / "test.jsonl").read_bytes()
    near = [
        {"prompt": f"{row.messages[0].content}{end}", "completion": "another", "customer": "new"}
        for row in before.rows["test"]
        for end in "sty"
    ]
    for more in ([*rows, *near], [*near, *rows]):
        after = prepared(folder, folder.data(more, **where), frozen=lock)
        assert sum(after.card.removed.values()) == len(near)
        assert (after.folder / "test.jsonl").read_bytes() == frozen


def test_transforms_change_and_reject_rows_and_may_make_columns(folder):
    extension(
        folder,
        "rename",
        "    return None if row['q'] == 'q3' else {'prompt': row['q'], 'completion': row['a']}\n",
    )
    content = "q,a\n" + "".join(f"q{n},a{n}\n" for n in range(40))
    data = folder.data(content, "csv", transforms=("rename",))
    result = prepared(folder, data)
    assert result.card.rejected == {"rejected by the transform 'rename'": 1}
    with pytest.raises(DataError, match="no column 'prompt', 'completion'"):
        prepared(folder, data.model_copy(update={"transforms": ()}))


def test_too_many_rejected_rows_stop_with_the_commonest_reasons(folder):
    rows = [*good(20), *({"prompt": "", "completion": "x"} for _ in range(3)), {"prompt": "x"}, 3]
    data = folder.data(rows)
    found = cleaned(folder, data)
    where = folder.root / "rejected.jsonl"
    with pytest.raises(DataError) as caught:
        refuse(found, 0.05, where)
    assert caught.value.what.splitlines() == [
        "5 of 25 rows (20.0%) were rejected, more than data.max_rejected_share 0.05 allows:",
        '  3 x "prompt" is blank (first at data/raw/rows.jsonl:21)',
        '  1 x no field "completion" (first at data/raw/rows.jsonl:24)',
        "  1 x is integer, not object (first at data/raw/rows.jsonl:25)",
    ]
    assert str(where) in caught.value.fix
    refuse(found, 0.2, where)


def test_removed_duplicates_do_not_count_as_rejected(folder):
    data = folder.data([{"prompt": "a", "completion": "b"}] * 20)
    refuse(cleaned(folder, data), 0.0, folder.root)


def test_a_long_list_of_reasons_is_cut(folder):
    rows = [Discarded(Place("f", n, ""), f"reason {n}") for n in range(9)]
    with pytest.raises(DataError, match="and 4 more reasons"):
        refuse_many_rejected(rows, 9, 0.5, folder.root)


def test_files_without_rows_and_files_named_twice_are_data_errors(folder):
    with pytest.raises(DataError, match="holds no rows"):
        prepared(folder, folder.data("\n\n"))
    with pytest.raises(DataError, match="holds no rows"):
        prepared(folder, folder.data("prompt,completion\n", "csv"))
    source = folder.source("a.jsonl", good(3))
    with pytest.raises(DataError, match="stands twice"):
        prepared(folder, Data(sources=(source, source)))


def test_columns_that_the_settings_name_must_be_in_a_csv(folder):
    content = "prompt,completion\nx,y\n"
    for chosen in (
        {"fields": Fields(id="no")},
        {"fields": Fields(meta=("no",))},
        {"split": Split(group_by="no")},
    ):
        with pytest.raises(DataError, match="no column 'no'"):
            prepared(folder, folder.data(content, "csv", **chosen))


def test_nothing_left_to_split_is_a_data_error(folder):
    with pytest.raises(DataError, match="no row for train and validation and test: 0 rows"):
        prepared(folder, folder.data([{"prompt": "", "completion": ""}]))


def test_rows_of_a_reader_are_rejected_with_their_number(folder):
    (folder.root / "extensions").mkdir()
    (folder.root / "extensions" / "mine.py").write_text(
        "from tunewright.extensions import reader\n\n\n"
        "@reader('pairs')\ndef pairs(path):\n"
        "    for line in path.read_text().splitlines():\n"
        "        prompt, _, completion = line.partition('|')\n"
        "        yield {'prompt': prompt, 'completion': completion}\n"
    )
    path = folder.write("rows.txt", "a question|an answer\nanother|\n")
    source = Source(path=path, format="prompt_completion", licence="none", reader="pairs")
    found = cleaned(folder, Data(sources=(source,)), "chat")
    assert [candidate.place.line for candidate in found.candidates] == [1]
    where = folder.root / "rejected.jsonl"
    write_discarded(where, found.discarded)
    (row,) = [json.loads(line) for line in where.read_text().splitlines()]
    assert (row["file"], row["row"], "line" in row) == (path, 2, False)
    assert "blank" in row["reason"]


def test_the_weight_of_a_source_repeats_its_training_rows_alone(folder):
    data = folder.data(good(60))
    plain = prepared(folder, data)
    source = data.sources[0].model_copy(update={"weight": 2.0})
    twice = prepared(folder, data.model_copy(update={"sources": (source,)}))
    assert twice.rows["train"] == [row for row in plain.rows["train"] for _ in range(2)]
    assert (twice.rows["validation"], twice.rows["test"]) == (plain.rows["validation"], plain.rows["test"])
    assert twice.card.splits == plain.card.splits
    count = len(plain.rows["train"])
    assert (
        f"weights of sources: the {count} training rows are written as {2 * count} lines, "
        "one row as 2 at most" in twice.card.warnings
    )


def held(prompts, answers=("other",)):
    """Rows as `feedback add` writes them."""
    return [
        {"messages": [{"role": "user", "content": p}, {"role": "assistant", "content": a}]}
        for p in prompts
        for a in answers
    ]


@pytest.mark.parametrize("deduplicate", ["near", "none"])
@pytest.mark.parametrize("first", [True, False])
def test_rows_that_may_not_be_tested_never_enter_the_frozen_test_set(folder, deduplicate, first):
    rows = [
        {"prompt": f"where is my parcel {n} with the kettle", "completion": "it is on its way"}
        for n in range(99)
    ]
    source = folder.source("rows.jsonl", rows)
    before = prepared(folder, Data(sources=(source,), deduplicate=deduplicate))
    lock = Frozen(frozen_rows(before.rows["test"]))
    asked = [row.messages[0].content for row in before.rows["test"]]
    answers = ("something else", "it is on its way!", "it is on its way")
    feedback = folder.source("feedback.jsonl", held(asked, answers), "chat", splits=("train",))
    sources = (feedback, source) if first else (source, feedback)
    after = prepared(folder, Data(sources=sources, deduplicate=deduplicate), frozen=lock)
    tested = [(row.messages[0].content, row.reference) for row in after.rows["test"]]
    assert sorted(tested) == sorted((row.messages[0].content, row.reference) for row in before.rows["test"])
    trained = {row.messages[0].content for name in ("train", "validation") for row in after.rows[name]}
    assert not trained & set(asked)
    assert after.card.counts()["removed"] == len(asked) * len(answers)
