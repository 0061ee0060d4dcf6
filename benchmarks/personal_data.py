"""How well and how fast personal data is found: by kind, on labelled sentences, and on rows that hold none.

    python benchmarks/personal_data.py --datasets FOLDER

FOLDER holds `presidio_pii/synth_dataset_v2.json` (github.com/microsoft/presidio-research), `banking77/*.csv`
and `bitext_support/*.csv`. The finder was tuned on the rows whose text's SHA-256 is even; the figures
are of the others. Both halves are filled from the same sentence templates. Prints Markdown. With
`--ner MODEL` it measures names and places, found by Presidio with that spaCy model.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tunewright.config.schema.personal_data import Ner, PersonalData
from tunewright.data.personal.find import Finder
from tunewright.data.personal.found import Found
from tunewright.data.personal.guard import PersonalDataGuard
from tunewright.data.personal.parts import Example
from tunewright.data.personal.phones import normal_form
from tunewright.data.rows import Message
from tunewright.proportions import wilson

LABELLED = (
    "credit_card",
    "phone_number",
    "email_address",
    "iban_code",
    "us_ssn",
    "ip_address",
    "us_driver_license",
)
"""The structured kinds that the labelled set has; the other kinds are not measured by it."""

NAMED = {"PERSON": "person", "GPE": "location", "STREET_ADDRESS": "location", "ORGANIZATION": "organization"}
"""Labels that a language model is asked for, and the kind that it finds them as."""

NAMED_ENTITIES = ("PERSON", "LOCATION", "ORGANIZATION")

LEAST_OVERLAP = 0.5
KILOBYTE = 1000
ROWS = 20_000
ROWS_WITH_NER = 400
PROCESSES = 2


@dataclass
class Counts:
    """Found and labelled (`right`), labelled and not found (`missed`), found and not labelled (`wrong`)."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=Path, required=True)
    parser.add_argument("--tuning-half", action="store_true", help="the half that the finder was tuned on")
    parser.add_argument("--ner", metavar="MODEL", help="an installed spaCy model")
    given = parser.parse_args()
    half = 0 if given.tuning_half else 1
    labelled = json.loads((given.datasets / "presidio_pii" / "synth_dataset_v2.json").read_text("utf-8"))
    judged = [row for row in labelled if half_of(row["full_text"]) == half]
    settings = PersonalData()
    if given.ner is None:
        print_labelled(judged)
    else:
        settings = PersonalData(ner=Ner(model=given.ner))
        print_names(judged, PersonalData(ner=Ner(model=given.ner, entities=NAMED_ENTITIES)))
    unlabelled = {
        name: [text for text in texts(given.datasets / name) if half_of(text) == half]
        for name in ("banking77", "bitext_support")
    }
    print_false_alarms(unlabelled, settings)
    print_speed({**unlabelled, "presidio_pii": [row["full_text"] for row in labelled]}, settings)


def half_of(text: str) -> int:
    """0 for the half to tune on, 1 for the half to report."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2


def texts(folder: Path) -> list[str]:
    """The first column of every CSV file."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row[0] for row in list(csv.reader(file))[1:] if row]
    return found


def print_labelled(rows: Sequence[dict[str, Any]]) -> None:
    """Recall and precision of each kind with 95 % Wilson intervals."""
    find, counts = Finder(PersonalData()), Counts()
    for row in rows:
        count(row, find(row["full_text"]), counts)
    print(f"{len(rows)} sentences of presidio_pii\n")
    print("| kind | labelled | recall | precision |\n|---|---|---|---|")
    for kind in LABELLED:
        print(line(kind, counts.right[kind], counts.missed[kind], counts.wrong[kind]))
    others = sum(counts.wrong[kind] for kind in counts.wrong if kind not in LABELLED)
    wrong = counts.wrong.total()
    print(line("**all**", counts.right.total(), counts.missed.total(), wrong))
    print(f"\nfound as a kind that the set does not label: {others} (counted as wrong under **all**)\n")


def count(row: dict[str, Any], found: Sequence[Found], counts: Counts) -> None:
    """A label counts as found if a finding of its kind covers half of it."""
    used: set[Found] = set()
    for span in row["spans"]:
        kind, start, end = span["entity_type"].lower(), span["start_position"], span["end_position"]
        if kind not in LABELLED:
            continue
        least = LEAST_OVERLAP * (end - start)
        hits = [one for one in found if one.kind == kind and overlap(one, start, end) >= least]
        used.update(hits)
        (counts.right if hits else counts.missed)[kind] += 1
    counts.wrong.update(one.kind for one in found if one not in used)


