"""The tiny model, built once, and a cache of its own for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tunewright.models import tiny


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """The tiny model's products are too small to share, and waiting threads spin on a busy machine."""
    os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny-1"
    folder.mkdir()
    tiny.build(folder)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model cache; the folder of its entries."""
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"
