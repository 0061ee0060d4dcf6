"""How long it takes to score and compare finished answers, by kind of task.

    python benchmarks/scoring.py [--rows 10000]

Makes answers of three contestants to as many test rows, and does what `evaluate` does with its own once they
are generated (scores, intervals, tables, slices) and what `report` does with all three (scores, paired tests,
slices compared). Seconds of CPU time of one process, with 2000 resamples.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import replace
from typing import Any

from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Kpi, OutputContract, Rationale, Task
from tunewright.evaluation.compare import compared
from tunewright.evaluation.details import details_of
from tunewright.evaluation.metrics import measure, scores
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.slice_differences import slice_differences
from tunewright.evaluation.slices import slices_of

LABELS = tuple(f"label {number}" for number in range(77))
WORDS_AN_ANSWER = 40
VALUES = ["delivery", "billing", "fault", "returns", "account", "question"]
SCHEMA = {
    "type": "object",
    "properties": {
        "category": {"enum": VALUES},
        "priority": {"enum": ["urgent", "high", "normal", "low"]},
        "order": {"type": ["string", "null"]},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "price": {"type": "number"}},
            },
        },
    },
    "required": ["category", "priority"],
}
TASKS: dict[str, tuple[OutputContract, tuple[str, ...]]] = {
    "classification": (OutputContract(labels=LABELS), ("accuracy", "macro_f1")),
    "extraction": (OutputContract(json_schema=SCHEMA), ("field_f1", "schema_valid", "exact_match")),
    "generation": (OutputContract(), ("chrf", "bleu", "rouge_l")),
}


def answer(kind: str, drawn: random.Random) -> str:
    """An answer of that kind."""
    if kind == "classification":
        return drawn.choice(LABELS)
    if kind == "extraction":
        items = [{"sku": f"s{drawn.randrange(9)}", "price": drawn.randrange(99)} for _ in range(3)]
        value = {"category": drawn.choice(VALUES), "priority": drawn.choice(["high", "low"]), "items": items}
        return json.dumps(value)
    return " ".join(
        drawn.choices(["".join(pair) for pair in zip("abcdefgh", "rstuvwxy", strict=True)], k=WORDS_AN_ANSWER)
    )


def contestant(kind: str, rows: int, right: float, seed: int) -> list[Prediction]:
    """Answers of one contestant, of which that share is right; rows and references are those of all."""
    asked, answered = random.Random(0), random.Random(seed)  # noqa: S311 - made-up texts
    found = []
    for number in range(rows):
        reference = answer(kind, asked)
        given = reference if answered.random() < right else answer(kind, answered)
        meta = {"channel": asked.choice(["web", "mail", "phone"])}
        prompt = "word " * asked.randint(5, 200)
        found.append(Prediction(str(number), "tuned", prompt, reference, given, 9, 9, True, meta))
    return found


def measured(kind: str, rows: int) -> tuple[float, float]:
    """Seconds that one contestant takes in `evaluate`, and all three in `report`."""
    output, metrics = TASKS[kind]
    task: Any = Task(
        kind=kind,  # type: ignore[arg-type]
        description="x",
        kpi=Kpi(measure="x", target="x"),
        rationale=Rationale(need="do", why="x"),
        output=output,
        metrics=metrics,
    )
    evaluation = Evaluation()
    tuned, few, zero = (contestant(kind, rows, right, seed) for right, seed in ((0.8, 1), (0.6, 2), (0.1, 3)))
    zero = [replace(row, contestant="zero_shot") for row in zero]

    started = time.process_time()
    scored = scores(tuned, kind=task.kind, output=output, custom={})
    measure(scored, evaluation.statistics)
    details_of(tuned, scored, task, evaluation)
    evaluated = time.process_time()
    first, second, third = (
        scores(rows_, kind=task.kind, output=output, custom={}) for rows_ in (tuned, few, zero)
    )
    for other in (second, third):
        compared(first, other, evaluation.statistics)
    slices = slices_of(tuned, evaluation.slices, output)
    slice_differences(first[metrics[0]], second[metrics[0]], slices, evaluation.statistics, 20)
    return evaluated - started, time.process_time() - evaluated


def main() -> None:
    """Print a line a kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    print(f"{rows:,} rows\n\n| kind | evaluate, one contestant | report, all three |\n|---|---|---|")
    for kind in TASKS:
        one, three = measured(kind, rows)
        print(f"| {kind} | {one:.1f} s | {three:.1f} s |", flush=True)


if __name__ == "__main__":
    main()
