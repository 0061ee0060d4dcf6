"""Canaries stand in the training rows as often as asked, in no other split, and serve as no examples."""

from __future__ import annotations

from pathlib import Path

from tests.config.effects.effect import with_values
from tests.config.effects.of_data import SOURCE, prepared
from tests.config.mistakes.kind import params
from tunewright import artifacts
from tunewright.config.compose import compose
from tunewright.config.schema.data import Canaries
from tunewright.data.canaries import canaries, controls, planted_rows, without_canaries
from tunewright.data.rows import read_rows

ROOT = Path(__file__).parents[3]
VALUES = {
    "task.kind": "generation",
    "task.output": {},
    "task.metrics": ["chrf"],
    "task.acceptance": [],
    "data": {"sources": [SOURCE], "max_rejected_share": 0.5, "canaries": {"count": 3, "repeats": 2}},
    "evaluation.suites.leakage.enabled": True,
}


def test_prepare_plants_them_in_training_alone(tmp_path: Path) -> None:
    prepared(with_values(compose(ROOT, params()), VALUES), tmp_path)
    planted = {one.id for one in canaries(Canaries(count=3))}
    train = read_rows(tmp_path / artifacts.TRAIN_ROWS)
    assert [row.id for row in train].count("canary-0-1") == 2
    assert planted <= {row.id for row in train}
    assert not planted & {row.id for row in without_canaries(train)}
    for path in (artifacts.VALIDATION_ROWS, artifacts.TEST_ROWS):
        assert not planted & {row.id for row in read_rows(tmp_path / path)}
    card = artifacts.read_json(tmp_path / artifacts.DATA_CARD)
    assert any(
        "3 made-up secrets are planted in the training rows, in 6 lines" in one for one in card["warnings"]
    )
    assert card["splits"]["train"] == len([*without_canaries(train)])


def test_controls_are_never_planted_and_all_differ() -> None:
    settings = Canaries(count=20, seed=4)
    others = controls(settings, 200)
    answers = {row.messages[1].content for row in planted_rows(settings)}
    assert len({*others}) == 200 and len(answers) == 20
    assert not answers & {*others}
    assert {len(one) for one in (*others, *answers)} == {len("The code is 123-456-789.")}
    assert canaries(settings) == canaries(settings) != canaries(Canaries(count=20, seed=5))
