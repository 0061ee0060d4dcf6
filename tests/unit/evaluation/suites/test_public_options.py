"""A public set of questions as a file of one's own, where it is at hand: see `TUNEWRIGHT_DATASETS`."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tunewright.evaluation.suites.items import own

CHECKOUT = Path(__file__).parents[4]
DATASETS = Path(os.environ.get("TUNEWRIGHT_DATASETS") or CHECKOUT.parent / "shared" / "datasets")
ARC = DATASETS / "arc_easy" / "ARC-Easy.test.json"
PARTS = re.compile(r"Answer\d: ")


@pytest.mark.skipif(
    not ARC.is_file(), reason=f"no {ARC}: set TUNEWRIGHT_DATASETS to the folder of public sets"
)
def test_arc_easy_is_read(tmp_path: Path) -> None:
    lines = []
    left_out = 0
    for number, row in enumerate(json.loads(ARC.read_text(encoding="utf-8"))):
        question, listed, *_ = row["instruction"].partition(": ")[2].split("\n\n")
        options = [option.strip() for option in PARTS.split(listed)[1:]]
        place = int(row["answer"].removeprefix("answer")) - 1
        if any(one != other and other.startswith(one) for one in options for other in options):
            left_out += 1
            continue
        item = {"id": str(number), "prompt": question, "options": options, "answer": options[place]}
        lines.append(json.dumps(item) + "\n")
    (tmp_path / "arc.jsonl").write_text("".join(lines))
    items = own(tmp_path, ["arc.jsonl"], "evaluation.suites.regression.files")
    assert len(items) == len(lines) > 2000
    assert left_out < 100
