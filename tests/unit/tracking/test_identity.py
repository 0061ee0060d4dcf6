"""One experiment, one run: in every stage, after a kill, under another name; and from its commit alone."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tracking.conftest import LOCK, RESOLVED
from tunewright.tracking.identity import identify, run_id_of

STAGES: dict[str, Any] = LOCK["stages"]  # type: ignore[assignment]


def changed(path: str, value: object) -> dict[str, Any]:
    values = deepcopy(RESOLVED)
    node = values
    *above, last = path.split(".")
    for part in above:
        node = node[part]
    node[last] = value
    return values


@pytest.mark.parametrize("path", ["seed", "method.lora.r", "model.path"])
def test_another_setting_is_another_experiment(path: str) -> None:
    assert run_id_of(changed(path, 1), STAGES) != run_id_of(RESOLVED, STAGES)


@pytest.mark.parametrize("path", ["tracking.trackers", "choices.tracking"])
def test_another_tracker_is_not(path: str) -> None:
    assert run_id_of(changed(path, ["mlflow"]), STAGES) == run_id_of(RESOLVED, STAGES)


@pytest.mark.parametrize("number", [0, 1], ids=["data", "extensions"])
def test_other_raw_data_or_code_is_another_experiment(number: int) -> None:
    stages = deepcopy(STAGES)
    stages["prepare"]["deps"][number]["md5"] = "9" * 32
    assert run_id_of(RESOLVED, stages) != run_id_of(RESOLVED, STAGES)


def test_what_later_stages_have_made_does_not_matter() -> None:
    assert run_id_of(RESOLVED, {"prepare": STAGES["prepare"]}) == run_id_of(RESOLVED, STAGES)


def test_name_and_commit_are_told_but_make_no_other_experiment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DVC_EXP_NAME", "DVC_EXP_BASELINE_REV"):
        monkeypatch.delenv(name, raising=False)
    plain = identify("desk", RESOLVED, STAGES, tmp_path)
    assert (plain.name, plain.experiment, plain.commit) == (f"desk-{plain.run_id[:6]}", "", "")
    monkeypatch.setenv("DVC_EXP_NAME", "bold-lynx")
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "a" * 40)
    named = identify("desk", RESOLVED, STAGES, tmp_path)
    assert (named.name, named.experiment, named.commit) == ("bold-lynx", "bold-lynx", "a" * 40)
    assert named.run_id == plain.run_id
