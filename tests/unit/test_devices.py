"""No two holders of one GPU: faked by CUDA_VISIBLE_DEVICES, since locks need no GPU."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tunewright import devices
from tunewright.devices import VISIBLE, held_devices
from tunewright.errors import TunewrightError


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three GPUs, and a main checkout of our own."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv(VISIBLE, "0, 1,GPU-5a")
    monkeypatch.setattr(devices, "SECONDS_BETWEEN_TRIES", 0.01)


def hold_elsewhere(count: int) -> subprocess.Popen[str]:
    """Another process that holds GPUs until it is killed."""
    code = (
        "import sys, time\nfrom tunewright.devices import held_devices\n"
        f"with held_devices('cuda', {count}) as held:\n    print(*held, flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.held = process.stdout.readline().split()  # type: ignore[attr-defined]
    return process


def test_a_holder_sees_its_own_gpus_only() -> None:
    with held_devices("cuda", 2) as held:
        assert held == ("0", "1")
        assert os.environ[VISIBLE] == "0,1"
        # As a process that the stage starts: its own pool is what it was given.
    assert os.environ[VISIBLE] == "0, 1,GPU-5a"


def test_without_the_variable_it_goes_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VISIBLE)
    monkeypatch.setattr(devices, "gpus", lambda _: ("0",))
    with held_devices("cuda"):
        assert os.environ[VISIBLE] == "0"
    assert VISIBLE not in os.environ


def test_processes_get_different_gpus_and_a_kill_gives_them_back() -> None:
    first, second = hold_elsewhere(1), hold_elsewhere(1)
    try:
        assert (first.held, second.held) == (["0"], ["1"])  # type: ignore[attr-defined]
        with held_devices("cuda") as held:
            assert held == ("GPU-5a",)
        first.send_signal(signal.SIGKILL)
        first.wait()
        with held_devices("cuda") as held:
            assert held == ("0",)
    finally:
        first.kill()
        second.kill()


def test_who_finds_too_few_free_waits_and_holds_none_meanwhile(capsys: pytest.CaptureFixture[str]) -> None:
    other = hold_elsewhere(2)
    got: list[tuple[str, ...]] = []

    def want_two() -> None:
        with held_devices("cuda", 2) as held:
            got.append(held)

    waiter = threading.Thread(target=want_two)
    try:
        waiter.start()
        time.sleep(0.2)
        assert got == []
        third = hold_elsewhere(1)
        third.kill()
        assert third.held == ["GPU-5a"], "the one free GPU is not kept by who needs two"  # type: ignore[attr-defined]
    finally:
        other.kill()
        waiter.join(10)
    assert len(got) == 1
    assert "waiting: 2 of the GPUs 0, 1, GPU-5a must be free" in capsys.readouterr().err


def test_one_chooses_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who each take one of the last two GPUs would both find too few, again and again."""
    choosing, together = 0, []
    free = devices._free

    def slowly(*arguments: object) -> object:
        nonlocal choosing
        choosing += 1
        together.append(choosing)
        time.sleep(0.05)
        taken = free(*arguments)  # type: ignore[arg-type]
        choosing -= 1
        return taken

    monkeypatch.setattr(devices, "_free", slowly)

    def want_one() -> None:
        # Not `held_devices`: the variable that it sets is the process's, not the thread's.
        for lock in devices._wait_for(("0", "1", "2"), 1).values():
            lock.release()

    threads = [threading.Thread(target=want_one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert together == [1, 1, 1]


def test_more_than_there_are_is_an_error_not_a_wait() -> None:
    with pytest.raises(TunewrightError, match=r"hardware.devices is 4; there are 3") as caught:
        held_devices("cuda", 4).__enter__()
    assert "hardware.devices=3" in caught.value.fix


def test_a_cpu_needs_no_lock(tmp_path: Path) -> None:
    with held_devices("cpu", 4) as held:
        assert held == ()
    assert not (tmp_path / ".tunewright").exists()


def test_apple_s_gpu_has_one_holder_and_no_variable() -> None:
    with held_devices("mps") as held:
        assert held == ("mps",)
        assert os.environ[VISIBLE] == "0, 1,GPU-5a"
