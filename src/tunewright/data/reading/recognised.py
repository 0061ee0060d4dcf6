"""What a source was taken for, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tunewright.data.reading.container import Container
from tunewright.data.reading.containers.delimited import DELIMITERS
from tunewright.data.reading.shape import Shape

RowForm = Literal["chat", "prompt_completion"]

_CONTAINERS: dict[Container | None, str] = {
    "jsonl": "JSON Lines",
    "json": "JSON",
    "csv": "CSV",
    "tsv": "TSV",
    "parquet": "Parquet",
    "excel": "Excel",
    "dataset": "datasets folder",
    None: "a reader",
}


@dataclass(frozen=True)
class Recognised:
    """How a source is read.

    Attributes:
        container: how rows lie in the file; None where a reader of the project's own reads it.
        shape: what they look like.
        why: what says so, for people.
        encoding: of the text; empty for binary files.
        gzip: whether the file is packed.
        delimiter: between the fields of CSV and TSV; empty for others.
    """

    container: Container | None
    shape: Shape
    why: str
    encoding: str = ""
    gzip: bool = False
    delimiter: str = ""

    @property
    def form(self) -> RowForm:
        """What rows look like once they are read: the two forms that are checked."""
        return "chat" if self.shape in ("chat", "sharegpt") else "prompt_completion"

    @property
    def name(self) -> str:
        """For data card and report: `alpaca (CSV, semicolon, cp1252, gzip)`."""
        notes = [_CONTAINERS[self.container]]
        if self.delimiter and self.container == "csv" and self.delimiter != ",":
            notes.append(DELIMITERS[self.delimiter])
        if self.encoding not in ("", "utf-8"):
            notes.append(self.encoding)
        return f"{self.shape} ({', '.join([*notes, *(['gzip'] if self.gzip else [])])})"

    def __str__(self) -> str:
        """Name and reason as one sentence."""
        return f"{self.name}: {self.why}"
