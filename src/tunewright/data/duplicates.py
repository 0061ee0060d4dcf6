"""Which rows say what another row says, which contradict each other, and which are too alike to be split.

What stays is the first row in the order of the raw files, but a row of the frozen test set before all others.
Every removed row names the one that stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tunewright.data.candidate import Candidate, numbers_key
from tunewright.data.near_duplicates import Clusters, jaccard, join_near, parted, runs
from tunewright.data.raw_row import Discarded, Place

if TYPE_CHECKING:
    from tunewright.data.near_duplicates import Hashes

Sieved = tuple[list[Candidate], list[Discarded]]


@dataclass(frozen=True)
class Clustered:
    """Rows in clusters: those joined by steps from one near-duplicate to the next.

    Attributes:
        names: of each row's cluster; the least prompt_key of it, so that the rows' order does not matter.
        partly: numbers of the rows that were compared with some of their look-alikes alone.
    """

    names: list[str]
    partly: frozenset[int]


@dataclass(frozen=True)
class NearSieved:
    """Rows without near-duplicates.

    Attributes:
        kept: in their order.
        removed: each names the row that stays.
        partly: numbers of rows kept that were compared with `KEPT_COMPARED` rows of their cluster alone.
    """

    kept: list[Candidate]
    removed: list[Discarded]
    partly: frozenset[int]


KEPT_COMPARED = 50
"""Rows of one cluster, with the same answer, with which a further one is compared."""


def remove_duplicates(candidates: Iterable[Candidate]) -> Sieved:
    """Keep the first of the rows whose prompt and answer are equal in normal form.

    Returns:
        the rows kept, in their order, and those removed, each naming the row that stays.
    """
    first: dict[tuple[str, str], Place] = {}
    kept, removed = [], []
    for candidate in candidates:
        stays = first.setdefault((candidate.prompt_key, candidate.answer_key), candidate.place)
        if stays is candidate.place:
            kept.append(candidate)
        else:
            removed.append(
                Discarded(candidate.place, "duplicate", f"of {stays}", duplicate=True, stays=stays)
            )
    return kept, removed


def reject_repeated_ids(candidates: Iterable[Candidate]) -> Sieved:
    """Keep the first row of each id; a later one with other content is rejected.

    Goes after `remove_duplicates`, so that a row copied with its id counts as the duplicate it is.
    """
    first: dict[str, Place] = {}
    kept, rejected = [], []
    for candidate in candidates:
        owner = first.setdefault(candidate.id, candidate.place)
        if owner is candidate.place:
            kept.append(candidate)
        else:
            rejected.append(Discarded(candidate.place, "id is that of the row", f"at {owner}"))
    return kept, rejected


def number_repeated_ids(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Tell rows of the very same content apart whose ids are made from it: `ID`, `ID-2`, `ID-3`."""
    seen: Counter[str] = Counter()
    numbered = []
    for candidate in candidates:
        seen[candidate.id] += 1
        if seen[candidate.id] > 1:
            candidate = replace(candidate, id=f"{candidate.id}-{seen[candidate.id]}")
        numbered.append(candidate)
    return numbered


def clusters(
    candidates: Sequence[Candidate], keys: Hashes, prompt: Callable[[Candidate], str], threshold: float
) -> Clustered:
    """Find the near-duplicates of each row.

    Args:
        candidates: the rows.
        keys: of the prompts' bands, by the rows' numbers.
        prompt: gives a row's prompt as it is compared.
        threshold: the least likeness of near-duplicates.
    """
    found = Clusters(len(candidates))
    first: dict[str, int] = {}
    for index, candidate in enumerate(candidates):
        found.join(first.setdefault(candidate.prompt_key, index), index)
    different = [first[key] for key in sorted(first)]
    bands = parted(
        keys,
        [candidates[index].number for index in different],
        [candidates[index].numbers_key for index in different],
    )
    partly = join_near(found, different, bands, lambda index: prompt(candidates[index]), threshold)
    name: dict[int, str] = {}
    for index in different:  # by prompt_key, so that a cluster's first one is its least
        name.setdefault(found.leader(index), candidates[index].prompt_key)
    names = [name[found.leader(index)] for index in range(len(candidates))]
    return Clustered(names, frozenset(candidates[index].number for index in partly))


