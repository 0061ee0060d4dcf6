"""Every kind of task x method x tracking gives a project with the right files, that composes and lints."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from tunewright.template.tunewright_answers import complaints

from tunewright import __version__
from tunewright.config.compose import compose
from tunewright.config.places import packaged_conf
from tunewright.config.schema import Settings
from tunewright.errors import ConfigError
from tunewright.scaffold.answers import completed
from tunewright.scaffold.generate import WITHOUT_GIT, _rendered
from tunewright.scaffold.template import questions_in

from .conftest import CONTEXT, KINDS, files_of
from .test_generated import COMMON, OF_KIND

TRACKERS = {
    "none": (),
    "wandb": ("wandb",),
    "wandb-offline": ("wandb",),
    "mlflow": ("mlflow",),
    "wandb-mlflow": ("wandb", "mlflow"),
}
COMBINATIONS = sorted(product(KINDS, CONTEXT["method"], CONTEXT["tracking"]))


def answers(**given: str) -> dict[str, str]:
    """The defaults with some answers."""
    private = {key: value for key, value in CONTEXT.items() if key.startswith("_") and key[1] != "_"}
    questions = questions_in(CONTEXT)
    return completed(questions, given, {}, private=private, preferred=lambda _: {}, ask=None)


@dataclass(frozen=True)
class Made:
    """A generated project and its configuration."""

    kind: str
    method: str
    tracking: str
    folder: Path
    settings: Settings


def render(folder: Path, **given: str) -> Path:
    """A project without git, as `tunewright new` and plain cookiecutter render it."""
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(WITHOUT_GIT, "1")
        return _rendered(answers(**given), folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, home: Path) -> list[Made]:
    """One project of each combination."""
    folder = tmp_path_factory.mktemp("combinations")
    projects = []
    for number, (kind, method, tracking) in enumerate(COMBINATIONS):
        project = render(folder / f"p{number}", kind=kind, method=method, tracking=tracking)
        projects.append(Made(kind, method, tracking, project, compose(project)))
    return projects


def test_there_are_as_many_as_there_should_be(made: list[Made]) -> None:
    assert len(made) == 4 * 5 * 5


def test_exact_files_and_no_braces(made: list[Made]) -> None:
    for project in made:
        files = files_of(project.folder)
        assert set(files) == COMMON | OF_KIND[project.kind]
        for name, content in files.items():
            text = content.decode("utf-8")
            if name.startswith(".github/"):
                text = re.sub(r"\$\{\{ [\w.]+ \}\}", "", text)
            if not name.startswith(("data/raw/", "params.yaml")):
                assert not re.findall(r"\{\{|\}\}|\{%|%\}|cookiecutter", text), name
            if name.endswith((".yaml", ".yml")):
                assert isinstance(yaml.safe_load(text), dict), name


def test_each_composes_into_what_was_chosen(made: list[Made]) -> None:
    for project in made:
        settings = project.settings
        assert settings.task.kind == project.kind
        assert (settings.choices.method, settings.choices.tracking) == (project.method, project.tracking)
        assert settings.evaluation.load_in_4bit == (project.method == "qlora")
        assert (settings.method.quantization is not None) == (project.method == "qlora")


def test_names_licences_and_versions(made: list[Made]) -> None:
    for project in made:
        text = (project.folder / "pyproject.toml").read_text(encoding="utf-8")
        content = tomllib.loads(text)["project"]
        assert content["name"] == f"{project.settings.project.slug}-project"
        (line,) = content["dependencies"]
        needed = Requirement(line)
        assert needed.name == "tunewright"
        assert needed.extras == {"gguf", *TRACKERS[project.tracking]}
        assert needed.url or str(needed.specifier) == f"=={__version__}"
        assert all(source.licence.startswith("Apache-2.0") for source in project.settings.data.sources)
        assert project.settings.model.licence == "Apache-2.0"


def test_generated_python_and_configuration_pass_ruff(made: list[Made]) -> None:
    folder = made[0].folder.parents[1]
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--isolated", "--line-length", "120", "--no-cache"]
    check = [*ruff, "check", *rules, "--select", "E,F,W,I,UP,B,C4,SIM,PTH,RUF,D1", "--ignore", "D103"]
    for command in ([*check, str(folder)], [*ruff, "format", "--check", *rules, str(folder)]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(folder.rglob("*.py"))) == len(made)


def test_the_scripts_for_sh_are_sound(made: list[Made]) -> None:
    scripts = list(made[0].folder.rglob("*.sh"))
    assert scripts
    for script in scripts:
        subprocess.run(["sh", "-n", str(script)], check=True)


@pytest.mark.parametrize("hardware", CONTEXT["hardware"])
def test_every_machine_goes_with_a_method_or_says_why_not(made: list[Made], hardware: str) -> None:
    folder = made[0].folder
    params = (folder / "params.yaml").read_text(encoding="utf-8")
    refused = set()
    for method in ("qlora", "lora", "full"):
        text = re.sub(r"^hardware: \S+", f"hardware: {hardware}", params, flags=re.M)
        text = re.sub(r"^method: \S+", f"method: {method}", text, flags=re.M)
        text = re.sub(r"^evaluation: \S+", f"evaluation: {'nf4' if method == 'qlora' else 'default'}", text, flags=re.M)
        try:
            assert compose(folder, text).choices.hardware == hardware
        except ConfigError:
            refused.add(method)
    assert refused == ({"qlora"} if hardware == "mps" else set())


@pytest.mark.parametrize(
    "slug",
    ["null", "yes", "no", "on", "off", "y", "n", "true", "false", "json", "test", "tests", "torch", "numpy", "pip",
     "conf", "data", "e3", "scikit-learn", "conftest"],
)  # fmt: skip
def test_names_that_mean_something_elsewhere_stay_names(tmp_path: Path, slug: str) -> None:
    """YAML reads `no` as a boolean, and pip would put a distribution called torch in torch's place."""
    assert not complaints({"project_slug": slug})
    project = render(tmp_path / "made", project_slug=slug)
    assert compose(project).project.slug == slug
    name = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    constraints = packaged_conf().parent / "constraints.txt"
    if constraints.is_file():
        taken = {line.partition("==")[0].lower() for line in constraints.read_text("utf-8").splitlines()}
        assert len(taken) > 100 and name not in taken
