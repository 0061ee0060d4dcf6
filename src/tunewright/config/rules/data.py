"""Rules of `data`: where sources lie, and how rows are divided."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.prompt_template import template_parts
from tunewright.config.schema.data import FEEDBACK, Data, Source, Split
from tunewright.config.schema.task import Task
from tunewright.errors import Problem

ROWS = ("chat", "openai", "sharegpt", "prompt_completion", "alpaca")
"""The formats that say what rows look like."""


def sources(data: Data) -> Iterator[Problem]:
    """Sources lie under data/raw/, each once."""
    seen: set[str] = set()
    for index, source in enumerate(data.sources):
        key = f"data.sources.{index}.path"
        parts = PurePosixPath(source.path).parts
        if parts[:2] != ("data", "raw") or len(parts) < 3 or ".." in parts or "\\" in source.path:
            yield Problem(
                key,
                f"{source.path!r} does not lie under data/raw/",
                fix="move the file to data/raw/, `dvc add` it there and name that path",
            )
        if source.path in seen:
            yield Problem(key, f"{source.path!r} is listed twice", fix="remove one")
        if PurePosixPath(source.path) == PurePosixPath(FEEDBACK) and "test" in source.splits:
            what = "feedback is from where the model was wrong: a test with it tells of nothing else"
            yield Problem(f"data.sources.{index}.splits", what, fix="splits: [train]")
        yield from _reading(source, f"data.sources.{index}")
        seen.add(source.path)


def _reading(source: Source, key: str) -> Iterator[Problem]:
    """How a source is read makes sense as a whole, whatever the file turns out to be."""
    fixed = source.format not in ("auto", *ROWS)
    if source.reader is not None and (fixed or source.format == "auto"):
        what = (
            f"{source.format} is read by tunewright itself"
            if fixed
            else "auto looks at files, not at what a reader gives"
        )
        fix = f"say what the reader's rows look like ({', '.join(ROWS)}), or set reader to null"
        yield Problem(f"{key}.format", what, fix=fix)
    for name in ("encoding", "delimiter", "sheet"):
        if source.reader is not None and getattr(source, name) is not None:
            yield Problem(f"{key}.{name}", "means nothing to a reader, which gets the path", fix="remove it")
    if source.encoding is not None and not _is_encoding(source.encoding):
        what = f"Python knows no encoding of text {source.encoding!r}"
        yield Problem(f"{key}.encoding", what, fix="utf-8, utf-16, cp1252, latin-1, shift_jis, gb18030 ...")
    if source.prompt_template is not None:
        try:
            template_parts(source.prompt_template)
        except ValueError as error:
            fix = "write names of fields in braces, {subject}, and braces of the text twice"
            yield Problem(f"{key}.prompt_template", f"is no template: {error}", fix=fix)
        if source.format in ROWS and source.format != "prompt_completion":
            what = f"means nothing to rows of format {source.format}"
            yield Problem(f"{key}.prompt_template", what, fix="format prompt_completion, or remove it")
    twice = sorted(name for name, count in Counter((source.rename or {}).values()).items() if count > 1)
    if twice:
        yield Problem(f"{key}.rename", f"gives two columns the name {twice[0]!r}", fix="rename one otherwise")


def _is_encoding(name: str) -> bool:
    """Whether Python decodes text by that name, piece by piece; `zlib` and its like give bytes."""
    try:
        codecs.getincrementaldecoder(name)
        return bool("a".encode(name))
    except (LookupError, UnicodeError, ValueError):
        return False


def split(data: Data) -> Iterator[Problem]:
    """Shares sum to 1; grouping and balancing exclude each other."""
    shares = data.split
    total = shares.train + shares.validation + shares.test
    if abs(total - 1.0) > 1e-6:
        yield Problem(
            "data.split", f"train, validation and test must sum to 1, not {total:g}", fix=_shares(shares)
        )
    if shares.group_by is not None and shares.stratify_by is not None:
        yield Problem(
            "data.split.stratify_by",
            "cannot go with group_by: a group is not cut to balance labels",
            fix="set one of the two to null",
        )
    if shares.order_by is not None and shares.stratify_by is not None:
        yield Problem(
            "data.split.stratify_by",
            "cannot go with order_by: time alone decides where a row goes",
            fix="set one of the two to null",
        )


def _shares(split: Split) -> str:
    rest = 1 - split.validation - split.test
    return f"e.g. tunewright set data.split.train={rest:g}" if 0 < rest < 1 else ""


def strata(task: Task, data: Data) -> Iterator[Problem]:
    """What rows are balanced by is a field of the answer."""
    yield from _key_of_answer(task, "data.split.stratify_by", data.split.stratify_by)


def minimum(task: Task, data: Data) -> Iterator[Problem]:
    """A classification is counted by label, and nothing else is."""
    purpose, key = data.minimum.purpose, "data.minimum.purpose"
    if purpose == "classification" and task.kind != "classification":
        what = f"counts the rows of each label, which a task of kind {task.kind} does not have"
        yield Problem(key, what, fix="tone, format, extraction, vocabulary or instructions, or null")
    if task.kind == "classification" and purpose not in ("classification", None):
        what = f"{purpose} is counted over all rows, and a label without rows would not be noticed"
        yield Problem(key, what, fix="null; data.minimum.rows asks for more of each label")


def balance(task: Task, data: Data) -> Iterator[Problem]:
    """What is balanced has classes, and settings of balancing are used."""
    asked, key = data.balance, "data.balance.by"
    if asked.policy == "report" and asked.ratio != 1:
        what = "means nothing to policy report"
        yield Problem("data.balance.ratio", what, fix="tunewright set data.balance.policy=downsample")
    if asked.by is None:
        if asked.policy != "report" and task.kind != "classification":
            what = f"{asked.policy} must know the classes, and a task of kind {task.kind} has no labels"
            yield Problem(
                key, what, fix="name a field of data.fields.meta, or completion.KEY of an extraction"
            )
        return
    if asked.by == "completion" and task.kind != "classification":
        what = "would make a class of each answer, since the task has no labels"
        yield Problem(key, what, fix="name a field of data.fields.meta, or completion.KEY of an extraction")
    yield from _key_of_answer(task, key, asked.by)
    if asked.by.partition(".")[0] != "completion" and asked.by not in data.fields.meta:
        what = f"{asked.by!r} is not kept with the rows: data.fields.meta does not name it"
        fix = did_you_mean(asked.by, data.fields.meta) or f"add {asked.by} to data.fields.meta"
        yield Problem(key, what, fix=fix)


def _key_of_answer(task: Task, key: str, field: str | None) -> Iterator[Problem]:
    """Where a setting names `completion.NAME`, the answers have that key."""
    head, dot, name = (field or "").partition(".")
    if head != "completion" or not dot:
        return
    if task.kind != "extraction":
        what = f"completion.{name} is a field of an answer of kind extraction, not {task.kind}"
        yield Problem(key, what, fix="completion for the answer itself, or the name of a row's field")
        return
    fields = list((task.output.json_schema or {}).get("properties") or {})
    if fields and name not in fields:
        what = f"the answers have no field {name!r}; they have: {', '.join(fields)}"
        yield Problem(key, what, fix=did_you_mean(name, fields))
