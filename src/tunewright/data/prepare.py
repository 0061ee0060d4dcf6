"""From raw files to splits, step by step: read, check, deduplicate, split, write, describe.

Rows stream: their texts go to a spool on the disk as soon as they are checked, and from there to the splits.
What is held in memory is one `Candidate` a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.artifacts import REJECTED_ROWS
from tunewright.config.schema.data import Data
from tunewright.data import duplicates
from tunewright.data.balance import Classes, balanced
from tunewright.data.candidate import Candidate, answer_text, prompt_text
from tunewright.data.card import DataCard
from tunewright.data.checking import Numbered, ToCheck, check_rows
from tunewright.data.cleaning.all_rows import flag_all
from tunewright.data.cleaning.found import Found
from tunewright.data.cleaning.languages import languages_met
from tunewright.data.cleaning.text import Change
from tunewright.data.discarded_rows import refuse_many_rejected
from tunewright.data.divided import Cleaned, Divided
from tunewright.data.frozen import Frozen
from tunewright.data.leakage import refuse_leaks
from tunewright.data.neighbours import neighbour_groups
from tunewright.data.personal.guard import Tally
from tunewright.data.raw_row import Discarded
from tunewright.data.reading.read import read_source
from tunewright.data.reading.recognise import recognise
from tunewright.data.split import Member, keep_apart, refuse_empty, split
from tunewright.data.spool import Spool
from tunewright.data.write_splits import write_splits
from tunewright.errors import DataError
from tunewright.progress import Advance, counting, say

if TYPE_CHECKING:
    from tunewright.data.near_duplicates import Hashes


def clean(work: ToCheck, spool: Spool, processes: int | None = None) -> Cleaned:
    """Read every source, apply the transforms, check each row and its personal data, remove exact duplicates.

    Args:
        work: the project's folder and settings.
        spool: takes the texts of the checked rows.
        processes: how many check rows; null is one for each core.

    Raises:
        DataError: a source, a transform, the JSON Schema or the key of the pseudonyms cannot be used.
    """
    import numpy as np

    candidates: list[Candidate] = []
    discarded: list[Discarded] = []
    keys: list[tuple[list[int], Hashes]] = []
    read: Counter[str] = Counter()
    personal: Counter[Tally] = Counter()
    changes: Counter[Change] = Counter()
    formats: dict[str, str] = {}
    with counting("prepare: rows read") as advance:
        for batch in check_rows(_read(work, read, formats, advance), work, processes):
            numbers = [row.number for row in batch.candidates]
            spool.append(zip(numbers, batch.lines, strict=True))
            candidates += batch.candidates
            discarded += batch.discarded
            keys.append((numbers, batch.keys))
            personal.update(batch.personal)
            changes.update(batch.cleaned)
    kept, more = _sieve(candidates, work.data)
    cleaning = work.data.cleaning
    found = Found(changes, languages_met(kept, spool.row, cleaning.language_sample, work.kind))
    kept, flagged = flag_all(kept, cleaning, work.kind, found.languages.differ)
    by_number = np.zeros((sum(read.values()), keys[0][1].shape[1] if keys else 0), dtype=np.uint64)
    while keys:  # each batch is let go as soon as it is copied
        numbers, of_batch = keys.pop()
        by_number[numbers] = of_batch
    return Cleaned(kept, by_number, [*discarded, *more, *flagged], dict(read), formats, personal, found)


def divide(cleaned: Cleaned, spool: Spool, work: ToCheck, frozen: Frozen) -> Divided:
    """Find near-duplicates, remove those that repeat a row, split the rest, and balance the training split.

    Raises:
        DataError: a split would be empty, or `split.stratify_by` names what no row has.
    """
    data = work.data
    threshold = data.near_duplicate_threshold

    rows, discarded = cleaned.candidates, cleaned.discarded
    with counting("prepare: texts compared") as advance:

        def prompt(row: Candidate) -> str:
            advance()
            return prompt_text(spool.row(row.number).prompt)

        def texts(row: Candidate) -> tuple[str, str]:
            advance()
            whole = spool.row(row.number)
            return prompt_text(whole.prompt), answer_text(whole.messages[-1])

        clustered = duplicates.clusters(rows, cleaned.keys, prompt, threshold)
        cluster = {row.number: name for row, name in zip(rows, clustered.names, strict=True)}
        partly = clustered.partly
        groups = neighbour_groups(rows, clustered.names, cleaned.keys, prompt, threshold)
        neighbours = {row.number: name for row, name in zip(rows, groups, strict=True) if name}
        if data.deduplicate == "near":
            free_text = work.kind in ("generation", "chat")
            sieved = duplicates.remove_near_duplicates(
                rows, clustered.names, texts, threshold, free_text=free_text, frozen=frozen.rows
            )
            rows, discarded, partly = sieved.kept, [*discarded, *sieved.removed], partly | sieved.partly
    members = [Member(row, cluster[row.number], neighbours.get(row.number, "")) for row in rows]
    allowed = {source.path: source.splits for source in data.sources}
    parts, leaking = keep_apart(split(members, data.split, allowed=allowed, frozen=frozen.rows))
    refuse_empty(parts)
    refuse_leaks(parts)
    training = balanced(parts["train"], data, spool.row, Classes(data.balance.by, work.kind, work.output))
    parts["train"] = training.kept
    return Divided(
        parts,
        [*discarded, *leaking, *training.removed],
        cleaned.read,
        cleaned.formats,
        frozen,
        training,
        cleaned.personal,
        cleaned.cleaning,
        sum(member.row.number in partly for part in parts.values() for member in part),
    )


def describe(work: ToCheck, folder: Path) -> DataCard:
    """The data card of the rows as they are now, whatever is frozen.

    Args:
        work: the project's folder and settings.
        folder: an empty one for what is written on the way.

    Raises:
        DataError: the data as it is cannot be used, or too many rows are rejected.
    """
    with closing(Spool(folder / "spool.jsonl")) as spool:
        cleaned = clean(work, spool)
        refuse_many_rejected(
            cleaned.discarded, sum(cleaned.read.values()), work.data.max_rejected_share, REJECTED_ROWS
        )
        return write_splits(divide(cleaned, spool, work, Frozen()), spool, work, folder)


def _read(work: ToCheck, read: Counter[str], formats: dict[str, str], advance: Advance) -> Iterator[Numbered]:
    """The rows of all sources, counted and numbered; what each source was taken for is said and kept."""
    data = work.data
    number = 0
    for source in data.sources:
        if source.path in read:
            raise DataError("stands twice in data.sources", where=source.path, fix="remove one")
        read[source.path] = 0
        found = recognise(work.root, source, data.fields)
        formats[source.path] = found.name
        say(f"prepare: {source.path} is {found}")
        # A transform may make the columns that the fields name.
        columns = () if data.transforms else _columns(data)
        for row in read_source(work.root, source, columns, data.fields, found):
            yield Numbered(number, row, found.form)
            number += 1
            read[source.path] += 1
            advance()
        if not read[source.path]:
            raise DataError("holds no rows", where=source.path, fix="fill it, or take it out of data.sources")


def _columns(data: Data) -> tuple[str, ...]:
    """The columns that a CSV must have for the settings to make sense."""
    stratum = data.split.stratify_by
    stratum = None if stratum is None or stratum.partition(".")[0] == "completion" else stratum
    optional = (data.fields.id, data.split.group_by, data.split.order_by, stratum, *data.fields.meta)
    return (data.fields.prompt, data.fields.completion, *(name for name in optional if name is not None))


def _sieve(candidates: list[Candidate], data: Data) -> duplicates.Sieved:
    """Rows that differ, each with an id of its own."""
    removed: list[Discarded] = []
    if data.deduplicate != "none":
        candidates, removed = duplicates.remove_duplicates(candidates)
    if data.fields.id is None:
        return duplicates.number_repeated_ids(candidates), removed
    kept, rejected = duplicates.reject_repeated_ids(candidates)
    return kept, [*removed, *rejected]
