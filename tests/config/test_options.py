"""`tunewright options` and `tunewright eject`: what there is, where it lives, and how to get a copy."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.config.by_schema import schema_named_in
from tests.config.mistakes.kind import params
from tests.config.test_provenance import rows_of_options, values_for
from tunewright import __version__
from tunewright.cli.eject import eject, packaged_options
from tunewright.cli.options import options
from tunewright.cli.schema import schema as write_schemas
from tunewright.config.catalogue import catalogue
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import GROUPS
from tunewright.errors import ConfigError, UsageError


def test_all_groups_with_every_option_and_its_purpose(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options(project, None)
    told = capsys.readouterr().out
    for group in GROUPS:
        assert f"{group}: " in told
        for option in catalogue(project, group):
            assert option.purpose
            assert f" {option.name} " in told and option.purpose in told
    assert "yaml-language-server" not in told


def test_the_chosen_one_is_marked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options(project, "method")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("method: the training recipe")
    assert [line.split()[1] for line in lines if line.startswith("*")] == ["qlora"]
    assert len(lines) == 6
    assert "tunewright:conf/method/qlora.yaml" in next(line for line in lines if line.startswith("*"))


def test_a_projects_option_and_what_it_shadows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project / "conf" / "method"
    folder.mkdir()
    (folder / "mine.yaml").write_text("# Our own recipe.\ndefaults: [lora]\n")
    (folder / "lora.yaml").write_text("# Our LoRA.\nlora: {r: 3}\nlearning_rate: 0.01\n")
    (folder / "plain.yaml").write_text("lora: null\n")
    options(project, "method")
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if "conf/method/lora.yaml  " in line)
    assert "Our LoRA." in lines[at]
    assert lines[at + 1].strip() == "shadows tunewright:conf/method/lora.yaml"
    assert sum("shadows" in line for line in lines) == 1
    assert any(
        "mine" in line and "conf/method/mine.yaml" in line and "Our own recipe." in line for line in lines
    )
    assert any(line.strip() == "plain   conf/method/plain.yaml" for line in lines)


def test_outside_a_project_the_packaged_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options(tmp_path, None)
    told = capsys.readouterr().out
    assert told.count("tunewright:conf/") == len(packaged_options()) >= 36
    assert "*" not in told


def test_a_choice_that_does_not_exist_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "params.yaml").write_text("method: lorra\n")
    options(project, "method")
    assert "* lorra: params.yaml chooses it, but it does not exist" in capsys.readouterr().out


def test_an_unknown_group_has_a_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'method'") as caught:
        options(tmp_path, "metod")
    assert caught.value.exit_code == 2


def test_ejecting_every_option_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`params` of the tests chooses in turn; all packaged options are in the project afterwards."""
    texts = [params(**row, set=values_for(row)) for row in rows_of_options(project)]
    before = [to_yaml(compose(project, text)) for text in texts]
    for group in ("task", "data"):
        for path in (project / "conf" / group).glob("*.yaml"):
            path.unlink()
    for name in packaged_options():
        eject(project, name)
        option = project / "conf" / f"{name}.yaml"
        text = option.read_text(encoding="utf-8")
        assert f"# Taken from tunewright {__version__} (conf/{name}.yaml)" in text
    assert [to_yaml(compose(project, text)) for text in texts] == before
    assert all(
        option.shadows and option.path.is_relative_to(project)
        for group in GROUPS
        for option in catalogue(project, group)
    )


def test_an_ejected_option_keeps_comments_purpose_and_schema(project: Path) -> None:
    purpose = next(option.purpose for option in catalogue(project, "method") if option.name == "lora")
    eject(project, "method/lora")
    path = project / "conf" / "method" / "lora.yaml"
    assert "# higher learns more and costs memory" in path.read_text(encoding="utf-8")
    assert next(o.purpose for o in catalogue(project, "method") if o.name == "lora") == purpose
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)
    write_schemas(project, None, None)
    assert schema_named_in(path).name == "method.schema.json"


def test_nothing_is_overwritten(project: Path) -> None:
    eject(project, "method/lora")
    path = project / "conf" / "method" / "lora.yaml"
    path.write_text("# Mine now.\n")
    with pytest.raises(UsageError, match=r"conf/method/lora.yaml: exists already"):
        eject(project, "method/lora")
    assert path.read_text() == "# Mine now.\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("method/lorra", "did you mean 'method/lora'"),
        ("method=lorra", "did you mean 'method/lora'"),
        ("metod/lora", "did you mean 'method'"),
        ("lora", "is not of the form GROUP/OPTION"),
        ("../secrets/x", "there is no group '..'"),
        ("method/../model/tiny", "there is no packaged option"),
    ],
)
def test_a_misspelt_option_has_a_nearest_name(project: Path, name: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        eject(project, name)
    assert told in str(caught.value)
    assert caught.value.exit_code == 2


def test_ejecting_outside_a_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tunewright new"):
        eject(tmp_path, "method/lora")
    assert list(tmp_path.iterdir()) == []
