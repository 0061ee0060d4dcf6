"""`data`: the prepare stage is run on made-up rows."""

from __future__ import annotations

import json
import shutil
from functools import cache
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

from tests.config.effects.effect import Effect, refused
from tunewright import artifacts
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import Settings
from tunewright.data.hub_file import fetch_source
from tunewright.stages.prepare import run as run_prepare

ROOT = Path(__file__).parents[3]
TRANSFORM = """
from tunewright.extensions import transform

@transform("loud")
def loud(row):
    return {name: value.upper() if name == "prompt" else value for name, value in row.items()}
"""
READER = """
import json

from tunewright.extensions import reader

@reader("first_rows")
def first_rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()[:60]]
"""
SOURCE = {"path": "data/raw/rows.jsonl", "format": "prompt_completion", "licence": "none"}
CHAT = {"data.sources": [{**SOURCE, "format": "chat"}]}
AUTO = {"data.sources": [{**SOURCE, "format": "auto", "path": "data/raw/rows.txt"}]}
BOOK = {"data.sources": [{**SOURCE, "format": "excel", "path": "data/raw/rows.xlsx", "sheet": "one"}]}
PLANTED = {"evaluation.suites.leakage.enabled": True, "data.canaries.count": 2}
HUB = {"repo_id": "acme/rows", "revision": "1" * 40, "file": "rows.jsonl"}
BY_LABEL = {"data.fields.meta": ["label"], "data.balance.by": "label"}
FROM_HUB = {"data.sources": [{**SOURCE, "path": "data/raw/fetched.jsonl", "hub": HUB}]}


def turns(*texts: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True)]


def row(number: int) -> dict[str, object]:
    return {
        "id": f"id-{number}",
        "key": f"key-{number}",
        "prompt": f"Prompt number {number}",
        "question": f"Question number {number}",
        "completion": f"Completion {number % 7}",
        "answer": f"Answer {number % 7}",
        "messages": turns(f"Message {number}", f"Reply {number}"),
        "talk": turns(f"Talk {number}", f"Back {number}"),
        "customer": f"customer-{number // 4}",
        "label": "rare" if number % 29 == 0 else "common",
        "created": f"2026-01-{1 + number % 28:02}",
    }


def prepared(settings: Settings, folder: Path) -> object:
    """Every byte that the prepare stage writes, but for the names of its files."""
    rows = [row(number) for number in range(80)]
    rows += [{**rows[5], "id": "copy", "key": "copy"}, {**rows[6], "prompt": "", "question": ""}]
    near = ("Please say whether the shop opens on Sundays", "Please say whether the shop opens on Sunday")
    rows += [{**row(90 + n), "prompt": prompt, "completion": "No"} for n, prompt in enumerate(near)]
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    (raw / "others.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows[:60]))
    # Two signs part every line of it.
    table = "id,x;prompt,y;completion\n" + "".join(f"{n},1;{n},2;{n}\n" for n in range(60))
    (raw / "rows.txt").write_text(table)
    if settings.data.sources[0].format == "excel":
        (raw / "rows.xlsx").write_bytes(book_of_two_sheets())
    (folder / "extensions").mkdir()
    (folder / "extensions" / "loud.py").write_text(TRANSFORM)
    (folder / "extensions" / "first_rows.py").write_text(READER)
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "resolved.yaml").write_text(to_yaml(settings))
    run_prepare(folder)
    return {path.name: path.read_text() for path in sorted((folder / artifacts.DATA).iterdir())}


@cache
def book_of_two_sheets() -> bytes:
    """A workbook, the same bytes each time it is asked for: the file holds when it was made."""
    from openpyxl import Workbook

    book, file = Workbook(), BytesIO()
    for sheet in (book.active, book.create_sheet("two")):
        sheet.append(["id", "prompt", "completion"])
        for number in range(60):
            sheet.append([f"{number}", f"{sheet.title} {number}", f"{number}"])
    book.active.title = "one"
    book.save(file)
    return file.getvalue()


