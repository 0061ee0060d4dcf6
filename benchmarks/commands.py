"""How long the commands take that a user waits for: whole processes, medians of several runs.

    make bench                                  # or: python benchmarks/commands.py [--runs 9] [PROJECT]

PROJECT is a project whose pipeline has run (`make demo` makes one); without it, only the commands that
need none are timed.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo" / "support-triage"


def median_seconds(
    command: list[str], folder: Path, runs: int, exits_with: int = 0
) -> tuple[float, float, float]:
    """Least, median and greatest wall time of a command, after one run that does not count."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    seconds = []
    for run in range(runs + 1):
        started = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == exits_with, done.stdout + done.stderr
        if run:
            seconds.append(time.perf_counter() - started)
    return min(seconds), statistics.median(seconds), max(seconds)


def with_a_mistake(folder: Path) -> None:
    """A project's configuration with a misspelt key."""
    for name in ("conf/config.yaml", "conf/task", "conf/data", "extensions", "dvc.yaml"):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    params = (ROOT / "params.yaml").read_text()
    (folder / "params.yaml").write_text(params.replace("learning_rate:", "learning_rat:"))


def main() -> None:
    """Time the commands and print a table."""
    parser = argparse.ArgumentParser(description="Times the commands that a user waits for.")
    parser.add_argument("project", nargs="?", type=Path, default=DEMO if DEMO.is_dir() else None)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'command':42} {'min':>7} {'median':>7} {'max':>7}   seconds, {arguments.runs} runs")
    with tempfile.TemporaryDirectory() as temporary:
        broken = Path(temporary)
        with_a_mistake(broken)
        rows = [
            ("tunewright --help", ["tunewright", "--help"], ROOT, 0),
            ("compose with a mistake", ["tunewright", "stage", "compose"], broken, 2),
        ]
        if arguments.project:
            rows.append(("dvc repro, nothing to do", ["dvc", "repro"], arguments.project, 0))
        for name, command, folder, exits_with in rows:
            least, median, most = median_seconds(command, folder, arguments.runs, exits_with)
            print(f"{name:42} {least:7.2f} {median:7.2f} {most:7.2f}")


if __name__ == "__main__":
    main()
