"""The tiny model, built once, and a cache of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.models import tiny


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
