"""Packaged options with each other and every task kind: they compose, or the key at fault is named."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

from tests.config.conftest import ROOT
from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.places import options_of
from tunewright.config.rules.every import broken_rules
from tunewright.config.schema import GROUPS, Settings
from tunewright.config.schema.node import Node
from tunewright.errors import ConfigError

OWN = {"path": {"model": {"path": "/models/mine", "licence": "MIT"}}}
"""What an option leaves to the user to say."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the task and data of every kind that the template offers."""
    root = tmp_path_factory.mktemp("examples")
    (root / "conf").mkdir()
    shutil.copy(ROOT / "conf" / "config.yaml", root / "conf")
    for path in rendered(tmp_path_factory.mktemp("rendered")).glob("examples/*/conf/[a-z]*/*"):
        target = root / "conf" / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    return root


def rendered(folder: Path) -> Path:
    """The template as cookiecutter renders it, before its hooks keep the example of one kind."""
    config = folder / "cookiecutter.yaml"
    config.write_text(f"replay_dir: {folder}/replay\ncookiecutters_dir: {folder}/clones\n")
    made = cookiecutter(
        str(ROOT),
        directory="template",
        no_input=True,
        accept_hooks=False,
        output_dir=folder,
        config_file=config,
    )
    return Path(made)


def test_every_pair_of_options_composes_or_is_refused_at_the_key_at_fault(examples: Path) -> None:
    options = {
        "task": list(options_of(examples, "task")),
        **{group: list(options_of(examples, group)) for group in GROUPS if group not in ("task", "data")},
    }
    sizes = {group: len(names) for group, names in options.items()}
    assert sizes == {"task": 4, "model": 13, "method": 5, "hardware": 12, "evaluation": 2, "tracking": 5}
    rows = list(every_pair(options))
    assert len(rows) <= 170
    nodes: dict[str, dict[str, Node]] = {group: {} for group in options}
    refused = 0
    for row in rows:
        settings, keys = composed(examples, row)
        assert keys == expected(row), row
        refused += bool(keys)
        for group, option in row.items():
            if settings is not None:
                nodes[group][option] = getattr(settings, group)
    assert refused >= 2
    assert {group: len(found) for group, found in nodes.items()} == sizes
    every_combination_obeys_the_rules(nodes)


def every_combination_obeys_the_rules(nodes: Mapping[str, Mapping[str, Node]]) -> None:
    """The whole product, through the rules alone: types do not depend on the neighbours."""
    counted = refused = 0
    for chosen in itertools.product(*(nodes[group].items() for group in nodes)):
        row = dict(zip(nodes, (option for option, _ in chosen), strict=True))
        groups = dict(zip(nodes, (node for _, node in chosen), strict=True))
        precision = groups["hardware"].precision  # type: ignore[attr-defined]
        groups["evaluation"] = groups["evaluation"].model_copy(update={"precision": precision})
        assert {problem.key for problem in broken_rules(groups)} == expected(row), row
        counted += 1
        refused += bool(expected(row))
    assert (counted, refused) == (4 * 13 * 5 * 12 * 2 * 5, 4 * 13 * 5 * (2 + 4))


def expected(row: Mapping[str, str]) -> set[str]:
    """The keys at fault: bitsandbytes has no 4-bit weights on mps; everything else packaged goes together."""
    found = {
        "method.quantization": row["method"] == "qlora",
        "evaluation.load_in_4bit": row["evaluation"] == "nf4",
    }
    return {key for key, four_bit in found.items() if four_bit and row["hardware"] == "mps"}


def composed(root: Path, row: Mapping[str, str]) -> tuple[Settings | None, set[str]]:
    """The settings, or the keys of the problems."""
    text = params(**row, data=row["task"], set=OWN.get(row["model"], {}))
    try:
        return compose(root, text), set()
    except ConfigError as error:
        assert all(problem.fix for problem in error.problems)
        return None, {problem.key for problem in error.problems}


def every_pair(options: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    """Few choices that hold every pair of options of two groups: greedily, the most new pairs first."""
    pairs = itertools.combinations(options, 2)
    left = {frozenset([(a, x), (b, y)]) for a, b in pairs for x in options[a] for y in options[b]}
    while left:
        row = dict(sorted(min(left, key=sorted)))
        for group in options:
            if group not in row:
                others = list(row.items())
                row[group] = max(
                    options[group],
                    key=lambda o: sum(frozenset([(group, o), other]) in left for other in others),
                )
        left -= {frozenset(pair) for pair in itertools.combinations(row.items(), 2)}
        yield {group: row[group] for group in options}
