"""A file of production outputs with what their users said of them: one `Feedback` a line, or why not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from tunewright.data.contract import ContractError, json_type, parse_json, quote
from tunewright.data.csv_records import csv_records
from tunewright.data.raw_row import Discarded, Place
from tunewright.errors import DataError, UsageError

Verdict = Literal["good", "bad", "flag"]
SAID = ("comment", "user", "channel", "time", "model")
COLUMNS = ("prompt", "messages", "output", "verdict", "correction", *SAID)


@dataclass(frozen=True)
class Feedback:
    """One production output and its judgement.

    Attributes:
        place: file, line and hash of the line's bytes.
        messages: turns before the output, as the file has them; checked with the rows of the project.
        output: what the model answered; empty if the file does not say.
        verdict: null where a correction stands without one.
        correction: the right answer: text, or what JSON holds; null if nobody gave one.
        said: those of `SAID` that the file fills.
        further: the file's other columns.
    """

    place: Place
    messages: list[Any]
    output: str
    verdict: Verdict | None
    correction: object
    said: dict[str, str]
    further: dict[str, Any]


def read_feedback(path: Path, content: bytes) -> Iterator[Feedback | Discarded]:
    """Yield the outputs of a file; blank lines are none.

    Args:
        path: as the user named it; `.csv` is CSV with a header, everything else JSON Lines.
        content: its bytes.

    Raises:
        DataError: the file as a whole is not UTF-8, or its header names no prompt.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError("not UTF-8", where=f"{path}:{line}", fix="save the file as UTF-8") from None
    for place, values in _csv(path, text) if path.suffix.lower() == ".csv" else _jsonl(path, text):
        yield values if isinstance(values, Discarded) else _checked(place, values)


def read_bytes(path: Path) -> bytes:
    """The bytes of the file that the user named.

    Raises:
        UsageError: it is not there, or is no file.
    """
    if not path.is_file():
        raise UsageError("no such file", where=str(path), fix="tunewright feedback add FILE.jsonl")
    return path.read_bytes()


def _jsonl(path: Path, text: str) -> Iterator[tuple[Place, dict[str, Any] | Discarded]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = place_of(path.name, number, line.rstrip("\r"))
        try:
            values = parse_json(line)
        except ContractError as error:
            yield place, Discarded(place, str(error))
            continue
        if isinstance(values, dict):
            yield place, values
        else:
            yield place, Discarded(place, f"is {json_type(values)}, not object")


def _csv(path: Path, text: str) -> Iterator[tuple[Place, dict[str, Any] | Discarded]]:
    header: list[str] | None = None
    for line, record in csv_records(text, str(path)):
        if not record:
            continue
        if header is None:
            header = record
            if "prompt" not in header or len(set(header)) < len(header):
                named = ", ".join(map(quote, header))
                what = f"the header must name each column once, prompt among them: {named}"
                raise DataError(what, where=f"{path}:{line}", fix="name the columns as the guide says")
            continue
        place = place_of(path.name, line, "\x1f".join(record))
        if len(record) != len(header):
            yield place, Discarded(place, f"has {len(record)} columns, the header {len(header)}")
        else:
            filled = {name: value for name, value in zip(header, record, strict=True) if value.strip()}
            yield place, filled


def place_of(file: str, line: int, content: str) -> Place:
    """The place of a line, with the hash of what stands there."""
    return Place(file, line, hashlib.sha256(content.encode("utf-8", errors="surrogatepass")).hexdigest())


def _checked(place: Place, values: Mapping[str, Any]) -> Feedback | Discarded:
    """The line as feedback, or what is wrong with it."""
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    fault = _fault(given)
    if fault:
        return Discarded(place, fault)
    verdict = given.get("verdict")
    return Feedback(
        place=place,
        messages=given["messages"] if "messages" in given else [{"role": "user", "content": given["prompt"]}],
        output=given.get("output", ""),
        verdict=verdict.strip().lower() if verdict is not None else None,
        correction=given.get("correction"),
        said={name: given[name] for name in SAID if name in given},
        further={name: value for name, value in given.items() if name not in COLUMNS},
    )


def _fault(given: Mapping[str, Any]) -> str:
    """What is wrong with a line's own columns; empty if nothing."""
    if ("prompt" in given) == ("messages" in given):
        return "needs either prompt or messages" + (", not both" if "prompt" in given else "")
    if not isinstance(given.get("messages", []), list):
        return f"messages is {json_type(given['messages'])}, not array"
    if given.get("messages") == []:
        return "messages is empty"
    for name in ("prompt", "output", "verdict", *SAID):
        if name in given and not isinstance(given[name], str):
            return f"{name} is {json_type(given[name])}, not string"
    verdict, correction = given.get("verdict"), given.get("correction")
    if verdict is None and correction is None:
        return "neither a verdict nor a correction"
    said = verdict.strip().lower() if verdict is not None else None
    if said is not None and said not in get_args(Verdict):
        return f"the verdict is none of {', '.join(get_args(Verdict))}"
    if said == "good" and correction not in (None, given.get("output")):
        return "the verdict is good, but there is a correction"
    if "time" in given:
        try:
            datetime.fromisoformat(given["time"])
        except ValueError:
            return "time is no date or time of ISO 8601, such as 2026-03-01T14:05:00+01:00"
    return ""
