"""All families together: none is forgotten, none can stop the others; exit codes, text and JSON."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest

from tunewright import doctor
from tunewright.cli.doctor import as_json, lines, summary, table
from tunewright.doctor import repository
from tunewright.doctor.examine import FAMILIES, examine
from tunewright.doctor.finding import Finding, exit_code, mended, ok, skipped, unchecked, warning, wrong
from tunewright.doctor.libraries import Libraries

from .conftest import CPU, ROOT

GUIDE = (ROOT / "docs" / "reference" / "doctor.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(tmp_path.parent / f"{tmp_path.name}-cache"))


def ask() -> Libraries:
    return CPU


def test_every_family_is_run() -> None:
    names = [f"{doctor.__name__}.{one.name}" for one in pkgutil.iter_modules(doctor.__path__)]
    families = {name for name in names if hasattr(importlib.import_module(name), "check")}
    assert len(families) == 15
    assert {family.__name__ for family in FAMILIES} == families


def test_a_project_in_order(project: Path, commands_here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tunewright.doctor.hardware.cpu_flags", frozenset)  # what hardware=cpu is made for
    findings = examine(project, fix=False, ask=ask)
    assert {finding.status for finding in findings} <= {"ok", "skipped"}, findings
    assert exit_code(findings, strict=True) == 0
    assert len({finding.id for finding in findings}) >= 20


def test_outside_a_project_the_machine_alone_is_checked(tmp_path: Path) -> None:
    findings = examine(tmp_path, fix=True, ask=ask)
    assert findings[0].id == "project"
    assert "the machine alone was checked" in findings[0].message
    families = {finding.id.partition(".")[0] for finding in findings}
    assert families == {"project", "packages", "gpu", "four_bit", "cache", "disk"}
    assert list(tmp_path.iterdir()) == []


def test_below_a_project_the_way_is_shown(project: Path) -> None:
    assert examine(project / "data" / "raw", fix=False, ask=ask)[0].fix == f"cd {project}"


def test_every_problem_of_the_configuration_is_a_finding(project: Path) -> None:
    text = (project / "params.yaml").read_text().replace("method: qlora", "method: qlorra")
    (project / "params.yaml").write_text(text.replace("hardware: cpu", "hardware: cpuu"))
    findings = examine(project, fix=False, ask=ask)
    found = [finding for finding in findings if finding.id == "configuration"]
    assert [finding.status for finding in found] == ["wrong", "wrong"]
    assert found[0].place.startswith("params.yaml")
    assert "did you mean 'qlora'" in found[0].fix
    assert "git.head" in {finding.id for finding in findings}, "the other checks go on"
    assert exit_code(findings, strict=False) == 1


def test_a_check_that_fails_does_not_stop_the_others(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_examined: object) -> list[Finding]:
        raise PermissionError("no right to read it")

    monkeypatch.setattr(repository, "check", fail)
    findings = examine(project, fix=False, ask=ask)
    failed = [finding for finding in findings if finding.unchecked]
    assert [(finding.id, finding.status) for finding in failed] == [("repository", "skipped")]
    assert "no right to read it" in failed[0].message
    assert findings[-1].id == "secrets.files"


FINE, ODD, BAD = ok("a.b", "x"), warning("a.b", "x"), wrong("a.b", "x")
NOT_HERE, UNKNOWN = skipped("a.b", "x"), unchecked("a.b", "x")


@pytest.mark.parametrize(
    ("findings", "code", "strict_code"),
    [
        ([], 0, 0),
        ([FINE, NOT_HERE, mended("a.b", "x")], 0, 0),
        ([FINE, ODD], 0, 1),
        ([FINE, BAD], 1, 1),
        ([FINE, UNKNOWN], 2, 2),
        ([ODD, UNKNOWN], 2, 1),
        ([BAD, UNKNOWN], 1, 1),
    ],
)
def test_exit_codes(findings: list[Finding], code: int, strict_code: int) -> None:
    assert exit_code(findings, strict=False) == code
    assert exit_code(findings, strict=True) == strict_code


FINDINGS = [
    ok("a.first", "fine"),
    wrong("b.second", "bad", "file [bold]\x1b[31m", "type this"),
    mended("a.third", "gone"),
]


def test_lines() -> None:
    told = list(lines(FINDINGS))
    assert told[0] == "ok       a.first   fine"
    assert told[1] == "wrong    b.second  file [bold]\N{REPLACEMENT CHARACTER}[31m: bad"
    assert told[2].strip() == "fix: type this"
    assert told[3].startswith("mended ")
    assert summary(FINDINGS) == "1 wrong, 0 to look at, 2 in order, 1 mended"


def test_the_table_takes_names_as_they_are() -> None:
    from rich.console import Console

    console = Console(width=100, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table(FINDINGS))
    assert "file [bold]" in captured.get()
    assert "fix: type this" in captured.get()


def test_json_is_as_documented() -> None:
    document = json.loads(as_json(FINDINGS, 1))
    example = json.loads(re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)[1])
    assert set(document) == set(example)
    assert document["counts"].keys() == example["counts"].keys()
    assert all(set(finding) == set(example["findings"][0]) for finding in document["findings"])
    assert document["exit_code"] == 1
    assert document["findings"][2]["fixed"] is True


def ids_in(source: str) -> set[str]:
    """The identifiers of findings in a module: first argument of a call, or the variable `id_`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        value: ast.expr | None = None
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute) and node.args:
            value = node.args[0]
        elif isinstance(node, ast.Assign) and "id_" in {getattr(to, "id", "") for to in node.targets}:
            value = node.value
        if isinstance(value, ast.Constant) and re.fullmatch(r"[a-z0-9_]+\.[a-z]+", str(value.value)):
            found.add(str(value.value))
    return found


def test_every_id_is_documented_and_no_other() -> None:
    """The identifiers are an interface: the guide's table has those that the code has."""
    sources = [Path(str(family.__file__)).read_text(encoding="utf-8") for family in FAMILIES]
    used = set().union(*map(ids_in, sources))
    documented = set(re.findall(r"^\| `([a-z0-9_.]+)` \|", GUIDE, re.MULTILINE))
    assert len(used) > 25
    assert used | {"project", "configuration"} == documented
