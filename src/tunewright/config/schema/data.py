"""`data`: where the rows come from, how their fields map, and how they are split."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.cleaning import Cleaning
from tunewright.config.schema.enough import Balance, Coverage, Minimum
from tunewright.config.schema.node import Node
from tunewright.config.schema.personal_data import PersonalData
from tunewright.config.schema.review import Review

NonEmpty = Annotated[str, Field(min_length=1)]
SplitName = Literal["train", "validation", "test"]
FEEDBACK = "data/raw/feedback.jsonl"
"""Where `tunewright feedback add` puts corrections; its rows never go to the test split."""
DataFormat = Literal[
    "auto",
    # What rows look like ...
    "chat",
    "openai",
    "sharegpt",
    "prompt_completion",
    "alpaca",
    # ... and how they lie in the file.
    "jsonl",
    "json",
    "csv",
    "tsv",
    "parquet",
    "excel",
    "dataset",
]


class Fields(Node):
    """Which field of a raw row holds what.

    Attributes:
        id: a unique name of the row; null makes one from its content.
        prompt: the user's text (prompt_completion and csv).
        completion: the right answer: text, or an object that is written as compact JSON.
        messages: the conversation (chat).
        meta: further fields to keep with the row (language, channel ...).
    """

    id: NonEmpty | None = None
    prompt: NonEmpty = "prompt"
    completion: NonEmpty = "completion"
    messages: NonEmpty = "messages"
    meta: tuple[NonEmpty, ...] = ()


class HubFile(Node):
    """A file of a data set of the Hugging Face hub at one commit.

    Attributes:
        repo_id: the data set (`owner/name`).
        revision: the full hash of a commit: a branch or tag may come to mean other rows.
        file: the file's path in the data set.
    """

    repo_id: Annotated[str, Field(pattern=r"^[\w.-]+(/[\w.-]+)?$")]
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    file: NonEmpty


class Source(Node):
    """One file of raw rows.

    Attributes:
        path: under data/raw/, so that its hash is part of every result; a file, or a folder of
            `datasets.save_to_disk`.
        format: what rows look like (chat or openai: `messages`, perhaps `tools`; sharegpt: `conversations`;
            prompt_completion; alpaca: `instruction`, `input`, `output`) or how they lie in the file
            (jsonl, json, csv, tsv, parquet, excel, dataset); the other of the two is found by the file's
            content. csv, tsv and excel have prompt and completion in columns. auto finds both, says
            why, and stops where there is a choice. Files packed with gzip are unpacked.
        licence: under which licence or agreement the rows are used; stands in the report.
        reader: name of a reader that a module in `extensions/` registers, for files of another kind;
            `format` then says what its rows look like. null reads the file as `format` says.
        rename: column of this file -> name that data.fields and the rest of data use for it, where
            sources differ; null changes none.
        prompt_template: makes the prompt of several fields, `"{subject}: {body}"`; braces of the text
            are written twice. null takes the field data.fields.prompt.
        encoding: of a text file, by Python's name (cp1252, utf-16-le); null is UTF-8, or what a byte
            order mark says.
        delimiter: between the fields of a csv; null takes the one that parts the header.
        sheet: of a workbook; needed where it has several.
        weight: how often its rows count in training: 2 twice, 0.5 every second one, chosen by the
            row's id; never in validation and test.
        splits: which splits rows of this source may go to.
        hub: where `tunewright fetch-data` gets the file; null for a file of your own.
    """

    path: NonEmpty
    licence: NonEmpty
    format: DataFormat = "auto"
    reader: NonEmpty | None = None
    rename: dict[NonEmpty, NonEmpty] | None = None
    prompt_template: NonEmpty | None = None
    encoding: NonEmpty | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    sheet: NonEmpty | None = None
    weight: float = Field(default=1.0, gt=0.0, le=100.0)
    splits: tuple[SplitName, ...] = Field(default=("train", "validation", "test"), min_length=1)
    hub: HubFile | None = None


class Split(Node):
    """How rows are divided; a row's place depends on its own content alone, so adding rows moves none.

    Attributes:
        train, validation, test: shares that sum to 1.
        group_by: field whose rows stay together (customer, conversation).
        stratify_by: field of the answer or of the row (`completion` for a classification's label,
            `completion.category` for a key of an extraction) of which every value is to be met in
            every split.
        order_by: field that holds when a row came about (ISO 8601, or seconds since 1970): the newest
            rows are the test split, those before them validation; for data that changes with time.
        seed: another seed draws another split.
    """

    train: float = Field(default=0.70, gt=0.0, lt=1.0)
    validation: float = Field(default=0.15, gt=0.0, lt=1.0)
    test: float = Field(default=0.15, gt=0.0, lt=1.0)
    group_by: NonEmpty | None = None
    stratify_by: NonEmpty | None = None
    order_by: NonEmpty | None = None
    seed: int = Field(default=0, ge=0)


class Canaries(Node):
    """Made-up secrets in the training rows, by which the suite `leakage` measures how much is memorised.

    Attributes:
        count: how many secrets are planted; 0 plants none. They are in no other split.
        repeats: how often each stands in the training rows.
        seed: another seed plants other secrets.
    """

    count: int = Field(default=0, ge=0, le=1000)
    repeats: int = Field(default=1, ge=1, le=1000)
    seed: int = Field(default=0, ge=0)


class Data(Node):
    """The data of the task.

    Attributes:
        sources: files of raw rows, in the order in which they are read.
        transforms: names of row transforms that a module in `extensions/` registers, applied in order.
        max_rejected_share: above this share of rejected rows `prepare` stops.
        allow_rows_in_trackers: rows may leave the project with a run: its sample answers, and report
            and dataset where tracking.upload names them. For the owner of the data to decide.
        cleaning: what is mended in the texts of rows, and which rows are flagged as doubtful.
        personal_data: what is looked for in the rows, and what happens to it.
        deduplicate: `exact` drops a row whose prompt and answer were seen before (case, punctuation and
            white space do not count); `near` also one whose prompt is nearly that of a row with the same
            numbers and the same answer; `none` drops nothing.
        near_duplicate_threshold: from which likeness prompts count as near-duplicates (Jaccard index of their
            runs of five characters). Whatever is dropped, near-duplicates never stand in different splits.
        minimum: how many training rows are enough, and what happens if there are fewer.
        balance: whether larger classes are cut down in training, or smaller ones repeated.
        coverage: from how many rows on a slice counts as met in training and in the test.
        review: which prepared rows a domain expert judges, and whether training waits for it.
    """

    sources: tuple[Source, ...] = Field(min_length=1)
    fields: Fields = Fields()
    transforms: tuple[NonEmpty, ...] = ()
    max_rejected_share: float = Field(default=0.05, ge=0.0, le=1.0)
    allow_rows_in_trackers: bool = False
    cleaning: Cleaning = Cleaning()
    personal_data: PersonalData = PersonalData()
    deduplicate: Literal["near", "exact", "none"] = "near"
    near_duplicate_threshold: float = Field(default=0.8, ge=0.5, lt=1.0)
    split: Split = Split()
    canaries: Canaries = Canaries()
    minimum: Minimum = Minimum()
    balance: Balance = Balance()
    coverage: Coverage = Coverage()
    review: Review = Review()
