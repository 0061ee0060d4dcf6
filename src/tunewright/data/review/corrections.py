"""data/raw/review.jsonl: the corrected answers and comments of reviewers; and what verdicts do to rows.

It is business data, as the rows are: it lies under data/raw/, where `dvc add` takes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tunewright.artifacts import write_text
from tunewright.data.contract import ContractError, parse_json
from tunewright.data.raw_row import Discarded
from tunewright.data.review.record import REVIEWS, Review, read_reviews, row_key, strictest
from tunewright.data.validate import CheckedRow, RowCheck
from tunewright.errors import DataError

CORRECTIONS = Path("data") / "raw" / "review.jsonl"
REJECTED = "rejected in review"


@dataclass(frozen=True)
class Said:
    """What a reviewer wrote about a row.

    Attributes:
        key: of the row as it was judged.
        id: of the row.
        reviewer: who.
        verdict: of the row.
        answer: the corrected one; empty where there is none.
        comment: empty where there is none.
    """

    key: str
    id: str
    reviewer: str
    verdict: str
    answer: str = ""
    comment: str = ""


def read_said(root: Path) -> list[Said]:
    """What reviewers wrote; nothing if the file is not there.

    Raises:
        DataError: a line is damaged.
    """
    path = root / CORRECTIONS
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(Said(**parse_json(line)))  # type: ignore[arg-type]  # what is no object fails here
        except (ContractError, TypeError) as error:
            raise DataError(
                "is not what `tunewright review import` writes",
                where=f"{CORRECTIONS.as_posix()}:{number}",
                fix="bring the file back (dvc checkout, or git), and import the review again",
            ) from error
    return found


def write_said(root: Path, said: Iterable[Said]) -> bool:
    """Write what reviewers wrote, by row and reviewer; returns whether there is a file now."""
    lines = sorted(said, key=lambda one: (one.key, one.reviewer))
    path = root / CORRECTIONS
    if lines or path.exists():
        text = "".join(json.dumps(asdict(one), ensure_ascii=False, allow_nan=False) + "\n" for one in lines)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
    return path.exists()


class Corrections:
    """Takes rejected rows out, and puts corrected answers in the place of wrong ones."""

    def __init__(self, reviews: Sequence[Review], said: Sequence[Said]) -> None:
        """Sort the verdicts by row.

        Raises:
            DataError: a corrected answer is not here.
        """
        verdicts = strictest(reviews)
        self._rejected = {
            key: review.seed for review in reviews for key in review.rows if verdicts[key].verdict == "reject"
        }
        edited = {key: one for key, one in verdicts.items() if one.verdict == "edit"}
        written = {one.key: one.answer for one in said if one.key in edited and one.verdict == "edit"}
        self._answers: Mapping[str, str] = written
        missing = [one.id for key, one in edited.items() if key not in written]
        if missing:
            raise DataError(
                f"the corrected answers of {len(missing)} rows that {REVIEWS.as_posix()} names are not here "
                f"(first: {missing[0]})",
                where=CORRECTIONS.as_posix(),
                fix=f"dvc pull {CORRECTIONS.as_posix()}, or import the review again",
            )
        self._any = bool(self._rejected or self._answers)

    def __call__(self, checked: CheckedRow, check: RowCheck) -> CheckedRow | Discarded:
        """The row as the reviewers want it."""
        if not self._any:
            return checked
        key = row_key(checked.row.messages)
        if key in self._rejected:
            return Discarded(
                checked.place, REJECTED, drawn_by(self._rejected[key]), personal=checked.personal
            )
        answer = self._answers.get(key)
        return checked if answer is None else check.corrected(checked, answer)


def drawn_by(seed: int) -> str:
    """Which sample a row was rejected in, as rejected.jsonl says it."""
    return f"(data.review.seed {seed})"


def read_corrections(root: Path) -> Corrections:
    """What reviewers want changed in this project's rows.

    Raises:
        DataError: a file of the review is damaged or incomplete.
    """
    return Corrections(read_reviews(root), read_said(root))
