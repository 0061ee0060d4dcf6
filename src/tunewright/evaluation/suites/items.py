"""Items from JSON Lines: the shipped ones, and a project's own under data/suites/."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tunewright.errors import EvaluationError
from tunewright.evaluation.suites.checks import Check

FORM = "data/suites/README.md has the form"


class Item(BaseModel):
    """One item: a question with options of which one is right, or with a check that the answer must keep.

    Attributes:
        id: unique in its file.
        category: for people: items are counted by it.
        prompt: what is asked, as a user turn.
        options: possible answers, two or more; no one begins with another.
        answer: the right one of them.
        check: what the model's own answer must keep.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(min_length=1)
    category: str = "own"
    prompt: str
    options: tuple[str, ...] = Field(default=(), strict=False)
    answer: str | None = None
    check: Check | None = None

    @model_validator(mode="after")
    def _is_scorable(self) -> Item:
        if bool(self.options) == (self.check is not None):
            raise ValueError("give either options with their answer, or a check")
        if self.check is not None:
            if self.answer is not None:
                raise ValueError("answer belongs to options; a check says for itself what is right")
            return self
        if len(self.options) < 2 or not all(self.options) or len(set(self.options)) < len(self.options):
            raise ValueError("options: two or more are needed, all different and none empty")
        if self.answer not in self.options:
            raise ValueError(f"answer: {self.answer!r} is none of the options")
        for one in self.options:
            if any(other != one and other.startswith(one) for other in self.options):
                raise ValueError(
                    f"options: another begins with {one!r}, which is then always the likelier of the two"
                )
        return self


Parsed = TypeVar("Parsed", bound=BaseModel)


def shipped(name: str, form: type[Parsed]) -> list[Parsed]:
    """The items of that name that come with tunewright."""
    text = (files("tunewright.evaluation.suites") / "items" / f"{name}.jsonl").read_text(encoding="utf-8")
    return _parsed(text, f"{name}.jsonl", form)


def own(root: Path, paths: Sequence[str], setting: str) -> list[Item]:
    """The items of a project's files; ids begin with the file's name.

    Args:
        root: the project's folder.
        paths: relative to it.
        setting: the key that lists them.

    Raises:
        EvaluationError: a file is missing or empty, or a line is not of the form; names the line.
    """
    found: list[Item] = []
    for path in paths:
        try:
            text = (root / path).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise EvaluationError(
                f"lists {path}, which is not there", where=setting, fix=f"write {path}: {FORM}"
            ) from error
        except UnicodeDecodeError as error:
            raise EvaluationError(f"not UTF-8: {error}", where=path, fix="save it as UTF-8") from error
        items = _parsed(text, path, Item)
        if not items:
            raise EvaluationError(
                "holds no items", where=path, fix=f"fill it ({FORM}), or take it from {setting}"
            )
        found += [item.model_copy(update={"id": f"{Path(path).stem}/{item.id}"}) for item in items]
    return found


def drawn(items: Sequence[Parsed], count: int | None) -> list[Parsed]:
    """So many items, drawn by a hash of their ids: a random sample that more items hardly change."""
    if count is None or count >= len(items):
        return list(items)

    def lot(place: int) -> bytes:
        return hashlib.sha256(repr(items[place]).encode()).digest()

    return [items[place] for place in sorted(sorted(range(len(items)), key=lot)[:count])]


def _parsed(text: str, name: str, form: type[Parsed]) -> list[Parsed]:
    found: dict[str, Parsed] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            item = form.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            raise EvaluationError(f"not JSON: {error.msg}", where=place, fix=FORM) from error
        except ValidationError as error:
            raise EvaluationError("; ".join(_problems(error)), where=place, fix=FORM) from error
        key = str(getattr(item, "id", number))
        if key in found:
            raise EvaluationError(
                f"id {key!r} stands twice in this file", where=place, fix="give each its own"
            )
        found[key] = item
    return list(found.values())


def _problems(error: ValidationError) -> Iterable[str]:
    for one in error.errors(include_url=False):
        place = ".".join(map(str, one["loc"]))
        message = one["msg"].removeprefix("Value error, ")
        yield f"{place}: {message}" if place else message
