"""`Finding`: what one check has to say, and what all of them together mean for the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "wrong", "skipped"]

FINE, SOMETHING_WRONG, NOT_CHECKED = 0, 1, 2


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; the JSON output has these very fields.

    Attributes:
        id: of the check, `family.check`; it stays the same between versions.
        status: ok; warning: works, but not as it should; wrong: something fails or will; skipped: the
            check does not apply here, or could not be made (then `unchecked`).
        message: what was found, never the value of a secret.
        place: file, line, key or device; empty if there is none.
        fix: the next command to type; empty if there is none.
        fixed: `--fix` has mended it.
        unchecked: the check applies but could not be made.
    """

    id: str
    status: Status
    message: str
    place: str = ""
    fix: str = ""
    fixed: bool = False
    unchecked: bool = False


def ok(id_: str, message: str, place: str = "") -> Finding:
    """All is well."""
    return Finding(id_, "ok", message, place)


def warning(id_: str, message: str, place: str = "", fix: str = "") -> Finding:
    """It works, but not as it should."""
    return Finding(id_, "warning", message, place, fix)


def wrong(id_: str, message: str, place: str = "", fix: str = "") -> Finding:
    """Something fails, or will."""
    return Finding(id_, "wrong", message, place, fix)


def skipped(id_: str, message: str, place: str = "", fix: str = "") -> Finding:
    """The check does not apply here."""
    return Finding(id_, "skipped", message, place, fix)


def unchecked(id_: str, message: str, place: str = "", fix: str = "") -> Finding:
    """The check applies, but could not be made."""
    return Finding(id_, "skipped", message, place, fix, unchecked=True)


def mended(id_: str, message: str, place: str = "") -> Finding:
    """It was not in order, and `--fix` has put it right."""
    return Finding(id_, "ok", message, place, fixed=True)


def exit_code(findings: Iterable[Finding], *, strict: bool) -> int:
    """0 fine; 1 something is wrong (strict: or a warning); 2 nothing wrong, but a check was not possible."""
    found = list(findings)
    bad = {"wrong", "warning"} if strict else {"wrong"}
    if any(finding.status in bad for finding in found):
        return SOMETHING_WRONG
    return NOT_CHECKED if any(finding.unchecked for finding in found) else FINE
