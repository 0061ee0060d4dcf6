"""Bad days of a whole project: each ends in a clear message, and the next run ends in the same results.

`TUNEWRIGHT_KILLS=30 pytest tests/pipeline/test_bad_days.py -k killed` kills at more points than CI does,
`TUNEWRIGHT_KILL_SEED=...` at those of a run that failed.
"""

from __future__ import annotations

import importlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import yaml

from tests.pipeline.conftest import Project
from tests.pipeline.killing import killed, start, start_anew, workers
from tunewright.errors import TunewrightError
from tunewright.refusals import refusal
from tunewright.stages import prepare

pytestmark = pytest.mark.slow

SETTINGS = ("method.num_train_epochs=3", "evaluation.batch_size=2")
POINTS = int(os.environ.get("TUNEWRIGHT_KILLS", "9"))
SEED = int(os.environ.get("TUNEWRIGHT_KILL_SEED", random.SystemRandom().randrange(10**6)))
LAST_FILE = {
    "compose": "resolved.yaml",
    "fetch": "artifacts/base_model.json",
    "prepare": "metrics/data.json",
    "baseline": "timings/baseline.json",
    "base_suites": "timings/base_suites.json",
    "reference": "timings/reference.json",
    "train": "timings/train.json",
    "evaluate": "timings/evaluate.json",
    "judge": "timings/judge.json",
    "tuned_suites": "timings/tuned_suites.json",
    "report": "metrics/suites.json",
}
"""What each stage writes last."""
LONGER = ("train", "baseline", "evaluate")
"""Stages that keep half-done work, and therefore get more of the points."""


@dataclass(frozen=True)
class Point:
    """A moment to kill at: a share of the stage's duration after its start."""

    stage: str
    share: float


def points(seed: int, count: int) -> Iterator[Point]:
    """All stages, then again those that keep half-done work, and so on, each at a random moment."""
    draw = random.Random(seed)
    stages = [*LAST_FILE, *LONGER, *LONGER]
    for number in range(count):
        yield Point(stages[number % len(stages)], draw.random())


@pytest.fixture(scope="module", autouse=True)
def took(ready: Project) -> dict[str, float]:
    """Seconds of each stage, as the times of its files and of the stage's before it tell after the run."""
    ended = sorted(((ready.folder / file).stat().st_mtime, stage) for stage, file in LAST_FILE.items())
    return {stage: max(0.5, end - ended[max(0, at - 1)][0]) for at, (end, stage) in enumerate(ended)}


NAMESPACES = subprocess.run(
    ["unshare", "--user", "--map-root-user", "--mount", "true"], check=False
).returncode
needs_namespaces = pytest.mark.skipif(
    NAMESPACES != 0, reason="needs a kernel that lets users mount (unshare -rm)"
)


def in_own_mounts(project: Project, mount: str, stage: str) -> tuple[int, str]:
    """Run a stage with something mounted that nobody else sees; returns its exit code and what it said."""
    script = f"{mount} && exec tunewright stage {stage}"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@needs_namespaces
@pytest.mark.parametrize(
    ("mount", "stage", "reason", "place"),
    [
        ("mount -t tmpfs -o size=16k none artifacts/data", "prepare", "No space left", "artifacts/data/"),
        ("mount -t tmpfs -o size=256k none .tunewright", "train", "No space left", ".tunewright/scratch/"),
        ("mount -t tmpfs -o size=8k none .tunewright", "baseline", "No space left", ".tunewright/scratch/"),
        (
            "mount --bind artifacts artifacts && mount -o remount,bind,ro artifacts",
            "prepare",
            "Read-only file system",
            "artifacts/data/",
        ),
    ],
    ids=["full: prepare", "full: train", "full: baseline", "read-only: prepare"],
)
def test_a_disk_that_takes_nothing_is_named(
    ready: Project, mount: str, stage: str, reason: str, place: str
) -> None:
    """True mounts, in a namespace of their own: the next run finds the disk as it was."""
    ready.restore()
    expected = ready.hashes()
    code, told = in_own_mounts(ready, mount, stage)
    assert code == 1, told
    assert f"{place}" in told and reason in told and "fix: " in told, told
    assert "Traceback" not in told
    ready.run("tunewright", "stage", stage)
    assert ready.hashes() == expected


