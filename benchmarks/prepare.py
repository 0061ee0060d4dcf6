"""How long `prepare` takes, step by step, and how it grows with the number of rows.

    python benchmarks/prepare.py [--rows 10000 100000 1000000] [--folder FOLDER]

Makes support tickets of about 1 kB, of which a tenth nearly repeats an earlier one and a tenth holds an
e-mail address or a phone number, and prepares them with everything on: near-duplicates, redaction, contract.
Each size runs in a process of its own. Memory is the most that this process and its workers held at one time
(resident, looked at five times a second), by step. FOLDER takes rows and spool: three times their size.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
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


@dataclass
class Measured:
    """One step.

    Attributes:
        seconds: of wall time.
        cpu: seconds of all cores, workers included.
        peak: bytes.
    """

    seconds: float = 0.0
    cpu: float = 0.0
    peak: int = 0


@contextmanager
def measured() -> Iterator[Measured]:
    """Measure what is done within."""
    step, ended = Measured(), threading.Event()
    watching = threading.Thread(target=watch, args=(step, ended))
    watching.start()
    started, cpu = time.perf_counter(), sum(os.times()[:4])
    try:
        yield step
    finally:
        step.seconds, step.cpu = time.perf_counter() - started, sum(os.times()[:4]) - cpu
        ended.set()
        watching.join()


def watch(step: Measured, ended: threading.Event) -> None:
    """Keep the most memory that this process and its children hold together."""
    import psutil

    own = psutil.Process()
    while True:
        held = 0
        for process in [own, *own.children(recursive=True)]:
            try:
                held += process.memory_info().rss
            except psutil.NoSuchProcess:  # it has just ended
                continue
        step.peak = max(step.peak, held)
        if ended.wait(0.2):
            return


def measure(count: int, below: Path | None) -> None:
    """Prepare that many rows and print a line a step."""
    from tunewright.config.schema.data import Data, Fields, Source
    from tunewright.config.schema.task import OutputContract
    from tunewright.data.checking import ToCheck
    from tunewright.data.frozen import Frozen
    from tunewright.data.prepare import clean, divide
    from tunewright.data.spool import Spool
    from tunewright.data.write_splits import write_splits

    with tempfile.TemporaryDirectory(dir=below) as folder:
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
        with closing(Spool(root / "spool")) as spool:
            with measured() as check:
                cleaned = clean(work, spool)
            spooled = (root / "spool").stat().st_size
            with measured() as join:
                divided = divide(cleaned, spool, work, Frozen())
            with measured() as write:
                card = write_splits(divided, spool, work, root / "out")
    counts = card.counts()
    steps = {"read, check, redact": check, "near-duplicates, split": join, "write, describe": write}
    steps["all"] = Measured(
        sum(step.seconds for step in steps.values()),
        sum(step.cpu for step in steps.values()),
        max(step.peak for step in steps.values()),
    )
    for name, step in steps.items():
        print(
            f"| {count:,} | {name} | {step.seconds:.1f} | {step.cpu:.1f} | {count / step.seconds:,.0f} | "
            f"{step.peak / 2**30:.2f} GB |",
            flush=True,
        )
    print(
        f"\n{size / count:.0f} bytes a row, spool {spooled / 2**30:.2f} GB; removed {counts['removed']:,}, "
        f"personal data found {counts['personal_data']:,}, partly compared {card.partly_compared:,}; "
        f"load average {os.getloadavg()[0]:.1f}\n",
        flush=True,
    )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="for what is written; the system's for temporary files")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.one, given.folder)
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{cores} cores\n")
    where = [] if given.folder is None else ["--folder", str(given.folder)]
    for count in given.rows:
        print("| rows | step | seconds | CPU seconds | rows/s | memory |")
        print("|---|---|---|---|---|---|", flush=True)
        subprocess.run([sys.executable, __file__, "--one", str(count), *where], check=True)


if __name__ == "__main__":
    main()
