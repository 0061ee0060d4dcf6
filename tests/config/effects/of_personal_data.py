"""`data.personal_data`: made-up rows pass the guard."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from tests.config.effects.effect import Effect
from tests.unit.data.personal.presidio_stub import MODEL, stubbed
from tests.unit.data.personal.samples import example
from tunewright.config.schema import Settings
from tunewright.data.personal.guard import guard_of
from tunewright.data.personal.key import VARIABLE, fingerprint

SECRET, OTHER = b"1" * 32, b"2" * 32
ROWS = [
    example("Ada is ada@engine.io, ID-1234, in Turin", "ada@engine.io", group="ada@engine.io"),
    example("Eva again: ada@engine.io, call 905-674-3793 or 0471 12 34 56"),
]
RULE = {"fields": ["prompt"], "kinds": ["email_address"], "action": "report"}
OWN = {"name": "customer", "pattern": "ID-[0-9]{4}"}
PSEUDONYMS = {
    "data.personal_data.action": "pseudonymise",
    "data.personal_data.key_fingerprint": fingerprint(SECRET),
}
NAMES = {"data.personal_data.ner": {"model": MODEL}}


def guarded(settings: Settings, _: Path) -> object:
    """What becomes of the rows, on a machine that has either key."""
    personal = settings.data.personal_data
    key = OTHER if personal.key_fingerprint == fingerprint(OTHER) else SECRET
    with stubbed(), patch.dict(os.environ, {VARIABLE: key.hex()}):
        guard = guard_of(personal, settings.task.kind)
        return [guard(row) for row in ROWS]


EFFECTS = {
    f"data.personal_data.{key}": effect
    for key, effect in {
        "action": Effect(guarded, "drop"),
        "rules": Effect(guarded, [RULE]),
        "rules.*.fields": Effect(guarded, ["answer"], {"data.personal_data.rules": [RULE]}),
        "rules.*.kinds": Effect(guarded, ["phone_number"], {"data.personal_data.rules": [RULE]}),
        "rules.*.action": Effect(guarded, "fail", {"data.personal_data.rules": [RULE]}),
        "kinds": Effect(guarded, ["phone_number"]),
        "patterns": Effect(guarded, [OWN]),
        "patterns.*.name": Effect(guarded, "number", {"data.personal_data.patterns": [OWN]}),
        "patterns.*.pattern": Effect(guarded, "ID-[0-9]", {"data.personal_data.patterns": [OWN]}),
        "allow": Effect(guarded, ["email_address"]),
        "phone_regions": Effect(guarded, ["US"]),
        "consistency": Effect(guarded, "set", PSEUDONYMS),
        "key_fingerprint": Effect(guarded, fingerprint(OTHER), PSEUDONYMS),
        "ner": Effect(guarded, {"model": MODEL}),
        "ner.model": Effect(guarded, "not_installed", NAMES),
        "ner.version": Effect(guarded, "2.0", NAMES),
        "ner.entities": Effect(guarded, ["EMAIL_ADDRESS"], NAMES),
    }.items()
}
