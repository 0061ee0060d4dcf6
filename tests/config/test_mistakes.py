"""Each mistake is named with its place, the allowed values and what to write; all come at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.mistakes import MISTAKES
from tests.config.mistakes.kind import Mistake, params
from tunewright.cli.main import main
from tunewright.config.compose import compose
from tunewright.config.params_file import take_apart
from tunewright.errors import ConfigError, Problem

SAY_IT_ALL = {"folder for params.yaml", "folder for an option", "wrong type in an option"}
"""Kinds whose message leaves no question what to do."""


def problems(project: Path, text: str | None = None) -> dict[str, Problem]:
    """What compose finds, by key."""
    with pytest.raises(ConfigError) as caught:
        compose(project, text)
    assert caught.value.exit_code == 2
    return {problem.key: problem for problem in caught.value.problems}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.kind.replace(" ", "-"))
def test_a_mistake_is_named_with_its_place_and_the_way_out(project: Path, mistake: Mistake) -> None:
    mistake.commit(project)
    found = problems(project)
    assert set(found) == {mistake.key, *mistake.also}
    problem = found[mistake.key]
    assert problem.where == mistake.where
    assert [words for words in mistake.told if words not in str(problem)] == []
    assert problem.fix or mistake.kind in SAY_IT_ALL
    assert all("\n" not in part for part in (problem.what, problem.where, problem.fix))


def test_there_are_many_kinds_of_mistake() -> None:
    assert len({mistake.kind for mistake in MISTAKES}) == len(MISTAKES) >= 190


def test_mistakes_in_every_file_come_at_once(project: Path) -> None:
    (project / "conf" / "method").mkdir()
    (project / "conf" / "method" / "mine.yaml").write_text("defaults: [lora, _self_]\noptim: adam\n")
    values = {
        "method": {"learning_rate": "x", "lora": {"rank": 8}},
        "hardware": {"devices": 0},
        "evaluation": {"batch_size": 0},
        "tracking": {"project": "${nowhere}"},
        "data": {"split": {"train": 0.1}},
        "sede": 1,
    }
    text = params(method="mine", tracking="nothing", set=values) + "extra: 1\n"
    assert set(problems(project, text)) == {
        "extra",
        "tracking",
        "tracking.project",
        "method.optim",
        "method.learning_rate",
        "method.lora.rank",
        "hardware.devices",
        "evaluation.batch_size",
        "data.split",
        "sede",
    }


def test_a_wrong_option_does_not_hide_what_is_wrong_in_set(project: Path) -> None:
    text = params(method="lorra", set={"method": {"learning_rat": 1}})
    assert set(problems(project, text)) == {"method", "method.learning_rat"}


def test_windows_line_ends_and_a_byte_order_mark_are_no_mistake(project: Path) -> None:
    for path in [project / "params.yaml", *(project / "conf").rglob("*.*")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert compose(project).choices.method == "qlora"


@given(
    at=st.floats(0, 1),
    put=st.text(st.sampled_from("{}[]:-&*!|>'\"%@`#,?~$.\t\n ae1\x00\u2028\ufeff"), max_size=6),
    cut=st.integers(0, 9),
)
def test_any_params_file_is_understood_or_refused(at: float, put: str, cut: int) -> None:
    text = params(set={"method": {"lora": {"r": 8}}})
    place = round(at * len(text))
    try:
        take_apart(text[:place] + put + text[place + cut :])
    except ConfigError as error:
        assert all(problem.where.startswith("params.yaml") for problem in error.problems)


def test_an_empty_set_is_no_mistake(project: Path) -> None:
    assert compose(project, params(set=None)).seed == 0


def test_a_number_may_come_from_the_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED_OF_TEST", "7")
    assert compose(project, params(set={"seed": "${oc.decode:${oc.env:SEED_OF_TEST}}"})).seed == 7


@pytest.mark.parametrize("option", ["7", "null", "a=b", "a'b", "a,b", "my own", "ä"])
def test_an_option_may_have_an_odd_name(project: Path, option: str) -> None:
    (project / "conf" / "method").mkdir()
    (project / "conf" / "method" / f"{option}.yaml").write_text("defaults: [lora, _self_]\nmax_length: 99\n")
    assert compose(project, params(method=option)).method.max_length == 99


def test_the_command_line_prints_no_traceback(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "params.yaml").write_text(params(method="lorra"))
    monkeypatch.chdir(project)
    monkeypatch.setattr("sys.argv", ["tunewright", "stage", "compose"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(
        "error: 1 problem in the configuration\n  params.yaml:4: method: no option 'lorra'"
    )
    assert "Traceback" not in told


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tunewright new"):
        compose(tmp_path)
