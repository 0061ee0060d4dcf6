"""What a sweep over a training setting takes, beside whole pipelines and bare trainings of the same points.

    python benchmarks/sweep.py [--points 10] [--model tiny] [--set method.max_steps=20]

Makes a project in a temporary folder and runs its pipeline once. Then computes the points three times: by
`tunewright run -m`, by calling the stages that a point needs, and by `dvc repro --force` for each. What the
sweep takes beyond those bare stages is the overhead of its experiments: git, DVC's cache, temporary copies.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

# dvc.yaml calls tunewright by its name
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

AFTER_TRAIN = ("evaluate", "tuned_suites", "report")


def run(folder: Path, *words: str) -> None:
    """Run a command of the environment in a folder; its output is shown where it fails."""
    done = subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def seconds(folder: Path, *commands: Sequence[str]) -> float:
    """Wall time of commands, one after the other."""
    started = time.perf_counter()
    for command in commands:
        run(folder, *command)
    return time.perf_counter() - started


def main() -> None:
    """Make the project, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10)
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--set", nargs="*", default=[], help="further settings of the project")
    given = parser.parse_args()
    rates = [f"{(number + 1) * 1e-4:.4f}" for number in range(given.points)]
    with tempfile.TemporaryDirectory() as made:
        answers = [f"model={given.model}", "method=lora", "hardware=cpu", "tracking=none"]
        run(Path(made), "tunewright", "new", "--no-input", "project_slug=sweep", *answers)
        folder = Path(made) / "sweep"
        if given.set:
            run(folder, "tunewright", "set", *given.set)
        first = seconds(folder, ("dvc", "repro"))
        run(folder, "git", "add", "--all")
        run(folder, "git", "commit", "--quiet", "--message", "First run")
        sweep = seconds(folder, ("tunewright", "run", "-m", f"method.learning_rate={','.join(rates)}"))
        bare = rest = full = 0.0
        for rate in rates:
            run(folder, "tunewright", "set", f"method.learning_rate={rate}")
            run(folder, "tunewright", "stage", "compose")
            bare += seconds(folder, ("tunewright", "stage", "train"))
            rest += seconds(folder, *(("tunewright", "stage", name) for name in AFTER_TRAIN))
            full += seconds(folder, ("dvc", "repro", "--force"))
    print(f"{given.points} points of {given.model}; the first pipeline took {first:.1f} s\n")
    print("| | seconds | a point | beside bare trainings |")
    print("|---|---|---|---|")
    stages = bare + rest
    rows = (
        ("bare trainings", bare),
        ("bare stages: train and what follows", stages),
        ("one sweep", sweep),
        ("whole pipelines", full),
    )
    for name, took in rows:
        print(f"| {name} | {took:.1f} | {took / given.points:.1f} | {took / bare:.2f} |")
    print(f"\noverhead of one experiment: {(sweep - stages) / given.points:.1f} s")


if __name__ == "__main__":
    main()
