"""How long `tunewright experiments` takes on many experiments, beside `dvc exp show` on the same.

    python benchmarks/experiments.py [--count 200] [--runs 3]

The experiments are made as commits with refs of their own, as DVC leaves them; nothing is trained.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.commands import median_seconds  # noqa: E402
from tests.unit.experiments.made_up import commit, experiments, files, start, sweep, write  # noqa: E402


def many(root: Path, count: int) -> None:
    """A project with that many experiments."""
    start(root)
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet"], cwd=root, check=True)
    (root / "dvc.yaml").write_bytes((ROOT / "dvc.yaml").read_bytes())
    (root / ".gitignore").write_text(".tunewright/\n")
    write(root, files({}, 0.62))
    commit(root, "Ran")
    experiments(root, sweep(count))


def main() -> None:
    """Make the project, time the commands, print a table."""
    parser = argparse.ArgumentParser(description="Times the comparison of many experiments.")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{arguments.count} experiments{'':26} {'min':>7} {'median':>7} {'max':>7}   seconds")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        many(root, arguments.count)
        for command in (
            ["tunewright", "experiments"],
            ["tunewright", "experiments", "--html"],
            ["dvc", "exp", "show", "--json"],
        ):
            least, median, most = median_seconds(command, root, arguments.runs)
            print(f"{' '.join(command):42} {least:7.2f} {median:7.2f} {most:7.2f}")


if __name__ == "__main__":
    main()
