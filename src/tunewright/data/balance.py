"""How often each training row counts: the weights of sources first, then the balance of classes.

Validation and test are never touched. Which rows of a class are left out, or repeated once more than others,
follows from a hash of their ids: a row that is added moves no more of them than the numbers demand.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tunewright.config.schema.data import Data
from tunewright.config.schema.enough import Balance
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import ABSENT
from tunewright.data.contract import named_values, properties
from tunewright.data.raw_row import Discarded
from tunewright.data.rows import Row
from tunewright.data.shown import shown
from tunewright.data.split import Member
from tunewright.data.weights import repetitions

ANSWER = "completion"
DOWNSAMPLED = "left out by data.balance: its class has more training rows than that allows"


class Classes:
    """Tells the class of a row.

    Attributes:
        by: what parts the rows: `completion`, `completion.KEY` or a meta field; null if nothing does.
    """

    def __init__(self, by: str | None, kind: TaskKind, output: OutputContract) -> None:
        """Look up what the contract names."""
        self.by = by or (ANSWER if kind == "classification" else None)
        answer, _, self._key = (self.by or "").partition(".")
        self._of_answer = answer == ANSWER
        schemas = properties([output.json_schema], output.json_schema).get(self._key, [])
        self._named = named_values(schemas, output.json_schema)

    def of(self, row: Row) -> str:
        """The class of a row; `ABSENT` where it lacks the value, one class for all values nobody named."""
        if not self._of_answer:
            return row.meta.get(self.by or "", ABSENT)
        if not self._key:
            return row.reference
        answer = json.loads(row.reference)
        if not isinstance(answer, dict) or self._key not in answer:
            return ABSENT
        return shown(answer[self._key], self._named)


@dataclass(frozen=True)
class Training:
    """The training split, balanced.

    Attributes:
        kept: its rows, in their order.
        removed: rows that were left out.
        removed_by_class: how many of each class.
        lines: for the number of a row, as how many lines it is written; 1 where none stands.
    """

    kept: list[Member]
    removed: list[Discarded] = field(default_factory=list)
    removed_by_class: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[int, int] = field(default_factory=dict)


def balanced(members: Sequence[Member], data: Data, row: Callable[[int], Row], classes: Classes) -> Training:
    """Balance the training split.

    Args:
        members: its rows.
        data: with weights of sources, the balance and the seed of the split, which draws here too.
        row: gives the text of a row by its number; not asked for where nothing is to be balanced.
        classes: tells the class of a row.
    """
    weight = {source.path: source.weight for source in data.sources}
    seed, asked = data.split.seed, data.balance
    weighted = {
        member.row.number: repetitions(member.row.id, weight[member.row.place.file], seed)
        for member in members
        if weight[member.row.place.file] != 1
    }
    if asked.policy == "report" or classes.by is None:
        return Training(list(members), lines=weighted)
    parted: defaultdict[str, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda member: _lot(seed, member.row.id)):
        parted[classes.of(row(member.row.number))].append(member)
    sizes = {
        name: sum(weighted.get(member.row.number, 1) for member in those) for name, those in parted.items()
    }
    if asked.policy == "oversample":
        return Training(list(members), lines=_repeated(parted, sizes, weighted, asked))
    return _cut(members, parted, sizes, weighted, asked)


def _cut(
    members: Sequence[Member],
    parted: Mapping[str, Sequence[Member]],
    sizes: Mapping[str, int],
    weighted: Mapping[int, int],
    asked: Balance,
) -> Training:
    """Leave out rows of classes that have more lines than `ratio` times those of the smallest."""
    most = math.floor(asked.ratio * min((size for size in sizes.values() if size), default=0))
    out: dict[int, str] = {}
    for name, those in parted.items():
        if sizes[name] <= most:
            continue
        lines = 0
        for member in those:
            lines += weighted.get(member.row.number, 1)
            # A class of one heavy row stays: to lose a class would be no balance.
            if lines > most and member is not those[0]:
                out[member.row.number] = name
    return Training(
        kept=[member for member in members if member.row.number not in out],
        removed=[
            Discarded(member.row.place, DOWNSAMPLED, duplicate=True)
            for member in members
            if member.row.number in out
        ],
        removed_by_class=Counter(out.values()),
        lines=weighted,
    )


def _repeated(
    parted: Mapping[str, Sequence[Member]],
    sizes: Mapping[str, int],
    weighted: Mapping[int, int],
    asked: Balance,
) -> dict[int, int]:
    """Lines of each row, so that no class has fewer than the largest divided by `ratio`."""
    least = math.ceil(max(sizes.values(), default=0) / asked.ratio)
    lines = dict(weighted)
    for name, those in parted.items():
        if not 0 < sizes[name] < least:
            continue
        whole, rest = divmod(least, sizes[name])
        for member in those:
            own = weighted.get(member.row.number, 1)
            once_more = min(own, rest)
            rest -= once_more
            lines[member.row.number] = own * whole + once_more
    return lines


def _lot(seed: int, row_id: str) -> str:
    """By which rows of a class are ordered; another draw than that of the weights."""
    return hashlib.sha256(f"balance {seed} {row_id}".encode("utf-8", errors="surrogatepass")).hexdigest()
