"""What the prepared rows hold: answers, further fields, lengths and tokens."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.data.card import CHARACTERS_PER_TOKEN, DataCard
from tunewright.reporting import numbers
from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.facts import SPLITS, Table


def answers(inputs: DataCardInputs) -> Section:
    """Labels, or the values of each key of an extraction, by split."""
    tables = tuple(
        Table(
            field,
            ("Value", *SPLITS, "All"),
            tuple(
                (
                    value,
                    *(numbers.count(rows.get(split, 0)) for split in SPLITS),
                    numbers.count(sum(rows.values())),
                )
                for value, rows in values.items()
            ),
            numeric=(*SPLITS, "All"),
        )
        for field, values in inputs.card.answers.items()
    )
    text = (
        "In how many rows an answer holds each value. Values that the task does not name count together."
        if tables
        else "The task names no values of answers, so none are counted."
    )
    return Section("answers", "Labels and answers", text=(text, *_tools(inputs.card)), tables=filled(*tables))


def _tools(card: DataCard) -> Iterator[str]:
    if card.with_tools:
        yield (
            f"{numbers.count(card.with_tools)} rows declare tools; in {numbers.count(card.calling)} rows the "
            "answer is a call of one."
        )


def further_fields(inputs: DataCardInputs) -> Section:
    """The values of the fields that are kept beside each row."""
    tables = tuple(
        Table(
            field,
            ("Value", "Rows"),
            tuple(
                (value, numbers.count(rows)) for value, rows in sorted(values.items(), key=lambda v: -v[1])
            ),
            numeric=("Rows",),
        )
        for field, values in inputs.card.meta.items()
    )
    text = (
        "Kept beside each row and never shown to the model. A field with many different values lists none."
        if tables
        else "No further fields are kept."
    )
    return Section("further-fields", "Further fields", text=(text,), tables=filled(*tables))


def lengths(inputs: DataCardInputs) -> Section:
    """How long questions and answers are, and how many tokens that makes."""
    measured = (("Questions", inputs.card.prompt_lengths), ("Answers", inputs.card.answer_lengths))
    table = Table(
        "Lengths in characters",
        ("Text", "Shortest", "Half up to", "90 % up to", "99 % up to", "Longest"),
        tuple(
            (name, *map(numbers.count, (found.min, found.p50, found.p90, found.p99, found.max)))
            for name, found in measured
        ),
        numeric=("Shortest", "Half up to", "90 % up to", "99 % up to", "Longest"),
    )
    return Section("lengths", "Lengths and tokens", facts=tuple(_tokens(inputs)), tables=(table,))


def _tokens(inputs: DataCardInputs) -> Iterator[tuple[str, str]]:
    estimate = inputs.card.prompt_lengths.tokens_estimate + inputs.card.answer_lengths.tokens_estimate
    rule = f"estimated, {CHARACTERS_PER_TOKEN} characters each"
    yield "Tokens in all splits", f"about {numbers.count(estimate)} ({rule})"
    train = inputs.train
    if train is None:
        yield "Tokens as the model counts", "known once a model was trained; see tunewright plan"
        return
    yield "Training tokens", f"{numbers.count(train['train_tokens'])} in an epoch, counted by the model"
    yield "Of these learnt from", f"{numbers.count(train['trained_tokens'])}, the answers' tokens"
    left_out = train["train_rows_dropped"] + train["validation_rows_dropped"]
    cut = train["train_rows_truncated"] + train["validation_rows_truncated"]
    yield "Rows too long", f"{numbers.count(left_out)} left out, {numbers.count(cut)} cut"