def fetched(settings: Settings, folder: Path) -> object:
    """What is asked of the hub and written, the hub being played."""
    asked = {}

    def hf_hub_download(repo_id: str, file: str, *, repo_type: str, revision: str) -> str:
        asked.update(repo_id=repo_id, file=file, repo_type=repo_type, revision=revision)
        (folder / "downloaded").write_text("{}")
        return str(folder / "downloaded")

    with patch("huggingface_hub.hf_hub_download", hf_hub_download):
        for source in settings.data.sources:
            if source.hub is not None:
                fetch_source(folder, source)
    return asked


def divided(settings: Settings, folder: Path) -> object:
    """Which rows are in which split."""
    prepared(settings, folder)
    return {
        path.name: sorted(json.loads(line)["id"] for line in path.read_text().splitlines())
        for path in (
            folder / artifacts.TRAIN_ROWS,
            folder / artifacts.VALIDATION_ROWS,
            folder / artifacts.TEST_ROWS,
        )
    }


EFFECTS = {
    "data.sources": Effect(prepared, [SOURCE, {**SOURCE, "path": "data/raw/others.jsonl"}]),
    "data.sources.*.path": Effect(prepared, "data/raw/others.jsonl"),
    "data.sources.*.format": Effect(prepared, "chat"),
    "data.sources.*.rename": Effect(prepared, {"prompt": "old", "question": "prompt"}),
    "data.sources.*.prompt_template": Effect(prepared, "{question} ({label})"),
    "data.sources.*.encoding": Effect(prepared, "cp500"),
    "data.sources.*.delimiter": Effect(prepared, ";", AUTO),
    "data.sources.*.sheet": Effect(prepared, "two", BOOK),
    "data.sources.*.weight": Effect(prepared, 1.5),
    "data.sources.*.hub": Effect(fetched, HUB),
    "data.sources.*.hub.repo_id": Effect(fetched, "acme/others", FROM_HUB),
    "data.sources.*.hub.revision": Effect(fetched, "2" * 40, FROM_HUB),
    "data.sources.*.hub.file": Effect(fetched, "others.jsonl", FROM_HUB),
    "data.sources.*.reader": Effect(prepared, "first_rows"),
    "data.sources.*.licence": Effect(prepared, "CC-BY-4.0"),
    "data.sources.*.splits": Effect(divided, ["train"]),
    "data.fields.id": Effect(prepared, "key"),
    "data.fields.prompt": Effect(prepared, "question"),
    "data.fields.completion": Effect(prepared, "answer"),
    "data.fields.messages": Effect(prepared, "talk", CHAT),
    "data.fields.meta": Effect(prepared, ["label"]),
    "data.transforms": Effect(prepared, ["loud"]),
    "data.max_rejected_share": Effect(prepared, 0.001),
    "data.deduplicate": Effect(prepared, "exact"),
    "data.near_duplicate_threshold": Effect(prepared, 0.99),
    # What is neither test nor validation is for training; that the shares sum to 1 is a rule.
    "data.split.train": Effect(refused, 0.6, lawful=False),
    "data.split.validation": Effect(divided, 0.3, lawful=False),
    "data.split.test": Effect(divided, 0.3, lawful=False),
    "data.split.group_by": Effect(divided, "customer"),
    "data.split.stratify_by": Effect(divided, "label"),
    "data.split.order_by": Effect(divided, "created"),
    "data.split.seed": Effect(divided, 9),
    "data.canaries.count": Effect(prepared, 2, {"evaluation.suites.leakage.enabled": True}),
    "data.canaries.repeats": Effect(prepared, 3, PLANTED),
    "data.canaries.seed": Effect(prepared, 3, PLANTED),
    "data.minimum.purpose": Effect(prepared, "vocabulary"),
    "data.minimum.rows": Effect(prepared, 10),
    "data.minimum.policy": Effect(prepared, "fail"),
    "data.balance.policy": Effect(prepared, "downsample", BY_LABEL),
    "data.balance.by": Effect(prepared, "label", {"data.fields.meta": ["label"]}),
    "data.balance.ratio": Effect(prepared, 2.0, {**BY_LABEL, "data.balance.policy": "oversample"}),
    "data.balance.warn_above": Effect(prepared, 2.0, BY_LABEL),
    "data.coverage.min_rows": Effect(prepared, 1, {"data.fields.meta": ["label"]}),
}
