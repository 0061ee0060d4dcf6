"""How keys, tokens and passwords look: by their form alone, or by the name that stands next to them."""

from __future__ import annotations

import re

_START = r"(?<![A-Za-z0-9])"
PASSWORD_IN_ADDRESS = "a password in an address"  # noqa: S105 - the name of a kind
BY_FORM: dict[str, re.Pattern[str]] = {
    kind: re.compile(shape)
    for kind, shape in {
        "a Hugging Face token": _START + r"(?:hf|api_org)_[A-Za-z0-9]{20,}",
        "a Weights & Biases key": _START + r"wandb_v\d_[A-Za-z0-9_-]{20,}",
        # Anthropic and others took the form over from OpenAI; words joined by hyphens have no digit.
        "an OpenAI key (or a like one)": _START + r"sk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}",
        "a GitHub token": _START + r"(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,})",
        "a GitLab token": _START + r"glpat-[A-Za-z0-9_-]{20,}",
        "an AWS access key": _START + r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])",
        "a Google API key": _START + r"AIza[A-Za-z0-9_-]{35}",
        "a Slack token": _START + r"xox[abeprs]-[A-Za-z0-9-]{10,}",
        "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
        PASSWORD_IN_ADDRESS: r"(?<=://)[^/\s:@'\"]+:[^/\s@'\"]+(?=@)",
    }.items()
}
"""Secrets that their form alone gives away, by kind."""

BY_NAME: dict[str, re.Pattern[str]] = {
    kind: re.compile(shape, re.IGNORECASE)
    for kind, shape in {
        # Forty hex digits are a git commit too: only the name next to them makes them a key.
        "a Weights & Biases key": r"wandb.{0,40}?[\s=:\"'](?P<value>[0-9a-f]{40})(?![0-9a-z])",
        "an AWS secret key": r"secret_?access_?key[\s=:\"']{1,9}(?P<value>[a-z0-9/+]{40})(?![a-z0-9/+])",
    }.items()
}
"""Secrets that only what stands next to them gives away: the group `value`."""