def test_a_folder_without_permission_is_named(ready: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, as a user who is not root: root may write everywhere."""
    ready.restore()
    monkeypatch.chdir(ready.folder)
    monkeypatch.setattr("tunewright.scratch.main_checkout", Path)  # root's folders above are closed to others
    scratch = ready.folder / ".tunewright" / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    scratch.chmod(0o555)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(PermissionError) as caught:
            prepare.run(Path())
    finally:
        if root:
            os.seteuid(0)
        scratch.chmod(0o755)
    assert ".tunewright/scratch: cannot be written or read: Permission denied" in str(refusal(caught.value))


def test_a_limit_on_the_size_of_files_is_named(ready: Project) -> None:
    ready.restore()
    told = ready.run("sh", "-c", "ulimit -f 8; tunewright stage prepare", ok=False)
    assert ".tunewright/scratch/prepare-" in told and "File too large" in told and "fix: " in told
    assert "Traceback" not in told


def readers(project: Project, file: Path) -> list[str]:
    """The stages that dvc.yaml lets read a file."""
    stages = yaml.safe_load((project.folder / "dvc.yaml").read_text())["stages"]
    name = file.relative_to(project.folder).as_posix()
    return [
        stage
        for stage, entry in stages.items()
        if any(name == dep or name.startswith(f"{dep}/") for dep in entry.get("deps", []))
    ]


def test_a_truncated_artifact_is_named_or_changes_nothing(
    ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file that a stage reads of another, cut in half and emptied; the stages run in this process."""
    ready.restore()
    monkeypatch.chdir(ready.folder)
    monkeypatch.setenv("TUNEWRIGHT_CACHE", ready.environment["TUNEWRIGHT_CACHE"])
    expected = ready.hashes()
    cases = [
        (file, stage)
        for folder in ("artifacts", "metrics", "plots", "timings")
        for file in sorted((ready.folder / folder).rglob("*.*"))
        for stage in readers(ready, file)
    ]
    assert len(cases) >= 25
    named = 0
    for file, stage in cases:
        whole = file.read_bytes()
        for part in (whole[: len(whole) // 2], b""):
            file.write_bytes(part)
            try:
                importlib.import_module(f"tunewright.stages.{stage}").run(Path())
            except TunewrightError as error:
                named += 1
                assert file.name in str(error), f"{stage}, {file}: {error}"
                assert "dvc repro" in error.fix, f"{stage}, {file}: {error}"
            file.write_bytes(whole)
    assert named >= 2 * 20
    ready.restore()
    assert ready.hashes() == expected


def test_what_was_truncated_is_made_again(ready: Project) -> None:
    ready.restore()
    expected = ready.hashes()
    for name in ("data/train.jsonl", "adapter/adapter_model.safetensors", "evaluation/predictions.jsonl"):
        file = ready.folder / "artifacts" / name
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    ready.repro()
    assert ready.hashes() == expected


@pytest.mark.parametrize("moment", [0, 4_000_000_000], ids=["1970", "2096"])
def test_files_from_another_time_run_nothing(ready: Project, moment: int) -> None:
    ready.restore()
    expected = ready.hashes()
    cache = Path(ready.environment["TUNEWRIGHT_CACHE"])
    for folder in (*(ready.folder / name for name in ("artifacts", "metrics", "data", "conf")), cache):
        for path in folder.rglob("*"):
            os.utime(path, (moment, moment))
    assert ready.repro() == {"compose"}
    assert ready.repro("--single-item", "--force", "fetch") == {"fetch"}
    assert ready.hashes() == expected


def test_of_two_dvc_repro_the_second_names_the_first(ready: Project) -> None:
    ready.restore()
    expected = ready.hashes()
    first = start_anew(ready, "baseline")
    second = ready.run("dvc", "repro", ok=False)
    assert re.search(rf"is being blocked by:\s+\(PID {first.process.pid}\): \S*dvc repro", second), second
    assert "Traceback" not in second
    assert f"dvc repro --single-item baseline (process {first.process.pid})" in ready.run(
        "tunewright", "doctor", ok=False
    )
    assert first.process.wait(300) == 0, first.told()
    assert ready.repro() == {"compose", "report"}, "the report shows how long scoring took"
    assert ready.hashes() == expected


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_answers_so_far_are_kept_when_scoring_is_interrupted(ready: Project, number: int, code: int) -> None:
    ready.restore()
    expected = ready.hashes()
    running = start(ready, "tunewright", "stage", "baseline")
    scratch = ready.folder / ".tunewright" / "scratch"
    running.wait_until(lambda: any(file.stat().st_size for file in scratch.glob("baseline-*/*.jsonl")))
    running.signal(number)
    assert running.process.wait(60) == code, running.told()
    told = running.told()
    assert "answers are kept" in told and f"({signal.Signals(number).name})" in told and "dvc repro" in told
    assert "Traceback" not in told
    assert "kept from an earlier run" in ready.run("tunewright", "stage", "baseline")
    assert ready.hashes() == expected


def test_an_interrupted_dvc_repro_goes_on_from_a_checkpoint(ready: Project) -> None:
    """Ctrl-C reaches DVC, the stage and whatever else is in the terminal's process group.

    The stage exits with 130. DVC starts it through the user's shell: bash passes that on, dash ends itself
    by the signal that it was sent too, which DVC prints as -2.
    """
    ready.restore()
    expected = ready.hashes()
    running = start_anew(ready, "train")
    running.wait_until(lambda: "before training" in running.told())
    running.signal(signal.SIGINT)
    assert running.process.wait(120) != 0
    told = running.told()
    assert "whose checkpoint is written (SIGINT)" in told, told
    assert re.search("exited with (130|-2)$", told, re.MULTILINE), told
    assert "Traceback" not in told
    assert "resuming after step" in ready.run("dvc", "repro")
    assert ready.hashes() == expected


def test_killed_anywhere_the_next_run_ends_in_the_same_results(
    ready: Project, took: dict[str, float]
) -> None:
    ready.restore()
    scratch = ready.folder / ".tunewright" / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)  # of the tests before
    scratch.mkdir(parents=True)
    expected = ready.hashes()
    told, ran = [], 0
    for number, point in enumerate(points(SEED, POINTS), start=1):
        seconds = point.share * took[point.stage]
        while not killed(ready, point.stage, seconds):
            seconds *= 0.7
        what = f"seed {SEED}, point {number}: {point.stage} after {seconds:.2f} s"
        _, alive = psutil.wait_procs(workers(ready), timeout=10)
        assert not alive, f"{what}: training goes on unseen"
        output = ready.run("dvc", "repro", ok=False)
        if re.search(r"is corrupted|dvc\.lock' (is invalid|validation failed)", output):
            mended = ready.run("tunewright", "doctor", "--fix", ok=False)  # DVC's rwlock or dvc.lock, cut off
            assert "dvc.rwlock" in mended or "dvc.lock" in mended, f"{what}\n{mended}"
            output = "[doctor]" + ready.run("dvc", "repro", ok=False)
        assert "Stage" in output or "Data and pipelines are up to date" in output, f"{what}\n{output}"
        assert "Traceback" not in output and "ERROR" not in output, f"{what}\n{output}"
        assert ready.hashes() == expected, f"{what}\n{output}"
        left = [path.name for path in scratch.iterdir() if path.is_dir()]
        if f"Running stage '{point.stage}'" in output:
            ran += 1
            assert left == [], f"{what}: the scratch of a finished stage is removed"
        else:  # killed when all results were there: DVC sees them, and nothing is left to be done
            for name in left:
                shutil.rmtree(scratch / name)
        went_on = "resuming after step" in output or "kept from an earlier run" in output
        told.append(f"{what}{', went on' if went_on else ''}{', doctor' if '[doctor]' in output else ''}")
    sys.stdout.write("\n".join(["", *told, ""]))  # `pytest -s` shows which points they were
    assert ran > POINTS / 2, "most points lie in the middle of a stage, which then runs again"
