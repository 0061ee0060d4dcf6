"""Training the tiny model from rows to proven weights."""

from __future__ import annotations

from .conftest import Train


def test_it_learns(train_tiny: Train) -> None:
    result = train_tiny()
    assert result.metrics.validation_loss_best < result.metrics.validation_loss_first
