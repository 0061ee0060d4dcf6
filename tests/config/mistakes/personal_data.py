"""A policy on personal data that names what is not there, or asks for what cannot be."""

from __future__ import annotations

from typing import Any

from tests.config.mistakes.kind import Mistake, in_set


def policy(kind: str, values: dict[str, Any], key: str, *told: str) -> Mistake:
    """A mistake below `data.personal_data`."""
    return in_set(kind, {"data": {"personal_data": values}}, f"data.personal_data.{key}", *told)


def own(*patterns: str, name: str = "customer") -> dict[str, Any]:
    """Own patterns of one name."""
    return {"patterns": [{"name": name, "pattern": pattern} for pattern in patterns]}


PERSONAL_DATA = [
    policy(
        "no regular expression",
        own("C-("),
        "patterns.0.pattern",
        "is no regular expression of RE2: missing )",
    ),
    policy("look-behind", own("(?<=C-)[0-9]+"), "patterns.0.pattern", "RE2 has no look-around"),
    policy(
        "pattern of nothing", own("[0-9]*"), "patterns.0.pattern", "matches nothing at all too", "+ for *"
    ),
    policy("endless pattern", own("a" * 1001), "patterns.0.pattern", "has 1001 characters, more than 1000"),
    policy("pattern's name twice", own("a", "b"), "patterns.1.name", "'customer' stands twice"),
    policy("name of a kind", own("a", name="us_ssn"), "patterns.0.name", "is a kind of tunewright's own"),
    policy(
        "rule for a misspelt kind",
        {"rules": [{"kinds": ["email_adress"], "action": "drop"}]},
        "rules.0.kinds",
        "'email_adress' is no kind that is looked for",
        "did you mean 'email_address'?",
    ),
    policy(
        "rule for a kind that is not looked for",
        {"kinds": ["us_ssn"], "rules": [{"kinds": ["iban_code"], "action": "drop"}]},
        "rules.0.kinds",
        "'iban_code' is no kind that is looked for",
        "there are: us_ssn",
    ),
    policy(
        "rule for a field that is not there",
        {"rules": [{"fields": ["meta.chanel"], "action": "drop"}]},
        "rules.0.fields",
        "'meta.chanel' is no field of the rows",
        "did you mean 'meta.channel'?",
    ),
    policy("allowing no kind", {"allow": ["order"]}, "allow", "'order' is no kind that is looked for"),
    policy(
        "allowing a key that is not there",
        {"allow": ["answer.order_numbr"]},
        "allow",
        "'order_numbr' is no key of the answer",
        "did you mean 'order_number'?",
    ),
    policy(
        "allowing another field",
        {"allow": ["prompt.order"]},
        "allow",
        "is no kind, nor answer.KEY of an extraction",
    ),
    policy(
        "pseudonyms without a key",
        {"action": "pseudonymise"},
        "key_fingerprint",
        "made with a secret key, and none is named",
        "tunewright pseudonym-key",
    ),
    policy(
        "pseudonyms in a rule without a key",
        {"rules": [{"action": "pseudonymise"}]},
        "key_fingerprint",
        "none is named",
    ),
    policy(
        "region that is none",
        {"phone_regions": ["UK"]},
        "phone_regions",
        "'UK' is no region of phone numbers",
    ),
]
