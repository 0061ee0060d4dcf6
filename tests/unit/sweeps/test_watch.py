"""Following experiments: workers at hand, failures told, the rest goes on; played by a queue of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tunewright.artifacts import write_json
from tunewright.errors import TunewrightError
from tunewright.experiments.dvc_queue import Entry, Queue, State
from tunewright.sweeps import watch as module
from tunewright.sweeps.submission import Submitted
from tunewright.sweeps.watch import LINES_OF_A_FAILURE, Watch
from tunewright.training.pruning import TRIALS

Script = dict[str, list[State | None]]


class PlayedQueue(Queue):
    """Each look moves every experiment on by one state; the last one stays. Null: it is gone."""

    def __init__(self, script: Script, root: Path = Path("nowhere")) -> None:
        self.root = root
        self.script = script
        self.alive: set[int] = set()
        self.logs: dict[str, str] = {}
        self.orphans: set[str] = set()
        self.interrupted: list[str] = []
        self.stopped = False

    def entries(self) -> list[Entry]:
        states = {name: (left.pop(0) if len(left) > 1 else left[0]) for name, left in self.script.items()}
        return [Entry(name, f"rev-{name}", "base", state) for name, state in states.items() if state]

    def log(self, entry: Entry) -> str:
        return self.logs.get(entry.name, "")

    def workers(self) -> set[int]:
        return self.alive

    def is_orphaned(self, entry: Entry) -> bool:
        return entry.name in self.orphans

    def interrupt(self, entry: Entry) -> None:
        self.interrupted.append(entry.name)

    def stop_workers(self) -> None:
        self.stopped = True


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda _: None)


def watching(
    queue: PlayedQueue,
    *,
    jobs: int = 1,
    first_alone: bool = False,
    start: Callable[[int], None] | None = None,
) -> tuple[Watch, list[int]]:
    started: list[int] = []

    def start_all(count: int) -> None:
        started.append(count)
        queue.alive |= set(range(count))

    experiments = [Submitted(name, f"rev-{name}") for name in queue.script]
    watch = Watch(queue, experiments, start=start or start_all, jobs=jobs, first_alone=first_alone)
    return watch, started


def test_all_are_followed_to_their_ends() -> None:
    queue = PlayedQueue(
        {"a": ["queued", "running", "done"], "b": ["queued", "queued", "running", "failed"], "c": ["done"]}
    )
    watch, started = watching(queue)
    assert {outcome.name: outcome.how for outcome in watch.until_ended()} == {
        "a": "done",
        "b": "failed",
        "c": "done",
    }
    assert started == [1]


def test_no_more_workers_than_experiments() -> None:
    watch, started = watching(PlayedQueue({"a": ["queued", "done"], "b": ["queued", "done"]}), jobs=8)
    watch.until_ended()
    assert started == [2]


def test_the_first_one_is_alone_until_the_base_model_is_scored() -> None:
    queue = PlayedQueue({"a": ["queued", "running"], "b": ["queued"], "c": ["queued"]})
    watch, started = watching(queue, jobs=2, first_alone=True)
    watch.look()
    queue.logs["a"] = "Running stage 'prepare':\nRunning stage 'baseline':\n"
    watch.look()
    assert started == [1]
    queue.logs["a"] += "Running stage 'base_suites':\n"
    watch.look()
    assert started == [1], "the suites are the base model's scores too"
    queue.logs["a"] += "Running stage 'train':\n"
    watch.look()
    assert started == [1, 2]


@pytest.mark.parametrize("ended", ["failed", "done"])
def test_the_others_do_not_wait_for_one_that_has_ended(ended: State) -> None:
    queue = PlayedQueue({"a": ["queued", ended], "b": ["queued"], "c": ["queued"]})
    watch, started = watching(queue, jobs=2, first_alone=True)
    watch.look()
    watch.look()
    assert started == [1, 2]


def test_workers_that_ended_too_soon_are_started_again() -> None:
    queue = PlayedQueue({"a": ["queued", "queued", "done"]})
    watch, started = watching(queue)
    watch.look()
    queue.alive.clear()
    watch.until_ended()
    assert started == [1, 1]


def test_workers_that_die_at_once_end_the_watch() -> None:
    watch, _ = watching(PlayedQueue({"a": ["queued"]}), start=lambda _: None)
    with pytest.raises(TunewrightError, match="end at once"):
        watch.until_ended()


def test_a_crashed_point_is_told_with_its_last_lines(capsys: pytest.CaptureFixture[str]) -> None:
    queue = PlayedQueue({"a": ["failed"], "b": ["done"]})
    queue.logs["a"] = "\n".join(
        ["early line"] * 3
        + ["Updating lock file 'dvc.lock'"]
        + [f"line {n}" for n in range(LINES_OF_A_FAILURE)]
    )
    watch, _ = watching(queue)
    assert [outcome.how for outcome in watch.until_ended()] == ["failed", "done"]
    said = capsys.readouterr().err
    assert "    line 0\n" in said
    assert "    line 14\n  whole log: dvc queue logs 'a'\n" in said
    assert "early line" not in said
    assert "lock file" not in said


def test_one_that_could_not_be_set_up_has_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    watching(PlayedQueue({"a": ["failed"]}))[0].until_ended()
    assert "DVC could not set it up" in capsys.readouterr().err


def test_one_whose_worker_was_killed_is_lost_and_the_rest_go_on() -> None:
    queue = PlayedQueue({"a": ["running"], "b": ["running"] * 9 + ["done"]})
    queue.orphans = {"a"}
    watch, _ = watching(queue)
    assert [(outcome.name, outcome.how) for outcome in watch.until_ended()] == [("a", "lost"), ("b", "done")]


def test_a_moment_without_worker_is_not_yet_lost() -> None:
    queue = PlayedQueue({"a": ["running", "running", "running", "done"]})
    watch, _ = watching(queue)
    queue.orphans = {"a"}
    watch.look()
    watch.look()
    queue.orphans = set()
    assert [outcome.how for outcome in watch.until_ended()] == ["done"]


def test_one_that_somebody_took_out_of_the_queue() -> None:
    watch, _ = watching(PlayedQueue({"a": ["queued", None]}))
    assert [outcome.how for outcome in watch.until_ended()] == ["removed"]


def test_ctrl_c_ends_what_runs_and_keeps_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = PlayedQueue({"a": ["running"], "b": ["queued"]})
    watch, _ = watching(queue)

    def press(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.time, "sleep", press)
    with pytest.raises(KeyboardInterrupt):
        watch.until_ended()
    assert (queue.interrupted, queue.stopped) == (["a"], True)


def test_one_that_its_search_gave_up_is_pruned_and_the_place_is_that_in_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = PlayedQueue({"a": ["failed"]}, tmp_path)
    write_json(tmp_path / TRIALS / "a.pruned.json", {"step": 7, "losses": [2.5], "limit": 2.0})
    watch = Watch(
        queue,
        [Submitted("a", "rev-a")],
        start=lambda _: None,
        jobs=1,
        first_alone=False,
        ended_before=3,
        total=9,
    )
    assert [outcome.how for outcome in watch.until_ended()] == ["pruned"]
    assert capsys.readouterr().err == "[4/9] a: pruned\n"


def test_a_single_experiment_prints_all_that_its_stages_print(capsys: pytest.CaptureFixture[str]) -> None:
    queue = PlayedQueue({"a": ["running", "running", "done"]})
    watch, _ = watching(queue)
    queue.logs["a"] = "Running stage 'train':\nstep 1\nste"
    watch.look()
    queue.logs["a"] = "Running stage 'train':\nstep 1\nstep 2\n"
    watch.until_ended()
    assert capsys.readouterr().err == "Running stage 'train':\nstep 1\nstep 2\n[1/1] a: done\n"


def test_of_several_it_is_said_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    queue = PlayedQueue({"a": ["running"], "b": ["queued"]})
    watch, _ = watching(queue)
    queue.logs["a"] = "Stage 'prepare' is cached - skipping run\nRunning stage 'train':\nstep 1\n"
    watch.look()
    watch.look()
    assert capsys.readouterr().err == "a: stage train\n"


def test_an_experiment_without_a_log_is_being_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watch, _ = watching(PlayedQueue({"a": ["running"], "b": ["queued"]}))
    later = module.time.monotonic() + module.SECONDS_BETWEEN_LINES
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    watch.look()
    assert capsys.readouterr().err == "a: setting up\n"
