"""Names of experiments: telling, unique, and such that git takes them as refs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright.sweeps.grammar import Assignment, expand
from tunewright.sweeps.naming import LONGEST_NAME, names_of, safe

ROOT = Path(__file__).parents[3]


def names(*typed: str, prefix: str = "", taken: tuple[str, ...] = ()) -> list[str]:
    return names_of(expand(ROOT, typed), prefix, taken)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            ["method.lora.r=8", "method.learning_rate=1e-4,0.05"],
            ["lora.r=8,learning_rate=1e-4", "lora.r=8,learning_rate=0.05"],
        ),
        (["method=lora,qlora", "seed=1"], ["method=lora,seed=1", "method=qlora,seed=1"]),
        (["~method.learning_rate"], ["learning_rate=default"]),
        (
            ["model.quantization=null", "method.quantization=true"],
            ["model.quantization=null,method.quantization=true"],
        ),
        (["data.split.ratios=[0.7,0.3]"], ["split.ratios=0.7+0.3"]),
        (["task.instructions='Sort it, please: now'"], ["instructions=Sort-it,-please-now"]),
        (["method.learning_rate=123456.5,1e-10"], ["learning_rate=123456.5", "learning_rate=1e-10"]),
    ],
)
def test_a_name_tells_what_the_point_assigns(typed: list[str], expected: list[str]) -> None:
    assert names(*typed) == expected


def test_a_prefix_stands_first() -> None:
    assert names("seed=1", prefix="My sweep") == ["My-sweep-seed=1"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.lock", "a"),
        ("a.lock.lock-", "a"),
        (".a..b.", "a.b"),
        ("a@{b}~c", "a-b-c"),
        ("über", "ber"),
        ("..", "point"),
    ],
)
def test_what_git_does_not_take_is_replaced(name: str, expected: str) -> None:
    assert safe(name) == expected


def test_names_are_unique() -> None:
    taken = ("seed=1", "seed=1-2")
    assert names("seed=1,2", taken=taken) == ["seed=1-3", "seed=2"]
    assert names("task.instructions='a b','a-b'") == ["instructions=a-b", "instructions=a-b-2"]


def test_every_name_is_one_that_git_takes() -> None:
    """One call of git for all the names that hypothesis makes up."""
    made: set[str] = set()

    @settings(max_examples=300, database=None)
    @given(st.text(), st.text(max_size=5))
    def make(value: str, prefix: str) -> None:
        name = names_of([(Assignment("task.instructions", value),)], prefix, ())[0]
        assert 0 < len(name) <= LONGEST_NAME
        assert "/" not in name
        made.add(name)
        made.add(safe(value))

    make()
    assert len(made) > 100
    for name in sorted(made)[:: len(made) // 40]:
        subprocess.run(["git", "check-ref-format", f"refs/exps/ab/{name}"], check=True)
