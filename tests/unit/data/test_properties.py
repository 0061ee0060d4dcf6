"""What must hold of `prepare` as a whole, whatever the raw files hold."""

import json
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.data.test_prepare import discarded, prepared
from tunewright.config.schema.data import Data, Split
from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.candidate import numbers_key, prompt_text
from tunewright.data.near_duplicates import jaccard, runs
from tunewright.data.personal.find import Finder

quick = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
)
WORDS = ("kettle", "parcel", "invoice", "refund", "blender", "street", "order", "please", "never", "arrived")
BASE = [{"prompt": f"{a} or {b}", "completion": a} for a in WORDS for b in WORDS if a != b][:60]
PERSONAL = (
    "call +49 30 901820",
    "ada@engine.io",
    "card 4111 1111 1111 1111",
    "SSN 460-89-9847",
    "order 4711",
)

texts = st.lists(st.sampled_from([*WORDS, *PERSONAL, "\u00e9", "\u200b"]), max_size=12).map(" ".join)
rows = st.fixed_dictionaries(
    {"prompt": texts, "completion": st.sampled_from(["yes", "Yes ", "no", "", None, 3])}
)
raw_lines = st.lists(
    rows.map(lambda row: json.dumps(row).encode())
    | st.sampled_from(
        [b"{", b"[]", b"null", b"\xff\xfe", b'{"prompt": 1}', b'{"prompt":"a","prompt":"b"}', b"\0"]
    )
    | st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")),
    max_size=25,
)


def lines(of):
    return b"".join(line + b"\n" for line in of)


BASE_LINES = [json.dumps(row).encode() for row in BASE]


@quick
@given(
    first=raw_lines,
    second=raw_lines,
    deduplicate=st.sampled_from(["near", "exact", "none"]),
    action=st.sampled_from(["redact", "drop", "report"]),
    group_by=st.sampled_from([None, "completion"]),
)
def test_every_line_that_is_not_blank_is_kept_rejected_or_removed_once(
    folder, first, second, deduplicate, action, group_by
):
    files = {"a.jsonl": [*BASE_LINES, *first], "b.jsonl": [*BASE_LINES[:1], *second]}
    sources = tuple(
        folder.source(name, lines(content), weight=2.0 if name == "b.jsonl" else 1.0)
        for name, content in files.items()
    )
    data = Data(
        sources=sources,
        deduplicate=deduplicate,
        personal_data=PersonalData(action=action),
        split=Split(group_by=group_by),
    )
    result = prepared(folder, data)
    gone = Counter((row["file"], row["line"]) for row in discarded(folder, result))
    assert set(gone.values()) <= {1}
    for source in result.card.sources:
        name = source.path.removeprefix("data/raw/")
        assert source.read == sum(bool(line.strip()) for line in files[name])
        assert source.read == source.kept + source.rejected + source.removed
        assert source.rejected + source.removed == sum(file == source.path for file, _ in gone)
    written = Counter(row.id for part in result.rows.values() for row in part)
    assert len(written) == sum(source.kept for source in result.card.sources)


@quick
@given(
    drawn=st.lists(
        rows.filter(lambda row: row["completion"] in ("yes", "no") and row["prompt"].strip()), max_size=25
    ),
    deduplicate=st.sampled_from(["near", "none"]),
    random=st.randoms(use_true_random=False),
)
def test_rows_shuffled_within_and_across_sources_stay_in_their_splits(folder, drawn, deduplicate, random):
    all_rows = [*BASE, *drawn]

    def places(order, cut):
        content = {"a.jsonl": order[:cut], "b.jsonl": order[cut:]}
        sources = tuple(folder.source(name, part) for name, part in content.items())
        result = prepared(folder, Data(sources=sources, deduplicate=deduplicate))
        return [
            (name, row.group, row.messages[0].content, row.reference)
            for name, part in result.rows.items()
            for row in part
        ]

    shuffled = list(all_rows)
    random.shuffle(shuffled)
    one, other = places(all_rows, 40), places(shuffled, 30)
    if deduplicate == "none":
        assert Counter(one) == Counter(other)
    # Of near-duplicates the first stays: which one may differ, where it stands may not.
    assert {(name, group) for name, group, _, _ in one} == {(name, group) for name, group, _, _ in other}


@quick
@given(
    pairs=st.lists(
        st.tuples(
            st.lists(st.sampled_from(WORDS), min_size=25, max_size=40), st.integers(0, 24), st.booleans()
        ),
        min_size=3,
        max_size=10,
    )
)
def test_nothing_in_one_split_is_nearly_the_same_as_something_in_another(folder, pairs):
    """Pairs far above the threshold, which the bands miss once in 10^12, compared one by one."""
    made = []
    for words, at, other_answer in pairs:
        changed = [*words[:at], words[at] + "s", *words[at + 1 :]]
        made.append({"prompt": " ".join(words), "completion": "yes"})
        made.append({"prompt": " ".join(changed), "completion": "no" if other_answer else "yes"})
    result = prepared(folder, folder.data([*BASE, *made]))
    written = [
        (name, numbers_key(text), runs(text))
        for name, part in result.rows.items()
        for row in part
        for text in [prompt_text(row.prompt)]
    ]
    for index, (name, numbers, own) in enumerate(written):
        for other_name, other_numbers, theirs in written[:index]:
            if name != other_name and numbers == other_numbers:
                assert jaccard(own, theirs) < 0.95


@quick
@given(drawn=st.lists(rows, max_size=20))
def test_nothing_that_is_written_holds_personal_data_and_preparing_it_again_changes_nothing(folder, drawn):
    data = folder.data([*BASE, *drawn])
    result = prepared(folder, data, kind="chat")
    find = Finder(data.personal_data)
    once = {(row.messages[0].content, row.reference) for part in result.rows.values() for row in part}
    assert [find(text) for pair in once for text in pair if find(text)] == []
    again = prepared(
        folder,
        folder.data([{"prompt": prompt, "completion": answer} for prompt, answer in sorted(once)]),
        kind="chat",
    )
    assert {(row.messages[0].content, row.reference) for part in again.rows.values() for row in part} == once
    assert again.card.personal_data == {}
