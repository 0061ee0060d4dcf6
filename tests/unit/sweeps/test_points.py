"""All points are composed and checked before the first one starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.errors import UsageError
from tunewright.sweeps.grammar import expand
from tunewright.sweeps.points import Points, compose_points


def composed(project: Path, *typed: str) -> Points:
    return compose_points(project, expand(project, typed))


def test_each_point_has_its_settings(project: Path) -> None:
    found = composed(project, "method=lora,dora", "method.lora.r=4,8")
    assert [(p.settings.choices.method, p.settings.method.lora.r) for p in found.distinct] == [  # type: ignore[union-attr]
        ("lora", 4),
        ("lora", 8),
        ("dora", 4),
        ("dora", 8),
    ]
    assert all("  r: " in p.resolved for p in found.distinct)


def test_nothing_is_written(project: Path) -> None:
    before = (project / "params.yaml").read_bytes()
    composed(project, "seed=1,2")
    assert (project / "params.yaml").read_bytes() == before


def test_values_of_an_option_that_is_left_go_and_that_is_said(project: Path) -> None:
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(
        text.replace("set: {}", "set: {method: {learning_rate: 0.5}, seed: 3}")
    )
    found = composed(project, "method=qlora,lora")
    assert [p.settings.method.learning_rate for p in found.distinct] == [0.5, 0.001]
    assert [p.settings.seed for p in found.distinct] == [3, 3]
    assert found.dropped == ["method=lora drops method.learning_rate, set for the option that is left"]


def test_points_that_are_the_same_are_computed_once(project: Path) -> None:
    found = composed(project, "method.lora.r=4,4", "evaluation.precision=fp32,${hardware.precision}")
    assert len(found.distinct) == 1
    assert found.repeated == [
        'method.lora.r=4 evaluation.precision="${hardware.precision}": the same settings as '
        'method.lora.r=4 evaluation.precision="fp32", computed once',
        'method.lora.r=4 evaluation.precision="fp32": typed more than once, computed once',
    ]


def test_every_bad_point_is_named_with_all_that_is_wrong(project: Path) -> None:
    with pytest.raises(UsageError) as caught:
        composed(project, "method.lora.r=8,0", "method.learning_rate=1e-4,fast", "method=lora")
    said = str(caught.value)
    assert said.startswith("3 of 4 points do not hold; nothing was started")
    for point in (
        'method=lora method.lora.r=8 method.learning_rate="fast"\n',
        "method=lora method.lora.r=0 method.learning_rate=0.0001\n",
        'method=lora method.lora.r=0 method.learning_rate="fast"\n',
    ):
        assert point in said
    assert said.count("must be a whole number from 1 to 1024, not 0") == 2
    assert caught.value.exit_code == 2


def test_a_value_taken_back_that_is_not_set_is_a_bad_point(project: Path) -> None:
    with pytest.raises(UsageError, match=r"is not set in params\.yaml"):
        composed(project, "~method.learning_rate")
