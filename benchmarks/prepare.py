"""How long `prepare` takes, step by step, and how it grows with the number of rows.

    python benchmarks/prepare.py [--rows 10000 100000 1000000]

Makes support tickets of about 1 kB, of which a tenth nearly repeats an earlier one and a tenth holds an
e-mail address or a phone number, and prepares them with everything on: near-duplicates, redaction, contract.
Each size runs in a process of its own, whose peak memory is printed (its workers' comes on top).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

WORDS = 4000
WORDS_A_ROW = 145
LABELS = ("billing", "delivery", "technical", "returns")


def write_rows(path: Path, count: int) -> None:
    """Write that many rows; the same each time."""
    drawn = random.Random(7)  # noqa: S311 - made-up texts
    words = ["".join(drawn.choices("abcdefghijklmnoprstuvw", k=drawn.randint(3, 9))) for _ in range(WORDS)]
    texts: list[tuple[str, str]] = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            kind = drawn.random()
            if kind < 0.1 and texts:
                text, label = drawn.choice(texts)
                at = drawn.randrange(len(text) - 20)
                text = text[:at] + drawn.choice(words) + text[at:]
            else:
                label = drawn.choice(LABELS)
                text = " ".join(drawn.choices(words, k=WORDS_A_ROW))
                if kind > 0.9:
                    mail = f"{drawn.choice(words)}@{drawn.choice(words)}.net"
                    text += f" write to {mail} or +49 30 9018{number % 9000:04}"
                if len(texts) < 20_000:
                    texts.append((text, label))
            file.write(json.dumps({"id": f"r{number}", "prompt": text, "completion": label}) + "\n")


def measure(count: int) -> None:
    """Prepare that many rows and print a line a step."""
    from tunewright.config.schema.data import Data, Fields, Source
    from tunewright.config.schema.task import OutputContract
    from tunewright.data.checking import ToCheck
    from tunewright.data.frozen import Frozen
    from tunewright.data.prepare import clean, divide, write_splits
    from tunewright.data.spool import Spool

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "data" / "raw").mkdir(parents=True)
        write_rows(root / "data" / "raw" / "rows.jsonl", count)
        size = (root / "data" / "raw" / "rows.jsonl").stat().st_size
        source = Source(path="data/raw/rows.jsonl", licence="none")
        work = ToCheck(
            root,
            Data(sources=(source,), fields=Fields(id="id")),
            "classification",
            OutputContract(labels=LABELS),
        )
        started = time.perf_counter()
        with closing(Spool(root / "spool")) as spool:
            cleaned = clean(work, spool)
            checked = time.perf_counter()
            divided = divide(cleaned, spool, work, Frozen())
            split = time.perf_counter()
            card = write_splits(divided, spool, work, root / "out")
        ended = time.perf_counter()
    counts = card.counts()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"| {count:,} | {size / count:.0f} B | {checked - started:.1f} | {split - checked:.1f} | "
        f"{ended - split:.1f} | {ended - started:.1f} | {count / (ended - started):,.0f} | {peak:.2f} GB | "
        f"{counts['removed']:,} | {counts['personal_data']:,} |",
        flush=True,
    )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.one)
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{cores} cores, seconds by step\n")
    print("| rows | size | check | duplicates, split | write | all | rows/s | memory | removed | found |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for count in given.rows:
        subprocess.run([sys.executable, __file__, "--one", str(count)], check=True)


if __name__ == "__main__":
    main()
