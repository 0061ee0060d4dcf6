"""What looks like a secret is taken out; nothing else is."""

from __future__ import annotations

import pytest

from tunewright.secret_text import HIDDEN, looks_like_a_secret, scrub

ENVIRONMENT = {
    "X_TOKEN": "swordfish-9",
    "Y_SECRET": "swordfish-9-and-more",
    "DEBUG_KEY": "1",
    "HOME": "/home/jane",
    "PLAIN": "plain",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"api_key": "abc", "max_new_tokens": 128}, {"api_key": HIDDEN, "max_new_tokens": 128}),
        ({"a": ["hf_" + "x" * 30, "plain"]}, {"a": [HIDDEN, "plain"]}),
        ("see https://user:pw@host/x", f"see https://{HIDDEN}@host/x"),  # pragma: allowlist secret
        ("wandb_v1_" + "aB3" * 20, HIDDEN),
        ("github_pat_" + "aB3" * 20, HIDDEN),
        ("disk-usage-of-the-whole-machine", "disk-usage-of-the-whole-machine"),
        ("uses swordfish-9 here", f"uses {HIDDEN} here"),
        ("1 and short", "1 and short"),
        (None, None),
        ({"swordfish-9": 1}, {HIDDEN: 1}),
        ("swordfish-9-and-more", HIDDEN),
        ("/home/jane/models/x and /home/janet", "~/models/x and /home/janet"),
    ],
)
def test_scrub_takes_out_what_looks_like_a_secret_and_nothing_else(value: object, expected: object) -> None:
    assert scrub(value, ENVIRONMENT) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("api_key", "abc", True),
        ("instructions", "uses swordfish-9 here", True),
        ("path", "/home/jane/models/x", False),
        ("max_new_tokens", 128, False),
        ("key", None, False),
    ],
)
def test_of_a_single_setting(name: str, value: object, expected: bool) -> None:
    assert looks_like_a_secret(name, value, ENVIRONMENT) is expected
