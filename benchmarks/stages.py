"""How long each stage of a project takes, run one after the other from nothing.

    python benchmarks/stages.py [FOLDER]        # FOLDER must not exist; default: demo-stages

Scaffolds the reference project, then runs `dvc repro STAGE` for each stage in turn. The base model is
fetched into the usual cache unless it is there; set TUNEWRIGHT_CACHE to an empty folder to time that too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tunewright.stages.run import STAGES


def main() -> None:
    """Scaffold, run stage by stage, print the seconds of each."""
    parser = argparse.ArgumentParser(description="Times each stage of the reference project.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("demo-stages"))
    folder = parser.parse_args().folder
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    new = ["tunewright", "new", "--no-input", "--output-dir", str(folder)]
    subprocess.run(new, env=environment, check=True)
    project = next(path for path in folder.iterdir() if path.is_dir())
    total = 0.0
    for stage in STAGES:
        started = time.perf_counter()
        subprocess.run(
            ["dvc", "repro", "--single-item", stage],
            cwd=project,
            env=environment,
            check=True,
            stdout=sys.stderr,
        )
        seconds = time.perf_counter() - started
        total += seconds
        print(f"{stage:10} {seconds:7.1f} s", flush=True)
    print(f"{'total':10} {total:7.1f} s")


if __name__ == "__main__":
    main()
