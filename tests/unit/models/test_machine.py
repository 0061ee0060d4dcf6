"""The machine and the cost of work, as they stand in timings/*.json."""

from __future__ import annotations

import json
import subprocess
import sys

from tunewright import __version__
from tunewright.models import machine
from tunewright.models.machine import machine_record, timing_record


def test_a_timing_has_the_fields_of_the_seam():
    record = timing_record(2.0, 300).as_dict()
    assert set(record) == {"seconds", "tokens_per_second", "peak_memory_mb", "device", "packages", "machine"}
    assert (record["seconds"], record["tokens_per_second"], record["device"]) == (2.0, 150.0, "cpu")
    assert record["packages"]["tunewright"] == __version__
    assert {"torch", "transformers", "peft", "trl", "bitsandbytes"} <= set(record["packages"])
    json.dumps(record, allow_nan=False)


def test_no_time_is_no_division():
    assert timing_record(0.0, 300).tokens_per_second == 0.0


def test_the_machine_is_described():
    record = machine_record()
    assert record.cpu
    assert record.cores >= 1
    assert 0.1 < record.memory_gb < 100_000


def test_a_missing_package_is_left_out(monkeypatch):
    monkeypatch.setattr(machine, "PACKAGES", ("torch", "no-such-package"))
    assert list(machine.package_versions()) == ["torch"]


def test_the_peak_is_of_the_process_itself():
    """A small process started by a big one reports its own peak, of memory that it really touched."""
    ballast = bytearray(400 * 2**20)
    code = (
        "import mmap; reserved = mmap.mmap(-1, 400 * 2**20)\n"
        "from tunewright.models.machine import timing_record; print(timing_record(1, 1).peak_memory_mb)"
    )
    small = float(subprocess.check_output([sys.executable, "-c", code], text=True))
    big = float(
        subprocess.check_output([sys.executable, "-c", f"x = bytearray(200 * 2**20); {code}"], text=True)
    )
    del ballast
    assert 0 < small < 150
    assert 190 < big - small < 230


def test_a_lower_limit_of_the_container_counts(monkeypatch):
    import pathlib

    monkeypatch.setattr(pathlib.Path, "read_text", lambda *_, **__: "1073741824\n")
    assert machine.memory_bytes() == 2**30
    monkeypatch.setattr(pathlib.Path, "read_text", lambda *_, **__: "max\n")
    assert machine.memory_bytes() > 2**30
