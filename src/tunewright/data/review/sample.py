"""The sample that is judged: random, in proportion from each stratum, the same for the same rows and seed.

Each row draws a number, the hash of the seed and its content, and of each stratum the lowest are taken. So
rows that are added later leave most of the sample as it is, and only what is new in it has to be judged.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.artifacts import DATA, read_jsonl
from tunewright.config.schema.review import Review as Policy
from tunewright.config.schema.task import TaskKind
from tunewright.data.canaries import without_canaries
from tunewright.data.candidate import ABSENT
from tunewright.data.review.record import row_key
from tunewright.data.rows import Row, row_from
from tunewright.data.split import SPLITS


@dataclass(frozen=True)
class Sampled:
    """A row of the sample.

    Attributes:
        key: names its content.
        split: where it stands.
        row: with its texts.
    """

    key: str
    split: str
    row: Row


@dataclass(frozen=True)
class _Ticket:
    """A row in the draw; its texts are read again if it wins."""

    number: str
    key: str
    stratum: tuple[str, str, str]


def rows_due(rows: int, policy: Policy) -> int:
    """How many of so many rows are to be judged."""
    return min(rows, max(policy.min_rows, math.ceil(policy.share * rows - 1e-9)))


def sample_hash(rows: Iterable[tuple[str, str]]) -> str:
    """Hex SHA-256 that names a sample.

    Args:
        rows: id and key of each; their order does not matter.
    """
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def draw(
    root: Path,
    policy: Policy,
    *,
    kind: TaskKind,
    stratify_by: str | None,
    left_out: int = 0,
    judged: Collection[str] = (),
) -> list[Sampled]:
    """Draw the sample from the prepared rows, in the random order in which they are judged.

    Args:
        root: the project's folder.
        policy: `data.review`.
        kind: of the task: a classification's rows are drawn by label.
        stratify_by: `data.split.stratify_by`, whose values rows are drawn by too; None for none.
        left_out: rows that are no longer there since a reviewer has rejected them; they count as drawn.
        judged: keys of rows that are left out of the result, since they are judged already.

    Raises:
        TunewrightError: the data is not prepared yet.
    """
    tickets: dict[str, _Ticket] = {}
    for split, row in _rows(root, policy.splits):
        key = row_key(row.messages)
        if key not in tickets:
            tickets[key] = _Ticket(
                draw_number(policy.seed, key), key, _stratum(split, row, kind, stratify_by)
            )
    due = max(0, rows_due(len(tickets) + left_out, policy) - left_out)
    drawn = {ticket.key: ticket for ticket in _lowest(tickets.values(), due) if ticket.key not in judged}
    found: dict[str, Sampled] = {}
    for split, row in _rows(root, policy.splits):
        key = row_key(row.messages)
        if key in drawn:
            found.setdefault(key, Sampled(key, split, row))
    return sorted(found.values(), key=lambda one: drawn[one.key].number)


def prepared_keys(root: Path) -> dict[str, str]:
    """The key of each prepared row by its id.

    Raises:
        TunewrightError: the data is not prepared yet.
    """
    return {row.id: row_key(row.messages) for _, row in _rows(root, SPLITS)}


def _rows(root: Path, splits: Sequence[str]) -> Iterator[tuple[str, Row]]:
    for split in splits:
        # Planted secrets are nobody's to judge.
        rows = without_canaries(map(row_from, read_jsonl(root / DATA / f"{split}.jsonl")))
        yield from ((split, row) for row in rows)


def draw_number(seed: int, key: str) -> str:
    """What a row draws: the lowest are taken, so that added rows leave most of a sample as it is."""
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def _stratum(split: str, row: Row, kind: TaskKind, stratify_by: str | None) -> tuple[str, str, str]:
    return split, row.source, _value(row, kind, stratify_by)


def _value(row: Row, kind: TaskKind, stratify_by: str | None) -> str:
    """A classification's label; else the value of the field that splits are balanced by, or none."""
    if kind == "classification":
        return row.reference
    head, _, key = (stratify_by or "").partition(".")
    if head != "completion":
        return row.meta.get(head, "")
    answer = json.loads(row.reference) if kind == "extraction" else None
    return json.dumps(answer[key]) if isinstance(answer, dict) and key in answer else ABSENT


def _lowest(tickets: Iterable[_Ticket], due: int) -> Iterator[_Ticket]:
    """Of each stratum the tickets with the lowest numbers, in proportion (largest remainder)."""
    strata: dict[tuple[str, str, str], list[_Ticket]] = defaultdict(list)
    for ticket in tickets:
        strata[ticket.stratum].append(ticket)
    for name, count in _quotas({name: len(held) for name, held in strata.items()}, due).items():
        yield from sorted(strata[name], key=lambda ticket: ticket.number)[:count]


def _quotas(sizes: Mapping[tuple[str, str, str], int], due: int) -> dict[tuple[str, str, str], int]:
    """How many rows each stratum gives; they sum to `due`."""
    total = sum(sizes.values())
    quotas = {name: due * size // total for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(due * sizes[name] % total), name))
    for name in by_remainder[: due - sum(quotas.values())]:
        quotas[name] += 1
    return quotas
