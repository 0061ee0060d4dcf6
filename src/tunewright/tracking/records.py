"""What a stage can record: plain dataclasses, which travel to a tracker's process as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args


@dataclass(frozen=True)
class Step:
    """Numbers of one moment of the training.

    Attributes:
        values: by name.
        step: optimizer steps done; null for numbers that belong to no step.
    """

    values: Mapping[str, float]
    step: int | None = None


@dataclass(frozen=True)
class Curve:
    """Steps of an earlier stage, for a run that lacks them since DVC had that stage's result cached.

    Attributes:
        stage: which one.
        steps: all of them.
    """

    stage: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Final:
    """Final numbers; those of a later stage are added.

    Attributes:
        values: by name.
    """

    values: Mapping[str, float]


@dataclass(frozen=True)
class Declared:
    """The settings: the same in every stage of an experiment.

    Attributes:
        values: content of resolved.yaml, but for what may change within an experiment.
    """

    values: Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What the numbers depend on: machine, versions, hashes.

    Attributes:
        values: nested plain values by name.
    """

    values: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows of the data with their answers. Only for data whose policy allows it.

    Attributes:
        name: of the table.
        columns: their names.
        rows: a value for each column.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True)
class Artifact:
    """A result, by reference.

    Attributes:
        name: under which the tracker counts its versions.
        kind: what it is.
        path: in the project.
        digest: of its content, with the algorithm before it: `md5:...` is DVC's.
        upload: give the tracker the bytes too.
        copy: where those bytes lie; the tracker's process fills that in.
    """

    name: str
    kind: Literal["dataset", "model", "report"]
    path: str
    digest: str
    upload: bool = False
    copy: str = ""


@dataclass(frozen=True)
class File:
    """A file of which the tracker keeps a copy; one that holds no row of the data.

    Attributes:
        path: in the project.
    """

    path: str


@dataclass(frozen=True)
class End:
    """The stage is done.

    Attributes:
        failed: by an error.
    """

    failed: bool


Record = Step | Curve | Final | Declared | Facts | Table | Artifact | File | End
KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in get_args(Record)}


def to_line(record: Record) -> str:
    """A record as one line of JSON."""
    return json.dumps([type(record).__name__, asdict(record)], default=str) + "\n"


def from_plain(kind: str, fields: Mapping[str, Any]) -> Record:
    """A record of the fields that its line held."""
    from pydantic import TypeAdapter

    record: Record = TypeAdapter(KINDS[kind]).validate_python(dict(fields))
    return record
