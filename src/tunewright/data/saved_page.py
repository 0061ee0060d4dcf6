"""A file that a page for judging has saved: JSON of a known form, each value of the type it should have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tunewright.data.contract import ContractError, parse_json, quote
from tunewright.errors import DataError, UsageError


@dataclass(frozen=True)
class SavedPage:
    """The file's values.

    Attributes:
        values: as they stand in it.
        path: of the file.
        fix: what to do about one that is damaged.
    """

    values: Mapping[str, Any]
    path: Path
    fix: str

    def text(self, name: str) -> str:
        """A text; empty if there is none.

        Raises:
            DataError: it is something else.
        """
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise self.fault(f"{name} is no text")
        return value or ""

    def day(self) -> str:
        """The day on which it was saved, ISO 8601; empty if it does not say.

        Raises:
            DataError: what it says is no time.
        """
        saved = self.text("saved")
        try:
            return datetime.fromisoformat(saved).date().isoformat() if saved else ""
        except ValueError:
            raise self.fault(f"saved is no time: {quote(saved)}") from None

    def entries(self, name: str, what: str) -> list[SavedPage]:
        """The objects of a list.

        Args:
            name: of the list.
            what: one of its objects, for messages.

        Raises:
            DataError: there is something else in it.
        """
        if any(not isinstance(one, dict) for one in self.values[name]):
            raise self.fault(f"{what} is no object")
        return [SavedPage(one, self.path, self.fix) for one in self.values[name]]

    def fault(self, what: str) -> DataError:
        """What is wrong with the file."""
        return DataError(what, where=str(self.path), fix=self.fix)


def read_text(path: Path, *, fix: str, encoding_fix: str = "") -> str:
    """The text of a file that somebody sent back.

    Args:
        path: of the file.
        fix: the command that takes one.
        encoding_fix: what to do where it is not UTF-8.

    Raises:
        UsageError: there is no such file.
        DataError: it is not UTF-8.
    """
    if not path.is_file():
        raise UsageError("no such file", where=str(path), fix=fix)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start}", where=str(path), fix=encoding_fix) from None


def saved_page(text: str, path: Path, *, form: str, entries: str, what: str, damaged: str) -> SavedPage:
    """Read what a page has saved.

    Args:
        text: of the file.
        path: of the file, for messages.
        form: that it must say it has.
        entries: name of the list that it must hold.
        what: the file is not, in words, if it is not of this form.
        damaged: what to do about a file that is.

    Raises:
        DataError: it is no JSON, or of another form.
    """
    try:
        raw = parse_json(text)
    except ContractError as error:
        raise DataError(str(error), where=str(path), fix=damaged) from None
    if not isinstance(raw, dict) or raw.get("form") != form or not isinstance(raw.get(entries), list):
        raise DataError(what, where=str(path), fix="take the file that the page's Save made")
    return SavedPage(raw, path, damaged)