def remove_near_duplicates(
    candidates: Sequence[Candidate],
    cluster: Sequence[str],
    texts: Callable[[Candidate], tuple[str, str]],
    threshold: float,
    *,
    free_text: bool,
    frozen: Mapping[str, Collection[str]] | None = None,
) -> NearSieved:
    """Keep one of the rows with nearly the same prompt and the same answer.

    Prompts that name different numbers are in no cluster together.

    Args:
        candidates: the rows.
        cluster: the name of each row's cluster.
        texts: gives a row's prompt and answer as they are compared.
        threshold: the least likeness of near-duplicates.
        free_text: answers are the same if they are near-duplicates with the same numbers; else only if equal.
        frozen: for each prompt_key of the frozen test set the keys of its answers; its rows stay first.
    """
    held = frozen or {}
    sizes = Counter(cluster)
    members: dict[str, list[Candidate]] = {}
    for candidate, name in zip(candidates, cluster, strict=True):
        if sizes[name] > 1:
            members.setdefault(name, []).append(candidate)
    removed: dict[int, Discarded] = {}
    partly: set[int] = set()
    for rows in members.values():
        rows.sort(key=lambda row: (row.answer_key not in held.get(row.prompt_key, ()), row.number))
        for alike in _same_answer(rows, texts, free_text=free_text):
            removed.update(_repeats(alike, texts, threshold, partly, free_text=free_text))
    kept = [row for row in candidates if row.number not in removed]
    return NearSieved(kept, list(removed.values()), frozenset(partly))


def count_conflicts(candidates: Iterable[Candidate]) -> int:
    """How many prompts (in normal form) stand with different answers."""
    first: dict[str, str] = {}
    return len(
        {
            candidate.prompt_key
            for candidate in candidates
            if first.setdefault(candidate.prompt_key, candidate.answer_key) != candidate.answer_key
        }
    )


def count_near_conflicts(rows: Iterable[tuple[str, Candidate]]) -> int:
    """How many clusters hold unlike prompts, nearly the same, with different answers.

    Args:
        rows: each with the name of its cluster.
    """
    first: dict[str, Candidate] = {}
    prompts, answers = set(), set()
    for cluster, row in rows:
        other = first.setdefault(cluster, row)
        if row.prompt_key != other.prompt_key:
            prompts.add(cluster)
        if row.answer_key != other.answer_key:
            answers.add(cluster)
    return len(prompts & answers)


def _same_answer(
    rows: Sequence[Candidate], texts: Callable[[Candidate], tuple[str, str]], *, free_text: bool
) -> Iterable[list[Candidate]]:
    """The rows whose answers may be the same, two or more together, in their order.

    Most clusters with many answers end here: their texts need not be held to be compared.
    """
    alike: dict[str, list[Candidate]] = {}
    for row in rows:
        same = numbers_key(texts(row)[1]) if free_text else row.answer_key
        alike.setdefault(same, []).append(row)
    return (several for several in alike.values() if len(several) > 1)


def _repeats(
    rows: Sequence[Candidate],
    texts: Callable[[Candidate], tuple[str, str]],
    threshold: float,
    partly: set[int],
    *,
    free_text: bool,
) -> Iterable[tuple[int, Discarded]]:
    """Those that repeat an earlier one, by number; `partly` grows by those compared with some alone."""
    alike: list[tuple[Candidate, Hashes, Hashes]] = []
    for row in rows:
        prompt, answer = texts(row)
        own = runs(prompt), runs(answer if free_text else "")
        for other, *theirs in alike:
            likeness = jaccard(own[0], theirs[0])
            if likeness >= threshold and jaccard(own[1], theirs[1]) >= threshold:
                detail = f"of {other.place} (likeness {likeness:.2f})"
                yield (
                    row.number,
                    Discarded(row.place, "near-duplicate", detail, duplicate=True, stays=other.place),
                )
                break
        else:
            if len(alike) < KEPT_COMPARED:
                alike.append((row, *own))
            else:
                partly.add(row.number)
