"""Disk space, and the shared cache of base models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tunewright.artifacts import BASE_MODEL
from tunewright.doctor import disk, model_cache
from tunewright.doctor.disk import Disk, Place, disks, judge, places
from tunewright.models.cache import MANIFEST, entry_folder, obtain
from tunewright.models.record import BaseModelRecord, write_record

from .conftest import one, said

GIB = 2**30


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model cache; the folder of its entries."""
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.mark.parametrize(("free", "status"), [(1.0, "wrong"), (4.0, "warning"), (50.0, "ok")])
def test_room(free: float, status: str, tmp_path: Path) -> None:
    found = judge(Disk((Place("the project", tmp_path, 3 * GIB),), int(free * GIB)))
    assert found.status == status
    assert f"{free:.1f} GB free for the project; a run writes about 3.0" in found.message


def test_what_lies_on_one_disk_is_added_up(tmp_path: Path) -> None:
    together = disks([Place("a", tmp_path / "not" / "yet", 1.0), Place("b", tmp_path, 2.0)])
    assert len(together) == 1
    assert [place.name for place in together[0].places] == ["a", "b"]
    assert together[0].free > 0


def test_a_larger_model_needs_more_and_a_fetched_one_nothing(project: Path, settings, cache: Path) -> None:
    def needed(name: str) -> float:
        return {place.name: place.needed for place in places(project, settings())}[name]

    assert needed("the model cache") == 4 * 134_515_008
    assert needed("the project") == 9 * needed("DVC's cache") > 0
    record(project, entry())
    assert needed("the model cache") == 0
    assert {place.name for place in places(None, None)} == {"the model cache"}
    assert len(list(disk.check(examined_by(project, settings)))) == 1


def examined_by(project: Path, settings):
    from concurrent.futures import Future

    from tunewright.doctor.examined import Examined

    return Examined(project, settings(), None, Future())


def entry(name: str = "m") -> Path:
    def fill(folder: Path) -> None:
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_text("weights")

    return obtain(entry_folder("hub", name, "1"), fill, lambda _: True).folder


def record(project: Path, folder: Path) -> None:
    write_record(
        project / BASE_MODEL, BaseModelRecord("hub", "m", "1", "MIT", files={"config.json": "0" * 64})
    )
    assert model_cache.entry_used(project) == folder


def test_an_empty_and_a_whole_cache(look) -> None:
    assert one(model_cache.check(look()))[0] == "skipped"
    entry()
    status, text = one(model_cache.check(look()))
    assert (status, "1 whole model(s)" in text) == ("ok", True)


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (
            lambda folder: (folder / "model.safetensors").write_text("WEIGHTS"),
            "model.safetensors has SHA-256 14422b04",
        ),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("[]"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).unlink(), "cannot be read"),
    ],
)
def test_a_damaged_entry_is_named_and_left_alone(damage, word: str, look, tmp_path: Path) -> None:
    folder = entry()
    damage(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    status, text = said(model_cache.check(look(fix=True)), "cache.entries")[0]
    assert status == "warning"
    assert word in text
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    record(tmp_path, folder)
    assert said(model_cache.check(look()), "cache.entries")[0][0] == "wrong", "the project's own model"


def unfinished(cache: Path) -> Path:
    folder = cache / ".hub-m-1@abc"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_text("half")
    return folder


def test_a_half_made_download_is_mended(cache: Path, look) -> None:
    folder = unfinished(cache)
    status, text = one(model_cache.check(look()), "cache.unfinished")
    assert (status, str(folder) in text) == ("warning", True)
    assert folder.exists()
    mended = next(one for one in model_cache.check(look(fix=True)) if one.id == "cache.unfinished")
    assert (mended.status, mended.fixed, folder.exists()) == ("ok", True, False)


def test_a_download_at_work_is_left_alone(cache: Path, look) -> None:
    folder = unfinished(cache)
    code = (
        "import sys, time; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(cache / ".hub-m-1.lock")], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        status, text = one(model_cache.check(look(fix=True)), "cache.unfinished")
        holder.kill()
    assert (status, "another process" in text) == ("ok", True)
    assert folder.exists()
