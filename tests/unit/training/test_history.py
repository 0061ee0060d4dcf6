"""The loss curve, and which validation pass is the best."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.training.history import History, read_history, write_history, write_loss_csv


def test_strictly_lower_wins_and_ties_keep_the_earlier() -> None:
    history = History()
    assert not history.add_validation(0, 0.0, 0.1), "the untrained model is no candidate"
    assert history.add_validation(2, 0.5, 1.0)
    assert not history.add_validation(4, 1.0, 1.0)
    assert not history.add_validation(6, 1.5, 1.5)
    assert (history.best_step, history.best_loss, history.passes_without_better) == (2, 1.0, 2)
    assert history.add_validation(8, 2.0, 0.9)
    assert (history.best_step, history.passes_without_better) == (8, 0)


def test_it_survives_the_disk_to_the_last_bit(tmp_path: Path) -> None:
    history = History(seconds=1 / 3)
    history.add_train(1, 0.1 + 0.2, 2 / 3)
    history.add_validation(1, 1 / 7, 1e-17)
    write_history(tmp_path / "history.json", history)
    assert read_history(tmp_path / "history.json") == history


def test_the_training_loss_is_that_of_the_last_epoch() -> None:
    history = History()
    for step, loss in enumerate((9.0, 8.0, 3.0, 1.0), start=1):
        history.add_train(step, step / 2, loss)
    assert history.train_loss() == pytest.approx(2.0)


def test_the_curve_as_csv(tmp_path: Path) -> None:
    history = History()
    history.add_validation(0, 0.0, 2.5)
    history.add_train(1, 1 / 3, 2.25)
    write_loss_csv(tmp_path / "plots" / "loss.csv", history)
    lines = (tmp_path / "plots" / "loss.csv").read_text().splitlines()
    assert lines == ["step,epoch,split,loss", "0,0,validation,2.5", "1,0.333333,train,2.25"]
