"""What a generated project holds, for each kind of task."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tunewright.config.compose import compose
from tunewright.config.json_schema import schema_names
from tunewright.data.reading.read import read_source
from tunewright.data.review.corrections import CORRECTIONS

from .conftest import CONTEXT, KINDS, TEMPLATE, Bake, files_of

ROOT = TEMPLATE.parent
COMMON = {
    ".dvc/.gitignore",
    ".dvc/config",
    ".dvcignore",
    ".env.example",
    ".gitattributes",
    ".github/workflows/ci.yml",
    ".gitignore",
    ".gitlab-ci.yml",
    "PROJECT.md",
    "README.md",
    *(f"conf/.schemas/{name}.schema.json" for name in schema_names()),
    "ci/verdict.sh",
    "conf/config.yaml",
    "data/README.md",
    "data/comparisons.json",
    "data/suites/README.md",
    "data/review.json",
    "data/test.lock",
    "dvc.yaml",
    "extensions/README.md",
    "params.yaml",
    "pyproject.toml",
    "tests/test_project.py",
}
OF_KIND = {
    "extraction": {
        "conf/data/support_triage.yaml",
        "conf/task/support_triage.schema.json",
        "conf/task/support_triage.yaml",
        "data/raw/tickets.jsonl",
    },
    "classification": {
        "conf/data/message_routing.yaml",
        "conf/task/message_routing.yaml",
        "data/raw/messages.csv",
    },
    "generation": {
        "conf/data/brand_voice.yaml",
        "conf/task/brand_voice.yaml",
        "data/raw/brand_voice.jsonl",
    },
    "chat": {
        "conf/data/library_assistant.yaml",
        "conf/task/library_assistant.yaml",
        "data/raw/conversations.jsonl",
    },
}
needs_checkout = pytest.mark.skipif(not (ROOT / "setup.py").is_file(), reason="compares with the checkout")


@pytest.mark.parametrize("kind", KINDS)
def test_exact_file_list(baked: dict[str, Path], kind: str) -> None:
    assert set(files_of(baked[kind])) == COMMON | OF_KIND[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_leftover_of_the_template(baked: dict[str, Path], kind: str) -> None:
    for name, content in files_of(baked[kind]).items():
        text = content.decode("utf-8")
        if name.startswith(".github/"):
            text = re.sub(r"\$\{\{ [\w.]+ \}\}", "", text)  # what GitHub fills in
        found = re.findall(r"\{\{|\}\}|\{%|%\}|cookiecutter", text)
        # JSONL and flow-style YAML may close two mappings at once.
        may_close_two = name.startswith("data/raw/") or name == "params.yaml"
        assert not found or (may_close_two and set(found) == {"}}"}), (name, found)


@pytest.mark.parametrize("kind", KINDS)
def test_text_files_end_with_one_newline_and_parse(baked: dict[str, Path], kind: str) -> None:
    for name, content in files_of(baked[kind]).items():
        text = content.decode("utf-8")
        assert text == "" or name.startswith("data/raw/") or re.search(r"[^\n]\n\Z", text), name
        if name.endswith(".yaml"):
            assert isinstance(yaml.safe_load(text), dict), name
        elif name.endswith(".json"):
            assert isinstance(json.loads(text), dict), name
        elif name.endswith(".toml"):
            assert tomllib.loads(text)["project"]["name"] == f"{baked[kind].name}-project"


@pytest.mark.parametrize("kind", KINDS)
def test_first_commit_holds_every_file_on_the_users_branch(baked: dict[str, Path], kind: str) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=baked[kind], check=True, capture_output=True, text=True
        )
        return done.stdout

    assert git("status", "--porcelain") == ""
    assert set(git("ls-files").splitlines()) == COMMON | OF_KIND[kind]
    assert git("rev-list", "--count", "HEAD").strip() == "1"
    assert git("branch", "--show-current").strip() == "trunk"


@pytest.mark.parametrize("kind", KINDS)
def test_readme_names_only_files_that_are_there(baked: dict[str, Path], kind: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", (baked[kind] / "README.md").read_text(encoding="utf-8"))
    assert len(links) >= 3
    assert [link for link in links if not (baked[kind] / link).exists()] == []


def test_generated_tests_pass_at_once_and_need_no_torch(baked: dict[str, Path], tmp_path: Path) -> None:
    reviewed = tmp_path / "reviewed"
    shutil.copytree(baked["extraction"], reviewed)
    (reviewed / CORRECTIONS).write_text("")
    done = run_tests([*baked.values(), reviewed])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{4 * (len(KINDS) + 1)} passed" in done.stdout


MISTAKES = [
    ("params.yaml", "method: qlora", "method: qlorra", "did you mean 'qlora'"),
    ("conf/data/support_triage.yaml", "meta: [channel, language]", "meta: [channel]", "'language')}"),
    ("conf/data/support_triage.yaml", "group_by: customer", "group_by: shoe_size", "shoe_size"),
    ("conf/task/support_triage.schema.json", '"kettle"', '"cauldron"', "max_rejected_share"),
    ("conf/task/support_triage.yaml", "acceptance:", "acceptance: []\nkpis:", "kpis"),
    ("data/raw/notes.txt", "", "left here", "data/raw/notes.txt"),
]


def test_generated_tests_can_fail(baked: dict[str, Path], tmp_path: Path) -> None:
    for number, (name, old, new, _) in enumerate(MISTAKES):
        copy = tmp_path / f"mistake_{number}"
        shutil.copytree(baked["extraction"], copy)
        text = (copy / name).read_text(encoding="utf-8") if old else ""
        assert old in text
        (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    said = run_tests(sorted(tmp_path.iterdir())).stdout
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    for number, (*_, message) in enumerate(MISTAKES):
        assert any(f"mistake_{number}" in line for line in failed), said
        assert message in said


def run_tests(projects: list[Path]) -> subprocess.CompletedProcess[str]:
    """Run the tests of generated projects in one process, which must not need torch."""
    check = "import sys, pytest; code = pytest.main(sys.argv[1:]); sys.exit('torch' in sys.modules or code)"
    arguments = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", f"--rootdir={projects[0].parent}"]
    return subprocess.run(
        [sys.executable, "-c", check, *arguments, *(str(project / "tests") for project in projects)],
        cwd=projects[0].parent,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_answers_arrive_in_the_configuration(bake: Bake) -> None:
    answers = {
        "kind": "classification",
        "project_name": "Acme desk",
        "project_slug": "acme-desk",
        "description": "Say which desk.",
        "kpi_measure": "Right desk",
        "kpi_target": "95 %",
        "rationale_need": "know",
        "rationale_facts_change": "often",
        "rationale_must_cite": "yes",
        "rationale_examples": "0500",
        "rationale_cost_today": "A day a week",
        "rationale_why": "Because.",
        "model": "qwen3-4b",
        "method": "dora",
        "hardware": "l4",
        "tracking": "wandb",
    }
    assert set(answers) == {key for key in CONTEXT if not key.startswith("_")}
    settings = compose(bake(**answers))
    assert (settings.project.name, settings.project.slug) == ("Acme desk", "acme-desk")
    assert (settings.task.kind, settings.task.description) == ("classification", "Say which desk.")
    assert (settings.task.kpi.measure, settings.task.kpi.target) == ("Right desk", "95 %")
    assert settings.task.rationale.model_dump() == {
        "need": "know",
        "facts_change": "often",
        "must_cite": True,
        "examples": 500,
        "cost_today": "A day a week",
        "why": "Because.",
    }
    for key in ("model", "method", "hardware", "tracking"):
        assert getattr(settings.choices, key) == answers[key]


@pytest.mark.parametrize("group", ["model", "method", "hardware", "tracking"])
def test_choices_are_the_packaged_options(group: str) -> None:
    from tunewright.config.places import packaged_conf

    packaged = {path.stem for path in (packaged_conf() / group).glob("*.yaml")}
    needs_more_answers = {"path"} if group == "model" else set()
    assert set(CONTEXT[group]) == packaged - needs_more_answers
    assert set(CONTEXT["__prompts__"][group]) == {"__prompt__", *CONTEXT[group]}


def test_extras_are_those_the_options_need() -> None:
    from tunewright.config.places import packaged_conf

    def options_with(group: str, key: str, value: str) -> set[str]:
        files = (packaged_conf() / group).glob("*.yaml")
        return {path.stem for path in files if value in yaml.safe_load(path.read_text("utf-8")).get(key, "")}

    assert set(CONTEXT["_extras"]["gguf"]) == options_with("model", "source", "pypi")
    for tracker in ("wandb", "mlflow"):
        assert set(CONTEXT["_extras"][tracker]) == options_with("tracking", "trackers", tracker)


@needs_checkout
def test_prompts_are_the_purposes_of_the_option_files() -> None:
    with_options = runpy.run_path(str(ROOT / "tools" / "option_prompts.py"))["with_options"]
    text = (TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8")
    assert with_options(text) == text, "make fix"
    assert "lora: Low-rank adapters" in text and "[Llama 3.1 Community License]" in text
    stale = text.replace("One NVIDIA L4, 24 GB.", "Something else.").replace('"none", ', "")
    again = json.loads(with_options(stale))
    assert again["__prompts__"] == CONTEXT["__prompts__"]
    assert set(again["tracking"]) == set(CONTEXT["tracking"])


@needs_checkout
@pytest.mark.parametrize("name", ["dvc.yaml", "data/raw/tickets.jsonl", "data/README.md"])
def test_reference_project_at_the_root_has_the_same_bytes(baked: dict[str, Path], name: str) -> None:
    assert (baked["extraction"] / name).read_bytes() == (ROOT / name).read_bytes()


@needs_checkout
@pytest.mark.parametrize(
    "name",
    [
        "params.yaml",
        "conf/config.yaml",
        "conf/data/support_triage.yaml",
        "conf/task/support_triage.yaml",
        "conf/task/support_triage.schema.json",
    ],
)
def test_reference_project_at_the_root_says_the_same(baked: dict[str, Path], name: str) -> None:
    def content(folder: Path) -> object:
        return yaml.safe_load((folder / name).read_text(encoding="utf-8"))

    assert content(baked["extraction"]) == content(ROOT)


def test_dvc_files_are_those_of_dvc_init(baked: dict[str, Path], tmp_path: Path) -> None:
    from dvc.repo import Repo

    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    Repo.init(str(tmp_path)).close()
    for name in (".dvc/.gitignore", ".dvc/config", ".dvcignore"):
        assert (baked["chat"] / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_examples_of_the_template_are_counted_right(baked: dict[str, Path]) -> None:
    for kind, project in baked.items():
        task = compose(project).task
        sources = compose(project).data.sources
        rows = sum(sum(1 for _ in read_source(project, source)) for source in sources)
        assert task.rationale.examples == rows, kind


def test_ignored_are_secrets_and_results_but_not_what_git_must_hold(baked: dict[str, Path]) -> None:
    kept = ["artifacts/base_model.json", "metrics/train.json", "plots/loss.csv", "timings/train.json"]
    kept += ["resolved.yaml", "dvc.lock", ".env.example", "data/raw/tickets.jsonl"]
    ignored = [
        ".env",
        ".tunewright/wandb/run",
        "artifacts/adapter/a",
        "artifacts/data/train.jsonl",
        "reports/report.html",
    ]
    done = subprocess.run(
        ["git", "check-ignore", *kept, *ignored], cwd=baked["extraction"], capture_output=True, text=True
    )
    assert set(done.stdout.split()) == set(ignored)
