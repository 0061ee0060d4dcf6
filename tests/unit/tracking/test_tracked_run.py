"""Whatever a tracker does, the work goes on."""

import pytest

from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracking
from tunewright.tracking import run as run_module
from tunewright.tracking.none import NoRun
from tunewright.tracking.run import tracked_run
from tunewright.tracking.secrets import HIDDEN, scrub

PROJECT = Project(name="Ticket triage", slug="ticket-triage")


class Recorder(NoRun):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def log(self, values, step=None):
        self.calls.append("log")

    def close(self, *, failed):
        self.calls.append("failed" if failed else "closed")


class Broken(Recorder):
    def log(self, values, step=None):
        self.calls.append("log")
        raise RuntimeError("disk full\nat length")


def use(monkeypatch, backend):
    monkeypatch.setattr(run_module, "_open", lambda *_: backend)


def test_backend_none_takes_everything_and_writes_nothing(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    with tracked_run(Tracking(backend="none"), PROJECT, "train") as run:
        run.log({"loss": 1.0}, 1)
        run.summary({"loss": 1.0})
        run.file(tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_tracker_that_throws_is_said_once_and_left_alone(monkeypatch, capfd):
    broken = Broken()
    use(monkeypatch, broken)
    done = 0
    with tracked_run(Tracking(backend="none"), PROJECT, "train") as run:
        for step in range(5):
            run.log({"loss": 1.0}, step)
            done += 1
    assert done == 5
    assert broken.calls == ["log"]
    assert capfd.readouterr().err.splitlines() == [
        "tracking failed and is off for the rest of this stage: RuntimeError: disk full"
    ]


def test_a_tracker_that_cannot_be_opened_is_said_once(monkeypatch, capfd):
    def fail(*_):
        raise OSError("read-only")

    monkeypatch.setattr(run_module, "_open", fail)
    with tracked_run(Tracking(backend="none"), PROJECT, "train") as run:
        run.log({"loss": 1.0}, 1)
    assert capfd.readouterr().err.count("tracking failed") == 1


def test_the_backend_learns_whether_the_work_failed(monkeypatch):
    recorder = Recorder()
    use(monkeypatch, recorder)
    with pytest.raises(KeyboardInterrupt), tracked_run(Tracking(backend="none"), PROJECT, "train"):
        raise KeyboardInterrupt
    with tracked_run(Tracking(backend="none"), PROJECT, "train"):
        pass
    assert recorder.calls == ["failed", "closed"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"api_key": "abc", "max_new_tokens": 128}, {"api_key": HIDDEN, "max_new_tokens": 128}),
        ({"a": ["hf_" + "x" * 30, "plain"]}, {"a": [HIDDEN, "plain"]}),
        ("see https://user:pw@host/x", f"see https://{HIDDEN}@host/x"),
        ("uses swordfish-9 here", f"uses {HIDDEN} here"),
        ("1 and short", "1 and short"),
        (None, None),
    ],
)
def test_scrub_takes_out_what_looks_like_a_secret_and_nothing_else(value, expected):
    assert scrub(value, {"X_TOKEN": "swordfish-9", "DEBUG_KEY": "1", "HOME": "plain"}) == expected
