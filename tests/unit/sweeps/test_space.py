"""What a search draws from: words to dimensions, ends held against the schema, mistakes with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.cli.search import fixed_words, goals, taken_apart
from tunewright.config.compose import compose
from tunewright.config.schema.experiment import Objective
from tunewright.errors import UsageError
from tunewright.sweeps.grammar import Assignment, Interval
from tunewright.sweeps.space import Choice, Space, Word, check_ends, lopsided, space_of


def space(root: Path, *words: str) -> Space:
    return space_of(root, [Word(word) for word in words])


def test_words_become_dimensions_groups_first(project: Path) -> None:
    found = space(
        project, "method.learning_rate=tag(log,interval(1e-5,1e-3))", "seed=3", "method=choice(lora,rslora)"
    )
    assert found.fixed == (Assignment("seed", 3),)
    assert found.dimensions == (
        Choice("method", ("lora", "rslora")),
        Interval("method.learning_rate", 1e-5, 1e-3, log=True),
    )
    drawn = {"method.learning_rate": 2e-4, "method": "lora"}
    assert list(map(str, found.point(drawn))) == ["method=lora", "seed=3", "method.learning_rate=0.0002"]


def test_what_is_typed_later_wins(project: Path) -> None:
    assert space(project, "seed=1,2", "method.lora.r=4", "method.lora.r=8,16", "seed=7") == Space(
        (Assignment("seed", 7),), (Choice("method.lora.r", (8, 16)),)
    )


def test_ends_and_every_value_hold_with_every_option(project: Path) -> None:
    points = check_ends(
        project, space(project, "method=lora,rslora", "method.lora.r=interval(4,64)", "seed=1,2")
    )
    told = {(p.settings.choices.method, p.settings.method.lora.r, p.settings.seed) for p in points.distinct}
    assert told == {(m, r, s) for m in ("lora", "rslora") for r, s in ((4, 1), (64, 1), (4, 2))}
    with pytest.raises(UsageError, match=r"method.lora.r: must be a whole number from 1 to 1024, not 0"):
        check_ends(project, space(project, "method.lora.r=interval(0,64)"))
    with pytest.raises(UsageError, match=r"method=full .*method.lora"):
        check_ends(project, space(project, "method=lora,full", "method.lora.r=4,8"))


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("method.lora.r=interval(1.5,8)", "whole numbers"),
        ("method.optim=interval(0,1)", "is for numbers"),
        ("method.learning_rate=interval(1e-3,1e-5)", "first end must be below"),
        ("method.learning_rate=tag(log,interval(0,1e-5))", "above 0"),
        ("seed=1,1", "names a value twice"),
        ("seed", "Hydra's grammar"),
    ],
)
def test_mistakes_name_their_place(project: Path, word: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        space_of(project, [Word(word, "conf/experiment/x.yaml: search.k"), Word("seed=a=,")])
    assert str(caught.value).startswith("conf/experiment/x.yaml: search.k: ")
    assert told in str(caught.value)
    assert "seed=a=," in str(caught.value), "all mistakes at once"


def test_an_interval_over_magnitudes_is_remarked_on(project: Path) -> None:
    words = ("method.learning_rate=interval(1e-5,1e-3)", "method.weight_decay=interval(0.01,0.05)")
    (note,) = lopsided(space(project, *words))
    assert "method.learning_rate=tag(log,interval(1e-05,0.001))" in note
    assert not list(lopsided(space(project, "method.learning_rate=tag(log,interval(1e-5,1e-3))")))


def test_a_file_s_words_come_first_with_their_place(project: Path) -> None:
    folder = project / "conf" / "experiment"
    folder.mkdir()
    (folder / "mine.yaml").write_text(
        '# Mine.\nfixed:\n  method: lora\n  task.instructions: "It\'s, so"\n  seed: 4\n'
        "  method.lora.target_modules: [q_proj]\n"
        "search: {method.lora.r: '4, 8'}\ntrials: 7\n"
    )
    overlay, name, words = taken_apart(project, ["experiment=mine", "seed=5"])
    assert (name, overlay.trials) == ("mine", 7)
    assert words[-2] == Word("method.lora.r=4, 8", "conf/experiment/mine.yaml: search.method.lora.r")
    found = space_of(project, words)
    values = {one.key: one.value for one in found.fixed}
    assert values == {
        "method": "lora",
        "task.instructions": "It's, so",
        "seed": 5,
        "method.lora.target_modules": ["q_proj"],
    }
    with pytest.raises(UsageError, match="--sampler optuna experiment=mine"):
        fixed_words(project, ["experiment=mine"])
    (folder / "fixed.yaml").write_text("# Fixed.\nfixed: {seed: 9}\n")
    assert fixed_words(project, ["experiment=fixed"]) == ["seed=9"]
    with pytest.raises(UsageError, match="did you mean 'mine'"):
        taken_apart(project, ["experiment=mien"])


def test_the_packaged_experiment_holds_for_each_lora_method(project: Path) -> None:
    for method in ("lora", "qlora", "dora", "rslora"):
        _, _, words = taken_apart(project, ["experiment=lora", f"method={method}"])
        found = space_of(project, words)
        check_ends(project, found)
        assert [one.key for one in found.dimensions] == ["method.learning_rate", "method.lora.r"]
        assert not list(lopsided(found))


def test_objectives_have_the_direction_of_their_metric(project: Path) -> None:
    settings = compose(project)
    wanted = [Objective(metric=one) for one in ("field_accuracy", "train_seconds")]
    assert goals(wanted, settings) == (("field_accuracy", "maximize"), ("train_seconds", "minimize"))
    turned = Objective(metric="field_accuracy", direction="minimize")
    assert goals([turned], settings) == (("field_accuracy", "minimize"),)
    with pytest.raises(UsageError, match="did you mean 'field_accuracy'"):
        goals([Objective(metric="field_acuracy")], settings)
    with pytest.raises(UsageError, match="better when less"):
        goals([Objective(metric="validation_loss", direction="maximize")], settings)
    with pytest.raises(UsageError, match="twice"):
        goals([Objective(metric="train_seconds")] * 2, settings)
