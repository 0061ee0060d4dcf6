"""Corrections from production as new raw rows: checked as `prepare` checks, each with its provenance.

They lie in one file of their own, `data/raw/feedback.jsonl`, since a source says which splits its rows
may go to: feedback is from where the model was wrong, so a test that held it would no longer tell how the
model does on what it meets, and could not be compared with results from before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunewright.artifacts import write_text
from tunewright.config.schema.data import FEEDBACK, Data
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import digest, normalise, prompt_text
from tunewright.data.contract import ContractError, json_type, parse_json
from tunewright.data.feedback_file import Feedback, place_of, read_feedback
from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.transform import apply, chosen_transforms
from tunewright.data.validate import CheckedRow, RowCheck
from tunewright.errors import DataError
from tunewright.extensions import RowTransform

OPEN = Path(".tunewright") / "feedback" / "needs-answer.jsonl"
"""Outputs that were flagged without a correction. Git ignores the folder: these are raw rows."""

PROVENANCE = "provenance"
"""The key of a raw row under which it stands where the row comes from; nothing of it is trained."""

REASONS_SHOWN = 20

Values = dict[str, Any]


@dataclass
class Added:
    """What a file of feedback came to.

    Attributes:
        rows: new rows for `data/raw/feedback.jsonl`.
        open: outputs that need an answer, from earlier files too.
        known: corrections that stand there already.
        good: outputs that were found good; they become no rows.
        ungrouped: corrections without the field of `split.group_by`: each is a group of its own.
        not_read: columns that nothing reads.
    """

    rows: list[Values] = field(default_factory=list)
    open: list[Values] = field(default_factory=list)
    known: int = 0
    good: int = 0
    ungrouped: int = 0
    not_read: tuple[str, ...] = ()


class Corrections:
    """Makes rows of corrections, and knows those that are there.

    Attributes:
        ungrouped: corrections without the field of `split.group_by`: each is a group of its own.
    """

    def __init__(
        self, data: Data, kind: TaskKind, output: OutputContract, registered: Mapping[str, RowTransform]
    ) -> None:
        """Compile the contract.

        Raises:
            DataError: the JSON Schema or a transform cannot be used.
        """
        self._data = data
        self._kind = kind
        self._check = RowCheck(data.fields, data.split, kind, output, cleaning=data.cleaning)
        self._transforms = chosen_transforms(data.transforms, registered)
        self.ungrouped = 0
        self._answers: dict[str, tuple[str, Place]] = {}
        named = (data.split.group_by, data.split.stratify_by, data.split.order_by, *data.fields.meta)
        self._columns = {name for name in named if name is not None}

    def reads(self, column: str) -> bool:
        """Whether a further column of the file goes into the rows; a transform may use any."""
        return bool(self._transforms) or column in self._columns

    def remember(self, place: Place, values: Values) -> None:
        """Take note of a row that is there; if it breaks the contract by now, `prepare` will say so."""
        checked = self._checked(RawRow(place, values))
        if isinstance(checked, CheckedRow):
            prompt, answer = _keys(checked)
            self._answers.setdefault(prompt, (answer, place))

    def asked(self, row: Values) -> str:
        """What a raw row that is there was asked and had answered, as `_asked` names it."""
        messages = row.get(self._data.fields.messages)
        origin = row.get(PROVENANCE)
        output = origin.get("output") if isinstance(origin, dict) else None
        return _asked({"messages": messages[:-1] if isinstance(messages, list) else [], "output": output})

    def row(self, given: Feedback, file_sha256: str) -> Values | Discarded | None:
        """The raw row of a correction; why there is none; null if it is there already."""
        answer = given.correction
        if not isinstance(answer, str):
            if self._kind != "extraction":
                return Discarded(given.place, f"correction is {json_type(answer)}, not string")
            answer = json.dumps(answer, ensure_ascii=False)
        messages = [*given.messages, {"role": "assistant", "content": answer}]
        name = f"feedback-{digest(json.dumps(messages))}"
        values: Values = {} if self._data.fields.id is None else {self._data.fields.id: name}
        values |= {column: value for column, value in given.further.items() if self.reads(column)}
        values |= {column: given.said[column] for column in self._columns & given.said.keys()}
        group_by, order_by = self._data.split.group_by, self._data.split.order_by
        if order_by is not None and "time" in given.said:
            values.setdefault(order_by, given.said["time"])
        if group_by is not None and group_by not in values:
            values[group_by] = name
            self.ungrouped += 1
        values[self._data.fields.messages] = messages
        checked = self._checked(RawRow(given.place, values))
        if isinstance(checked, Discarded):
            return checked
        prompt, right = _keys(checked)
        there = self._answers.setdefault(prompt, (right, given.place))
        if there == (right, given.place):
            return {**values, PROVENANCE: _provenance(given, file_sha256)}
        if there[0] == right:
            return None
        return Discarded(given.place, "the same prompt is corrected otherwise", f"at {there[1]}")

    def _checked(self, raw: RawRow) -> CheckedRow | Discarded:
        row = apply(self._transforms, raw)
        return row if isinstance(row, Discarded) else self._check(row, "chat")


def gather(root: Path, path: Path, content: bytes, corrections: Corrections) -> Added:
    """Sort the outputs of a file; nothing is written.

    Args:
        root: the project's folder.
        path: of the file, for messages.
        content: its bytes.
        corrections: of the project; gets to know what is there.

    Raises:
        DataError: a line cannot be used; names all such lines (the first twenty) with reasons.
    """
    answered: set[str] = set()
    for place, values in _lines(root, Path(FEEDBACK)):
        corrections.remember(place, values)
        answered.add(corrections.asked(values))
    file_sha256 = hashlib.sha256(content).hexdigest()
    added, faults = Added(), []
    waiting = {_asked(values): values for _, values in _lines(root, OPEN)}
    columns: dict[str, None] = {}
    for given in read_feedback(path, content):
        if isinstance(given, Discarded):
            faults.append(given)
            continue
        columns |= dict.fromkeys(given.further)
        asked = _asked({"messages": given.messages, "output": given.output})
        if given.correction is not None:
            row = corrections.row(given, file_sha256)
            if isinstance(row, Discarded):
                faults.append(row)
                continue
            answered.add(asked)
            added.known += row is None
            added.rows += [row] if row is not None else []
        elif given.verdict == "good":
            added.good += 1
        else:
            waiting.setdefault(asked, _to_answer(given))
    _refuse(faults, path)
    added.ungrouped = corrections.ungrouped
    added.open = [values for asked, values in waiting.items() if asked not in answered]
    added.not_read = tuple(column for column in columns if not corrections.reads(column))
    return added


def write(root: Path, added: Added) -> None:
    """Append the rows and write the list of what needs an answer, each file whole or not at all.

    The rows go first: after a kill between the two, the same command finds them there.
    """
    if added.rows:
        path = root / FEEDBACK
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        ended = before if before.endswith("\n") or not before else before + "\n"
        write_text(path, ended + _as_lines(added.rows))
    if added.open:
        write_text(root / OPEN, _as_lines(added.open))
    else:
        (root / OPEN).unlink(missing_ok=True)


def _keys(checked: CheckedRow) -> tuple[str, str]:
    """Names of prompt and answer in the normal form in which `prepare` compares rows."""
    return digest(prompt_text(checked.row.prompt)), digest(normalise(checked.row.reference))


def _lines(root: Path, name: Path) -> Iterable[tuple[Place, Values]]:
    """The objects of a JSONL file of ours that people may have edited; none if it is not there."""
    path = root / name
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = parse_json(line)
        except ContractError as error:
            raise DataError(str(error), where=f"{name}:{number}", fix="mend this line") from None
        if not isinstance(values, dict):
            raise DataError(
                f"is {json_type(values)}, not object", where=f"{name}:{number}", fix="mend this line"
            )
        yield place_of(name.as_posix(), number, line), values


def _asked(values: Mapping[str, Any]) -> str:
    """A name of what was asked and answered, by which an open output is found again."""
    messages = values.get("messages") or [{"role": "user", "content": values.get("prompt")}]
    return digest(json.dumps([messages, values.get("output") or ""]))


def _to_answer(given: Feedback) -> Values:
    """An output that needs an answer, in the form that `feedback add` reads."""
    verdict = {"verdict": given.verdict} if given.verdict is not None else {}
    return {
        "messages": given.messages,
        "output": given.output,
        "correction": None,
        **verdict,
        **given.said,
        **given.further,
    }


def _provenance(given: Feedback, file_sha256: str) -> Values:
    said = {("date" if name == "time" else name): value for name, value in given.said.items()}
    return {
        "origin": "feedback",
        **said,
        **({"verdict": given.verdict} if given.verdict is not None else {}),
        **({"output": given.output} if given.output else {}),
        "file": given.place.file,
        "line": given.place.line,
        "file_sha256": file_sha256,
    }


def _refuse(faults: Sequence[Discarded], path: Path) -> None:
    if not faults:
        return
    shown = [f"  line {fault.place.line}: {fault}" for fault in faults[:REASONS_SHOWN]]
    more = [f"  and {len(faults) - REASONS_SHOWN} more"] if len(faults) > REASONS_SHOWN else []
    lines = f"{len(faults)} line{'s' if len(faults) > 1 else ''}"
    raise DataError(
        "\n".join([f"{lines} cannot be used, so nothing was added:", *shown, *more]),
        where=str(path),
        fix="mend or remove these lines, then add the file again",
    )


def _as_lines(rows: Iterable[Values]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
