"""Every setting is read somewhere and changes something: a setting that nothing reads turns this red.

The schema is walked; for each of its keys `effects/` names an outcome of tunewright's own code and a
value that must change it. A new setting without an effect fails, as does one whose effect is gone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.effects import (
    of_cleaning,
    of_data,
    of_evaluation,
    of_judge,
    of_model,
    of_personal_data,
    of_reference,
    of_review,
    of_suites,
    of_task,
    of_tracking,
    of_training,
)
from tests.config.effects.effect import Effect, Outcome, refused, with_values
from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.keys import is_list, keys
from tunewright.config.schema import Settings
from tunewright.config.schema.node import Node
from tunewright.errors import TunewrightError

ROOT = Path(__file__).parents[2]
MODULES = (
    of_cleaning,
    of_data,
    of_personal_data,
    of_review,
    of_evaluation,
    of_judge,
    of_reference,
    of_suites,
    of_model,
    of_task,
    of_tracking,
    of_training,
)
EFFECTS: dict[str, Effect] = {key: effect for module in MODULES for key, effect in module.EFFECTS.items()}
Outcomes = dict[tuple[Outcome, str], object]
BEFORE = {
    "task.kind": "generation",
    "task.output": {},
    "task.metrics": ["chrf"],
    "task.acceptance": [],
    "data": {"sources": [of_data.SOURCE], "max_rejected_share": 0.5},
    "model.sizes": of_model.SIZES,
    "method.learning_rate": 2e-4,
}


def settings_with_effects(model: type[Node]) -> set[str]:
    """The keys that can act: values, lists, and nodes that may be null."""
    return {
        key.name
        for key in keys(model)
        if key.leaf or is_list(key.annotation) or "None" in str(key.annotation)
    }


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    return {}


@pytest.fixture(scope="module")
def before() -> Settings:
    return with_values(compose(ROOT, params()), BEFORE)


def test_every_setting_has_an_effect_and_every_effect_a_setting() -> None:
    assert set(EFFECTS) == settings_with_effects(Settings)
    assert len(EFFECTS) == sum(len(module.EFFECTS) for module in MODULES) >= 120


def test_a_setting_that_nothing_reads_is_missed() -> None:
    class Extended(Settings):
        """Settings with a field that nothing reads."""

        unread: int = 0

    assert settings_with_effects(Extended) - set(EFFECTS) == {"unread"}


@pytest.mark.parametrize("key", sorted(EFFECTS))
def test_it_acts(key: str, before: Settings, tmp_path: Path, outcomes: Outcomes) -> None:
    effect = EFFECTS[key]
    one = with_values(before, effect.given)
    other = with_values(one, {key: effect.to})
    assert one != other
    if effect.lawful:
        assert refused(one, tmp_path) == refused(other, tmp_path) == []
    # Settings that share an outcome share what it is without them.
    shared = (effect.outcome, repr(one))
    if shared not in outcomes:
        outcomes[shared] = outcome(effect, one, tmp_path / "one")
        assert outcome(effect, one, tmp_path / "again") == outcomes[shared], "it changes by itself"
    assert outcome(effect, other, tmp_path / "other") != outcomes[shared]


def outcome(effect: Effect, settings: Settings, folder: Path) -> object:
    """The outcome, or the message that says why there is none."""
    folder.mkdir()
    try:
        return effect.outcome(settings, folder)
    except TunewrightError as error:
        return str(error).replace(str(folder), "")