def print_names(rows: Sequence[dict[str, Any]], settings: PersonalData) -> None:
    """Recall of each label, as its kind and as any; precision of each kind: right is what meets its label."""
    find = Finder(settings)
    met: Counter[tuple[str, bool]] = Counter()
    met_as_any: Counter[str] = Counter()
    right: Counter[tuple[str, bool]] = Counter()
    for row in rows:
        found = [one for one in find(row["full_text"]) if one.kind in NAMED.values()]
        spans = [(span["entity_type"], span["start_position"], span["end_position"]) for span in row["spans"]]
        for label, start, end in spans:
            least = LEAST_OVERLAP * (end - start)
            spread = [(one.kind, max(0, overlap(one, start, end))) for one in found]
            met[label, sum(held for kind, held in spread if kind == NAMED.get(label)) >= least] += 1
            met_as_any[label] += sum(held for _, held in spread) >= least
        for one in found:
            of_kind = (NAMED.get(label) == one.kind and overlap(one, *span) > 0 for label, *span in spans)
            right[one.kind, any(of_kind)] += 1
    print(f"{len(rows)} sentences of presidio_pii\n")
    print("| label | labelled | recall | as any of the kinds |\n|---|---|---|---|")
    for label in NAMED:
        whole = met[label, True] + met[label, False]
        as_any = share(met_as_any[label], whole)
        print(f"| {label} | {whole} | {share(met[label, True], whole)} | {as_any} |")
    print("\n| kind | found | precision |\n|---|---|---|")
    for kind in dict.fromkeys(NAMED.values()):
        whole = right[kind, True] + right[kind, False]
        print(f"| {kind} | {whole} | {share(right[kind, True], whole)} |")
    print()


def overlap(one: Found, start: int, end: int) -> int:
    return min(one.end, end) - max(one.start, start)


def line(kind: str, right: int, missed: int, wrong: int) -> str:
    return f"| {kind} | {right + missed} | {share(right, right + missed)} | {share(right, right + wrong)} |"


def share(part: int, whole: int) -> str:
    if not whole:
        return "none"
    low, high = wilson(part, whole, 0.95)
    return f"{part / whole:.3f} ({low:.3f} to {high:.3f})"


def print_false_alarms(sets: dict[str, list[str]], settings: PersonalData) -> None:
    """What is found in rows of which none is known to hold personal data."""
    find = Finder(settings)
    print("| set | rows | findings | rows with one |\n|---|---|---|---|")
    for name, rows in sets.items():
        found = [find(row) for row in rows]
        kinds = Counter(one.kind for ones in found for one in ones)
        said = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common()) or "none"
        print(f"| {name} | {len(rows)} | {said} | {share(sum(map(bool, found)), len(rows))} |")


def print_speed(sets: dict[str, list[str]], settings: PersonalData) -> None:
    """Rows a second through the guard, with all it does to a row; rows of 1 kB are joined short ones.

    Where a set has fewer rows than are measured they come again, but no number is remembered from before.
    """
    print("\n| rows | characters a row | rows with a finding | rows per CPU second | rows/s, 2 processes |")
    print("|---|---|---|---|---|")
    count = ROWS if settings.ner is None else ROWS_WITH_NER
    for name, rows in sets.items():
        for size, made in (("short", rows), ("1 kB", joined(rows))):
            many = (made * (count // len(made) + 1))[:count]
            alone, hits = timed(many, len(made), settings)
            with ProcessPoolExecutor(PROCESSES) as pool:
                few = [many[:10]] * PROCESSES  # start and import
                list(pool.map(timed, few, [10] * PROCESSES, [settings] * PROCESSES))
                half, repeat = count // PROCESSES, [len(made)] * PROCESSES
                parts = [many[n * half : (n + 1) * half] for n in range(PROCESSES)]
                start = time.perf_counter()
                list(pool.map(timed, parts, repeat, [settings] * PROCESSES))
                together = time.perf_counter() - start
            length = sum(map(len, many)) // len(many)
            speeds = f"{len(many) / alone:,.0f} | {len(many) / together:,.0f}"
            print(f"| {name}, {size} | {length} | {hits / len(many):.0%} | {speeds} |")


def joined(rows: Sequence[str]) -> list[str]:
    """Rows of about a kilobyte."""
    made, line = [], ""
    for row in rows:
        line = f"{line} {row}"
        if len(line) >= KILOBYTE:
            made.append(line[:KILOBYTE])
            line = ""
    return made


def timed(rows: Sequence[str], again: int, settings: PersonalData) -> tuple[float, int]:
    """CPU seconds for the rows, and how many held something.

    Args:
        rows: the texts.
        again: after so many they come again.
        settings: what is looked for.
    """
    guard = guard_once(settings.model_dump_json(), os.getpid())
    answer = Message("assistant", "Thank you.")
    examples = [Example((Message("user", row), answer), {"channel": "app"}) for row in rows]
    guard(
        Example((Message("user", "call 030 901820, BSN 111222333"), Message("assistant", "")), {})
    )  # imports
    hits = 0
    start = time.process_time()
    for number, example in enumerate(examples):
        if number % again == 0:
            normal_form.cache_clear()
        hits += bool(guard(example).found)
    return time.process_time() - start, hits


@cache
def guard_once(settings: str, process: int) -> PersonalDataGuard:
    """One a process, whose number is given: a language model takes seconds to load."""
    return PersonalDataGuard(PersonalData.model_validate_json(settings), None, "text")


if __name__ == "__main__":
    main()
