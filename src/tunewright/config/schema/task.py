"""`task`: what the business wants, how an answer must look, and what must hold to accept a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

TaskKind = Literal["extraction", "classification", "generation", "chat"]
Contestant = Literal["zero_shot", "few_shot", "reference"]
"""Whom the tuned model can be compared with."""

META, REFERENCE, LABEL = "meta.", "reference.", "label"
"""What a slice goes by: a meta field of the row, a field of the right answer (extraction), its label."""

NonEmpty = Annotated[str, Field(min_length=1)]


class Kpi(Node):
    """What the business will measure once the model is in use.

    Attributes:
        measure: the quantity, in the business's words.
        target: the value it should reach, and from where.
    """

    measure: NonEmpty
    target: NonEmpty


class Rationale(Node):
    """Why this is fine-tuning, and not prompting or retrieval.

    Attributes:
        need: `do` if the model must behave in a new way, `know` if it must know new facts
            (then retrieval is usually the better answer, and the report says so).
        why: why prompting and retrieval do not suffice.
        facts_change: how often the facts that answers rest on change; null: nobody said.
        must_cite: whether answers must name their sources; null: nobody said.
        examples: how many examples there were at the start; the report counts those there are.
        cost_today: what the work costs before the model is in use, in the business's words.
    """

    need: Literal["know", "do"]
    why: NonEmpty
    facts_change: Literal["rarely", "often"] | None = None
    must_cite: bool | None = None
    examples: int | None = Field(default=None, ge=0)
    cost_today: NonEmpty | None = None


class FieldRule(Node):
    """How the values of one field are compared; what is not declared is compared as it stands.

    Attributes:
        path: of the field in the answer: `priority`, `customer.name`, `items[].price`; of a list: `items[]`.
        ignore_case: upper and lower case are alike.
        ignore_whitespace: runs of white space are one space, and none at the ends.
        date_formats: formats of strptime, tried in turn; texts that stand for one day are alike.
        decimal_sign: texts that write a number with it are alike, and like the number itself; spaces,
            apostrophes and the other sign then part thousands.
        ignore_order: of a list: its items are a set in which one may stand several times.
    """

    path: NonEmpty
    ignore_case: bool = False
    ignore_whitespace: bool = False
    date_formats: tuple[NonEmpty, ...] = ()
    decimal_sign: Literal[".", ","] | None = None
    ignore_order: bool = False


class FormatRule(Node):
    """What an answer must keep to; the share of answers that do is the metric `format.NAME`.

    All that is declared must hold.

    Attributes:
        name: of the rule.
        regex: a regular expression (RE2) that must match somewhere; `^` and `$` bind it to the ends.
        json_schema: JSON Schema (2020-12) of the answer, which must then be JSON.
        contains: texts that must all stand in it.
        lacks: texts of which none may stand in it.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    regex: NonEmpty | None = None
    json_schema: dict[str, Any] | None = None
    contains: tuple[NonEmpty, ...] = ()
    lacks: tuple[NonEmpty, ...] = ()


class OutputContract(Node):
    """What an answer must look like.

    Attributes:
        json_schema: JSON Schema (2020-12) of an extraction's answer: the schema itself, or the
            path of a file that holds it, relative to `conf/`; the file's content replaces the path
            in resolved.yaml.
        labels: the label set of a classification.
        field_rules: of an extraction: how values are compared with the reference's, by field.
        format_rules: what answers must keep to, besides; each is a metric.
    """

    json_schema: dict[str, Any] | None = Field(
        default=None,
        json_schema_extra={"anyOf": [{"type": "object"}, {"type": "string"}, {"type": "null"}]},
    )
    labels: tuple[NonEmpty, ...] | None = None
    field_rules: tuple[FieldRule, ...] = ()
    format_rules: tuple[FormatRule, ...] = ()


class Dimension(Node):
    """One respect in which a judge scores an answer.

    Attributes:
        name: of the dimension; criteria name its score `judge.score.NAME`.
        description: what a good answer is in this respect, in a sentence.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    description: NonEmpty


class Criterion(Node):
    """One thing that must hold for the model to be accepted; in a file also as text, `accuracy >= 0.9`.

    Attributes:
        metric: a metric of the task's kind, or one measured once (`seconds_per_answer`, `train_cost` ...).
        min: the least value; with `over`, the least difference.
        max: the greatest value; with `over`, the greatest difference.
        over: compare with this contestant on the same rows instead of with nothing.
        slice: count only the test rows of which all this holds: `meta.NAME`, `label` or `reference.FIELD`,
            each with its value as text.
        confidence: at this confidence the interval's lower bound must reach `min`, and its upper bound must
            not exceed `max`. What is measured once has no interval.
    """

    metric: str
    min: float | None = None
    max: float | None = None
    over: Contestant | None = None
    slice: dict[NonEmpty, NonEmpty] | None = None
    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)


def _or_text(schema: dict[str, Any]) -> None:
    """Have editors accept a criterion's short form too; compose puts the mapping in its place."""
    schema["items"] = {"anyOf": [schema["items"], {"type": "string", "minLength": 1}]}


class Task(Node):
    """The business's task.

    Attributes:
        kind: extraction (JSON), classification (one label), generation or chat (free text).
        description: the use case in a sentence.
        instructions: the system prompt that every contestant gets; empty for none.
        output: the contract of an answer.
        rubric: how a judge (`evaluation.judge`) scores answers; empty: by one dimension, `quality`.
        metrics: the metrics to show first, in this order.
        acceptance: what must hold for a model to be accepted, as mappings or as text (`accuracy >= 0.9`,
            `accuracy[channel=email] - base.accuracy >= 0.1`); empty accepts any.
    """

    kind: TaskKind
    description: NonEmpty
    kpi: Kpi
    rationale: Rationale
    instructions: str = ""
    output: OutputContract = OutputContract()
    rubric: tuple[Dimension, ...] = ()
    metrics: tuple[str, ...] = Field(min_length=1)
    acceptance: tuple[Criterion, ...] = Field(default=(), json_schema_extra=_or_text)

    def metrics_named(self) -> Iterator[tuple[str, str]]:
        """Each key that names a metric, and the name."""
        yield from ((f"task.metrics.{index}", name) for index, name in enumerate(self.metrics))
        yield from ((f"task.acceptance.{i}.metric", entry.metric) for i, entry in enumerate(self.acceptance))
