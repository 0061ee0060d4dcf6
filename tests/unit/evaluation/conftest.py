"""The tiny model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tunewright.models import tiny
from tunewright.models.load import load_model, load_tokenizer


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny-1"
    folder.mkdir()
    tiny.build(folder)
    return folder


@pytest.fixture(scope="session")
def tokenizer(tiny_folder: Path) -> Any:
    return load_tokenizer(tiny_folder)


@pytest.fixture(scope="session")
def model(tiny_folder: Path) -> Any:
    """The tiny model with stronger weights: as built, it repeats one token whatever it is asked."""
    import torch

    model = load_model(tiny_folder, device="cpu", precision="fp32")
    random = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for layer in model.model.layers:
            for weight in layer.parameters():
                if weight.dim() == 2:
                    weight.normal_(0, 0.2, generator=random)
    return model


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """A second thread only costs time on so small a model."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
