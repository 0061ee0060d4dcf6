"""`DataCard`: what the prepared data is made of, in counts alone; never a text of a row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from tunewright.artifacts import read_json, write_json
from tunewright.data.coverage import Slice
from tunewright.data.describe_training import ClassBalance
from tunewright.data.enough import Enough
from tunewright.data.frozen import Change
from tunewright.data.review.standing import ReviewStanding
from tunewright.errors import TunewrightError

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class SourceCounts:
    """One raw file and what became of its rows: `read` = `kept` + `rejected` + `removed`.

    Attributes:
        path: relative to the project.
        format: what the rows and the file were taken for, `chat (JSON Lines)`.
        licence: as the project declares it.
        sha256: of the file's bytes.
        read, kept, rejected, removed: rows; removed ones repeat another row, would leak into another split,
            or are left out by data.balance.
    """

    path: str
    format: str
    licence: str
    sha256: str
    read: int
    kept: int
    rejected: int
    removed: int


@dataclass(frozen=True)
class Lengths:
    """How long texts are, in characters: least, percentiles (nearest rank) and greatest.

    Attributes:
        tokens_estimate: the sum over all rows divided by `CHARACTERS_PER_TOKEN`, a rule of thumb
            for English; the model's tokenizer alone knows.
    """

    min: int
    p50: int
    p90: int
    p99: int
    max: int
    tokens_estimate: int


@dataclass(frozen=True)
class DuplicateExample:
    """A removed row and the one that stays, by their places; never what they say.

    Attributes:
        reason: as in `DataCard.removed`.
        place: of the removed row, `file:line`.
        detail: completes the reason: place and likeness of the row that stays.
        id, split: of the row that stays.
    """

    reason: str
    place: str
    detail: str
    id: str
    split: str


PairKind = Literal["conflict", "near conflict", "neighbours"]
"""Why two rows that are alike are both kept: other answers to one prompt, or to nearly one; other numbers."""


@dataclass(frozen=True)
class KeptPair:
    """Two rows that are alike and both kept, by their places; never what they say.

    Attributes:
        kind: what they are to each other.
        places: `file:line` of both.
        ids, splits: of both, in the same order.
    """

    kind: PairKind
    places: tuple[str, ...]
    ids: tuple[str, ...]
    splits: tuple[str, ...]


@dataclass(frozen=True)
class Neighbours:
    """Rows of the splits that ask nearly the same as another one but for the numbers; all are kept.

    Attributes:
        rows: that have such a neighbour.
        groups: in which they stand.
        tested: rows of the test of which a neighbour is trained on.
    """

    rows: int = 0
    groups: int = 0
    tested: int = 0


@dataclass(frozen=True)
class FlagCounts:
    """How often rows were flagged as doubtful in one way.

    Attributes:
        action: of `data.cleaning.flags`.
        rows: split -> flagged rows that stand in it.
        dropped: flagged rows that were rejected for it.
        examples: ids of a few of the rows that stay.
    """

    action: str
    rows: dict[str, int]
    dropped: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class LanguageCounts:
    """In which languages rows are.

    Attributes:
        rows: how many were looked at.
        prompts: ISO 639 code, or `(undetermined)`, of the last turn before the answer -> rows.
        answers: the same of free-text answers.
    """

    rows: int = 0
    prompts: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DataCard:
    """What stands in artifacts/data/card.json.

    Attributes:
        sources: the raw files with their counts; their sums are the funnel.
        splits: rows in train, validation and test.
        answers: for each field of the answer (`label` for a classification) its values with their
            rows in each split. Values are listed where the contract enumerates them (labels, enum,
            const, boolean, null); all others are counted together as `(filled)`, a key that the
            answer lacks as `(absent)`. Empty for free text.
        meta: for each meta field its values with their rows; a field with many different values
            lists none of them and says so.
        prompt_lengths, answer_lengths: over the rows of all splits.
        conflicts: prompts (normalised) that stand with different answers; all are kept.
        rejected: reason -> rows.
        removed: reason -> rows; they say what another row says, would leak from a split into another, or
            are left out by data.balance.
        frozen: how the frozen test set came about; empty if nothing is frozen.
        warnings: sentences for people.
        personal_data: what was met in the rows that were read: field -> kind -> action -> how often.
            `allow` is the action for values that `personal_data.allow` lets through.
        duplicates: up to three examples for each reason in `removed`.
        enough: whether the training rows are as many as the task's purpose asks for.
        balance: rows and lines of the training split by class; null where nothing parts the rows.
        coverage: rows of each slice by split: values of the answer and of meta fields, bands of length.
        flags: flag of `data.cleaning.flags` -> rows that have it; flags that no row has are left out.
        cleaned: what cleaning changed -> rows that were read in which it did.
        languages: of the rows, or of a sample.
        review: what a domain expert said of a sample; null where nobody asks for it and nobody did.
        partly_compared: rows of the splits with so many look-alikes that they were compared with some of
            them alone (`near_duplicates.COMPARED` of a band, `duplicates.KEPT_COMPARED` of a cluster).
        near_conflicts: clusters of nearly the same prompt that stand with different answers; all are kept.
            Prompts that name different numbers are in no cluster together.
        neighbours: rows that are alike but for the numbers in their prompts.
        kept_pairs: up to three examples of each kind of rows that are alike and both kept.
        with_tools: rows of the splits that declare tools.
        calling: rows of the splits whose answer is a call of a tool.
    """

    sources: tuple[SourceCounts, ...]
    splits: dict[str, int]
    answers: dict[str, dict[str, dict[str, int]]]
    meta: dict[str, dict[str, int]]
    prompt_lengths: Lengths
    answer_lengths: Lengths
    conflicts: int
    rejected: dict[str, int]
    removed: dict[str, int]
    frozen: tuple[Change, ...]
    warnings: tuple[str, ...]
    personal_data: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    duplicates: tuple[DuplicateExample, ...] = ()
    enough: Enough | None = None
    balance: ClassBalance | None = None
    coverage: tuple[Slice, ...] = ()
    flags: dict[str, FlagCounts] = field(default_factory=dict)
    cleaned: dict[str, int] = field(default_factory=dict)
    languages: LanguageCounts = LanguageCounts()
    review: ReviewStanding | None = None
    partly_compared: int = 0
    near_conflicts: int = 0
    neighbours: Neighbours = Neighbours()
    kept_pairs: tuple[KeptPair, ...] = ()
    with_tools: int = 0
    calling: int = 0

    def metrics(self) -> dict[str, Any]:
        """What stands in metrics/data.json: the counts, and training rows by class before and after."""
        classes = {} if self.balance is None else self.balance.classes
        before_and_after = {name: {"before": one.rows, "after": one.lines} for name, one in classes.items()}
        return {**self.counts(), **({"classes": before_and_after} if classes else {})}

    def counts(self) -> dict[str, int]:
        """The flat counts: the funnel, the splits, rows that are alike, personal data found, flags kept."""
        steps = ("read", "kept", "rejected", "removed")
        funnel = {step: sum(getattr(source, step) for source in self.sources) for step in steps}
        personal = sum(
            count
            for kinds in self.personal_data.values()
            for actions in kinds.values()
            for count in actions.values()
        )
        flags = sum(sum(one.rows.values()) for one in self.flags.values())
        return {
            **funnel,
            **self.splits,
            "conflicts": self.conflicts,
            "near_conflicts": self.near_conflicts,
            "neighbours": self.neighbours.rows,
            "personal_data": personal,
            "flags": flags,
        }


def write_card(path: Path, card: DataCard) -> None:
    """Write the card as JSON."""
    write_json(path, asdict(card))


def read_card(path: Path) -> DataCard:
    """Read a data card.

    Raises:
        TunewrightError: the file is missing, damaged or another version's.
    """
    from pydantic import TypeAdapter, ValidationError

    raw = read_json(path)
    try:
        return TypeAdapter(DataCard).validate_python(raw)
    except ValidationError as error:
        raise TunewrightError(
            f"is not a data card of this version: {error.errors()[0]['loc']}",
            where=str(path),
            fix="dvc repro prepare",
        ) from error
