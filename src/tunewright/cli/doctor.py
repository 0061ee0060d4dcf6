"""`tunewright doctor`: show what the checks found: a table on a terminal, plain lines in a pipe, or JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from tunewright import __version__
from tunewright.doctor.examine import examine
from tunewright.doctor.finding import Finding, Status, exit_code

if TYPE_CHECKING:
    from rich.table import Table

Format = Literal["text", "json"]
COLOURS: dict[Status, str] = {"ok": "green", "warning": "yellow", "wrong": "bold red", "skipped": "dim"}


def doctor(folder: Path, *, fix: bool, strict: bool, form: Format) -> int:
    """Examine, show, and return the exit code: 0 fine, 1 something is wrong, 2 a check was not possible."""
    findings = _examined(folder, fix=fix)
    code = exit_code(findings, strict=strict)
    if form == "json":
        typer.echo(as_json(findings, code))
    elif sys.stdout.isatty():
        _print_table(findings)
    else:
        typer.echo("\n".join([*lines(findings), summary(findings)]))
    return code


def as_json(findings: Sequence[Finding], code: int) -> str:
    """The document that docs/reference/doctor.md describes."""
    counts = Counter(finding.status for finding in findings)
    document = {
        "version": 1,
        "tunewright": __version__,
        "exit_code": code,
        "counts": {status: counts[status] for status in COLOURS},
        "findings": [asdict(finding) for finding in findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """One line a finding, and one for its fix."""
    width = max(len(finding.id) for finding in findings)
    for finding in findings:
        yield f"{_status(finding):8} {finding.id:{width}}  {_text(finding)}"
        if finding.fix:
            yield f"{'':8} {'':{width}}  fix: {finding.fix}"


def summary(findings: Sequence[Finding]) -> str:
    """How many of each, on one line."""
    counts = Counter(finding.status for finding in findings)
    fixed = sum(finding.fixed for finding in findings)
    parts = [f"{counts['wrong']} wrong", f"{counts['warning']} to look at", f"{counts['ok']} in order"]
    parts += [f"{counts['skipped']} skipped"] if counts["skipped"] else []
    parts += [f"{fixed} mended"] if fixed else []
    return ", ".join(parts)


def _examined(folder: Path, *, fix: bool) -> list[Finding]:
    if not sys.stderr.isatty():
        return examine(folder, fix=fix)
    from rich.console import Console

    with Console(stderr=True).status("examining machine and project"):
        return examine(folder, fix=fix)


def _print_table(findings: Sequence[Finding]) -> None:
    from rich.console import Console

    console = Console()
    console.print(table(findings))
    console.print(summary(findings), highlight=False)


def table(findings: Sequence[Finding]) -> Table:
    """The findings as a table; file names and messages are text, never markup."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    shown.add_column(no_wrap=True)
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    for finding in findings:
        text = Text(_text(finding))
        if finding.fix:
            text.append(f"\nfix: {finding.fix}", style="cyan")
        shown.add_row(Text(_status(finding), style=COLOURS[finding.status]), finding.id, text)
    return shown


def _status(finding: Finding) -> str:
    return "mended" if finding.fixed else finding.status


def _text(finding: Finding) -> str:
    return _printable(f"{finding.place}: {finding.message}" if finding.place else finding.message)


def _printable(text: str) -> str:
    """Without control codes and half characters, which a file's name may hold."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
