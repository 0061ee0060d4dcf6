"""Other tools' names for settings: each is named with what does its job here, which exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.mistakes.other_names import INSTEAD, NOT_HERE, NOTES, OTHER_SENSE, what_does_its_job
from tunewright.config.places import options_of
from tunewright.config.schema import Settings
from tunewright.config.schema.walk import slots
from tunewright.errors import ConfigError

KEYS = {slot.key for slot in slots(Settings)}
NAMES = [name for names in INSTEAD.values() for name in names.split()] + list(NOT_HERE)


def test_what_stands_here_exists() -> None:
    assert set(INSTEAD) <= KEYS
    assert set(NOTES) <= set(INSTEAD)
    assert len(NAMES) >= 150


def test_no_name_stands_for_two_settings_or_is_one_of_ours() -> None:
    assert len(NAMES) == len(set(NAMES))
    ours = {key.rpartition(".")[2] for key in KEYS}
    assert set(NAMES) & ours == set()


def test_options_that_notes_name_exist(project: Path) -> None:
    named = re.findall(r"(\w+)=([\w-]+)", " ".join([*NOTES.values(), *OTHER_SENSE.values()]))
    assert len(named) >= 3
    for group, option in named:
        assert option in options_of(project, group)


@pytest.mark.parametrize("name", OTHER_SENSE)
def test_a_name_of_ours_in_another_sense_is_told_too(project: Path, name: str) -> None:
    assert name in {key.rpartition(".")[2] for key in KEYS}
    with pytest.raises(ConfigError, match=r"belongs elsewhere: \w+\.\w+") as caught:
        compose(project, params(set={"method": {name: 1}}))
    assert OTHER_SENSE[name] in str(caught.value)


@pytest.mark.parametrize("group", ["method", "hardware", "tracking"])
def test_every_name_is_told_wherever_it_is_written(project: Path, group: str) -> None:
    with pytest.raises(ConfigError) as caught:
        compose(project, params(set={group: dict.fromkeys(NAMES, 1), **dict.fromkeys(NAMES, 1)}))
    found = {problem.key: problem.fix for problem in caught.value.problems}
    for name in NAMES:
        assert found[f"{group}.{name}"] == found[name] == what_does_its_job(name)
        assert name in found[name]
