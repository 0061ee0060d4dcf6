"""Regular expressions of a project: RE2's, which no pattern can make run longer than its text is long."""

from __future__ import annotations

RE2_SYNTAX = "RE2 has no look-around and no back-references: https://github.com/google/re2/wiki/Syntax"


def why_not_re2(pattern: str) -> str:
    """Why a text is no regular expression of RE2; empty if it is one."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        return f"{pattern!r} is no regular expression of RE2: {said}"
    return ""
