"""How many experiments may run at once, and with which share of the machine."""

from __future__ import annotations

import os

import pytest

from tests.unit.training.conftest import make_hardware
from tunewright.config.schema.hardware import Hardware
from tunewright.devices import VISIBLE
from tunewright.errors import UsageError
from tunewright.sweeps.workers import check_jobs, threads_for

CPU = make_hardware()


def cuda(devices: int = 1) -> Hardware:
    return CPU.model_copy(update={"device": "cuda", "devices": devices})


@pytest.mark.parametrize(
    ("visible", "jobs", "hardware"),
    [("0,1", 2, [cuda()]), ("0,1,2,3", 2, [cuda(2)]), ("", 64, [CPU]), ("0", 1, [CPU, cuda()])],
)
def test_as_many_as_there_are_devices_for(
    monkeypatch: pytest.MonkeyPatch, visible: str, jobs: int, hardware: list[Hardware]
) -> None:
    monkeypatch.setenv(VISIBLE, visible)
    check_jobs(jobs, hardware)


@pytest.mark.parametrize(
    ("visible", "jobs", "devices", "said", "fix"),
    [
        ("0,1", 3, 1, "3 at once, 1 cuda each: that takes 3; this machine shows 2", "--jobs 2"),
        ("0,1,2", 2, 2, "2 at once, 2 cuda each: that takes 4; this machine shows 3", "--jobs 1"),
        ("", 1, 1, "this machine shows 0", "tunewright doctor; hardware=cpu needs no GPU"),
    ],
)
def test_more_are_refused_with_the_numbers(
    monkeypatch: pytest.MonkeyPatch, visible: str, jobs: int, devices: int, said: str, fix: str
) -> None:
    monkeypatch.setenv(VISIBLE, visible)
    with pytest.raises(UsageError) as caught:
        check_jobs(jobs, [CPU, cuda(devices)])
    assert said in str(caught.value)
    assert caught.value.fix == fix


def test_apple_has_one_gpu() -> None:
    mps = CPU.model_copy(update={"device": "mps"})
    check_jobs(1, [mps])
    with pytest.raises(UsageError, match="this machine shows 1"):
        check_jobs(2, [mps])


def test_threads_are_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert threads_for(1, [CPU]) is None
    assert threads_for(2, [CPU]) == 4
    assert threads_for(2, [CPU, CPU.model_copy(update={"devices": 2})]) == 2
    assert threads_for(100, [CPU]) == 1
