"""Hydra's grammar: what was typed, to the assignments of each point."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.errors import UsageError
from tunewright.sweeps.grammar import expand, sweeps

ROOT = Path(__file__).parents[3]


def points(*typed: str) -> list[str]:
    return [" ".join(map(str, combination)) for combination in expand(ROOT, typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(["seed=1"], ["seed=1"], id="one value"),
        pytest.param(["seed=1,2"], ["seed=1", "seed=2"], id="several"),
        pytest.param(["a.b=choice(x,y)"], ['a.b="x"', 'a.b="y"'], id="choice"),
        pytest.param(["seed=range(1,6,2)"], ["seed=1", "seed=3", "seed=5"], id="range"),
        pytest.param(["seed=sort(3,1,reverse=true)"], ["seed=3", "seed=1"], id="sort"),
        pytest.param(["method=lora,qlora"], ["method=lora", "method=qlora"], id="groups"),
        pytest.param(
            ["method=glob([*lora], exclude=q*)"], ["method=lora", "method=rslora"], id="glob over options"
        ),
        pytest.param(["model=3"], ["model=3"], id="an option's name is text"),
        pytest.param(
            ["a.x=1,2", "b.y=3,4"],
            ["a.x=1 b.y=3", "a.x=1 b.y=4", "a.x=2 b.y=3", "a.x=2 b.y=4"],
            id="all combinations",
        ),
        pytest.param(["a.x='1, 2',\"it's\""], ['a.x="1, 2"', 'a.x="it\'s"'], id="quoted"),
        pytest.param(["a.x=[1,2],[3]"], ["a.x=[1, 2]", "a.x=[3]"], id="lists"),
        pytest.param(["a.x={b: 'c',d: 1e-4}"], ['a.x={"b": "c", "d": 0.0001}'], id="a mapping"),
        pytest.param(["a.x=null,true"], ["a.x=null", "a.x=true"], id="null and truth"),
        pytest.param(["a.x=${b.y}"], ['a.x="${b.y}"'], id="an interpolation stays one"),
        pytest.param(["~a.x"], ["~a.x"], id="taken back"),
        pytest.param(["++set.method.lora.r=4,8"], ["method.lora.r=4", "method.lora.r=8"], id="as for dvc -S"),
        pytest.param(["a.x=Sort it."], ['a.x="Sort it."'], id="text with a space"),
    ],
)
def test_expansion(typed: list[str], expected: list[str]) -> None:
    assert points(*typed) == expected


def test_options_come_before_values_which_leaving_one_would_drop() -> None:
    assert points("method.lora.r=8", "method=lora,dora")[0] == "method=lora method.lora.r=8"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("method.lora.r", "grammar"),
        ("a.x=[1", "grammar"),
        ("a.x='open", "grammar"),
        ("a.x=choice()", "empty choice"),
        ("a.x=interval(0,1)", "endlessly many"),
        ("seed=glob(*)", "options of a group"),
        ("method=glob(nothing*)", "matches no option; there are: dora"),
        ("method@here=lora", "packages"),
    ],
)
def test_what_is_no_assignment(typed: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        expand(ROOT, ["seed=1", typed])
    assert said in str(caught.value)
    assert str(caught.value).startswith(typed), "the word is named"


def test_a_word_that_stands_for_several_is_recognised() -> None:
    typed = ["seed=1,2", "seed=3", "a.x='1,2'", "a.x=[1,2]", "a.x=interval(0,1)", "method=glob(*)", "~a.x"]
    assert sweeps(typed) == ["seed=1,2", "a.x=interval(0,1)", "method=glob(*)"]
