"""Two processes joined by gloo train what one does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tunewright.training.launch import launcher
from tunewright.training.result import BaseModel

ROOT = Path(__file__).parents[3]


def run(base: BaseModel, folder: Path, devices: int, strategy: str) -> dict[str, Any]:
    folder.mkdir()
    out = folder / "out.json"
    module = "tests.unit.training.train_script"
    done = subprocess.run(
        [*launcher(devices), module, str(base.folder), str(folder), str(out)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "STRATEGY": strategy, "DROPOUT": "0"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    result: dict[str, Any] = json.loads(out.read_text())
    return result


@pytest.mark.slow
def test_two_processes_train_what_one_does(base: BaseModel, tmp_path: Path) -> None:
    one = run(base, tmp_path / "one", 1, "none")
    two = run(base, tmp_path / "two", 2, "ddp")
    assert [point[:2] for point in two["losses"]] == [point[:2] for point in one["losses"]]
    assert [point[2] for point in two["losses"]] == pytest.approx(
        [point[2] for point in one["losses"]], rel=1e-4
    )
    assert two["best_step"] == one["best_step"]
