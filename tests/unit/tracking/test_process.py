"""A tracker that hangs, is slow, crashes, or has no disk: said once, and the work neither fails nor waits."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.tracking.conftest import PROJECT, opened, store
from tunewright.config.schema.tracking import Tracking
from tunewright.tracking import process, run
from tunewright.tracking.opening import openings
from tunewright.tracking.process import TrackerProcess
from tunewright.tracking.records import End, Step

ROOT = Path(__file__).parents[3]
TAKES_ALL = "import sys; sys.stdin.read()"
HANGS = "import time; time.sleep(600)"
Start = Callable[[str], TrackerProcess]


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Start a process of this code in a tracker's place; none is left behind."""
    started: list[TrackerProcess] = []
    (opening,) = openings(Tracking(trackers=("wandb",)), PROJECT, "train", project)

    def with_code(code: str) -> TrackerProcess:
        started.append(TrackerProcess(opening, ("-c", code)))
        return started[-1]

    yield with_code
    assert None not in [one._process.returncode for one in started]


def test_it_gets_every_record_and_what_it_prints_goes_to_its_log(
    start: Start, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tracker = start("import sys; print(len(sys.stdin.readlines()))")
    for step in range(500):
        tracker.send(Step({"loss": 1.0}, step))
    tracker.close(End(failed=False))
    (log,) = (store(project) / "tracking").glob("*.log")
    assert log.read_text() == "502\n", "opening, records and end"
    assert capfd.readouterr() == ("", "")


def test_one_that_hangs_is_left_behind_after_a_limit(
    start: Start, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "SECONDS_TO_FINISH", 0.5)
    monkeypatch.setattr(process, "MOST_RECORDS_WAITING", 100)
    tracker = start(HANGS)
    began = time.monotonic()
    for step in range(20_000):
        tracker.send(Step({"loss": 1.0, "learning_rate": 2e-4}, step))
    sent = time.monotonic() - began
    tracker.close(End(failed=False))
    assert sent < 5.0, "twenty thousand steps"
    assert time.monotonic() - began - sent < 5.0
    assert tracker._waiting.maxsize == 100
    (said,) = capfd.readouterr().err.splitlines()
    assert said == "tracking: wandb does not keep up; what it misses stands in metrics/ and plots/"


def test_one_that_hangs_with_little_to_take_is_said_too(
    start: Start, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "SECONDS_TO_FINISH", 0.5)
    tracker = start(HANGS)
    tracker.send(Step({"loss": 1.0}, 1))
    tracker.close(End(failed=False))
    assert "wandb did not finish within 0 s and was left behind" in capfd.readouterr().err


def test_after_a_failure_it_is_waited_for_less(
    start: Start, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "SECONDS_AFTER_A_FAILURE", 0.5)
    tracker = start(HANGS)
    began = time.monotonic()
    tracker.close(End(failed=True))
    assert time.monotonic() - began < 10.0 < process.SECONDS_TO_FINISH
    assert "did not finish" in capfd.readouterr().err


def test_one_that_crashes_is_said_once_with_its_log(start: Start, capfd: pytest.CaptureFixture[str]) -> None:
    tracker = start("import os; os._exit(9)")
    while tracker._process.poll() is None:
        time.sleep(0.01)
    for step in range(1000):
        tracker.send(Step({"loss": 1.0}, step))
    tracker.close(End(failed=False))
    (said,) = capfd.readouterr().err.splitlines()
    assert said.startswith("tracking: wandb ended early with code 9; its own words: ")
    assert said.endswith("-wandb.log")


def test_a_step_costs_the_training_next_to_nothing(start: Start) -> None:
    """It is some ten microseconds; the limit leaves room for a busy machine."""
    tracker = start(TAKES_ALL)
    values = {"train/loss": 1.25, "train/learning_rate": 2e-4, "train/grad_norm": 0.5}
    costs = []
    for step in range(5000):
        began = time.perf_counter()
        tracker.send(Step(values, step))
        costs.append(time.perf_counter() - began)
    tracker.close(End(failed=False))
    assert sorted(costs)[len(costs) // 2] < 0.001, costs


def test_the_process_ends_when_the_training_is_killed(project: Path) -> None:
    """Then its input ends without word, and it marks the run as failed. One that hangs: see test_worker."""
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from tests.unit.tracking.conftest import opened\n"
        "with opened(Path(sys.argv[1]), trackers=['wandb']) as run:\n"
        "    run.log({'loss': 1.0}, 1)\n"
        "    print(run._outlets[0]._process.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    training = subprocess.Popen(
        [sys.executable, "-c", code, str(project)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert training.stdout is not None
    tracker = int(training.stdout.readline())
    training.send_signal(signal.SIGKILL)
    training.wait()
    deadline = time.monotonic() + 40
    while _runs(tracker):
        assert time.monotonic() < deadline, "the tracker's process is still there"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("tracker", ["wandb", "mlflow"])
def test_a_full_disk_is_said_once(
    tracker: str, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of the same sort as a full disk: no file may grow beyond 20 kB."""
    monkeypatch.setattr(process, "SECONDS_TO_FINISH", 20.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    done = 0
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with opened(project, trackers=[tracker]) as tracked:
            for step in range(2000):
                tracked.log({"loss": float(step), "text" * 50: 1.0}, step)
                done += 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert done == 2000
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("tracking: ")]
    assert len(said) == 1 and said[0].startswith(f"tracking: {tracker}")


def test_a_folder_that_cannot_be_written_is_said_once(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store(project).write_text("a file where a folder must be")
    with opened(project, trackers=["wandb"]) as tracked:
        tracked.log({"loss": 1.0}, 1)
    (said,) = capfd.readouterr().err.splitlines()
    assert said.startswith("tracking: wandb: ") and said.endswith("; the work goes on")


def test_what_keeps_trackers_from_starting_is_said_once(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "dvc.lock").write_text("stages: [torn")
    with opened(project, trackers=["wandb", "mlflow"]) as tracked:
        tracked.log({"loss": 1.0}, 1)
    (said, *rest) = capfd.readouterr().err.splitlines()
    assert said.startswith("tracking: nothing is recorded of this stage: ParserError")
    assert not any(line.startswith("tracking") for line in rest)
    assert not store(project).exists()


def test_without_trackers_nothing_is_read_started_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "TrackerProcess", None)
    with run.tracked_run(Tracking(), PROJECT, "train", tmp_path) as tracked:
        tracked.log({"loss": 1.0}, 1)
        tracked.summary({"loss": 1.0})
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
