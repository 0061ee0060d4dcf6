"""`DataCard`: what the prepared data is made of, in counts alone; never a text of a row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.data.frozen import Change

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class SourceCounts:
    """One raw file and what became of its rows: `read` = `kept` + `rejected` + `removed`.

    Attributes:
        path: relative to the project.
        format: what the rows and the file were taken for, `chat (JSON Lines)`.
        licence: as the project declares it.
        sha256: of the file's bytes.
        read, kept, rejected, removed: rows; removed ones say what another row says.
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
        removed: reason -> rows; they say what another row says, or would leak from a split into another.
        frozen: how the frozen test set came about; empty if nothing is frozen.
        warnings: sentences for people.
        personal_data: what was met in the rows that were read: field -> kind -> action -> how often.
            `allow` is the action for values that `personal_data.allow` lets through.
        partly_compared: rows of the splits with so many look-alikes that they were compared with some of
            them alone (`near_duplicates.COMPARED` of a band, `duplicates.KEPT_COMPARED` of a cluster).
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
    partly_compared: int = 0

    def counts(self) -> dict[str, int]:
        """The flat counts of metrics/data.json: the funnel, the splits, conflicts, personal data found."""
        steps = ("read", "kept", "rejected", "removed")
        funnel = {step: sum(getattr(source, step) for source in self.sources) for step in steps}
        personal = sum(
            count
            for kinds in self.personal_data.values()
            for actions in kinds.values()
            for count in actions.values()
        )
        return {**funnel, **self.splits, "conflicts": self.conflicts, "personal_data": personal}


def write_card(path: Path, card: DataCard) -> None:
    """Write the card as JSON."""
    write_json(path, asdict(card))


def read_card(path: Path) -> DataCard:
    """Read the card that `prepare` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    raw = read_json(path)
    return DataCard(
        **{
            **raw,
            "sources": tuple(SourceCounts(**source) for source in raw["sources"]),
            "prompt_lengths": Lengths(**raw["prompt_lengths"]),
            "answer_lengths": Lengths(**raw["answer_lengths"]),
            "frozen": tuple(Change(**change) for change in raw["frozen"]),
            "warnings": tuple(raw["warnings"]),
        }
    )
