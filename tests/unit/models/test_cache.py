"""The cache: whole entries only, built once, verified cheaply, mended when damaged."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tunewright.errors import ModelError
from tunewright.models import cache as cache_module
from tunewright.models.cache import cache_root, entry_folder, obtain, read_entry


class Filler:
    """Writes two files and counts how often."""

    def __init__(self, content: str = "weights") -> None:
        self.content = content
        self.calls = 0

    def __call__(self, folder: Path) -> str:
        self.calls += 1
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_text(self.content)
        return "a" * 64


def anything(_entry: object) -> bool:
    return True


def test_the_cache_folder_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    assert cache_root() == tmp_path / "own"
    monkeypatch.delenv("TUNEWRIGHT_CACHE")
    assert cache_root() == tmp_path / "shared" / "tunewright"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_root() == tmp_path / ".cache" / "tunewright"


def test_a_hostile_name_stays_in_the_cache(cache):
    assert entry_folder("hub", "org/../../name", "1").parent == cache
    assert entry_folder("hub", "org/model", "abc").name == "hub-org--model-abc"


def test_an_entry_is_built_once(cache):
    fill = Filler()
    first = obtain(cache / "m-1", fill, anything)
    again = obtain(cache / "m-1", fill, anything)
    assert fill.calls == 1
    assert first == again
    assert set(first.files) == {"config.json", "model.safetensors"}
    assert first.wheel_sha256 == "a" * 64
    assert (cache / "m-1").stat().st_mode & 0o777 == 0o755


def test_an_unchanged_file_is_not_hashed_again(cache, monkeypatch):
    obtain(cache / "m-1", Filler(), anything)
    hashed = []
    real = cache_module.sha256_file
    monkeypatch.setattr(cache_module, "sha256_file", lambda path: hashed.append(path.name) or real(path))
    assert read_entry(cache / "m-1") is not None
    assert hashed == []
    os.utime(cache / "m-1" / "model.safetensors", ns=(1, 1))
    assert read_entry(cache / "m-1") is not None
    assert hashed == ["model.safetensors"]
    assert read_entry(cache / "m-1") is not None
    assert hashed == ["model.safetensors"]


@pytest.mark.parametrize("damage", ["change", "truncate", "remove", "manifest"])
def test_a_damaged_entry_is_fetched_again(cache, damage, capsys):
    fill = Filler()
    path = obtain(cache / "m-1", fill, anything).folder / "model.safetensors"
    if damage == "change":
        path.write_text("WEIGHTS")
    elif damage == "truncate":
        path.write_text("wei")
    elif damage == "remove":
        path.unlink()
    else:
        (path.parent / cache_module.MANIFEST).write_text("{")
    obtain(cache / "m-1", fill, anything)
    assert fill.calls == 2
    assert path.read_text() == "weights"
    assert "damaged in the cache" in capsys.readouterr().err


def test_a_failed_fetch_leaves_nothing(cache):
    def fail(folder: Path) -> None:
        (folder / "model.safetensors").write_text("half")
        raise ModelError("no network")

    with pytest.raises(ModelError, match="no network"):
        obtain(cache / "m-1", fail, anything)
    assert [path.name for path in cache.iterdir() if path.is_dir()] == []


def test_a_build_that_does_not_fit_leaves_the_older_entry(cache):
    old = obtain(cache / "m-1", Filler("old"), anything)
    with pytest.raises(ModelError, match="differs from the recorded hashes"):
        obtain(cache / "m-1", Filler("new"), lambda _entry: False)
    assert read_entry(cache / "m-1") == old


def test_an_entry_that_does_not_fit_is_replaced(cache):
    old = obtain(cache / "m-1", Filler("old"), anything)
    new = obtain(cache / "m-1", Filler("new"), lambda entry: entry.files != old.files)
    assert read_entry(cache / "m-1") == new != old


def test_what_a_killed_process_left_is_cleared(cache, tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from tunewright.models.cache import obtain\n"
        "def fill(folder):\n"
        "    (folder / 'model.safetensors').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "obtain(Path(sys.argv[1]), fill, lambda entry: True)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(cache / "m-1")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert read_entry(cache / "m-1") is None
    assert len(list(cache.glob(".m-1@*"))) == 1
    other = cache / ".m-1.2@working"  # of another entry, whose name begins alike
    other.mkdir()
    obtain(cache / "m-1", Filler(), anything)
    assert sorted(path.name for path in cache.iterdir() if path.is_dir()) == [".m-1.2@working", "m-1"]


def test_two_processes_share_one_build(cache, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from tunewright.models.cache import obtain\n"
        "def fill(folder):\n"
        "    with open(sys.argv[2], 'a') as log: log.write('built\\n')\n"
        "    time.sleep(1); (folder / 'config.json').write_text('{}')\n"
        "print(obtain(Path(sys.argv[1]), fill, lambda entry: True).files)"
    )
    log = tmp_path / "log"
    command = [sys.executable, "-c", code, str(cache / "m-1"), str(log)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outputs = [process.communicate(timeout=30) for process in processes]
    assert log.read_text() == "built\n"
    assert outputs[0][0] == outputs[1][0] != ""
    assert any("another process is fetching it, waiting" in error for _, error in outputs)


def test_a_full_disk_is_explained(cache):
    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ModelError, match="No space left") as caught:
        obtain(cache / "m-1", fill, anything)
    assert "TUNEWRIGHT_CACHE" in caught.value.fix
