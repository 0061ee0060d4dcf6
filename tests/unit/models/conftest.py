"""The tiny model, built once."""

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
