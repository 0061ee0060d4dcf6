"""A public set of questions as a file of one's own, where it is at hand: see `TUNEWRIGHT_DATASETS`."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluation.suites.conftest import Asking
from tests.unit.evaluation.suites.made_context import context
from tests.unit.evaluation.suites.taught import pair, taught
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.suites import Limits
from tunewright.evaluation.suites import regression
from tunewright.evaluation.suites.items import own
from tunewright.evaluation.suites.judge import compare_suites

CHECKOUT = Path(__file__).parents[4]
DATASETS = Path(os.environ.get("TUNEWRIGHT_DATASETS") or CHECKOUT.parent / "shared" / "datasets")
ARC = DATASETS / "arc_easy" / "ARC-Easy.test.json"
FILE = "data/suites/arc.jsonl"
ASKED = 12
PARTS = re.compile(r"Answer\d: ")


pytestmark = pytest.mark.skipif(
    not ARC.is_file(), reason=f"no {ARC}: set TUNEWRIGHT_DATASETS to the folder of public sets"
)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The questions as items of one's own; those of which one option begins with another are left out."""
    found = []
    for number, row in enumerate(json.loads(ARC.read_text(encoding="utf-8"))):
        question, listed, *_ = row["instruction"].partition(": ")[2].split("\n\n")
        options = [option.strip() for option in PARTS.split(listed)[1:]]
        place = int(row["answer"].removeprefix("answer")) - 1
        if any(one != other and other.startswith(one) for one in options for other in options):
            continue
        item = {"id": str(number), "prompt": question, "options": options, "answer": options[place]}
        found.append(json.dumps(item) + "\n")
    return found


def test_arc_easy_is_read(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "arc.jsonl").write_text("".join(lines))
    items = own(tmp_path, ["arc.jsonl"], "evaluation.suites.regression.files")
    assert len(items) == len(lines) > 2000
    assert len(json.loads(ARC.read_text(encoding="utf-8"))) - len(lines) < 100


def test_a_model_that_has_forgotten_arc_easy_fails(
    tmp_path: Path, lines: list[str], tiny_folder: Path, tokenizer: Any, asking: Asking
) -> None:
    (tmp_path / "data" / "suites").mkdir(parents=True)
    (tmp_path / FILE).write_text("".join(sorted(lines, key=len)[:ASKED]))
    of = context(tmp_path, {"regression": {"enabled": True, "max_items": 1, "files": [FILE]}})
    items = own(tmp_path, [FILE], "")
    right = [pair(item.prompt, str(item.answer)) for item in items]
    wrong = [pair(item.prompt, next(one for one in item.options if one != item.answer)) for item in items]
    before, after = (
        [
            one
            for one in asking(taught(tiny_folder, tokenizer, rows), regression.SUITE, of)
            if one.id.startswith("arc/")
        ]
        for rows in (right, wrong)
    )
    (found,) = compare_suites(before, after, Limits(), Statistics(bootstrap_samples=500))
    assert found.tuned.n == ASKED
    assert found.base.value > 0.8 > 0.3 > found.tuned.value
    assert found.passed is False
