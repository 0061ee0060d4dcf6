"""How fast rows of 1 kB pass the guard of personal data, step by step, on one core and on two processes.

    python benchmarks/personal_speed.py [--datasets FOLDER] [--rows 20000]

FOLDER holds the public sets of `personal_data.py` (else the one that TUNEWRIGHT_DATASETS names); without it
made-up support tickets alone are measured, those of `prepare.py`. Rates are rows per CPU second of a process,
which other work on the machine changes little; that of two processes is the sum of both, each by its own
CPU time, and beside it by the clock. What is remembered of a number is forgotten after each pass over rows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.personal_data import joined, texts
from benchmarks.prepare import write_rows
from tunewright.config.schema.personal_data import KINDS, PersonalData
from tunewright.data.personal.find import Finder
from tunewright.data.personal.guard import PersonalDataGuard
from tunewright.data.personal.parts import Example, put_together, take_apart
from tunewright.data.personal.phones import normal_form
from tunewright.data.rows import Message

PROCESSES = 2
WARMING = 50
Step = Callable[[Example], object]


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=Path, default=os.environ.get("TUNEWRIGHT_DATASETS"))
    parser.add_argument("--rows", type=int, default=20_000)
    given = parser.parse_args()
    sets = rows_of(given.datasets, given.rows)
    print("| rows of 1 kB | step | microseconds a row | rows per CPU second |\n|---|---|---|---|")
    for name, rows in sets.items():
        for step in steps():
            seconds = timed(rows, step, given.rows)
            print(f"| {name} | {step} | {seconds / given.rows * 1e6:,.0f} | {given.rows / seconds:,.0f} |")
    print(f"\n| rows of 1 kB | rows/s, {PROCESSES} processes, by CPU time | by the clock |\n|---|---|---|")
    for name, rows in sets.items():
        by_cpu, by_clock = on_processes(rows, given.rows)
        print(f"| {name} | {by_cpu:,.0f} | {by_clock:,.0f} |")
    print(f"\nload average {os.getloadavg()[0]:.1f}")


def rows_of(folder: Path | None, count: int) -> dict[str, list[str]]:
    """Texts of about a kilobyte by the set that they are made of."""
    with tempfile.TemporaryDirectory() as made:
        write_rows(Path(made) / "rows.jsonl", min(count, 5000))
        lines = (Path(made) / "rows.jsonl").read_text("utf-8").splitlines()
    sets = {"made-up tickets": [json.loads(line)["prompt"] for line in lines]}
    if folder is not None:
        for name in ("banking77", "bitext_support"):
            sets[name] = joined(texts(Path(folder) / name))
        labelled = Path(folder) / "presidio_pii" / "synth_dataset_v2.json"
        sets["presidio_pii"] = joined([row["full_text"] for row in json.loads(labelled.read_text("utf-8"))])
    return sets


def steps() -> dict[str, Step]:
    """What is measured: parts of the whole, and the whole."""
    settings = PersonalData()
    without = PersonalData(kinds=tuple(kind for kind in KINDS if kind != "phone_number"))
    return {
        "take apart and put together": lambda row: put_together(row, "text", take_apart(row, "text")),
        "search, but for phones": partial(search, Finder(without)),
        "search": partial(search, Finder(settings)),
        "all: search, replace, search again": PersonalDataGuard(settings, None, "text"),
    }


def search(find: Finder, row: Example) -> None:
    """All parts of a row, once."""
    for part in take_apart(row, "text"):
        find(part.text, part.name)


def timed(rows: Sequence[str], step: str, count: int) -> float:
    """CPU seconds of a step for that many rows."""
    work = steps()[step]
    answer = Message("assistant", "Thank you.")
    examples = [Example((Message("user", row), answer), {"channel": "app"}) for row in rows]
    for example in examples[:WARMING]:
        work(example)
    start = time.process_time()
    for number in range(count):
        if number % len(examples) == 0:
            normal_form.cache_clear()
        work(examples[number % len(examples)])
    return time.process_time() - start


def on_processes(rows: Sequence[str], count: int) -> tuple[float, float]:
    """Rows a second of all processes together, by CPU time and by the clock."""
    step = list(steps())[-1]
    with ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(timed, [rows] * PROCESSES, [step] * PROCESSES, [1] * PROCESSES))  # start and import
        start = time.perf_counter()
        seconds = list(pool.map(timed, [rows] * PROCESSES, [step] * PROCESSES, [count] * PROCESSES))
        passed = time.perf_counter() - start
    return sum(count / one for one in seconds), PROCESSES * count / passed


if __name__ == "__main__":
    main()
