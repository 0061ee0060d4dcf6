"""A project of free text with answers of three contestants, for the commands that let people compare."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tunewright.artifacts import BASELINE, EVALUATION, TEST_ROWS
from tunewright.cli import judge as command
from tunewright.data.rows import Message, Row, write_rows
from tunewright.evaluation.people.returned import checksum
from tunewright.evaluation.predictions import PREDICTIONS, Prediction, write_predictions

ROWS = 30
SAME = 6
"""The first rows, on which tuned and few-shot answer alike."""


def prediction(number: int, who: str, answer: str) -> Prediction:
    return Prediction(f"r{number}", who, f"question {number}", f"right {number}", answer, 10, 3, True)


def tuned(number: int) -> str:
    return f"Well said, {number}."


def few(number: int) -> str:
    return tuned(number) if number < SAME else f"Um, {number}?"


class Project:
    """Test rows and predictions on the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        rows = [
            Row(
                f"r{n}",
                (Message("user", f"question {n}"), Message("assistant", f"right {n}")),
                f"r{n}",
                "data/raw/rows.jsonl",
                {"channel": "secret-channel"},
            )
            for n in range(ROWS)
        ]
        write_rows(root / TEST_ROWS, rows)
        self.answer()

    def answer(self, changed: int = 0) -> None:
        """Write predictions; the tuned model answers some of the last rows otherwise than before."""
        base = [prediction(n, "zero_shot", "I am a language model.") for n in range(ROWS)]
        base += [prediction(n, "few_shot", few(n)) for n in range(ROWS)]
        write_predictions(self.root / BASELINE / PREDICTIONS, base)
        own = [prediction(n, "tuned", tuned(n) + ("!" if n >= ROWS - changed else "")) for n in range(ROWS)]
        write_predictions(self.root / EVALUATION / PREDICTIONS, own)

    def export(self, **more: Any) -> dict[str, Any]:
        """Export a page; what stands in it for its script."""
        folder = self.root / f"out{len(list(self.root.glob('out*')))}"
        arguments = {"first": "tuned", "second": "few_shot", "number": 10, "seed": 0, **more}
        command.export(self.root, folder, **arguments)
        (path,) = folder.glob("*.html")
        text = path.read_text()
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
        return {**json.loads(found[1]), "path": path}

    def take(self, *files: dict[str, Any], replace: bool = False) -> None:
        paths = []
        for number, one in enumerate(files):
            paths.append(self.root / f"returned-{number}.json")
            paths[-1].write_text(json.dumps(one))
        command.import_(self.root, paths, replace=replace)


def better(item: dict[str, Any]) -> str:
    """The side of the tuned model's answer."""
    return "a" if item["a"].startswith("Well") else "b"


def worse(item: dict[str, Any]) -> str:
    return "b" if better(item) == "a" else "a"


def returned(
    page: dict[str, Any], choices: list[str], rater: str = "Ada", comments: dict[str, str] | None = None
) -> dict[str, Any]:
    """What the page saves."""
    lines = [
        {"item": item["key"], "choice": choice, "comment": (comments or {}).get(item["key"], "")}
        for item, choice in zip(page["items"], choices, strict=True)
    ]
    return with_check(
        {
            "form": "tunewright comparison 1",
            "page": page["page"],
            "rater": rater,
            "saved": "2026-03-01T10:00:00.000Z",
            "choices": lines,
        }
    )


def with_check(file: dict[str, Any]) -> dict[str, Any]:
    lines = [(one["item"], one["choice"] or "", one["comment"]) for one in file["choices"]]
    return {**file, "check": checksum(file["page"], file["rater"], lines)}
