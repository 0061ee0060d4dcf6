"""A project made by an earlier version: what its dvc.yaml and its data folder lack."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tunewright.doctor.pipeline import lock_file
from tunewright.errors import TunewrightError
from tunewright.scaffold.pipeline import RECORDS, packaged_pipeline, pipeline_lacks, read_stages
from tunewright.stages.compose import refuse_older_project

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    for name in RECORDS:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def stages() -> dict[str, Any]:
    return read_stages(packaged_pipeline())


def test_a_project_of_this_version_lacks_nothing(project: Path) -> None:
    refuse_older_project(project)


def test_more_than_this_version_has_is_no_fault() -> None:
    more = {**stages(), "publish": {"cmd": "make publish"}}
    more["report"]["deps"] += ["notes.md"]
    assert pipeline_lacks(more, stages()) == []


def test_a_whole_group_has_each_of_its_keys() -> None:
    own = stages()
    own["baseline"]["params"] = [{"resolved.yaml": ["model", "evaluation", "task", "versions"]}]
    assert pipeline_lacks(own, stages()) == []


def test_stages_settings_and_inputs_that_are_missing_are_named() -> None:
    own = stages()
    del own["judge"]
    own["baseline"]["params"][0]["resolved.yaml"].remove("evaluation.engine")
    own["report"]["deps"].remove("artifacts/judge")
    assert pipeline_lacks(own, stages()) == [
        "baseline: evaluation.engine",
        "stage judge",
        "report: artifacts/judge",
    ]


def test_an_older_pipeline_is_refused_with_the_command_that_brings_the_new_one(project: Path) -> None:
    older = {"stages": {name: entry for name, entry in stages().items() if name != "reference"}}
    (project / "dvc.yaml").write_text(yaml.safe_dump(older))
    with pytest.raises(TunewrightError, match="it lacks stage reference") as caught:
        refuse_older_project(project)
    assert caught.value.where == "dvc.yaml"
    copy = str(caught.value.fix).partition("cp '")[2].partition("'")[0]
    shutil.copy(copy, project / "dvc.yaml")
    refuse_older_project(project)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_is_missing_is_named_with_the_file_to_copy(project: Path, name: str) -> None:
    (project / name).unlink()
    with pytest.raises(TunewrightError, match="does not exist") as caught:
        refuse_older_project(project)
    assert caught.value.where == name
    copy = str(caught.value.fix).partition("cp '")[2].partition("'")[0]
    assert Path(copy).read_bytes() == (ROOT / name).read_bytes()


def test_a_stage_whose_meta_is_empty_is_read(project: Path) -> None:
    from tunewright.config.stage_settings import declared_keys

    own = stages()
    own["fetch"]["meta"] = None
    (project / "dvc.yaml").write_text(yaml.safe_dump({"stages": own}))
    assert declared_keys("fetch", project) == (["model", "versions.tunewright"], [])


def test_doctor_names_what_an_older_project_lacks(project: Path) -> None:
    assert not [found for found in lock_file(project) if found.status == "wrong"]
    (project / "data" / "comparisons.json").unlink()
    older = {"stages": {name: entry for name, entry in stages().items() if name != "judge"}}
    (project / "dvc.yaml").write_text(yaml.safe_dump(older))
    wrong = [(found.place, found.message) for found in lock_file(project) if found.status == "wrong"]
    assert [where for where, _ in wrong] == ["dvc.yaml", "data/comparisons.json"]
    assert "it lacks stage judge" in wrong[0][1]


def test_a_pipeline_that_is_no_yaml_is_named(project: Path) -> None:
    (project / "dvc.yaml").write_text("stages: [\n")
    with pytest.raises(TunewrightError, match="is no YAML") as caught:
        refuse_older_project(project)
    assert caught.value.where == str(project / "dvc.yaml")
