"""How fast texts are cleaned and flagged, how often flags and languages are wrong on public sets.

    python benchmarks/cleaning.py [FOLDER]

FOLDER holds the public sets (else the one that TUNEWRIGHT_DATASETS names, or ../shared/datasets beside the
checkout); without it speed alone is measured. Speed is in rows of 1,000 characters per CPU second of one
process, half prompt and half free-text answer.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from tunewright.config.schema.cleaning import Cleaning
from tunewright.data.cleaning.flagging import Flagger
from tunewright.data.cleaning.languages import language
from tunewright.data.cleaning.row import RowCleaner
from tunewright.data.rows import Message

REPEATS = 5000
CHARACTERS = 500
TEXTS = {
    "plain ASCII": "The customer wants a refund, because the parcel came late and was broken. ",
    "German": "Der Kunde möchte eine Rückerstattung – das Paket kam zu spät, „kaputt“. ",
    "Russian": "Покупатель хочет вернуть деньги, потому что посылка пришла поздно. ",
    "Japanese": "お客様は荷物が遅れて届いたため返金を希望しています。",
    "dirty": "The\u200b cafe\u0301 \x92s parcel came \r\nlate and was dÃ¼nn. ",
}


def speed() -> None:
    """Print rows per CPU second of cleaning, of flagging, and of telling languages."""
    clean, flag = RowCleaner(Cleaning()), Flagger("chat")
    print("| text | clean, rows/s | flag, rows/s | both, rows/s | languages, rows/s |\n|---|---|---|---|---|")
    for name, sentence in TEXTS.items():
        text = (sentence * (CHARACTERS // len(sentence) + 1))[:CHARACTERS].rstrip()
        row = (Message("user", text), Message("assistant", text))
        flag(row), language(text)
        at = [time.process_time()]
        for _ in range(REPEATS):
            clean.turns(row, set())
        at.append(time.process_time())
        for _ in range(REPEATS):
            flag(row)
        at.append(time.process_time())
        for _ in range(REPEATS // 10):
            language(text), language(text)
        at.append(time.process_time())
        cleaned, flagged, told = at[1] - at[0], at[2] - at[1], (at[3] - at[2]) * 10
        seconds = (cleaned, flagged, cleaned + flagged, told)
        print(f"| {name} | " + " | ".join(f"{REPEATS / second:,.0f}" for second in seconds) + " |")


def public_sets(folder: Path) -> None:
    """Print what is flagged in human-written answers, and the languages told of texts that are English."""
    flags: Counter[str] = Counter()
    answers = 0
    for name in ("seed_tasks.jsonl", "user_oriented_instructions.jsonl"):
        for line in (folder / "self_instruct" / name).read_text(encoding="utf-8").splitlines():
            for instance in json.loads(line)["instances"]:
                answers += 1
                found = Flagger("generation")([Message("assistant", instance["output"].strip())])
                flags.update(found)
                for flag in found:
                    print(f"    {flag}: ...{instance['output'].strip()[-60:]!r}")
    print(f"self_instruct: {answers} answers, {dict(flags)}")
    for name, column in (("banking77", "text"), ("bitext_support", "utterance")):
        with (folder / name / "train.csv").open(encoding="utf-8", newline="") as file:
            told = Counter(language(row[column].strip()) for row in csv.DictReader(file))
        print(f"{name}: {dict(told.most_common())}")


def main() -> None:
    """Measure speed, and the public sets where they are at hand."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "datasets"
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TUNEWRIGHT_DATASETS")
    folder = Path(given) if given else beside
    speed()
    if folder.is_dir():
        public_sets(folder)


if __name__ == "__main__":
    main()
