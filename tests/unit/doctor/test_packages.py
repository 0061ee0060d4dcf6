"""Python and packages against what is needed and what was tested."""

from __future__ import annotations

from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tunewright.config.schema.personal_data import Ner, PersonalData
from tunewright.doctor import packages
from tunewright.doctor.packages import (
    against_tested,
    extras,
    needed_extras,
    python_version,
    read_tested,
    required,
)

from .conftest import ROOT, one, said

REQUIREMENTS = [
    Requirement(text)
    for text in (
        "torch>=2.6",
        "ruamel.yaml>=0.18",
        'gguf>=0.10; extra == "gguf"',
        'wandb>=0.31; extra == "wandb"',
        'mlflow-skinny>=3.1; extra == "mlflow"',
    )
]
INSTALLED = {
    "torch": "2.13.0+cpu",
    "ruamel-yaml": "0.19.1",
    "gguf": "0.19.0",
    "wandb": "0.31.0",
    "mlflow-skinny": "3.17.2",
    "click": "8.5.1",
}
TESTED = {"torch": "2.13.0", "ruamel-yaml": "0.19.1", "click": "8.5.1", "absent": "1.0"}


def test_the_list_of_tested_versions_is_constraints_txt() -> None:
    """One list: the file that README, Makefile and CI install from."""
    assert packages.TESTED.samefile(ROOT / "constraints.txt")
    tested = read_tested(packages.TESTED.read_text())
    assert len(tested) > 100
    assert tested["ruamel-yaml"] == "0.19.1"


def test_every_needed_package_has_a_tested_version() -> None:
    tested = read_tested(packages.TESTED.read_text())
    needed = [Requirement(text) for text in metadata.requires("tunewright") or []]
    assert len(needed) > 20
    of_users = [one for one in needed if one.marker is None or 'extra == "gguf"' in str(one.marker)]
    assert [one.name for one in of_users if packages.canonicalize_name(one.name) not in tested] == []


@pytest.mark.parametrize(
    ("running", "status"), [("3.11.7", "ok"), ("3.14.0", "warning"), ("3.10.4", "wrong"), ("3.12.0", "ok")]
)
def test_python(running: str, status: str) -> None:
    assert python_version(running, ">=3.11", ["3.11", "3.12"]).status == status


def test_needed_packages() -> None:
    assert one(required(REQUIREMENTS, INSTALLED))[0] == "ok"
    lacking = required(REQUIREMENTS, {"torch": "2.5.1"})
    assert said(lacking) == [
        ("wrong", ": torch 2.5.1 is installed, >=2.6 is needed"),
        ("wrong", ": ruamel.yaml is not installed"),
    ]


def test_other_versions_than_the_tested_are_a_warning() -> None:
    assert against_tested(REQUIREMENTS, INSTALLED, TESTED).status == "ok"
    finding = against_tested(REQUIREMENTS, INSTALLED | {"torch": "2.14.0", "click": "9.0"}, TESTED)
    assert finding.status == "warning"
    assert "torch 2.14.0 (tested: 2.13.0), 1 packages that those need" in finding.message
    assert finding.fix == f"pip install -c {packages.TESTED} torch click"


def test_extras_follow_the_configuration(settings) -> None:
    chosen = settings(model={"source": "pypi"}, tracking={"trackers": ("wandb", "mlflow")})
    assert set(needed_extras(chosen)) == {"gguf", "mlflow", "wandb"}
    assert needed_extras(settings(model={"source": "hub"}, tracking={"trackers": ()})) == {}
    names = PersonalData(ner=Ner(model="en_core_web_sm"))
    assert needed_extras(settings(data={"personal_data": names}))["ner"] == "data.personal_data.ner"
    assert one(extras(REQUIREMENTS, INSTALLED, needed_extras(chosen)))[0] == "ok"
    without = {name: version for name, version in INSTALLED.items() if name != "gguf"}
    status, text = one(extras(REQUIREMENTS, without, needed_extras(chosen)))
    assert (status, text) == ("wrong", ": gguf is not installed; model=smollm2-135m needs it")
    assert one(extras(REQUIREMENTS, without, {}))[0] == "ok"


def test_a_missing_list_is_said(look, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(packages, "TESTED", tmp_path / "none.txt")
    finding = next(one for one in packages.check(look()) if one.id == "packages.tested")
    assert finding.unchecked
