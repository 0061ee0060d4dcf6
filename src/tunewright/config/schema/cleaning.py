"""`data.cleaning`: what is mended in the texts of rows, and which rows are flagged as doubtful."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from tunewright.config.schema.node import Node

FlagAction = Literal["report", "drop", "fail"]
CharacterAction = Literal["remove", "reject", "keep"]
Flag = Literal[
    "refusal", "boilerplate", "placeholder", "cut_off", "mojibake", "length", "conflict", "language"
]
FLAGS: tuple[Flag, ...] = get_args(Flag)


class Flags(Node):
    """What happens to doubtful rows: `report` counts them, `drop` rejects them, `fail` stops `prepare`.

    Attributes:
        refusal: the answer declines ("I can't help with that request"), in seven languages.
        boilerplate: the answer speaks of itself as a model ("As an AI language model"), in seven languages.
        placeholder: something was left to be filled in: TODO, lorem ipsum, [insert name], template fields.
        cut_off: a free text that ends in the middle of a sentence or of a block of code.
        mojibake: UTF-8 that was read as another encoding ("dÃ¼nn"), or characters lost in decoding.
        length: prompt or free-text answer far longer or shorter than is usual in its source.
        conflict: the same prompt stands with different answers; `drop` rejects all of them.
        language: a free-text answer is in another language than its prompt; drop and fail need
            `language_sample: null`.
    """

    refusal: FlagAction = "report"
    boilerplate: FlagAction = "report"
    placeholder: FlagAction = "report"
    cut_off: FlagAction = "report"
    mojibake: FlagAction = "report"
    length: FlagAction = "report"
    conflict: FlagAction = "report"
    language: FlagAction = "report"


class Cleaning(Node):
    """What is mended in every turn and answer before rows are compared, and what is flagged.

    Attributes:
        normalise: Unicode's normal form. NFC writes an accented letter in one way and keeps what it means;
            NFKC also turns ligatures, full-width and raised characters into plain ones (m² becomes m2).
        control_characters: those without a meaning in text; tab and line feed always stay, and other ways
            to end a line become a line feed. `reject` rejects the row.
        invisible_characters: zero-width and bidirectional ones, soft hyphens, tags; joiners stay where a
            script or an emoji needs them.
        trim: white space at both ends of turns and of an extraction's texts goes.
        repair_mojibake: text is put right where its wrong decoding is beyond doubt; else it is flagged.
        flags: what happens to doubtful rows.
        length_deviations: how far from the median a length is an outlier, in robust standard deviations
            of its logarithm, and by a factor of three at least; lower flags more rows.
        language_sample: of how many rows the language is told, chosen by their content; 0 for none, null for
            all, which takes a minute or more for each 200,000 rows.
    """

    normalise: Literal["NFC", "NFKC", "none"] = "NFC"
    control_characters: CharacterAction = "remove"
    invisible_characters: CharacterAction = "remove"
    trim: bool = True
    repair_mojibake: bool = False
    flags: Flags = Flags()
    length_deviations: float = Field(default=6.0, ge=1.0, le=20.0)
    language_sample: int | None = Field(default=1000, ge=0)
